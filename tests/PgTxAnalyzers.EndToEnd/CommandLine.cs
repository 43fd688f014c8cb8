using System.Diagnostics;

namespace PgTxAnalyzers.EndToEnd;

/// <summary>Runs the <c>dotnet</c> command as a user would: none of the test runner's own settings reach it.</summary>
internal static class CommandLine
{
    /// <summary>A cold restore and build takes seconds. A command that is still running after this long hangs.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public static async Task<CommandResult> DotnetAsync(string directory, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        using var process = Process.Start(StartInfo(directory, arguments))!;
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(s_limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static ProcessStartInfo StartInfo(string directory, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // `dotnet test` and MSBuild hand the first to their children, where they would change which SDK a build uses.
        // NUGET_PACKAGES would overrule the feed's nuget.config.
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment.Remove("NUGET_PACKAGES");
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return start;
    }
}

internal sealed record CommandResult(int ExitCode, string Output);
