using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>
/// How long a piece of work takes on one thread. On Linux what other threads and programs take from it is not counted; elsewhere it is what the clock says.
/// </summary>
internal static class OwnTime
{
    private const int ClockOfThread = 3;

    public static TimeSpan Of(Action work)
    {
        var (start, own) = (Stopwatch.GetTimestamp(), OfThread());
        work();
        var elapsed = Stopwatch.GetElapsedTime(start);
        return own is { } before && OfThread() is { } after && after - before < elapsed ? after - before : elapsed;
    }

    private static TimeSpan? OfThread()
    {
        var time = new nint[2];
        return OperatingSystem.IsLinux() && GetTime(ClockOfThread, time) == 0 ? TimeSpan.FromSeconds(time[0]) + TimeSpan.FromMicroseconds(time[1] / 1000.0) : null;
    }

    /// <param name="time">Seconds and nanoseconds.</param>
    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, [Out] nint[] time);
}
