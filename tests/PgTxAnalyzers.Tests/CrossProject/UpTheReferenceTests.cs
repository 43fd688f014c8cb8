using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>The transaction is in one project, the implementation of what it awaits in another that the first does not know.</summary>
public class UpTheReferenceTests
{
    private const string Domain = "public interface IMailer { Task SendAsync(string to); }";

    private const string Application = """
        using Npgsql;
        public class OrderService(NpgsqlConnection conn, IMailer mailer)
        {
            public async Task PlaceAsync(CancellationToken ct)
            {
                await using var tx = await conn.BeginTransactionAsync(ct);
                await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                await insert.ExecuteNonQueryAsync(ct);
                await mailer.SendAsync("a");
                await tx.CommitAsync(ct);
                await mailer.SendAsync("b");
            }
        }
        """;

    private const string Smtp = "public sealed class SmtpMailer(HttpClient http) : IMailer\n{\n    public Task SendAsync(string to) => http.GetStringAsync(to);\n}";

    private const string Quiet = "public sealed class LogMailer : IMailer { public Task SendAsync(string to) => Task.CompletedTask; }";

    private static Projects Layers(string application = Application) => new Projects().With("Domain", Domain).With("App", application);

    private static string Program(string registration) =>
        $"using Microsoft.Extensions.DependencyInjection;\npublic static class Startup\n{{\n    public static void Add(IServiceCollection services)\n    {{\n        {registration}\n    }}\n}}";

    [Fact]
    public async Task At_the_implementing_method_where_that_is_in_source()
    {
        var found = await Layers().With("Infra", Smtp).FindTheSame("Infra.cs:3 PGTX101");
        Assert.Equal(
            "The transaction of OrderService.PlaceAsync (App.cs:9) stays idle in transaction while 'IMailer.SendAsync → SmtpMailer.SendAsync → HttpClient.GetStringAsync (Infra.cs:3)' (an HTTP call) runs",
            found[0].GetMessage());
    }

    [Fact]
    public Task Once_even_if_a_later_project_sees_both() =>
        Layers().With("Infra", Smtp).With("Api", Program("services.AddScoped<IMailer, SmtpMailer>();")).FindTheSame("Infra.cs:3 PGTX101");

    [Theory]
    [InlineData("services.AddScoped<IMailer, SmtpMailer>();")]
    [InlineData("services.AddSingleton(typeof(IMailer), typeof(SmtpMailer));")]
    [InlineData("services.AddHttpClient<IMailer, SmtpMailer>();")]
    [InlineData("services.AddTransient<IMailer>(s => new SmtpMailer(s.GetRequiredService<HttpClient>()));")]
    [InlineData("services.AddTransient<IMailer>(s => { var http = new HttpClient(); return new SmtpMailer(http); });")]
    [InlineData("Microsoft.Extensions.DependencyInjection.Extensions.ServiceCollectionDescriptorExtensions.TryAddScoped<IMailer, SmtpMailer>(services);")]
    public Task At_the_registration_where_neither_is_in_source(string registration) =>
        Apart(Program(registration)).FindTheSame("Api.cs:6 PGTX101");

    [Theory]
    [InlineData("services.AddScoped<IMailer, LogMailer>();")]
    [InlineData("services.AddScoped<SmtpMailer>();")]
    [InlineData("")]
    public Task Registrations_decide_between_implementations(string registration) => Apart(Program(registration)).FindTheSame();

    [Fact]
    public Task A_registration_decides_for_an_implementation_in_source_too() => new Projects()
        .With("Domain", Domain).With("App", Application).With("Api", Smtp + Quiet + "\n" + """
            public static class Startup
            {
                public static void Add(Microsoft.Extensions.DependencyInjection.IServiceCollection services) =>
                    Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddScoped<IMailer, LogMailer>(services);
            }
            """).FindTheSame();

    [Fact]
    public Task A_method_of_the_implementations_project_registers_it() => new Apart(
        "using Microsoft.Extensions.DependencyInjection;\n" + Smtp.Replace("public sealed", "internal sealed") + "\n" + """
        public static class Setup
        {
            public static IServiceCollection AddInfrastructure(this IServiceCollection services) => services.AddMail();
            private static IServiceCollection AddMail(this IServiceCollection services) => services.AddScoped<IMailer, SmtpMailer>();
        }
        """, Program("services.AddInfrastructure();")).Projects.FindTheSame("Api.cs:6 PGTX101");

    [Theory]
    [InlineData("await mailer.SendAsync(\"a\");", "#pragma warning disable PGTX101\n        await mailer.SendAsync(\"a\");\n#pragma warning restore PGTX101")]
    [InlineData("    public async Task PlaceAsync", "    [System.Diagnostics.CodeAnalysis.SuppressMessage(\"HeldTransactions\", \"PGTX101:held\")]\n    public async Task PlaceAsync")]
    [InlineData("INSERT INTO orders VALUES (1)", "SET LOCAL idle_in_transaction_session_timeout = 0")]
    [InlineData("        await mailer.SendAsync(\"a\");\n        await tx.CommitAsync(ct);", "        await tx.CommitAsync(ct);")]
    public Task Silent_where_the_transactions_end_is(string before, string after)
    {
        Assert.Contains(before, Application);
        return Layers(Application.Replace(before, after)).With("Infra", Smtp).FindTheSame();
    }

    [Fact]
    public Task Silent_where_the_implementations_end_is() =>
        Layers().With("Infra", Smtp.Replace("    public Task", "#pragma warning disable PGTX101\n    public Task")).FindTheSame();

    [Fact]
    public Task A_task_that_is_awaited_later_and_a_transaction_that_has_only_begun() => Layers("""
        using Npgsql;
        public class OrderService(NpgsqlConnection conn, IMailer mailer)
        {
            public async Task PlaceAsync(CancellationToken ct)
            {
                await using var tx = await conn.BeginTransactionAsync(ct);
                var sent = mailer.SendAsync("a");
                await sent;
                await tx.CommitAsync(ct);
            }
        }
        """).With("Infra", Smtp).FindTheSame("Infra.cs:3 PGTX103");

    [Theory]
    [InlineData("2\nwhatever\n")]
    [InlineData("1\nO\tM:IMailer.SendAsync\n")]
    [InlineData("1\nO\tM:IMailer.SendAsync(System.String)\t9\t9\tApp.cs\tx\ty\n")]
    [InlineData("1")]
    [InlineData("")]
    public void Damaged_ends_are_none(string text) => Assert.Null(LooseEndsText.Read(text));

    [Fact]
    public void Ends_are_read_as_they_were_written()
    {
        var ends = new LooseEnds([new Obligation("M:A.B(System.String)", PgTxAnalyzers.Flow.Level.Locking, "C.D", "E.cs", 7, "F.G → A.B")], [], [new Registration("M:R", "T:I", "T:S")], ["M:A.B E.cs:7"]);
        var text = LooseEndsText.Write(ends);
        Assert.Equal(text, LooseEndsText.Write(LooseEndsText.Read(text)!));
        Assert.Null(LooseEndsText.Write(LooseEnds.None));
    }

    private static Projects Apart(string program) => new Apart(Smtp + Quiet, program).Projects;
}

/// <summary>Infrastructure knows Domain alone; Application knows Domain alone; the program knows all of them.</summary>
internal sealed class Apart(string infrastructure, string program)
{
    public Projects Projects { get; } = new Projects()
        .With("Domain", "public interface IMailer { Task SendAsync(string to); }")
        .With("Infra", infrastructure)
        .With("App", """
            using Npgsql;
            public class OrderService(NpgsqlConnection conn, IMailer mailer)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await using var insert = new NpgsqlCommand("INSERT INTO orders VALUES (1)", conn, tx);
                    await insert.ExecuteNonQueryAsync(ct);
                    await mailer.SendAsync("a");
                    await tx.CommitAsync(ct);
                }
            }
            """, references: ["Domain"])
        .With("Api", program);
}
