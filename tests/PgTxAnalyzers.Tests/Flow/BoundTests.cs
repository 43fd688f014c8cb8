using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>Every walk has a bound: bodies that nobody writes are walked in bounded time, without a deep stack, and can be cancelled.</summary>
public class BoundTests
{
    /// <summary>Alone each walk takes far less; a machine that runs other tests at the same time needs room.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Dictionary<string, (string Statements, string Members)> Bodies = new()
    {
        ["1,000 transactions at once"] = (Lines(1_000, i => $"var t{i} = new NpgsqlConnection().BeginTransaction();"), ""),
        ["1,000 transactions in a row"] = (Lines(1_000, i => $"{{ using var t{i} = conn.BeginTransaction(); conn.Execute(\"DELETE FROM a\"); t{i}.Commit(); }}"), ""),
        ["120 nested conditions in blocks"] = ("using var tx = conn.BeginTransaction();\n" + Lines(120, _ => "{ if (url.Length > 3) {") + "conn.Execute(\"DELETE FROM a\");" + Lines(120, _ => "} }"), ""),
        ["20 flags, each asked twice"] = (Lines(20, i => $"var f{i} = url.Contains(\"{i}\"); if (f{i}) conn.Execute(\"BEGIN\");") + Lines(20, i => $"if (f{i}) conn.Execute(\"COMMIT\");"), ""),
        ["40 begins under conditions"] = (Lines(40, i => $"NpgsqlTransaction? t{i} = null; if (url.Length > {i}) t{i} = new NpgsqlConnection().BeginTransaction();") + Lines(40, i => $"t{i}?.Commit();"), ""),
        ["30 nested finally blocks"] = ("using var tx = conn.BeginTransaction();\n" + Lines(30, _ => "try {") + "conn.Execute(\"DELETE FROM a\");" + Lines(30, i => $"}} finally {{ conn.Execute(\"SELECT {i}\"); }}"), ""),
        ["a sum of 2,000 parts"] = ("using var tx = conn.BeginTransaction();\nurl = " + string.Concat(Enumerable.Repeat("url + ", 2_000)) + "url;\ntx.Commit();", ""),
        ["recursion"] = ("using var tx = conn.BeginTransaction();\nA(conn, 3);\ntx.Commit();", "void A(NpgsqlConnection c, int n) { c.Execute(\"DELETE FROM a\"); if (n > 0) A(c, n - 1); A(c, n - 2); }"),
        ["mutual recursion of 40 methods, each calling all"] = ("using var tx = conn.BeginTransaction();\nM0(conn);\ntx.Commit();",
            Lines(40, i => $"void M{i}(NpgsqlConnection c) {{ c.Execute(\"DELETE FROM a\"); {string.Concat(Enumerable.Range(0, 40).Select(j => $"if (c.Host == \"{j}\") M{j}(c);"))} }}")),
        ["a chain of 40 calls, each of which comes back in two ways"] = ("using var tx = conn.BeginTransaction();\nnew Query(conn)" + string.Concat(Enumerable.Range(0, 40).Select(i => $".Where(url, {i})")) + ";\ntx.Commit();",
            "class Query(NpgsqlConnection c) { public Query Where(string s, int n) { if (s.Length > n) { c.Execute(\"DELETE FROM a\"); return this; } return new Query(c); } }"),
        ["lambdas 60 deep"] = ("using var tx = conn.BeginTransaction();\nR(() => " + string.Concat(Enumerable.Repeat("R(() => ", 60)) + "conn.Execute(\"DELETE FROM a\")" + new string(')', 61) + ";\ntx.Commit();", "void R(Action a) => a();"),
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_body_that_nobody_writes_is_walked_in_bounded_time(string shape)
    {
        var (statements, members) = Bodies[shape];
        var code = TestCode.Method(statements, members);
        var compilation = code.Compile();
        var method = FlowOf.MethodNamed(compilation, "Run");
        var context = new CompilationContext(compilation, ModelSet.Create(compilation), maxCallDepth: 6);
        var graph = context.Bodies.Graph(method, TestContext.Current.CancellationToken)!;

        var took = OwnTime.Of(() => Assert.NotNull(RootAnalysis.Run(context, graph, method, TestContext.Current.CancellationToken)));

        TestContext.Current.SendDiagnosticMessage($"{shape}: {took.TotalMilliseconds:F0} ms");
        Assert.True(took < Patience, $"{shape}: {took}");
    }

    [Fact]
    public void A_block_has_a_bounded_number_of_states()
    {
        var flow = FlowOf.Statements(Lines(30, i => $"NpgsqlTransaction? t{i} = null; if (url.Length > {i}) t{i} = new NpgsqlConnection().BeginTransaction();"));

        Assert.InRange(flow.Exits.Count, 1, 160);
    }

    [Fact]
    public void A_cancelled_analysis_stops()
    {
        var compilation = TestCode.Method("using var tx = conn.BeginTransaction();\nconn.Execute(\"DELETE FROM a\");").Compile();
        var method = FlowOf.MethodNamed(compilation, "Run");
        var context = new CompilationContext(compilation, ModelSet.Create(compilation), maxCallDepth: 6);
        var graph = context.Bodies.Graph(method, TestContext.Current.CancellationToken)!;

        Assert.ThrowsAny<OperationCanceledException>(() => RootAnalysis.Run(context, graph, method, new CancellationToken(canceled: true)));
        Assert.ThrowsAny<OperationCanceledException>(() => NameIndex.Create([compilation], context.Models.BeginNames, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Calls_are_followed_as_deep_as_the_option_says(int depth, bool found)
    {
        var flow = FlowOf.Statements(
            "using var tx = conn.BeginTransaction();\nA(http);",
            "void A(HttpClient h) => B(h); void B(HttpClient h) => C(h); void C(HttpClient h) => h.Send(new HttpRequestMessage());",
            maxCallDepth: depth);

        Assert.Equal(found, flow.Run.Held.Any(h => h.Place is not null));
    }

    [Fact]
    public async Task A_sink_behind_more_work_than_can_be_walked_is_found_and_so_is_what_comes_after_it()
    {
        var (calls, work) = MoreThanCanBeWalked();

        await TestCode.Method("""
            using var tx = conn.BeginTransaction();
            conn.Execute("DELETE FROM a WHERE id = 1");
            All(conn, http, url); // expect: PGTX101
            http.Send(new HttpRequestMessage()); // expect: PGTX101
            tx.Commit();
            """, $"void All(NpgsqlConnection conn, HttpClient http, string url) {{\n{calls} http.Send(new HttpRequestMessage()); }}\n{work}").Counting("PGTX101").HasMarkedFindings();
    }

    [Fact]
    public async Task The_task_of_more_work_than_can_be_walked_is_what_its_caller_waits_for()
    {
        var (calls, work) = MoreThanCanBeWalked();

        await TestCode.Method("""
            using var tx = conn.BeginTransaction();
            conn.Execute("DELETE FROM a WHERE id = 1");
            await All(conn, http, url); // expect: PGTX101
            tx.Commit();
            """, $"Task All(NpgsqlConnection conn, HttpClient http, string url) => Each(conn, http, url);\nasync Task Each(NpgsqlConnection conn, HttpClient http, string url) {{\n{calls} await http.GetAsync(url); }}\n{work}")
            .Counting("PGTX101").HasMarkedFindings();
    }

    /// <summary>A run that is cut says nothing about the same call where steps are left.</summary>
    [Fact]
    public async Task A_call_that_was_cut_is_walked_again_by_whoever_has_steps_left()
    {
        const int Methods = 150, Blocks = 100;
        var blocks = Lines(Blocks, j => $"if (url.Length > {j}) c.Execute(\"DELETE FROM a WHERE id = {j}\");");
        var helpers = Lines(Methods, i => $"async Task Step{i}(NpgsqlConnection c, HttpClient http, string url) {{ {blocks} await http.GetAsync(\"/{i}\"); }}\nasync Task Wrap{i}(NpgsqlConnection c, HttpClient http, string url) {{ await Step{i}(c, http, url); }}");

        await TestCode.Method($$"""
            using var tx = conn.BeginTransaction();
            conn.Execute("DELETE FROM a WHERE id = 1");
            await All(conn, http, url); // expect: PGTX101
            {{Lines(Methods, i => $"await Wrap{i}(conn, http, url); // expect: PGTX101")}}
            tx.Commit();
            """, $"async Task All(NpgsqlConnection conn, HttpClient http, string url) {{\n{Lines(Methods, i => $"await Step{i}(conn, http, url);")} }}\n{helpers}")
            .Counting("PGTX101").HasMarkedFindings();
    }

    /// <summary>Nor does one that leans on a recursion in progress, where that is cut.</summary>
    [Fact]
    public async Task A_call_in_a_recursion_that_was_cut_is_walked_again_as_well()
    {
        const int Methods = 60, Blocks = 200;
        const string Parameters = "NpgsqlConnection c, HttpClient http, string url";
        var blocks = Lines(Blocks, j => $"if (url.Length > {j}) c.Execute(\"DELETE FROM a WHERE id = {j}\");");
        var helpers = Lines(Methods, i => $$"""
            async Task Step{{i}}({{Parameters}}) => await Next{{i}}(c, http, url);
            async Task Next{{i}}({{Parameters}}) { if (url.Length > 0) { {{blocks}} await http.GetAsync("/{{i}}"); } if (url.Length > 1) await Step{{i}}(c, http, url); }
            async Task Outer{{i}}({{Parameters}}) { await Inner{{i}}(c, http, url); }
            async Task Inner{{i}}({{Parameters}}) { await Next{{i}}(c, http, url); }
            """);

        await TestCode.Method($$"""
            using var tx = conn.BeginTransaction();
            conn.Execute("DELETE FROM a WHERE id = 1");
            await All(conn, http, url); // expect: PGTX101
            {{Lines(Methods, i => $"await Outer{i}(conn, http, url); // expect: PGTX101")}}
            tx.Commit();
            """, $"async Task All({Parameters}) {{\n{Lines(Methods, i => $"await Step{i}(c, http, url);")} }}\n{helpers}")
            .Counting("PGTX101").HasMarkedFindings();
    }

    [Fact]
    public async Task A_finally_block_whose_body_fails_in_many_ways_is_still_entered_by_the_path_that_does_not_fail()
    {
        const int Kinds = 200;

        await TestCode.Method($$"""
            using var tx = conn.BeginTransaction();
            conn.Execute("DELETE FROM a WHERE id = 1");
            try
            {
                {{Lines(Kinds, i => $"if (url.Length == {i}) throw new Failure{i}();")}}
            }
            finally
            {
                conn.Execute("SELECT 0");
            }

            http.Send(new HttpRequestMessage()); // expect: PGTX101
            tx.Commit();
            """, Lines(Kinds, i => $"class Failure{i} : Exception;")).Counting("PGTX101").HasMarkedFindings();
    }

    /// <summary>Calls of methods, each of which is walked in as many states as a block may have, and the methods.</summary>
    private static (string Calls, string Methods) MoreThanCanBeWalked()
    {
        const int Methods = 40, Flags = 9;
        var asked = Lines(Flags, j => $"if (f{j}) c.Execute(\"DELETE FROM a WHERE id = {j}\");");
        return (Lines(Methods, i => $"Work{i}(conn, url);"),
            Lines(Methods, i => $"void Work{i}(NpgsqlConnection c, string url) {{ {Lines(Flags, j => $"var f{j} = url.Length > {j};")} {asked} {asked} }}"));
    }

    private static string Lines(int count, Func<int, string> line) => string.Join("\n", Enumerable.Range(0, count).Select(line)) + "\n";
}
