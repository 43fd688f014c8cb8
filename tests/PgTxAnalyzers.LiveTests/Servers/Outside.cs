using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PgTxAnalyzers.LiveTests.Servers;

/// <summary>The other system that a program calls: answers every request with <c>"ch_1"</c>, after the test has looked at the database.</summary>
internal sealed class Outside : IAsyncDisposable
{
    private readonly WebApplication application;

    private Outside(WebApplication application) => this.application = application;

    /// <summary>Ends with a slash.</summary>
    public string Url => application.Urls.First() + "/";

    /// <summary>How many requests have been answered.</summary>
    public int Calls { get; private set; }

    /// <param name="during">Runs while a request waits for its answer; given the number of the request, from 1 on.</param>
    public static async Task<Outside> Start(Func<int, Task>? during = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var outside = new Outside(builder.Build());
        outside.application.Run(async context =>
        {
            outside.Calls++;
            if (during is not null)
                await during(outside.Calls);
            await context.Response.WriteAsync("ch_1");
        });
        await outside.application.StartAsync();
        return outside;
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
