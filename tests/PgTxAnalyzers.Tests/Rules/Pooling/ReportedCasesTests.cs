using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.Pooling;

/// <summary>Shapes from public threads that no other test of these rules has: as they were reported, and repaired.</summary>
public class ReportedCasesTests
{
    private static readonly string[] Rules = ["PGTX301", "PGTX302", "PGTX303", "PGTX304", "PGTX305", "PGTX306", "PGTX307", "PGTX308", "PGTX309", "PGTX310"];

    [Theory]
    [InlineData("D57", "NpgsqlDataSource.Create(\"Server=10.0.0.5;Port=6432;Database=shop;User Id=app\"); // expect: PGTX306")]
    [InlineData("D57 repaired", "NpgsqlDataSource.Create(\"Server=10.0.0.5;Port=6432;Database=shop;User Id=app;No Reset On Close=true\");")]
    [InlineData("D58", "NpgsqlDataSource.Create(\"Host=pgbouncer;Username=app;Pooling=false;Search Path=shop\"); // expect: PGTX307")]
    [InlineData("D58 repaired", "NpgsqlDataSource.Create(\"Host=pgbouncer;Username=app;Pooling=false\");")]
    [InlineData("D65, whose pool is off", "NpgsqlDataSource.Create(\"Host=pgbouncer;Username=app;Pooling=false\");")]
    [InlineData("D66, both pools", "NpgsqlDataSource.Create(\"Host=pgbouncer;Username=app;Maximum Pool Size=100\"); // expect: PGTX306")]
    [InlineData("D66 repaired", "NpgsqlDataSource.Create(\"Host=pgbouncer;Username=app;Maximum Pool Size=100;No Reset On Close=true\");")]
    [InlineData("D67", "NpgsqlDataSource.Create(\"Host=aws-0-eu-central-1.pooler.supabase.com;Port=6543;Username=postgres.x;Max Auto Prepare=10\"); // expect: PGTX304, PGTX306")]
    [InlineData("D67 repaired", "NpgsqlDataSource.Create(\"Host=aws-0-eu-central-1.pooler.supabase.com;Port=6543;Username=postgres.x;No Reset On Close=true\");")]
    [InlineData("D69, as its users were told", "NpgsqlDataSource.Create(\"Host=pgbouncer;Port=6432;Username=app;Pooling=false;Max Auto Prepare=0\");")]
    public async Task A_string_of_a_report(string id, string statement)
    {
        Assert.NotEmpty(id);
        await TestCode.Method(statement).Counting(Rules).HasMarkedFindings();
    }

    [Fact]
    public Task D60_a_setting_in_front_of_each_command() => Interceptor("command.CommandText = $\"SET search_path = {schema}; \" + command.CommandText; // expect: PGTX301").HasMarkedFindings();

    [Fact]
    public Task D60_repaired_by_names_with_their_schema() => Interceptor("command.CommandText = command.CommandText.Replace(\"shop.\", schema + \".\");").IsQuiet();

    private static TestCode Interceptor(string statement) => TestCode.Of($$"""
        using System.Data.Common;
        using Microsoft.EntityFrameworkCore.Diagnostics;

        public sealed class Schema(string schema) : DbCommandInterceptor
        {
            public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
            {
                {{statement}}
                return result;
            }
        }
        """).WithOption("pgtx.pooling", "transaction").Counting(Rules);
}
