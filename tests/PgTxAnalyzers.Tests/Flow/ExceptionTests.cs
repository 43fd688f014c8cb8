using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>try, catch, when and finally: which states reach a handler, and what comes after it.</summary>
public class ExceptionTests
{
    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["the handler runs inside the transaction"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
            }
            catch (Exception)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
            }
            """,
        ["the transaction is disposed before the handler runs"] = """
            try
            {
                await using var tx = await conn.BeginTransactionAsync(ct);
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
            }
            catch (Exception)
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["rolled back in the handler, then the call"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
            }
            catch (Exception)
            {
                await tx.RollbackAsync(ct);
                await http.GetStringAsync(url, ct);
                throw;
            }

            await http.PostAsync(url, null, ct);
            """,
        ["a commit that fails has ended the transaction"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            try
            {
                await tx.CommitAsync(ct);
            }
            catch (PostgresException)
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["a commit that fails does not come to a handler of HTTP's failures"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
            }
            catch (HttpRequestException)
            {
                var other = await conn.BeginTransactionAsync(ct);
                await conn.QueryAsync("SELECT 1");
                await http.GetStringAsync(url, ct);
            }
            """,
        ["a second begin is refused by the driver, not by the server"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            try
            {
                await using var second = await conn.BeginTransactionAsync(ct); // expect: PGTX703
            }
            catch (NpgsqlException)
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["the begin itself fails"] = """
            NpgsqlTransaction? tx = null;
            try
            {
                tx = await conn.BeginTransactionAsync(ct);
            }
            catch (NpgsqlException)
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["a handler that swallows leaves the transaction open behind it"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
            }
            catch (NpgsqlException)
            {
            }

            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a handler of HTTP failures is not reached by a command"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
                await http.GetStringAsync(url, ct);
            }
            catch (HttpRequestException)
            {
                await http.PostAsync(url, null, ct);
            }
            """,
        ["a handler of database failures is not reached by HTTP"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await http.GetStringAsync(url, ct); // expect: PGTX103
            }
            catch (DbException)
            {
                await http.PostAsync(url, null, ct);
            }

            await tx.CommitAsync(ct);
            """,
        ["a filter that may say no"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
            }
            catch (Exception e) when (e.Message.Length > 3)
            {
                await tx.RollbackAsync(ct);
            }
            catch (Exception)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
            }
            """,
        ["the first handler that takes everything hides the next try's"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                try
                {
                    await conn.QueryAsync("SELECT 1");
                    await tx.CommitAsync(ct);
                }
                catch (Exception)
                {
                    await tx.RollbackAsync(ct);
                }
            }
            catch (NpgsqlException)
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["an exception passes a handler of another type on its way out"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                try
                {
                    await conn.QueryAsync("SELECT 1");
                    await tx.CommitAsync(ct);
                }
                catch (HttpRequestException)
                {
                    await tx.RollbackAsync(ct);
                }
            }
            catch (NpgsqlException)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
            }
            """,
        ["a rethrow goes to the outer handler"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                try
                {
                    await conn.QueryAsync("SELECT 1");
                    await tx.CommitAsync(ct);
                }
                catch (NpgsqlException)
                {
                    throw;
                }
            }
            catch (Exception)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
            }
            """,
        ["a finally block that disposes"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await http.GetStringAsync(url, ct); // expect: PGTX101
                await tx.CommitAsync(ct);
            }
            finally
            {
                await tx.DisposeAsync();
            }

            await http.PostAsync(url, null, ct);
            """,
        ["a call in the finally block"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
            }
            finally
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
            }
            """,
        ["a finally block that only success reaches"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
            }
            catch (Exception)
            {
                await tx.RollbackAsync(ct);
                throw;
            }
            finally
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["nested finally blocks, left by a return"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                try
                {
                    await conn.QueryAsync("SELECT 1");
                    return;
                }
                finally
                {
                    await tx.RollbackAsync(ct);
                }
            }
            finally
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["a return passes the finally block and not what stands behind it"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                if (url.Length > 3)
                    return;
                await tx.CommitAsync(ct);
            }
            finally
            {
                url += "x";
            }

            await http.GetStringAsync(url, ct);
            """,
        ["break and continue pass the finally block"] = """
            foreach (var c in url)
            {
                var tx = await conn.BeginTransactionAsync(ct);
                try
                {
                    await conn.QueryAsync("SELECT 1");
                    if (c == 'x')
                        continue;
                    if (c == 'y')
                        break;
                    await http.GetStringAsync(url, ct); // expect: PGTX101
                }
                finally
                {
                    await tx.RollbackAsync(ct);
                }

                await http.PostAsync(url, null, ct);
            }

            await http.DeleteAsync(url, ct);
            """,
        ["an exception in a finally block takes the place of the first"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                try
                {
                    await conn.QueryAsync("SELECT 1");
                }
                finally
                {
                    await tx.DisposeAsync();
                    await conn.QueryAsync("SELECT 2");
                }
            }
            catch (NpgsqlException)
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["a throw in a handler leaves through the finally block"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                await conn.QueryAsync("SELECT 1");
                await tx.CommitAsync(ct);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException("no", e);
            }
            finally
            {
                await tx.DisposeAsync();
                await http.GetStringAsync(url, ct);
            }
            """,
        ["what is thrown again is of the kind that was caught"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            try
            {
                try
                {
                    await http.GetStringAsync(url, ct); // expect: PGTX101
                }
                catch (Exception)
                {
                    url = "";
                    throw;
                }
            }
            catch (NpgsqlException)
            {
                await http.GetStringAsync("/an unreachable handler", ct);
            }
            """,
        ["a handler by type says what is thrown again"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            try
            {
                try
                {
                    await File.ReadAllTextAsync(url, ct);
                }
                catch (HttpRequestException e) when (e.Message != "")
                {
                    throw;
                }
                finally
                {
                    await tx.CommitAsync(ct);
                    await conn.QueryAsync("SELECT 2");
                }
            }
            catch (HttpRequestException)
            {
                await http.GetStringAsync(url, ct);
            }
            """,
        ["an exception of a known type passes other handlers"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            try
            {
                if (url == "")
                    throw new ArgumentException(nameof(url));
                await tx.CommitAsync(ct);
            }
            catch (NpgsqlException)
            {
                await http.GetStringAsync("/after the commit at the earliest", ct);
            }
            catch (ArgumentException)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
            }
            catch (Exception)
            {
                await http.GetStringAsync("/after the commit at the earliest", ct);
            }
            """,
        ["a task of a request that is awaited fails as a request"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            await conn.QueryAsync("SELECT 1");
            var answer = http.GetStringAsync(url, ct);
            try
            {
                await answer; // expect: PGTX101
            }
            catch (NpgsqlException)
            {
                await http.GetStringAsync("/an unreachable handler", ct);
            }
            """,
        ["a second begin on the connection fails"] = """
            await using var tx = await conn.BeginTransactionAsync(ct);
            try
            {
                var again = await conn.BeginTransactionAsync(ct); // expect: PGTX703
                await conn.QueryAsync("SELECT 1");
                await http.GetStringAsync("/unreachable", ct);
            }
            catch (InvalidOperationException)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX103
            }
            """,
        ["a retry loop around a transaction of its own"] = """
            for (var i = 0; i < 3; i++)
            {
                await using var tx = await conn.BeginTransactionAsync(ct);
                try
                {
                    await conn.QueryAsync("SELECT 1");
                    await tx.CommitAsync(ct);
                    return;
                }
                catch (PostgresException e) when (e.SqlState == "40001" && i < 2)
                {
                    await tx.RollbackAsync(ct);
                    await Task.Delay(100, ct);
                }
            }
            """,
        ["lock"] = """
            var tx = await conn.BeginTransactionAsync(ct);
            lock (url)
            {
                conn.Query("SELECT 1");
                http.Send(new HttpRequestMessage(), ct); // expect: PGTX101
                tx.Commit();
            }

            await http.GetStringAsync(url, ct);
            """,
    };

    [Fact]
    public Task A_callee_that_enumerates_may_fail() => TestCode.Of("""
        using Npgsql;
        public class Service(HttpClient http)
        {
            public async Task Run(NpgsqlConnection conn)
            {
                await new NpgsqlCommand("BEGIN", conn).ExecuteNonQueryAsync();
                try
                {
                    Count();
                }
                catch
                {
                    await http.GetAsync("/"); // expect: PGTX101
                }
            }

            private static IEnumerable<int> Items() => new[] { 1 };

            private void Count()
            {
                foreach (var item in Items())
                {
                }
            }
        }
        """).Counting("PGTX101").HasMarkedFindings();

    [Fact]
    public Task The_task_of_a_transaction_that_is_null_fails_nobody() => TestCode.Method("""
        NpgsqlTransaction? none = null;
        try
        {
            var tx = await conn.BeginTransactionAsync(ct);
            await (none?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (HttpRequestException)
        {
            await http.GetStringAsync(url, ct);
        }
        """).HasMarkedFindings();

    private const string Callees = """
        private static Task Nothing(HttpClient http) => Task.CompletedTask;
        private async Task Stub(HttpClient http)
        {
            if (http is null)
                await Nothing(http!);
        }
        private async Task<string> Fetch(HttpClient http) => await http.GetStringAsync("/");
        private static void Refuse() => throw new InvalidOperationException();
        """;

    [Fact]
    public Task A_stub_that_calls_nothing_does_not_throw() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        try
        {
            await Stub(http);
            await tx.RollbackAsync(ct);
        }
        finally
        {
            await http.GetStringAsync(url, ct);
        }
        """, Callees).HasMarkedFindings();

    [Fact]
    public Task A_callee_s_exception_is_of_its_kind_in_the_caller() => TestCode.Method("""
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.QueryAsync("SELECT 1");
        try
        {
            await Fetch(http); // expect: PGTX101
            Refuse();
        }
        catch (NpgsqlException)
        {
            await http.GetStringAsync("/an unreachable handler", ct);
        }
        catch (InvalidOperationException)
        {
            await http.GetStringAsync(url, ct); // expect: PGTX101
        }
        """, Callees).HasMarkedFindings();

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_call_is_found_where_an_exception_s_path_holds_it(string shape) => TestCode.Method(Bodies[shape]).HasMarkedFindings();
}
