using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>
/// Programs of a server package, run as an ordinary user: PostgreSQL refuses root. Where the tests themselves run as root, they run
/// as the user <c>postgres</c>, which the package has made.
/// </summary>
internal static class ServerProcess
{
    private static readonly string[] Folders =
        [.. Postgres().OrderByDescending(folder => folder.Version).Select(folder => folder.Path), "/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin"];

    /// <summary>Null: not installed.</summary>
    public static string? Find(string program) =>
        Folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>A port of the loopback interface that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A folder that the server's user can write.</summary>
    public static string NewFolder(string name)
    {
        var folder = Directory.CreateTempSubdirectory($"pgtx-{name}-").FullName;
        if (IsRoot)
            Run("chown", ["postgres", folder], asServer: false);
        return folder;
    }

    /// <summary>Runs to its end. A failure throws, with what the program printed.</summary>
    public static void Run(string program, string[] arguments, bool asServer = true)
    {
        using var process = Start(program, arguments, asServer);
        var printed = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with code {process.ExitCode}:\n{printed}");
    }

    /// <summary>Starts a program that goes on; what it prints is thrown away.</summary>
    public static Process StartServer(string program, string[] arguments)
    {
        var process = Start(program, arguments, asServer: true);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static Process Start(string program, string[] arguments, bool asServer)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/", StandardOutputEncoding = Encoding.UTF8 };
        if (asServer && IsRoot)
        {
            // setpriv replaces itself by the program, so that a signal to the process reaches the server.
            start.FileName = "setpriv";
            foreach (var word in new[] { "--reuid=postgres", "--regid=postgres", "--init-groups", program })
                start.ArgumentList.Add(word);
        }
        else
        {
            start.FileName = program;
        }

        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    private static IEnumerable<(int Version, string Path)> Postgres()
    {
        const string Packages = "/usr/lib/postgresql";
        return Directory.Exists(Packages)
            ? Directory.GetDirectories(Packages).Select(folder => (int.TryParse(Path.GetFileName(folder), out var version) ? version : 0, Path.Combine(folder, "bin")))
            : [];
    }
}
