using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>What a type is for the engine, which bodies a call can run, and which of them matter.</summary>
public class TypeTests
{
    private const string Code = """
        using System.Data.Common;
        using System.Net.Http;
        using Npgsql;

        public class NpgsqlConnectionDouble { public void BeginTransaction() { } }
        public class Own : DbConnection
        {
            protected override DbTransaction BeginDbTransaction(System.Data.IsolationLevel l) => null!;
            public override void ChangeDatabase(string n) { }
            public override void Close() { }
            public override void Open() { }
            protected override DbCommand CreateDbCommand() => null!;
            public override string? ConnectionString { get; set; }
            public override string Database => "";
            public override string DataSource => "";
            public override string ServerVersion => "";
            public override System.Data.ConnectionState State => default;
        }

        public interface ISender { void Send(HttpClient http); void Twice(HttpClient http) => Send(http); }
        public abstract class Base : ISender
        {
            public abstract void Send(HttpClient http);
            public virtual void Other() { }
        }
        public class First : Base { public override void Send(HttpClient http) => http.Send(new HttpRequestMessage()); }
        public class Second : Base { public sealed override void Send(HttpClient http) { } public override void Other() { } }
        public class Explicit : ISender { void ISender.Send(HttpClient http) { } }
        public interface IHandler<T> { void Handle(T value); }
        public class IntHandler : IHandler<int> { public void Handle(int value) { } }
        public class AnyHandler<T> : IHandler<T> { public void Handle(T value) { } }

        public class Calls
        {
            public void Leaf() { }
            public void Sends(HttpClient http) => http.Send(new HttpRequestMessage());
            public void Through(HttpClient http) => Sends(http);
            public void Circle() => Square();
            public void Square() => Circle();
            public void CircleThatSends(HttpClient http) { CircleThatSends(http); Through(http); }
            public void Runs(System.Action work) => work();
            public void Fails() => throw new System.InvalidOperationException();
            public void ThroughInterface(ISender sender, HttpClient http) => sender.Send(http);
            public void OfType<TC, TX, TN>(
                NpgsqlConnection connection, DbConnection general, Own own, NpgsqlConnectionDouble twin, Microsoft.Data.SqlClient.SqlConnection other,
                NpgsqlTransaction transaction, NpgsqlCommand command, Microsoft.EntityFrameworkCore.DbContext context, System.Linq.IQueryable<int> query,
                System.Threading.Tasks.Task task, System.Action action, TC constrained, TX constrainedTransaction, TN unconstrained, string text)
                where TC : DbConnection where TX : System.Data.IDbTransaction { }
        }
        """;

    private static readonly Lazy<Compilation> Compiled = new(() => TestCode.Of(Code).Compile());

    [Theory]
    [InlineData("connection", nameof(Shape.Connection))]
    [InlineData("general", nameof(Shape.Connection))]
    [InlineData("own", nameof(Shape.Connection))]
    [InlineData("twin", nameof(Shape.Other))]
    [InlineData("other", nameof(Shape.Other))]
    [InlineData("transaction", nameof(Shape.Transaction))]
    [InlineData("command", nameof(Shape.Command))]
    [InlineData("context", nameof(Shape.Context))]
    [InlineData("query", nameof(Shape.Query))]
    [InlineData("task", nameof(Shape.Awaitable))]
    [InlineData("action", nameof(Shape.Delegate))]
    [InlineData("constrained", nameof(Shape.Connection))]
    [InlineData("constrainedTransaction", nameof(Shape.Transaction))]
    [InlineData("unconstrained", nameof(Shape.Other))]
    [InlineData("text", nameof(Shape.Other))]
    public void A_type_is_what_its_library_says(string parameter, string shape)
    {
        var type = Method("Calls", "OfType").Parameters.Single(p => p.Name == parameter).Type;

        Assert.Equal(shape, new Shapes().Of(type).ToString());
    }

    [Theory]
    [InlineData("ISender", "Send", "First.Send, Second.Send, Explicit.ISender.Send")]
    [InlineData("Base", "Send", "First.Send, Second.Send")]
    [InlineData("Base", "Other", "Base.Other, Second.Other")]
    [InlineData("Second", "Send", "Second.Send")]
    [InlineData("ISender", "Twice", "ISender.Twice")]
    [InlineData("IHandler`1", "Handle", "AnyHandler.Handle, IntHandler.Handle")]
    [InlineData("Calls", "Leaf", "Calls.Leaf")]
    public void A_call_can_run_what_overrides_or_implements_it(string type, string method, string targets) =>
        Assert.Equal(targets.Split(", ").Order(StringComparer.Ordinal), Targets(Method(type, method), Value.Nothing, isBase: false));

    [Fact]
    public void A_base_call_and_an_object_of_a_known_type_have_one_target()
    {
        var second = new Value.Instance(new Place.This(), Compiled.Value.GetTypeByMetadataName("Second"), Exact: true);
        var nameless = new Value.Instance(new Place.This(), Compiled.Value.GetTypeByMetadataName("Explicit"), Exact: true);

        Assert.Equal(["Base.Other"], Targets(Method("Base", "Other"), Value.Nothing, isBase: true));
        Assert.Equal(["Second.Other"], Targets(Method("Base", "Other"), second, isBase: false));
        Assert.Equal(["Explicit.ISender.Send"], Targets(Method("ISender", "Send"), nameless, isBase: false));
    }

    [Theory]
    [InlineData("Leaf", false)]
    [InlineData("Sends", true)]
    [InlineData("Through", true)]
    [InlineData("Circle", false)]
    [InlineData("CircleThatSends", true)]
    [InlineData("Runs", true)]
    [InlineData("Fails", true)]
    [InlineData("ThroughInterface", true)]
    public void A_callee_matters_where_it_reaches_a_library_runs_a_delegate_or_never_returns(string method, bool matters) =>
        Assert.Equal(matters, Context().Relevance.Matters(Method("Calls", method), within: 6, TestContext.Current.CancellationToken));

    private static IEnumerable<string> Targets(IMethodSymbol method, Value receiver, bool isBase) =>
        Context().Targets.Of(method, receiver, isBase, TestContext.Current.CancellationToken).Select(m => $"{m.ContainingType.Name}.{m.Name}").Order(StringComparer.Ordinal);

    private static CompilationContext Context() => new(Compiled.Value, ModelSet.Create(Compiled.Value), maxCallDepth: 6);

    private static IMethodSymbol Method(string type, string name) =>
        Compiled.Value.GetTypeByMetadataName(type)!.GetMembers(name).OfType<IMethodSymbol>().Single();
}
