using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.TransactionApi;

public sealed class PGTX706ScopeDefaultsFixTests
{
    private const string Key = "PGTX706.StateBoth";

    [Theory]
    [InlineData("()", "(TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.Serializable, Timeout = TransactionManager.DefaultTimeout })")]
    [InlineData("(TransactionScopeAsyncFlowOption.Enabled)", "(TransactionScopeOption.Required, new TransactionOptions { IsolationLevel = IsolationLevel.Serializable, Timeout = TransactionManager.DefaultTimeout }, TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("(TransactionScopeOption.RequiresNew)", "(TransactionScopeOption.RequiresNew, new TransactionOptions { IsolationLevel = IsolationLevel.Serializable, Timeout = TransactionManager.DefaultTimeout })")]
    [InlineData("(TransactionScopeOption.RequiresNew, TimeSpan.FromSeconds(5), TransactionScopeAsyncFlowOption.Enabled)", "(TransactionScopeOption.RequiresNew, new TransactionOptions { IsolationLevel = IsolationLevel.Serializable, Timeout = TimeSpan.FromSeconds(5) }, TransactionScopeAsyncFlowOption.Enabled)")]
    public async Task Both_are_written_out(string before, string after) => await Code(before).Fix("PGTX706", Key).Becomes(Code(after, fixedCode: true));

    [Theory]
    [InlineData("(asyncFlowOption: TransactionScopeAsyncFlowOption.Enabled)")]
    [InlineData("(/* the defaults */)")]
    public async Task It_is_not_offered_for_names_and_comments(string arguments) => await Code(arguments).Fix("PGTX706", Key).IsNotOffered();

    /// <summary>A scope that joins one of another level throws when it states its own.</summary>
    [Fact]
    public async Task It_is_not_offered_where_the_project_has_scopes_of_other_levels()
    {
        var other = "public class Other { public System.Transactions.TransactionOptions Options; }";
        await Code("(TransactionScopeAsyncFlowOption.Enabled)").WithFile("Other.cs", other).Fix("PGTX706", Key).IsNotOffered();
        var isNew = await Code("(TransactionScopeOption.RequiresNew, TransactionScopeAsyncFlowOption.Enabled)").WithFile("Other.cs", other).Fix("PGTX706", Key).Offers();
        Assert.Contains(isNew, offer => offer.Key == Key);
    }

    /// <summary>A scope that is open around it may have a longer time than the default, which a stated one would cut short.</summary>
    [Fact]
    public async Task It_is_not_offered_where_a_caller_has_a_scope_of_its_own()
    {
        const string Caller = """
            using System.Transactions;
            using Npgsql;

            public class Outer(Service service)
            {
                public void Run(NpgsqlConnection conn)
                {
                    using var scope = new TransactionScope(TransactionScopeOption.Required, TimeSpan.FromMinutes(5));
                    service.Run(conn);
                    scope.Complete();
                }
            }
            """;
        await Code("()").WithFile("Outer.cs", Caller).Counting("PGTX706").Fix("PGTX706", Key).IsNotOffered();
    }

    [Fact]
    public async Task Scopes_that_follow_each_other_and_nested_new_ones_are_all_written_out_at_once()
    {
        const string Stated = "new TransactionOptions { IsolationLevel = IsolationLevel.Serializable, Timeout = TransactionManager.DefaultTimeout }";
        await Two("TransactionScope()", "TransactionScope(TransactionScopeOption.RequiresNew)", " // expect: PGTX706").FixAll("PGTX706", Key)
            .Becomes(Two($"TransactionScope(TransactionScopeOption.Required, {Stated})", $"TransactionScope(TransactionScopeOption.RequiresNew, {Stated})", ""));
    }

    private static TestCode Two(string outer, string inner, string mark) => TestCode.Of($$"""
        using System.Transactions;
        using Npgsql;

        public class Service
        {
            public void Run(NpgsqlConnection conn)
            {
                using var scope = new {{outer}};{{mark}}
                conn.Open();
                scope.Complete();
            }

            public void Log(NpgsqlConnection conn)
            {
                using (var scope = new {{outer}}){{mark}}
                {
                    conn.Open();
                    using (var own = new {{inner}}){{mark}}
                    {
                        conn.Open();
                        own.Complete();
                    }

                    scope.Complete();
                }
            }
        }
        """);

    private static TestCode Code(string arguments, bool fixedCode = false) => TestCode.Of($$"""
        using System.Transactions;
        using Npgsql;

        public class Service
        {
            public void Run(NpgsqlConnection conn)
            {
                using var scope = new TransactionScope{{arguments}};{{(fixedCode ? "" : " // fix: PGTX706")}}
                conn.Open();
                scope.Complete();
            }
        }
        """);
}
