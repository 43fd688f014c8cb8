using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>A task holds the region where somebody waits for it.</summary>
public class TaskTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.QueryAsync("SELECT 1");

        """;

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["not awaited at all"] = """
            var task = http.GetStringAsync(url, ct);
            _ = http.GetStringAsync(url, ct);
            await tx.CommitAsync(ct);
            """,
        ["awaited inside"] = """
            var task = http.GetStringAsync(url, ct);
            await task; // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["awaited after the commit"] = """
            var task = http.GetStringAsync(url, ct);
            await tx.CommitAsync(ct);
            await task;
            """,
        ["awaited twice, the second time it is done"] = """
            var task = http.GetStringAsync(url, ct);
            await task; // expect: PGTX101
            await task;
            await tx.CommitAsync(ct);
            """,
        ["a statement under way, waited for so long and no longer"] = """
            var work = conn.ExecuteAsync("DELETE FROM orders WHERE id = 1");
            if (await Task.WhenAny(work, Task.Delay(500, ct)) != work)
                throw new TimeoutException();
            await work;
            await tx.CommitAsync(ct);
            """,
        ["a statement that is made where it is waited for"] = """
            await Task.WhenAny(conn.ExecuteAsync("DELETE FROM orders WHERE id = 1"), Task.Delay(500, ct));
            await tx.CommitAsync(ct);
            """,
        ["a call, waited for so long and no longer"] = """
            var answer = http.GetStringAsync(url, ct);
            await Task.WhenAny(answer, Task.Delay(500, ct)); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["a call that is made where it is waited for"] = """
            Task.WaitAny(http.GetStringAsync(url, ct), Task.Delay(500, ct)); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["two delays"] = """
            await Task.WhenAny(Task.Delay(300, ct), Task.Delay(500, ct)); // expect: PGTX102
            await tx.CommitAsync(ct);
            """,
        ["started in one arm"] = """
            Task task = Task.CompletedTask;
            if (url.Length > 3)
                task = http.GetStringAsync(url, ct);
            await task; // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["ConfigureAwait on the call"] = "await http.GetStringAsync(url, ct).ConfigureAwait(false); // expect: PGTX101",
        ["ConfigureAwait on the kept task"] = """
            var task = http.GetStringAsync(url, ct);
            await task.ConfigureAwait(false); // expect: PGTX101
            """,
        ["WaitAsync"] = "await http.GetStringAsync(url).WaitAsync(TimeSpan.FromSeconds(1), ct); // expect: PGTX101",
        ["WhenAll of calls made right there"] = """
            await Task.WhenAll(
                http.GetStringAsync(url, ct), // expect: PGTX101
                http.PostAsync(url, null, ct)); // expect: PGTX101
            """,
        ["WhenAll of kept tasks"] = """
            var one = http.GetStringAsync(url, ct);
            var two = http.GetStringAsync(url, ct);
            await Task.WhenAll(one, two); // expect: PGTX101
            """,
        ["WhenAny"] = """
            var one = http.GetStringAsync(url, ct);
            await Task.WhenAny(one, Task.CompletedTask); // expect: PGTX101
            """,
        ["WhenAll of a list that was filled in a loop"] = """
            var tasks = new List<Task>();
            foreach (var c in url)
                tasks.Add(http.GetStringAsync(url, ct));
            await Task.WhenAll(tasks); // expect: PGTX101
            """,
        ["WhenAll of a query of tasks"] = """
            var tasks = url.Select(c => http.GetStringAsync(url, ct));
            await Task.WhenAll(tasks); // expect: PGTX101
            """,
        ["WhenAll kept, awaited after the commit"] = """
            var all = Task.WhenAll(http.GetStringAsync(url, ct), http.PostAsync(url, null, ct));
            await tx.CommitAsync(ct);
            await all;
            """,
        ["ContinueWith"] = "var status = await http.PostAsync(url, null, ct).ContinueWith(t => t.Result.StatusCode, ct); // expect: PGTX101",
        ["ContinueWith, kept"] = """
            var task = http.PostAsync(url, null, ct).ContinueWith(t => t.Result.StatusCode, ct);
            await task; // expect: PGTX101
            """,
        ["ContinueWith of a kept task"] = """
            var task = SendAsync(http, url);
            await task.ContinueWith(_ => { }, ct).ConfigureAwait(false); // expect: PGTX101
            """,
        ["ContinueWith, unwrapped"] = """
            var task = http.PostAsync(url, null, ct).ContinueWith(t => Task.CompletedTask, ct).Unwrap();
            await task; // expect: PGTX101
            """,
        ["ContinueWith, not waited for"] = """
            _ = http.PostAsync(url, null, ct).ContinueWith(t => t.Result.StatusCode, ct);
            var task = SendAsync(http, url).ContinueWith(t => t.Result, ct);
            await conn.ExecuteAsync("SELECT 1").ContinueWith(t => t.Result, ct);
            await tx.CommitAsync(ct);
            await task;
            """,
        ["ContinueWith of what waits for nothing"] = """
            await Task.CompletedTask.ContinueWith(t => t.Id, ct);
            await tx.CommitAsync(ct);
            """,
        ["Result"] = "var text = http.GetStringAsync(url, ct).Result; // expect: PGTX101",
        ["Wait"] = "http.GetStringAsync(url, ct).Wait(); // expect: PGTX101",
        ["GetAwaiter().GetResult()"] = "http.GetStringAsync(url, ct).GetAwaiter().GetResult(); // expect: PGTX101",
        ["Wait on a kept task"] = """
            var task = http.GetStringAsync(url, ct);
            task.Wait(ct); // expect: PGTX101
            """,
        ["WaitAll"] = """
            var task = http.GetStringAsync(url, ct);
            Task.WaitAll(task); // expect: PGTX101
            """,
        ["a call inside the argument of another"] = """
            Console.WriteLine(await http.GetStringAsync(url, ct)); // expect: PGTX101
            await conn.ExecuteAsync("SELECT 1", new { text = await http.GetStringAsync(url, ct) }); // expect: PGTX101
            """,
        ["a call inside a text"] = "var text = $\"<{await http.GetStringAsync(url, ct)}>\"; // expect: PGTX101",
        ["a task of a helper"] = """
            var task = SendAsync(http, url);
            await tx.CommitAsync(ct);
            await task;
            """,
        ["a task of a helper, awaited inside"] = """
            var task = SendAsync(http, url);
            await task; // expect: PGTX101
            """,
        ["a helper that returns without waiting"] = """
            Start(http, url);
            await tx.CommitAsync(ct);
            """,
        ["Task.Run, waited for"] = """
            await Task.Run(() => http.GetStringAsync(url, ct)); // expect: PGTX101
            """,
        ["Task.Run, not waited for"] = """
            _ = Task.Run(() => http.GetStringAsync(url, ct));
            await tx.CommitAsync(ct);
            """,
        ["begun while the task runs"] = """
            await tx.CommitAsync(ct);
            var task = http.GetStringAsync(url, ct);
            await using var later = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await task; // expect: PGTX101
            await later.CommitAsync(ct);
            """,
        ["a tuple of tasks"] = """
            var (one, two) = (http.GetStringAsync(url, ct), 3);
            await tx.CommitAsync(ct);
            await one;
            """,
        ["await foreach over a sequence that calls"] = """
            await foreach (var page in PagesAsync(http, url)) // expect: PGTX101
                url += page;
            await tx.CommitAsync(ct);
            """,
        ["a sequence that nobody enumerates"] = """
            var pages = PagesAsync(http, url);
            await tx.CommitAsync(ct);
            """,
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_task_holds_the_region_where_it_is_waited_for(string shape) => TestCode.Method(Begin + Bodies[shape], """
        static async Task<string> SendAsync(HttpClient http, string url) => await http.GetStringAsync(url);

        static void Start(HttpClient http, string url) => _ = http.GetStringAsync(url);

        static async IAsyncEnumerable<string> PagesAsync(HttpClient http, string url)
        {
            yield return await http.GetStringAsync(url);
        }
        """).HasMarkedFindings();
}
