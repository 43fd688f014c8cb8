using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace PgTxAnalyzers.Benchmarks;

internal static class Program
{
    public const int Lines = 150_000;

    /// <summary><c>--quick</c> prints the shares within a minute or two, <c>--effects</c> those of the generator, <c>--peers</c> the times of other analyzers beside ours, <c>--edits</c> the edit loop; without one BenchmarkDotNet takes its time.</summary>
    public static async Task Main(string[] args)
    {
        if (args is ["--quick", ..])
        {
            await QuickMeasurement.Run(args is [_, var lines] ? int.Parse(lines) : Lines);
            return;
        }

        if (args is ["--effects", ..])
        {
            EffectMeasurement.Run(args is [_, var size] ? int.Parse(size) : Lines);
            ProjectMeasurement.Run(200);
            return;
        }

        if (args is ["--peers", ..])
        {
            await PeerMeasurement.Run(args is [_, var size] ? int.Parse(size) : Lines);
            return;
        }

        if (args is ["--edits", ..])
        {
            await EditMeasurement.Run(args is [_, var size] ? int.Parse(size) : Lines);
            return;
        }

        // In this process: the lists of references lie beside this assembly, and a round takes seconds, not nanoseconds.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(8).WithInvocationCount(1).WithUnrollFactor(1);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
    }
}
