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
        switch (args)
        {
            case ["--quick", ..]:
                await QuickMeasurement.Run(Size());
                return;
            case ["--peers", ..]:
                await PeerMeasurement.Run(Size());
                return;
            case ["--edits", ..]:
                await EditMeasurement.Run(Size());
                return;
            case ["--effects", ..]:
                EffectMeasurement.Run(Size());
                ProjectMeasurement.Run(200);
                return;
        }

        // In this process: the lists of references lie beside this assembly, and a round takes seconds, not nanoseconds.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(2).WithIterationCount(8).WithInvocationCount(1).WithUnrollFactor(1);
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));

        int Size() => args is [_, var lines] ? int.Parse(lines) : Lines;
    }
}
