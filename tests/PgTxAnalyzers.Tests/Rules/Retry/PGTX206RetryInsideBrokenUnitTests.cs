using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Retry;

/// <summary>Retries inside of what they would have to repeat, and commands in a handler of an aborted transaction.</summary>
public sealed class PGTX206RetryInsideBrokenUnitTests
{
    private static TestCode With(string members) => RetryCode.Service(members).Counting("PGTX206");

    private static string Method(string open, string work) => $$"""
            public async Task RunAsync(int id, CancellationToken ct)
            {
                {{open}}
                {{work}}
            }

            private static Task<int> SendAsync(NpgsqlConnection to) => to.ExecuteAsync("UPDATE orders SET paid = true");

            private async Task<int> AloneAsync(CancellationToken ct)
            {
                await using var own = await dataSource.OpenConnectionAsync(ct);
                return await own.ExecuteAsync("UPDATE orders SET paid = true");
            }
        """;

    private const string Opened = "await using var c = await dataSource.OpenConnectionAsync(ct);";
    private const string OpenedLater = "await using var c = dataSource.CreateConnection(); await c.OpenAsync(ct);";
    private const string InTransaction = "await using var c = await dataSource.OpenConnectionAsync(ct); await using var tx = await c.BeginTransactionAsync(ct);";
    private const string Mark = " // expect: PGTX206";

    [Theory]
    [InlineData(Opened, "await pipeline.ExecuteAsync(async t => await c.ExecuteAsync(\"UPDATE orders SET paid = true\"), ct);")]
    [InlineData(OpenedLater, "await pipeline.ExecuteAsync(async t => await c.ExecuteAsync(\"UPDATE orders SET paid = true\"), ct);")]
    [InlineData(InTransaction, "await pipeline.ExecuteAsync(async t => await c.ExecuteAsync(\"UPDATE orders SET paid = true\", transaction: tx), ct);")]
    [InlineData(Opened, "await using var cmd = c.CreateCommand(); await pipeline.ExecuteAsync(async t => await cmd.ExecuteNonQueryAsync(t), ct);")]
    [InlineData(Opened, "await pipeline.ExecuteAsync(async t => await SendAsync(c), ct);")]
    [InlineData("await using var tx = await db.Database.BeginTransactionAsync(ct);", "await pipeline.ExecuteAsync(async t => await db.Database.ExecuteSqlAsync($\"DELETE FROM orders\", t), ct);")]
    public Task The_statement_in_the_scope_is_found(string open, string work) => With(Method(open, work + Mark)).HasMarkedFindings();

    /// <summary>The state of a delegate that captures nothing is one object for all attempts.</summary>
    [Theory]
    [InlineData(Opened, "await pipeline.ExecuteAsync(static async (s, t) => await s.ExecuteAsync(\"UPDATE orders SET paid = true\"), c, ct);")]
    [InlineData(OpenedLater, "await pipeline.ExecuteAsync(static async (s, t) => { await using var cmd = s.CreateCommand();\nawait cmd.ExecuteNonQueryAsync(t);", "}, c, ct);")]
    [InlineData(Opened, "await pipeline.ExecuteAsync(static async (s, t) => await s.c.ExecuteAsync(\"UPDATE orders SET paid = true WHERE id = @id\", new { s.id }), (c, id), ct);")]
    [InlineData(Opened, "await pipeline.ExecuteAsync(static async (s, t) => { await using var cmd = new NpgsqlCommand(\"DELETE FROM orders\", s.Item2);\nawait cmd.ExecuteNonQueryAsync(t);", "}, (id, c), ct);")]
    [InlineData(Opened, "await pipeline.ExecuteAsync(static async (s, t) => await SendAsync(s.to), (id, to: c), ct);")]
    public Task The_connection_may_be_the_delegates_state(string open, string work, string end = "") => With(Method(open, work + Mark + "\n" + end)).HasMarkedFindings();

    [Theory]
    [InlineData(Opened, "await pipeline.ExecuteAsync(static async (s, t) => { if (s.State != ConnectionState.Open) await s.OpenAsync(t); await s.ExecuteAsync(\"UPDATE orders SET paid = true\"); }, c, ct);")]
    [InlineData(Opened, "await pipeline.ExecuteAsync(static async (s, t) => { await using var own = await s.OpenConnectionAsync(t); await own.ExecuteAsync(\"UPDATE orders SET paid = true\"); }, dataSource, ct);")]
    [InlineData(Opened, "await pipeline.ExecuteAsync(static async (s, t) => await s.Item1.ExecuteAsync(\"UPDATE orders SET paid = true\"), (dataSource.CreateConnection(), c), ct);")]
    [InlineData("await using var c = dataSource.CreateConnection();", "await pipeline.ExecuteAsync(static async (s, t) => await s.ExecuteAsync(\"UPDATE orders SET paid = true\"), c, ct);")]
    public Task A_state_that_opens_its_own_is_quiet(string open, string work) => With(Method(open, work)).IsQuiet();

    [Theory]
    [InlineData("", "await pipeline.ExecuteAsync(async t => { await using var c = await dataSource.OpenConnectionAsync(t); await c.ExecuteAsync(\"UPDATE orders SET paid = true\"); }, ct);")]
    [InlineData(Opened, "await pipeline.ExecuteAsync(async t => await AloneAsync(t), ct);")]
    [InlineData(Opened, "await c.CloseAsync(); await pipeline.ExecuteAsync(async t => await c.ExecuteAsync(\"UPDATE orders SET paid = true\"), ct);")]
    [InlineData(Opened, "await pipeline.ExecuteAsync(async t => { if (c.State != ConnectionState.Open) await c.OpenAsync(t); await c.ExecuteAsync(\"UPDATE orders SET paid = true\"); }, ct);")]
    [InlineData("await using var c = dataSource.CreateConnection();", "await pipeline.ExecuteAsync(async t => await c.ExecuteAsync(\"UPDATE orders SET paid = true\"), ct);")]
    [InlineData(Opened, "await Task.Run(() => c.ExecuteAsync(\"UPDATE orders SET paid = true\"), ct);")]
    [InlineData(InTransaction, "await pipeline.ExecuteAsync(async t => { await tx.SaveAsync(\"s\", t); await c.ExecuteAsync(\"UPDATE orders SET paid = true\"); }, ct);")]
    public Task What_is_opened_inside_or_anew_is_quiet(string open, string work) => With(Method(open, work)).IsQuiet();

    private static string Handler(string inHandler, string filter = "PostgresException") => Method(InTransaction, $$"""
        try
                {
                    await c.ExecuteAsync("INSERT INTO orders (id) VALUES (@id)", new { id }, tx);
                }
                catch ({{filter}})
                {
                    {{inHandler}}
                }

                await tx.DisposeAsync();
        """);

    [Theory]
    [InlineData("await c.ExecuteAsync(\"UPDATE orders SET paid = true\", transaction: tx); // expect: PGTX206")]
    [InlineData("await SendAsync(c); // expect: PGTX206")]
    [InlineData("await c.ExecuteAsync(\"SELECT 1\", transaction: tx); // expect: PGTX206\nawait c.ExecuteAsync(\"SELECT 2\", transaction: tx);")]
    [InlineData("await tx.RollbackAsync(ct); await c.ExecuteAsync(\"UPDATE orders SET paid = true\");")]
    [InlineData("await c.ExecuteAsync(\"ROLLBACK\"); await c.ExecuteAsync(\"UPDATE orders SET paid = true\");")]
    [InlineData("await AloneAsync(ct);")]
    [InlineData("throw;")]
    public Task In_a_handler_a_command_needs_a_rollback_first(string inHandler) => With(Handler(inHandler)).HasMarkedFindings();

    /// <summary>The loop would repeat it as well, and one finding is enough.</summary>
    [Fact]
    public async Task A_command_in_a_handler_inside_a_loop_is_found_once()
    {
        var findings = await With("""
                public async Task RunAsync(NpgsqlConnection c, CancellationToken ct)
                {
                    using var tx = c.BeginTransaction();
                    while (!ct.IsCancellationRequested)
                    {
                        try
                        {
                            try
                            {
                                await new NpgsqlCommand("INSERT INTO orders (id) VALUES (1)", c).ExecuteNonQueryAsync(ct);
                            }
                            catch (NpgsqlException failure) when (failure.IsTransient)
                            {
                                await using (var again = new NpgsqlCommand("SELECT 1", c))
                                    await again.ExecuteScalarAsync(ct);
                            }
                            break;
                        }
                        catch (Exception)
                        {
                            await Task.Delay(100, ct);
                        }
                    }
                }
            """).Findings();

        var lines = findings.Select(f => f.Location.GetLineSpan().StartLinePosition.Line).ToList();
        Assert.NotEmpty(lines);
        Assert.Equal(lines.Distinct(), lines);
    }

    [Fact]
    public Task A_handler_that_no_statement_enters_is_quiet() =>
        With(Handler("await c.ExecuteAsync(\"UPDATE orders SET paid = true\", transaction: tx);", "FormatException")).IsQuiet();

    [Fact]
    public async Task The_messages_name_what_is_broken_and_where_it_began()
    {
        var onConnection = Assert.Single(await With(Method(Opened, "await pipeline.ExecuteAsync(async t => await SendAsync(c), ct);" + Mark)).HasMarkedFindings());
        var inTransaction = Assert.Single(await With(Handler("await SendAsync(c);" + Mark)).HasMarkedFindings());

        Assert.Matches(@"^Every further attempt fails: the retry repeats the statement on the connection opened at line \d+, which is closed once it is lost$", onConnection.GetMessage());
        Assert.Equal("SendAsync(c)", onConnection.Location.Text());
        Assert.Equal("dataSource.OpenConnectionAsync(ct)", Assert.Single(onConnection.AdditionalLocations).Text());
        Assert.Matches(@"^This command is refused with 25P02: it runs in the transaction begun at line \d+, which the failure that is handled here has aborted$", inTransaction.GetMessage());
        Assert.Equal(DiagnosticSeverity.Warning, inTransaction.Severity);
    }

    private static string Jump(string open, string inTry, string inHandler = "goto again;", string label = "again:", string behind = "", string handler = "NpgsqlException ex) when (ex.IsTransient") => Method(open, $$"""
        {{label}}
                try
                {
                    {{inTry}}
                }
                catch ({{handler}})
                {
                    {{inHandler}}
                }

                {{behind}}
        """);

    private const string Update = "await c.ExecuteAsync(\"UPDATE orders SET paid = true\");";

    [Theory]
    [InlineData(Opened, "goto again;")]
    [InlineData(OpenedLater, "await Task.Delay(100, ct); goto again;")]
    [InlineData(InTransaction, "if (id++ < 3) goto again; throw;")]
    public Task A_jump_in_front_of_the_try_is_a_retry(string open, string inHandler) => With(Jump(open, Update + Mark, inHandler)).HasMarkedFindings();

    [Fact]
    public async Task What_stands_between_the_label_and_the_try_runs_again()
    {
        await With(Jump(Opened, Update + Mark, label: "again: id++; var delay = id;", behind: "_ = delay;")).HasMarkedFindings();
        await With(Jump("", Update, label: "again: var c = await dataSource.OpenConnectionAsync(ct);")).IsQuiet();
        await With(Jump("await using var c = dataSource.CreateConnection();", Update, label: "again: await c.OpenAsync(ct);")).IsQuiet();
    }

    [Theory]
    [InlineData("await c.CloseAsync(); await c.OpenAsync(ct); goto again;", "")]
    [InlineData("c = await dataSource.OpenConnectionAsync(ct); goto again;", "")]
    [InlineData("goto after;", "after: ;")]
    [InlineData("goto again;", "await Task.Delay(60_000, ct); goto again;")]
    [InlineData("throw;", "if (id > 3) goto again;")]
    public Task A_jump_to_something_else_is_quiet(string inHandler, string behind) =>
        With(Jump("var c = await dataSource.OpenConnectionAsync(ct);", Update, inHandler, behind: behind, label: "again:")).IsQuiet();

    [Fact]
    public Task A_loop_that_makes_its_connection_anew_is_quiet() => With(Method("var c = await dataSource.OpenConnectionAsync(ct);", """
        for (var attempt = 0; attempt < 3; attempt++)
                {
                    try
                    {
                        await c.ExecuteAsync("UPDATE orders SET paid = true");
                        break;
                    }
                    catch (NpgsqlException ex) when (ex.IsTransient)
                    {
                        c = await dataSource.OpenConnectionAsync(ct);
                    }
                }
        """)).IsQuiet();

    private static string InCallers(string parameters, string tried, string inHandler = "await Task.Delay(100);", string filter = "(NpgsqlException) when (attempt < 3)") => $$"""
            public static async Task RunAsync({{parameters}})
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        {{tried}}
                        return;
                    }
                    catch {{filter}}
                    {
                        {{inHandler}}
                    }
                }
            }

            private static Task<int> SendAsync(NpgsqlConnection to, NpgsqlTransaction own) => to.ExecuteAsync("UPDATE orders SET paid = true", transaction: own);

            private static async Task WithSavepointAsync(NpgsqlTransaction own, Func<Task> work)
            {
                await own.SaveAsync("again");
                try
                {
                    await work();
                }
                catch (PostgresException)
                {
                    await own.RollbackAsync("again");
                    throw;
                }
            }
        """;

    private const string Paid = "await c.ExecuteAsync(\"UPDATE orders SET paid = true\", transaction: tx);";

    [Theory]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx", Paid)]
    [InlineData("DbConnection c, DbTransaction tx", Paid)]
    [InlineData("IDbConnection c, IDbTransaction tx", Paid)]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx", "await SendAsync(c, tx);")]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx", "await using var cmd = new NpgsqlCommand(\"SELECT 1\", c, tx); await cmd.ExecuteScalarAsync();")]
    [InlineData("DbConnection c, DbTransaction tx", "await using var cmd = c.CreateCommand(); cmd.Transaction = tx; await cmd.ExecuteNonQueryAsync();")]
    public Task A_callers_transaction_is_outside_of_the_retry(string parameters, string tried) => With(InCallers(parameters, tried + Mark)).HasMarkedFindings();

    [Theory]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction? tx", Paid, "")]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx = null!", Paid, "")]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx", "await tx.SaveAsync(\"s\");" + Paid, "await tx.RollbackAsync(\"s\");")]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx", "await c.ExecuteAsync(\"SAVEPOINT s\", transaction: tx);" + Paid, "await c.ExecuteAsync(\"ROLLBACK TO s\", transaction: tx);")]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx", "await WithSavepointAsync(tx, () => SendAsync(c, tx));", "")]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx", "c = new NpgsqlConnection(\"\"); await c.OpenAsync(); tx = await c.BeginTransactionAsync();" + Paid, "")]
    [InlineData("NpgsqlDataSource source, NpgsqlTransaction tx", "await source.CreateCommand(\"SELECT 1\").ExecuteNonQueryAsync();", "")]
    [InlineData("NpgsqlConnection c, NpgsqlTransaction tx", "await Task.Yield();", "")]
    public Task A_callers_transaction_that_may_not_be_there_or_is_mended_is_quiet(string parameters, string tried, string inHandler) => With(InCallers(parameters, tried, inHandler)).IsQuiet();

    [Fact]
    public async Task Of_a_callers_transaction_only_what_a_retry_may_cure_is_repeated()
    {
        await With(InCallers("NpgsqlConnection c, NpgsqlTransaction tx", Paid, "", "(PostgresException ex) when (ex.SqlState == \"23505\")")).IsQuiet();
        await With("""
                public static async Task RunAsync(NpgsqlConnection c, NpgsqlTransaction tx, int[] orders)
                {
                    foreach (var order in orders)
                    {
                        try
                        {
                            await c.ExecuteAsync("UPDATE orders SET paid = true WHERE id = @order", new { order }, tx);
                        }
                        catch (NpgsqlException)
                        {
                            await Task.Delay(100);
                        }
                    }
                }
            """).IsQuiet();
    }

    [Fact]
    public Task A_runner_that_begins_inside_the_retry_is_quiet() => With("""
            public Task RunAsync() => pipeline.ExecuteAsync(async t =>
            {
                await using var connection = await dataSource.OpenConnectionAsync(t);
                await using var begun = await connection.BeginTransactionAsync(t);
                Func<NpgsqlTransaction, Task> work = async tx => await connection.ExecuteAsync("UPDATE orders SET paid = true", transaction: tx);
                await work(begun);
                await begun.CommitAsync(t);
            }).AsTask();
        """).IsQuiet();

    [Fact]
    public async Task The_message_names_the_callers_transaction()
    {
        var finding = Assert.Single(await With(InCallers("NpgsqlConnection c, NpgsqlTransaction tx", Paid + Mark)).HasMarkedFindings());

        Assert.Equal("Every further attempt fails with 25P02: the retry repeats the statement inside the caller's transaction 'tx', which its failure has aborted", finding.GetMessage());
        Assert.Equal("NpgsqlTransaction tx", Assert.Single(finding.AdditionalLocations).Text());
    }
}
