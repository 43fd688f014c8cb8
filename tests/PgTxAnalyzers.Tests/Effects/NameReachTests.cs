using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>What names and declarations pass over must be what leads nowhere: whatever says that a call goes out, it is found behind a helper as it is in the transaction itself.</summary>
public sealed class NameReachTests
{
    /// <summary>The way to the call goes through a method, so that it is followed only where its name leads there.</summary>
    private static TestCode Behind(string call, string members) => TestCode.Of($$"""
        using System.IO;
        using Npgsql;

        public sealed class Service(NpgsqlConnection connection, Helper helper)
        {
            public async Task RunAsync()
            {
                await using var transaction = await connection.BeginTransactionAsync();
                await using (var command = new NpgsqlCommand("UPDATE a SET b = 1", connection, transaction))
                    await command.ExecuteNonQueryAsync();
                await helper.GoAsync(); // expect: PGTX101
                await transaction.CommitAsync();
            }
        }

        public sealed class Helper
        {
            public async Task GoAsync() { {{call}} }
        }

        {{members}}
        """).Counting("PGTX101", "PGTX102", "PGTX103");

    [Theory]
    [InlineData("M:System.IO.File.ReadAllTextAsync")]
    [InlineData("M:System.IO.File.ReadAll*")]
    [InlineData("M:System.IO.*.ReadAll*")]
    [InlineData("T:System.IO.File")]
    [InlineData("N:System.IO")]
    public async Task A_users_line_about_a_library_is_found_behind_a_helper(string line) =>
        await Behind("await File.ReadAllTextAsync(\"a\");", "").WithOption("pgtx.external_calls", line).HasMarkedFindings();

    [Theory]
    [InlineData("M:Ledger.Books.PostAsync")]
    [InlineData("M:Ledger.Books.Post*")]
    [InlineData("M:Ledger.*.Post*")]
    [InlineData("T:Ledger.Books")]
    [InlineData("N:Ledger")]
    public async Task A_users_line_about_the_source_is_found_behind_a_helper(string line) => await Behind(
        "await new Ledger.Books().PostAsync();",
        "namespace Ledger { public sealed class Books { public Task PostAsync() => Task.CompletedTask; } }").WithOption("pgtx.external_calls", line).HasMarkedFindings();
}
