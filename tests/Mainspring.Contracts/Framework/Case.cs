using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Mainspring.Contracts;

/// <summary>One case that can be run, by its suite and name.</summary>
public sealed class Case
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3); // so that a busy machine fails nothing: a case takes seconds at the most

    private readonly Type _suite;
    private readonly MethodInfo _method;

    private Case(Type suite, MethodInfo method)
    {
        _suite = suite;
        _method = method;
    }

    /// <summary>The class, without its namespace.</summary>
    public string Suite => _suite.Name;

    /// <summary>Suite and method.</summary>
    public string Name => $"{_suite.Name}.{_method.Name}";

    /// <summary>All cases of this library's suites; a suite inherits the cases of its base classes.</summary>
    public static IReadOnlyList<Case> All { get; } = In(typeof(Case).Assembly);

    /// <summary>Runs the case on a thread of its own.</summary>
    /// <exception cref="SkipException">The machine lacks what the case needs.</exception>
    /// <exception cref="TimeoutException">It hangs.</exception>
    public void Run()
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                RunHere();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        { IsBackground = true, Name = Name };
        thread.UnsafeStart(); // without the runner's execution context
        if (!thread.Join(s_patience))
        {
            throw new TimeoutException($"{Name} has been running for {s_patience.TotalSeconds} s.");
        }

        failure?.Throw();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>All cases of an assembly's public suites. A program that trims has to keep that assembly whole.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Programs that trim keep the assembly whole.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Programs that trim keep the assembly whole.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Programs that trim keep the assembly whole.")]
    public static IReadOnlyList<Case> In(Assembly assembly) =>
    [
        .. from suite in assembly.GetTypes()
           where suite is { IsClass: true, IsAbstract: false, IsPublic: true }
           orderby suite.Name
           from method in suite.GetMethods(BindingFlags.Public | BindingFlags.Instance)
           where method.GetCustomAttribute<CaseAttribute>() is not null
           orderby method.Name
           select new Case(suite, method),
    ];

    [UnconditionalSuppressMessage("Trimming", "IL2077", Justification = "Programs that trim keep the assembly whole.")]
    private void RunHere()
    {
        object suite = Activator.CreateInstance(_suite, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions, null, null, null)!; // a suite may skip by its constructor
        try
        {
            _method.Invoke(suite, BindingFlags.DoNotWrapExceptions, null, null, null);
        }
        finally
        {
            (suite as IDisposable)?.Dispose();
        }
    }
}
