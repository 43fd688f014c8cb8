using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Which bodies are worth a look, and which helpers hand a begin on: by names alone.</summary>
public class NameIndexTests
{
    private static readonly ImmutableHashSet<string> Seeds = ["BeginTransaction", "BeginTransactionAsync", "TransactionScope"];

    [Theory]
    [InlineData("void M() { c.BeginTransaction(); }", true)]
    [InlineData("void M() { using var s = new TransactionScope(); }", true)]
    [InlineData("void M() => c.BeginTransaction();", true)]
    [InlineData("int M => c.BeginTransaction();", true)]
    [InlineData("int M { get { c.BeginTransaction(); return 1; } }", true)]
    [InlineData("C() { c.BeginTransaction(); }", true)]
    [InlineData("void M() { c.Execute(\"BEGIN\"); }", true)]
    [InlineData("void M() { c.Execute($\"start transaction {level}\"); }", true)]
    [InlineData("void M() { c.Execute(\"\"\"BEGIN\"\"\"); }", true)]
    [InlineData("void M(NpgsqlTransaction tx) { }", true)]
    [InlineData("void M() { Action f = () => c.BeginTransaction(); }", true)]
    [InlineData("TransactionScope M() => new(1);", true)]
    [InlineData("TransactionScope M() { return flag ? new(1) : new (2); }", true)]
    [InlineData("async Task<TransactionScope> M() { return new(); }", true)]
    [InlineData("TransactionScope M => new();", true)]
    [InlineData("TransactionScope? kept; System.Transactions.TransactionScope? M { get { return kept ??= new(); } }", true)]
    [InlineData("TransactionScope? kept; void M() { kept = new(); }", true)]
    [InlineData("TransactionScope? kept; void M() { this.kept = new(); }", true)]
    [InlineData("void M() { TransactionScope? s = null; s = new(); }", true)]
    [InlineData("void M() { System.Transactions.TransactionScope s = new(); }", true)]
    [InlineData("void M() { using (TransactionScope s = new()) { } }", true)]
    [InlineData("void M() { Func<TransactionScope> make = () => new(); }", true)]
    [InlineData("void M() { Run(() => { TransactionScope Make() => new(); }); }", true)]
    [InlineData("void M() { Run((TransactionScope)new(1)); }", true)]
    [InlineData("void M(TransactionScope? s) { if (s == null) { s = new(); } }", true)]
    [InlineData("string kept; void M() { TransactionScope? kept = null; kept = new(); }", true)]
    [InlineData("TransactionScope kept; void M() { string? kept = null; kept = new(); }", false)]
    [InlineData("TransactionScope? kept; void M() { string kept = null; this.kept = new(); }", true)]
    [InlineData("TransactionScope kept; void M() { var o = new Other { kept = new() }; }", false)]
    [InlineData("void M() { List<int> kept = new(); }", false)]
    [InlineData("TransactionScope kept; void M() { other.kept = new(); }", false)]
    [InlineData("TransactionScope M() => kept;", false)]
    [InlineData("void M() { Run(new()); }", false)]
    [InlineData("void M() { c.Execute(\"SELECT 1\"); }", false)]
    [InlineData("void M() { /* BeginTransaction */ }", false)]
    [InlineData("abstract void BeginTransaction();", false)]
    public void A_body_is_a_candidate_by_its_words(string member, bool isCandidate)
    {
        var (index, tree) = Index($"class C {{ {member} }}");

        Assert.Equal(isCandidate, index.Candidates(tree, TestContext.Current.CancellationToken).Any());
    }

    /// <summary>Reading runs a getter; what is no getter's name, or only set or told, is read everywhere and begins nothing.</summary>
    [Theory]
    [InlineData("Tx => c.BeginTransaction();", "var tx = Tx;", true)]
    [InlineData("Tx { get { return c.BeginTransaction(); } }", "var tx = unit.Tx;", true)]
    [InlineData("Tx => Other; object Other => c.BeginTransaction();", "using (unit.Tx) { }", true)]
    [InlineData("Tx => c.BeginTransaction();", "Tx.Commit();", true)]
    [InlineData("Tx => c.BeginTransaction();", "Tx?.Commit();", true)]
    [InlineData("Tx => c.BeginTransaction();", "if (unit.Tx is { } tx) tx.Commit();", true)]
    [InlineData("Tx => c.BeginTransaction();", "unit.Tx = null;", false)]
    [InlineData("Tx => c.BeginTransaction();", "Tx one;", true)]
    [InlineData("Tx => c.BeginTransaction();", "var other = unit.Txs;", false)]
    [InlineData("Tx { get; set; } object Begin => c.BeginTransaction();", "var tx = unit.Tx;", false)]
    [InlineData("Tx { get { using var tx = c.BeginTransaction(); return 1; } }", "var tx = unit.Tx;", false)]
    [InlineData("Tx { set { kept = c.BeginTransaction(); } }", "var tx = unit.Tx;", false)]
    public void A_property_is_called_where_it_is_read(string property, string statement, bool isCandidate)
    {
        var (index, tree) = Index($"class C {{ object {property} void M() {{ {statement} }} }}");

        Assert.Equal(isCandidate, index.Candidates(tree, TestContext.Current.CancellationToken).Any(d => d.ToString().StartsWith("void M", StringComparison.Ordinal)));
    }

    /// <summary>A field whose factory begins is called where its value is read; one of another factory, and one that is handed in, is a field.</summary>
    [Theory]
    [InlineData("Lazy<object> tx; C() { tx = new Lazy<object>(() => c.BeginTransaction()); }", "tx.Value.Commit();", true)]
    [InlineData("Lazy<object> tx; C() => this.tx = new(c.BeginTransaction);", "var begun = this.tx.Value;", true)]
    [InlineData("Lazy<object> tx = new(() => Begun()); static object Begun() => c.BeginTransaction();", "Use(tx.Value);", true)]
    [InlineData("Lazy<object> tx; C() { tx = new Lazy<object>(() => c.BeginTransaction()); } object Tx => tx.Value;", "var begun = Tx;", true)]
    [InlineData("Lazy<object> tx; C() { tx = new Lazy<object>(() => c.BeginTransaction()); }", "if (tx.IsValueCreated) return;", false)]
    [InlineData("Lazy<object> tx; C() { tx = new Lazy<object>(() => c.BeginTransaction()); }", "var other = rows.Value;", false)]
    [InlineData("Lazy<object> tx; C() { tx = new Lazy<object>(() => c.Open()); }", "var opened = tx.Value;", false)]
    [InlineData("Lazy<object> tx; C(Lazy<object> given) { tx = given; }", "var begun = tx.Value;", false)]
    public void A_lazy_field_is_called_where_its_value_is_read(string members, string statement, bool isCandidate)
    {
        var (index, tree) = Index($"class C {{ {members} void M() {{ {statement} }} }}");

        Assert.Equal(isCandidate, index.Candidates(tree, TestContext.Current.CancellationToken).Any(d => d.ToString().StartsWith("void M", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_a_file_only_the_bodies_that_mention_a_begin_are_candidates()
    {
        var (index, tree) = Index("class C { void A() { } void B() { c.BeginTransaction(); } int P { get { return 1; } set { c.BeginTransaction(); } } }");

        Assert.Equal(["void B() { c.BeginTransaction(); }", "set { c.BeginTransaction(); }"], index.Candidates(tree, TestContext.Current.CancellationToken).Select(d => d.ToString()));
    }

    [Theory]
    [InlineData("T Start() => c.BeginTransaction();", true)]
    [InlineData("T Start() { var t = c.BeginTransaction(); return t; }", true)]
    [InlineData("async Task<T> Start() { return await c.BeginTransactionAsync(); }", true)]
    [InlineData("void Start() { kept = c.BeginTransaction(); }", true)]
    [InlineData("void Start() { c.Execute(\"BEGIN\"); }", true)]
    [InlineData("TransactionScope Start() => new(1);", true)]
    [InlineData("void Start() { kept = new(1); } TransactionScope? kept;", true)]
    [InlineData("TransactionScope Start { get { return new(1); } }", true)]
    [InlineData("void Start() { using TransactionScope t = new(1); }", false)]
    [InlineData("void Start() { using (TransactionScope t = new(1)) { } }", false)]
    [InlineData("void Start() { using var t = c.BeginTransaction(); }", false)]
    [InlineData("void Start() { using (c.BeginTransaction()) { } }", false)]
    [InlineData("async Task Start() { var t = await c.BeginTransactionAsync(); await t.CommitAsync(); }", true)]
    public void A_helper_that_may_leave_its_begin_makes_its_name_one(string helper, bool leaks)
    {
        var (index, _) = Index($"class C {{ {helper} }}");

        Assert.Equal(leaks, index.CanBegin("Start"));
    }

    [Theory]
    [InlineData("void Start(Func<int> work) { using var t = c.BeginTransaction(); work(); }", true)]
    [InlineData("void Start(Work work) { using var t = c.BeginTransaction(); work.Invoke(); }", true)]
    [InlineData("void Start(Work work) { using var t = c.BeginTransaction(); }", false)]
    public void A_helper_that_runs_a_delegate_in_its_own_region_makes_its_callers_candidates(string helper, bool runs)
    {
        var (index, tree) = Index("class User { void M() { Start(() => 1); } }", $"class C {{ {helper} }}");

        Assert.False(index.CanBegin("Start"));
        Assert.Equal(runs, index.Candidates(tree, TestContext.Current.CancellationToken).Any());
    }

    [Fact]
    public void Helpers_are_found_through_helpers_in_other_files()
    {
        var (index, tree) = Index("class User { void M() { var t = Third(); } }", "class A { T First() => c.BeginTransaction(); }", "class B { T Second() => First(); T Third() => Second(); }");

        Assert.True(index.CanBegin("Third"));
        Assert.Single(index.Candidates(tree, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_constructor_that_begins_makes_the_name_of_its_type_one()
    {
        var (index, _) = Index("class Unit { Unit() { t = c.BeginTransaction(); } }");

        Assert.True(index.CanBegin("Unit"));
    }

    [Fact]
    public void Names_that_are_called_in_a_circle_end() =>
        Assert.True(Index("class C { T A() => B(); T B() { c.BeginTransaction(); return A(); } }").Index.CanBegin("A"));

    [Theory]
    [InlineData("x.BeginTransaction()", true)]
    [InlineData("x.BeginTransactionAsync()", false)]
    [InlineData("xBeginTransaction", false)]
    [InlineData("BeginTransaction", true)]
    public void Words_are_whole_words(string text, bool has) => Assert.Equal(has, TreeWords.Scan(SourceText.From(text)).ContainsAny(new[] { TreeWords.Hash("BeginTransaction") }));

    [Fact]
    public void A_word_across_the_edge_of_the_buffer_is_one_word()
    {
        for (var before = 4_080; before < 4_100; before++)
            Assert.True(TreeWords.Scan(SourceText.From(new string(' ', before) + "BeginTransaction ")).ContainsAny(["BeginTransaction"]), $"at {before}");
    }

    [Theory]
    [InlineData("\"BEGIN\"", true, false)]
    [InlineData("start transaction", true, false)]
    [InlineData("beginning", false, false)]
    [InlineData("DbTransaction tx", false, true)]
    public void The_scan_sees_text_and_types(string text, bool sql, bool type)
    {
        var words = TreeWords.Scan(SourceText.From(text));

        Assert.Equal(sql, words.HasSqlBegin);
        Assert.Equal(type, words.HasTransactionType);
    }

    [Fact]
    public async Task A_compilation_without_a_begin_costs_no_graph()
    {
        var code = TestCode.Of("public class Service { public void Run(Npgsql.NpgsqlConnection conn) => conn.Close(); }");
        BodyCatalog? bodies = null;
        await AnalyzerRun.Findings(code.Compile(), code.AnalyzerOptions(), [new TransactionAnalyzer { Began = b => bodies = b }], TestContext.Current.CancellationToken);

        Assert.Equal(0, bodies!.GraphsBuilt);
    }

    private static (NameIndex Index, SyntaxTree Tree) Index(params string[] files)
    {
        var trees = files.Select(f => CSharpSyntaxTree.ParseText(f)).ToArray();
        return (NameIndex.Create([CSharpCompilation.Create("Names", trees)], Seeds, TestContext.Current.CancellationToken), trees[0]);
    }
}
