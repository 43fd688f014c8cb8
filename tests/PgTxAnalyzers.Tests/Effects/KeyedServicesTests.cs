using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Which of several implementations a call can run, where the container tells them apart by a key.</summary>
public class KeyedServicesTests
{
    private const string Registered = "services.AddKeyedScoped<IAnnouncer, SendingAnnouncer>(\"queue\");";

    [Theory]
    [InlineData("services.AddKeyedScoped<IAnnouncer, SendingAnnouncer>(\"queue\"); services.AddScoped<IAnnouncer, StoringAnnouncer>();")]
    [InlineData("services.TryAddKeyedSingleton<IAnnouncer, SendingAnnouncer>(1); services.AddScoped<IAnnouncer>(s => new StoringAnnouncer(null!));")]
    [InlineData("Add(services);")]
    public Task What_is_handed_out_by_a_key_alone_is_nobody_elses(string registrations) => Code(registrations, found: false).HasMarkedFindings();

    [Theory]
    [InlineData("")]
    [InlineData(Registered)]
    [InlineData("services.AddScoped<IAnnouncer, StoringAnnouncer>();")]
    [InlineData(Registered + " services.AddScoped<IAnnouncer, SendingAnnouncer>(); services.AddScoped<IAnnouncer, StoringAnnouncer>();")]
    [InlineData(Registered + " services.AddKeyedScoped<IAnnouncer, StoringAnnouncer>(\"rows\");")]
    public Task What_anybody_may_be_given_still_counts(string registrations) => Code(registrations, found: true).HasMarkedFindings();

    private static TestCode Code(string registrations, bool found) => TestCode.Of($$"""
        using System.Net.Http;
        using System.Threading.Tasks;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.DependencyInjection.Extensions;
        using Npgsql;

        internal interface IAnnouncer { Task AnnounceAsync(string text); }

        internal sealed class SendingAnnouncer(HttpClient http) : IAnnouncer
        {
            public Task AnnounceAsync(string text) => http.PostAsync("/queue", new StringContent(text));
        }

        internal sealed class StoringAnnouncer(NpgsqlConnection conn) : IAnnouncer
        {
            public async Task AnnounceAsync(string text)
            {
                await using var command = new NpgsqlCommand("INSERT INTO outbox VALUES ($1)", conn);
                await command.ExecuteNonQueryAsync();
            }
        }

        internal sealed class Registrations(NpgsqlConnection conn, IAnnouncer announcer)
        {
            public async Task RegisterAsync(string name)
            {
                await using var tx = await conn.BeginTransactionAsync();
                await using var command = new NpgsqlCommand("INSERT INTO companies VALUES ($1)", conn, tx);
                await command.ExecuteNonQueryAsync();
                await announcer.AnnounceAsync(name);{{(found ? " // expect: PGTX101" : "")}}
                await tx.CommitAsync();
            }
        }

        internal static class Setup
        {
            public static void Run(IServiceCollection services) { {{registrations}} }

            public static void Add(IServiceCollection services)
            {
                {{(registrations.StartsWith("Add(", StringComparison.Ordinal) ? Registered + " services.AddScoped<IAnnouncer, StoringAnnouncer>();" : "")}}
            }
        }
        """);
}
