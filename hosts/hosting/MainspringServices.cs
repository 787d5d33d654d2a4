using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mainspring.Hosting;

/// <summary>Puts a loop into a host.</summary>
public static class MainspringServices
{
    /// <summary>
    /// Adds a <see cref="MainLoop"/>, which any service may ask for, and runs it on a thread of its own from the host's start to its end. Call it before you add hosted services that use the
    /// loop: hosts start services in the order of their registration, and stop them in the reverse one. Under systemd it tells the manager when the service is ready and when it stops, and
    /// the loop feeds the manager's watchdog; elsewhere nothing is sent. Called again, it adds to the options of the same loop.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>For what else there is to say: sections to bind, sources and jobs to add.</returns>
    public static MainspringBuilder AddMainspring(this IServiceCollection services, Action<MainspringOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<MainspringOptions>().Validate(
            static options => options.LogQueue > 0, "Mainspring: LogQueue is how many messages may wait, and so 1 at least.");
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(static services => new LoggerLog(
            services.GetRequiredService<ILoggerFactory>().CreateLogger($"Mainspring.Loop.{OptionsOf(services).Name}"), OptionsOf(services).LogQueue));
        services.TryAddSingleton(static services => new MainLoop(OptionsOf(services).ToLoopOptions(services.GetRequiredService<LoggerLog>())));
        services.TryAddSingleton(static _ => new ServiceManager(SystemdNotifier.FromEnvironment()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MainLoopService>());
        return new MainspringBuilder(services);
    }

    private static MainspringOptions OptionsOf(IServiceProvider services) => services.GetRequiredService<IOptions<MainspringOptions>>().Value;
}
