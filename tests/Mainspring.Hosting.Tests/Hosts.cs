using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mainspring.Hosting.Tests;

/// <summary>Builds hosts that read no files, listen to no signals and log into a list.</summary>
internal static class Hosts
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static IHost Build(Action<HostApplicationBuilder> configure, SystemdNotifier? notifier = null, ListLogger? log = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(new ServiceManager(notifier));
        builder.Logging.AddProvider(log ?? new ListLogger());
        configure(builder);
        return builder.Build();
    }

    public static MainLoop Loop(this IHost host) => host.Services.GetRequiredService<MainLoop>();

    /// <summary>Waits until the application stops by itself.</summary>
    public static Task Stopping(this IHost host)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task.WaitAsync(Patience);
    }
}
