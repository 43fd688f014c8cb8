using System.Text;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Flow;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>
/// Code as an adversary would write it. Each body, with all that is followed from it, is to be analysed within one second and 200 MB on an idle
/// machine; what the compiler itself spends on binding the text before is not counted, the graphs and the questions to the semantic model are.
/// </summary>
public class AdversarialShapeTests
{
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that one analysis may have allocated and not given back.</summary>
    private const long MemoryBar = 200L << 20;

    /// <summary>Tests run side by side: the best of a few runs is held against the bar.</summary>
    private const int Attempts = 6;

    private const string Begin = "using var tx = conn.BeginTransaction();\nconn.Execute(\"DELETE FROM a\");\n";
    private const string Send = "h.Send(new HttpRequestMessage());";

    private static readonly Dictionary<string, (string Statements, string Members)> Bodies = new()
    {
        ["a call graph of 10,000 mutually recursive methods"] = (Begin + "M0(http, 3);",
            Lines(10_000, i => $"void M{i}(HttpClient h, int n) {{ if (n == 0) M{(i + 1) % 10_000}(h, n); else if (n == 1) M{(i * 7 + 3) % 10_000}(h, n - 1); else M{(i * 31 + 11) % 10_000}(h, n - 1); {(i % 1_000 == 999 ? Send : "")} }}")),
        ["a call graph of 10,000 mutually recursive methods, each with a sink"] = (Begin + "M0(http, conn, 3);",
            Lines(10_000, i => $"void M{i}(HttpClient h, NpgsqlConnection c, int n) {{ {Send} if (n == 0) M{(i + 1) % 10_000}(h, c, n); else if (n == 1) M{(i * 7 + 3) % 10_000}(h, c, n - 1); else M{(i * 31 + 11) % 10_000}(h, c, n - 1); c.Execute(\"DELETE FROM a\"); }}")),
        ["a chain of 2,000 calls"] = (Begin + "M0(http);", Lines(2_000, i => $"void M{i}(HttpClient h) => M{i + 1}(h);") + $"void M2000(HttpClient h) => {Send}"),
        ["a virtual call with 5,000 implementations"] = (Begin + "Find().Go(http);",
            "interface IGo { void Go(HttpClient h); }\nstatic IGo Find() => null!;\n" + Lines(5_000, i => $"sealed class G{i} : IGo {{ public void Go(HttpClient h) => {Send} }}")),
        ["an override with 5,000 implementations, in a loop"] = (Begin + "foreach (var go in new Go[3]) { go.Run(http); conn.Execute(\"DELETE FROM b\"); }",
            "abstract class Go { public abstract void Run(HttpClient h); }\n" + Lines(5_000, i => $"sealed class G{i} : Go {{ public override void Run(HttpClient h) => {Send} }}")),
        ["500 nested blocks"] = (Begin + Lines(500, _ => "{") + "http.Send(new HttpRequestMessage());" + Lines(500, _ => "}"), ""),
        ["200 nested conditions"] = (Begin + Lines(200, i => $"if (url.Length > {i}) {{") + "http.Send(new HttpRequestMessage());" + Lines(200, _ => "}"), ""),
        ["1,500 nested blocks, near to what the compiler itself survives"] = (Begin + Lines(1_500, _ => "{") + "http.Send(new HttpRequestMessage());" + Lines(1_500, _ => "}"), ""),
        ["1,500 nested conditions, where the stack runs out for operations"] = (Begin + Lines(1_500, _ => "if (url.Length > 3) {") + "http.Send(new HttpRequestMessage());" + Lines(1_500, _ => "}"), ""),
        ["60 nested try statements"] = (Begin + Lines(60, _ => "try {") + "http.Send(new HttpRequestMessage());" + Lines(60, i => $"}} catch (NpgsqlException) {{ conn.Execute(\"SELECT {i}\"); throw; }} finally {{ conn.Execute(\"SELECT {i}\"); }}"), ""),
        ["a switch of 5,000 short cases"] = (Begin + "switch (url.Length) {\n" + Lines(5_000, i => $"case {i}: tx.Save(\"a\"); break;") + "}\nhttp.Send(new HttpRequestMessage());", ""),
        ["a switch of 5,000 cases"] = (Begin + "switch (url.Length) {\n" + Lines(5_000, i => $"case {i}: conn.Execute(\"SELECT {i}\"); break;") + "}\nhttp.Send(new HttpRequestMessage());", ""),
        ["a switch of 5,000 cases that all begin and end"] = ("switch (url.Length) {\n" + Lines(5_000, i => $"case {i}: {{ using var t = conn.BeginTransaction(); http.Send(new HttpRequestMessage()); t.Commit(); break; }}") + "}", ""),
        ["1,000 transactions in a row"] = (Lines(1_000, i => $"{{ using var t{i} = conn.BeginTransaction(); conn.Execute(\"DELETE FROM a\"); http.Send(new HttpRequestMessage()); t{i}.Commit(); }}"), ""),
        ["1,000 transactions at once"] = (Lines(1_000, i => $"var t{i} = new NpgsqlConnection().BeginTransaction();") + "http.Send(new HttpRequestMessage());", ""),
        ["1,000 conditional transactions"] = (Lines(1_000, i => $"var t{i} = url.Length > {i} ? new NpgsqlConnection().BeginTransaction() : null;") + "http.Send(new HttpRequestMessage());", ""),
        ["a text of one megabyte"] = (Begin + $"conn.Execute(\"SELECT '{new string('x', 1 << 20)}'\");\nhttp.Send(new HttpRequestMessage());", ""),
        ["a sum of 5,000 texts"] = (Begin + "conn.Execute(" + string.Join(" + ", Enumerable.Range(0, 5_000).Select(i => $"\"SELECT {i};\" + url")) + ");\nhttp.Send(new HttpRequestMessage());", ""),
        ["1,000 tasks in a list"] = (Begin + "var tasks = new List<Task>();\n" + Lines(1_000, _ => "tasks.Add(http.GetStringAsync(url));") + "Task.WaitAll(tasks.ToArray());", ""),
        ["300 lambdas, each inside the last"] = (Begin + string.Concat(Enumerable.Repeat("Run(() => ", 300)) + "http.Send(new HttpRequestMessage())" + new string(')', 300) + ";", "static void Run(Action a) => a();"),
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_body_is_analysed_within_a_second_and_200_megabytes(string shape)
    {
        var (statements, members) = Bodies[shape];
        var compilation = TestCode.Method(statements, members).Compile();
        var method = FlowOf.MethodNamed(compilation, "Run");
        var cancellation = TestContext.Current.CancellationToken;
        var (best, kept) = (TimeSpan.MaxValue, long.MaxValue);
        for (var attempt = 0; attempt < Attempts && (best > Bar || kept > MemoryBar); attempt++)
        {
            // A clone has bound nothing yet.
            var fresh = compilation.Clone();
            var own = fresh.GetSemanticModel(method.DeclaringSyntaxReferences[0].SyntaxTree).GetDeclaredSymbol(method.DeclaringSyntaxReferences[0].GetSyntax(cancellation), cancellation) as IMethodSymbol;
            var context = new CompilationContext(fresh, ModelSet.Create(fresh), maxCallDepth: 6);
            context.Index(cancellation);
            var before = GC.GetTotalMemory(forceFullCollection: true);
            BodyFlow? flow = null;
            var took = OwnTime.Of(() => flow = context.Bodies.Graph(own!, cancellation) is { } body ? RootAnalysis.Run(context, body, own, cancellation) : null);
            best = took < best ? took : best;
            kept = Math.Min(kept, GC.GetTotalMemory(forceFullCollection: false) - before);
            GC.KeepAlive(flow);
        }

        TestContext.Current.SendDiagnosticMessage($"{shape}: {best.TotalMilliseconds:F0} ms, {kept >> 20} MB");
        Assert.True(best <= Bar, $"{shape}: {best.TotalMilliseconds:F0} ms");
        Assert.True(kept <= MemoryBar, $"{shape}: {kept >> 20} MB");
    }

    private static string Lines(int count, Func<int, string> line)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(line(i)).Append('\n');

        return text.ToString();
    }
}
