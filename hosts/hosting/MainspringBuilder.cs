using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mainspring.Hosting;

/// <summary>What else can be said about the host's loop, after <see cref="MainspringServices.AddMainspring"/>.</summary>
public sealed class MainspringBuilder
{
    internal MainspringBuilder(IServiceCollection services) => Services = services;

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Takes options from a section of the configuration. What was set by code stays unless the section has it. A key that there is not is an error when the host starts.</summary>
    /// <param name="section">The section, such as <c>builder.Configuration.GetSection("Mainspring")</c>.</param>
    /// <returns>This builder.</returns>
    public MainspringBuilder Bind(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        Services.Configure<MainspringOptions>(section, static binder => binder.ErrorOnUnknownConfiguration = true);
        return this;
    }

    /// <summary>Adds sources, jobs and callbacks to the loop, on its thread, before it runs.</summary>
    /// <param name="setup">Does so.</param>
    /// <returns>This builder.</returns>
    public MainspringBuilder Setup(Action<MainLoop> setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        return Setup((loop, _) => setup(loop));
    }

    /// <summary>Adds sources, jobs and callbacks to the loop, on its thread, before it runs, with the host's services at hand.</summary>
    /// <param name="setup">Does so.</param>
    /// <returns>This builder.</returns>
    public MainspringBuilder Setup(Action<MainLoop, IServiceProvider> setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        Services.AddSingleton<IMainLoopSetup>(services => new SetupByAction(setup, services));
        return this;
    }

    /// <summary>Adds a class that adds sources, jobs and callbacks to the loop; once, however often it is added.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <returns>This builder.</returns>
    public MainspringBuilder Setup<[System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IMainLoopSetup
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IMainLoopSetup, T>());
        return this;
    }

    private sealed class SetupByAction(Action<MainLoop, IServiceProvider> setup, IServiceProvider services) : IMainLoopSetup
    {
        public void Setup(MainLoop loop) => setup(loop, services);
    }
}
