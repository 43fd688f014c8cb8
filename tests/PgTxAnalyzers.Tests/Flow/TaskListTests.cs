using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>Tasks in lists, arrays and dictionaries hold the region where somebody waits for the elements; what a sequence does itself, where it is enumerated.</summary>
public class TaskListTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.QueryAsync("SELECT 1");

        """;

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["a list of a query of tasks"] = Begin + """
            var tasks = url.Select(c => SendAsync(http, url)).ToList();
            await Task.WhenAll(tasks); // expect: PGTX101
            """,
        ["an array of a query of tasks, right there"] = Begin + """
            await Task.WhenAll(url.Select(async c => await http.GetStringAsync(url, ct)).ToArray()); // expect: PGTX101
            """,
        ["a copy of a list of tasks"] = Begin + """
            var tasks = new List<Task>();
            foreach (var c in url)
                tasks.Add(http.GetStringAsync(url, ct));
            Task.WaitAll(tasks.ToArray()); // expect: PGTX101
            """,
        ["an array that is filled in a loop"] = Begin + """
            var tasks = new Task<string>[url.Length];
            for (var i = 0; i < url.Length; i++)
                tasks[i] = http.GetStringAsync(url, ct);
            var all = await Task.WhenAll(tasks); // expect: PGTX101
            """,
        ["the values of a dictionary"] = Begin + """
            var tasks = new Dictionary<char, Task<string>>();
            foreach (var c in url)
                tasks[c] = http.GetStringAsync(url, ct);
            await Task.WhenAll(tasks.Values); // expect: PGTX101
            """,
        ["a list that is made by a collection expression"] = Begin + """
            List<Task> tasks = [];
            foreach (var c in url)
                tasks.Add(http.GetStringAsync(url, ct));
            await Task.WhenAll(tasks); // expect: PGTX101
            """,
        ["a spread of a query of tasks"] = Begin + """
            Task[] tasks = [Task.CompletedTask, .. url.Select(c => SendAsync(http, url))];
            await Task.WhenAll(tasks); // expect: PGTX101
            """,
        ["a spread of a list, and it was waited for before"] = """
            List<Task> first = [http.GetStringAsync(url, ct)];
            List<Task> tasks = [.. first];
            await Task.WhenAll(tasks);

            """ + Begin + """
            await Task.WhenAll(first);
            """,
        ["a collection expression that is awaited right there"] = Begin + """
            await Task.WhenAll((Task[])[http.GetStringAsync(url, ct), http.GetStringAsync(url, ct)]); // expect: PGTX101
            """,
        ["one by one"] = Begin + """
            foreach (var task in url.Select(c => SendAsync(http, url)).ToList())
                await task; // expect: PGTX101
            """,
        ["one by one, of an array"] = Begin + """
            var tasks = url.Select(c => SendAsync(http, url)).ToArray();
            foreach (var task in tasks)
                url += await task; // expect: PGTX101
            """,
        ["one by one, of a query"] = Begin + """
            foreach (var task in url.Select(c => SendAsync(http, url)))
                await task; // expect: PGTX101
            """,
        ["one by one, of a list that was written out"] = Begin + """
            var tasks = new List<Task<string>> { SendAsync(http, url), http.GetStringAsync(url, ct) };
            foreach (var task in tasks)
                await task; // expect: PGTX101
            """,
        ["what a list comes from is done when it is made"] = Begin + """
            var texts = url.Select(c => http.GetStringAsync(url, ct).Result).ToList(); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["an iterator, read into a list"] = Begin + """
            var texts = Pages(http, url).ToList(); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["an asynchronous iterator, read into a list"] = Begin + """
            var texts = await PagesAsync(http, url).ToListAsync(ct); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["a list of tasks that a helper has started"] = Begin + """
            var tasks = Start(http, url);
            await Task.WhenAll(tasks); // expect: PGTX101
            """,
        ["started, not awaited"] = Begin + """
            var tasks = url.Select(c => SendAsync(http, url)).ToList();
            var ids = tasks.Select(t => t.Id).ToList();
            foreach (var id in tasks.Select(t => t.Id))
                url += id;
            foreach (var task in tasks)
                url += task.Id;
            await tx.CommitAsync(ct);
            """,
        ["awaited after the commit"] = Begin + """
            var tasks = url.Select(c => SendAsync(http, url)).ToArray();
            var one = tasks[0];
            await tx.CommitAsync(ct);
            await Task.WhenAll(tasks);
            foreach (var task in tasks)
                await task;
            """,
        ["over before the begin"] = """
            var tasks = url.Select(c => SendAsync(http, url)).ToList();
            var keyed = new Dictionary<char, Task<string>>();
            foreach (var c in url)
                keyed[c] = http.GetStringAsync(url, ct);
            await Task.WhenAll(tasks);
            await Task.WhenAll(keyed.Values);

            """ + Begin + """
            foreach (var task in tasks)
                url += await task;
            var texts = await Task.WhenAll(tasks);
            await Task.WhenAll(keyed.Values);
            await tx.CommitAsync(ct);
            """,
        ["over before the begin, one by one"] = """
            var tasks = url.Select(c => SendAsync(http, url)).ToList();
            foreach (var task in tasks)
                await task;

            """ + Begin + """
            foreach (var task in tasks)
                url += task.Result;
            await tx.CommitAsync(ct);
            """,
        ["tasks of variables, over before the begin"] = """
            var one = http.GetStringAsync(url, ct);
            var two = SendAsync(http, url);
            await Task.WhenAll(one, two);

            """ + Begin + """
            url += one.Result + await two;
            await tx.CommitAsync(ct);
            """,
        ["one of two is over before the begin"] = """
            var one = http.GetStringAsync(url, ct);
            var two = SendAsync(http, url);
            await Task.WhenAny(one, two);

            """ + Begin + """
            await two; // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["what a list came from was done before the begin"] = """
            var texts = url.Select(c => http.GetStringAsync(url, ct).Result).ToList();
            var started = url.Where(c => http.GetStringAsync(url, ct).Result.Length > 0).Select(c => Task.CompletedTask).ToList();

            """ + Begin + """
            foreach (var text in texts)
                url += text;
            await Task.WhenAll(started);
            await tx.CommitAsync(ct);
            """,
        ["taken out, and the list is filled again"] = """
            var tasks = new List<Task>();
            foreach (var c in url)
                tasks.Add(http.GetStringAsync(url, ct));
            await Task.WhenAll(tasks);
            tasks.Clear();

            """ + Begin + """
            tasks.Add(Task.CompletedTask);
            await Task.WhenAll(tasks);
            await tx.CommitAsync(ct);
            """,
        ["a query is run each time that it is enumerated"] = """
            var tasks = url.Select(c => SendAsync(http, url));
            await Task.WhenAll(tasks);

            """ + Begin + """
            await Task.WhenAll(tasks); // expect: PGTX101
            await tx.CommitAsync(ct);
            """,
        ["database tasks in lists"] = Begin + """
            var tasks = new List<Task>();
            foreach (var c in url)
                tasks.Add(conn.ExecuteAsync("SELECT 1"));
            foreach (var task in tasks)
                await task;
            var copied = new List<Task>();
            foreach (var c in url)
                copied.Add(conn.ExecuteAsync("SELECT 1"));
            await Task.WhenAll(copied.ToArray());
            await Task.WhenAll(url.Select(c => conn.ExecuteAsync("SELECT 1")).ToList());
            var kept = url.Select(c => conn.ExecuteAsync("SELECT 1")).ToArray();
            await kept[0];
            var array = new Task[1];
            array[0] = conn.ExecuteAsync("SELECT 1");
            await array[0];
            var keyed = new Dictionary<int, Task>();
            keyed.Add(1, conn.ExecuteAsync("SELECT 1"));
            keyed[2] = conn.ExecuteAsync("SELECT 1");
            await keyed[1];
            await keyed[2];
            await tx.CommitAsync(ct);
            """,
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task Tasks_in_a_list_hold_the_region_where_they_are_waited_for(string shape) => TestCode.Method(Bodies[shape], """
        static async Task<string> SendAsync(HttpClient http, string url) => await http.GetStringAsync(url);

        static IReadOnlyList<Task<string>> Start(HttpClient http, string url) => url.Select(c => SendAsync(http, url)).ToList();

        static IEnumerable<string> Pages(HttpClient http, string url)
        {
            yield return http.GetStringAsync(url).Result;
        }

        static async IAsyncEnumerable<string> PagesAsync(HttpClient http, string url)
        {
            yield return await http.GetStringAsync(url);
        }
        """).HasMarkedFindings();
}
