using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>Regions that are not a transaction object: a <c>TransactionScope</c>, and BEGIN as SQL text.</summary>
public class ScopeAndTextTests
{
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["a scope ends at its dispose, not at Complete"] = """
            using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await db.SaveChangesAsync(ct);
                scope.Complete();
                await http.GetStringAsync(url, ct); // expect: PGTX101
            }

            await http.PostAsync(url, null, ct);
            """,
        ["a scope outlives its connection"] = """
            using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await using (var own = await source.OpenConnectionAsync(ct))
                    await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
                await http.GetStringAsync(url, ct); // expect: PGTX101
                scope.Complete();
            }
            """,
        ["a connection that was opened before the scope takes no part in it"] = """
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await conn.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct);
            scope.Complete();
            """,
        ["Dapper opens a closed connection, and the scope outlives that"] = """
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await using var own = new NpgsqlConnection(url);
            await http.PostAsync(url, null, ct);
            await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await own.ExecuteAsync("UPDATE orders SET status = 'sent'");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            scope.Complete();
            """,
        ["Dapper opens one that was made before the scope"] = """
            await using var own = source.CreateConnection();
            await own.QueryAsync("SELECT 1");
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await http.PostAsync(url, null, ct);
            await own.QueryAsync("SELECT 1");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            scope.Complete();
            """,
        ["Dapper on one that was opened before the scope"] = """
            await using var own = new NpgsqlConnection(url);
            await own.OpenAsync(ct);
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct);
            scope.Complete();
            """,
        ["Dapper opens one that does not enlist"] = """
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await using var own = new NpgsqlConnection("Host=db;Enlist=false");
            await own.ExecuteAsync("UPDATE orders SET status = 'paid'"); // expect: PGTX702
            await http.GetStringAsync(url, ct);
            scope.Complete();
            """,
        ["Dapper opens one in a suppressed scope"] = """
            using var outer = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            using (var inner = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
            {
                await using var own = new NpgsqlConnection(url);
                await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
            }

            await http.GetStringAsync(url, ct);
            outer.Complete();
            """,
        ["Dapper opens two connections, one after the other"] = """
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await using var a = new NpgsqlConnection(url);
            await using var b = new NpgsqlConnection(url);
            await a.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await b.ExecuteAsync("UPDATE orders SET status = 'sent'");
            scope.Complete();
            """,
        ["a scope that is long on purpose"] = """
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await using var own = await source.OpenConnectionAsync(ct);
            await own.ExecuteAsync("SET LOCAL idle_in_transaction_session_timeout = 0");
            await own.ExecuteAsync("UPDATE orders SET status = 'paid'");
            await http.GetStringAsync(url, ct);
            await Task.Delay(1, ct);
            scope.Complete();
            """,
        ["a suppressed scope is none"] = """
            using var scope = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
            await db.SaveChangesAsync(ct);
            await http.GetStringAsync(url, ct);
            scope.Complete();
            """,
        ["a suppressed scope does not end the one around it"] = """
            using var outer = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await db.SaveChangesAsync(ct);
            using (var inner = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
                inner.Complete();
            }

            outer.Complete();
            """,
        ["what runs in a suppressed scope does not open the one around it"] = """
            using var outer = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            using (var inner = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
                await db.SaveChangesAsync(ct);
            await http.GetStringAsync(url, ct);
            outer.Complete();
            """,
        ["the scope around a scope"] = """
            using (var outer = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await db.SaveChangesAsync(ct);
                using (var inner = new TransactionScope(TransactionScopeOption.RequiresNew, TransactionScopeAsyncFlowOption.Enabled))
                    inner.Complete();
                await http.GetStringAsync(url, ct); // expect: PGTX101
                outer.Complete();
            }
            """,
        ["BEGIN and COMMIT as text"] = """
            await conn.ExecuteAsync("BEGIN");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await conn.ExecuteAsync("COMMIT");
            await http.PostAsync(url, null, ct);
            """,
        ["START TRANSACTION and ROLLBACK through a command"] = """
            await using var begin = new NpgsqlCommand("start transaction isolation level serializable", conn);
            await begin.ExecuteNonQueryAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await using var end = new NpgsqlCommand { Connection = conn, CommandText = "ROLLBACK" };
            await end.ExecuteNonQueryAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["an object initialiser"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            var end = new NpgsqlCommand { Connection = conn, CommandText = "ROLLBACK" };
            await end.ExecuteNonQueryAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["properties one by one"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            var end = new NpgsqlCommand();
            end.Connection = conn;
            end.CommandText = "ROLLBACK";
            await end.ExecuteNonQueryAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["a command whose text changes"] = """
            await using var command = conn.CreateCommand();
            command.CommandText = "BEGIN";
            await command.ExecuteNonQueryAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            command.CommandText = "COMMIT";
            await command.ExecuteNonQueryAsync(ct);
            await http.PostAsync(url, null, ct);
            """,
        ["the whole transaction in one text"] = """
            await conn.ExecuteAsync("BEGIN; UPDATE orders SET status = 'paid'; COMMIT;");
            await http.GetStringAsync(url, ct);
            """,
        ["begun, and never ended, in one text"] = """
            await conn.ExecuteAsync("BEGIN; UPDATE orders SET status = 'paid';");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["COMMIT AND CHAIN begins the next one"] = """
            await conn.ExecuteAsync("BEGIN");
            await conn.ExecuteAsync("COMMIT AND CHAIN");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await conn.ExecuteAsync("ROLLBACK");
            """,
        ["savepoints as text are no end"] = """
            await conn.ExecuteAsync("BEGIN");
            await conn.ExecuteAsync("SAVEPOINT a");
            await conn.ExecuteAsync("ROLLBACK TO SAVEPOINT a");
            await conn.ExecuteAsync("RELEASE a");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await conn.ExecuteAsync("END");
            await http.PostAsync(url, null, ct);
            """,
        ["BEGIN in a comment or a string is no begin"] = """
            await conn.ExecuteAsync("SELECT 'BEGIN' -- BEGIN");
            await http.GetStringAsync(url, ct);
            """,
        ["BEGIN as a constant, and joined"] = """
            const string begin = "BEGIN" + " READ ONLY";
            await conn.ExecuteAsync(begin);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            await conn.ExecuteAsync($"COMMIT{""}");
            await http.PostAsync(url, null, ct);
            """,
        ["COMMIT as text ends a transaction object's transaction"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            await conn.ExecuteAsync("COMMIT");
            await http.GetStringAsync(url, ct);
            """,
        ["COMMIT on another connection ends nothing"] = """
            var other = await source.OpenConnectionAsync(ct);
            var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            await other.ExecuteAsync("COMMIT");
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_region_without_a_transaction_object_has_its_own_ends(string shape) => TestCode.Method(Bodies[shape]).HasMarkedFindings();
}
