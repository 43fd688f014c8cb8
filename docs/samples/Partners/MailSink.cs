using System.Net;
using System.Net.Sockets;

namespace Partners;

/// <summary>Says yes to every mail and prints whom it was for.</summary>
public sealed class MailSink : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listener = new TcpListener(IPAddress.Loopback, 2525);
        listener.Start();
        while (!stoppingToken.IsCancellationRequested)
            _ = TalkAsync(await listener.AcceptTcpClientAsync(stoppingToken), stoppingToken);
    }

    private static async Task TalkAsync(TcpClient client, CancellationToken ct)
    {
        using var owned = client;
        using var reader = new StreamReader(client.GetStream());
        await using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };

        await writer.WriteLineAsync("220 ready");
        for (var inBody = false; await reader.ReadLineAsync(ct) is { } line;)
        {
            if (line.StartsWith("RCPT", StringComparison.OrdinalIgnoreCase))
                Console.WriteLine($"mail {line}");

            if (inBody && line != ".")
                continue;

            inBody = line.Equals("DATA", StringComparison.OrdinalIgnoreCase);
            await writer.WriteLineAsync(inBody ? "354 go on" : line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase) ? "221 bye" : "250 ok");
        }
    }
}
