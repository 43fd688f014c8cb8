using System.Diagnostics;

namespace PgTxAnalyzers.Benchmarks;

/// <summary>What this process has used of the processors: on a machine with other work, the only time that says anything.</summary>
internal static class ProcessorTime
{
    public static TimeSpan Of(Action work)
    {
        GC.Collect();
        var before = Now();
        work();
        return Now() - before;
    }

    private static TimeSpan Now()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
