using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Units of work as they are written over ADO.NET's interfaces, with Dapper: what they dispose of is over.</summary>
public sealed class SessionOfInterfacesTests
{
    /// <param name="dispose">How the unit of work ends what it holds.</param>
    [Theory]
    [InlineData("_tx?.Dispose(); _con?.Dispose();")]
    [InlineData("_tx?.Dispose(); _tx = null; _con?.Dispose(); _con = null;")]
    [InlineData("_tx?.Dispose();")]
    [InlineData("_con?.Dispose();")]
    [InlineData("_con?.Close();")]
    [InlineData("if (_tx != null) _tx.Dispose(); _con!.Dispose();")]
    [InlineData("_tx?.Rollback();")]
    public Task A_unit_of_work_that_disposes_of_what_it_has(string dispose) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Npgsql;

        public sealed class Work : IDisposable
        {
            private IDbConnection? _con;
            private IDbTransaction? _tx;
            public Work(string text) { _con = new NpgsqlConnection(text); _con.Open(); _tx = _con.BeginTransaction(); }
            public void Run(string sql) => _con!.Execute(sql, transaction: _tx);
            public void Dispose() { {{dispose}} }
        }

        public class Checkout(string text, HttpClient http)
        {
            public async Task RunAsync()
            {
                using (var work = new Work(text))
                {
                    work.Run("INSERT INTO a (id) VALUES (1)");
                    await http.GetAsync("/"); // expect: PGTX101
                }
                await http.GetAsync("/");
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    /// <summary>A session gives out the unit of work that it holds, and disposes of it.</summary>
    /// <param name="property">How it gives it out.</param>
    [Theory]
    [InlineData("public Work Unit => _unit;")]
    [InlineData("public Work Unit { get { return _unit; } }")]
    [InlineData("public Work Unit { get => this._unit!; }")]
    public Task A_session_that_disposes_of_its_unit_of_work(string property) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Npgsql;

        public sealed class Work(IDbConnection con) : IDisposable
        {
            private IDbTransaction? _tx;
            public void Begin() => _tx = con.BeginTransaction();
            public void Run(string sql) => con.Execute(sql, transaction: _tx);
            public void Dispose() { _tx?.Dispose(); _tx = null; }
        }

        public sealed class Session : IDisposable
        {
            private readonly IDbConnection _con;
            private readonly Work _unit;
            public Session(string text) { _con = new NpgsqlConnection(text); _con.Open(); _unit = new Work(_con); }
            {{property}}
            public void Dispose() { _unit.Dispose(); _con.Dispose(); }
        }

        public class Checkout(string text, HttpClient http)
        {
            public async Task RunAsync()
            {
                using (var session = new Session(text))
                {
                    session.Unit.Begin();
                    session.Unit.Run("INSERT INTO a (id) VALUES (1)");
                    await http.GetAsync("/"); // expect: PGTX101
                }
                await http.GetAsync("/");
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    /// <summary>Nobody knows where the connection comes from; that it is closed, everybody sees.</summary>
    [Theory]
    [InlineData("var con = open();")]
    [InlineData("var con = map[1];")]
    [InlineData("using IDbConnection con = open();")]
    [InlineData("var con = (IDbConnection)any;")]
    public Task A_connection_from_anywhere_that_is_closed(string taken) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Npgsql;

        public class Checkout(Func<NpgsqlConnection> open, Dictionary<int, NpgsqlConnection> map, object any, HttpClient http)
        {
            public async Task RunAsync()
            {
                {{taken}}
                con.Open();
                var tx = con.BeginTransaction();
                con.Execute("INSERT INTO a (id) VALUES (1)", transaction: tx);
                await http.GetAsync("/"); // expect: PGTX101
                con.Close();
                await http.GetAsync("/");
            }
        }
        """).Counting("PGTX101", "PGTX103").HasMarkedFindings();

    /// <summary>Who asks his field twice gets one answer.</summary>
    [Theory]
    [InlineData("_tx is null", "_tx")]
    [InlineData("_tx == null", "_tx")]
    [InlineData("!(_tx is not null)", "_tx")]
    [InlineData("Given is null", "Given")]
    public Task Who_has_begun_commits(string test, string field) => TestCode.Of($$"""
        using System.Data;
        using Dapper;
        using Npgsql;

        public class Store(NpgsqlConnection con)
        {
            private NpgsqlTransaction? _tx;
            public NpgsqlTransaction? Given { get; set; }
            public void Use(NpgsqlTransaction tx) => _tx = tx;

            public async Task RunAsync()
            {
                var owns = {{test}};
                var tx = {{field}} ?? await con.BeginTransactionAsync();
                await con.ExecuteAsync("UPDATE a SET x = 1 WHERE id = 1", transaction: tx);
                if (owns) await tx.CommitAsync();
            }
        }
        """).Counting("PGTX704").IsQuiet();
}
