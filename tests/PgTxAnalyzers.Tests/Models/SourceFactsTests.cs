using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Models;

/// <summary>What the models say of members that the analysed source declares: mostly nothing, their bodies decide.</summary>
public class SourceFactsTests
{
    [Fact]
    public void Types_that_share_a_name_with_a_library_are_none()
    {
        const string Doubles = """
            namespace Npgsql
            {
                public class NpgsqlConnection
                {
                    public System.Threading.Tasks.Task BeginTransactionAsync() => null!;
                    public virtual void Open() { }
                }
                public interface INpgsqlThing { void Open(); }
            }
            namespace Refit
            {
                public class HttpMethodAttribute : System.Attribute;
                public interface IApi { [HttpMethod] System.Threading.Tasks.Task GetAsync(); }
            }
            namespace Dapper
            {
                public static class SqlMapper { public static void Execute(this object connection, string sql) { } }
            }
            namespace System.Threading.Tasks
            {
                public static class Task2 { public static Task Delay(int ms) => Task.CompletedTask; }
            }
            """;
        var code = new Source(Doubles, ReferenceSet.NoData);
        Assert.Equal("None", code.Fact("Npgsql.NpgsqlConnection.BeginTransactionAsync"));
        Assert.Equal("None", code.Fact("Npgsql.NpgsqlConnection.Open"));
        Assert.Equal("None", code.Fact("Refit.IApi.GetAsync"));
        Assert.Equal("None", code.Fact("Dapper.SqlMapper.Execute"));
        Assert.Equal("None", code.Fact("System.Threading.Tasks.Task2.Delay"));
    }

    [Fact]
    public void An_interface_method_with_an_attribute_of_Refit_is_a_request_but_a_class_is_followed()
    {
        var code = new Source("""
            using Refit;
            public sealed class SearchAttribute(string path) : HttpMethodAttribute(path) { public override HttpMethod Method => HttpMethod.Get; }
            public interface ICarrier
            {
                [Post("/labels")] Task<string> CreateAsync(string body);
                [Search("/labels")] Task<string> FindAsync(string text);
                Task<string> OtherAsync();
            }
            public class InMemoryCarrier : ICarrier
            {
                public Task<string> CreateAsync(string body) => Task.FromResult(body);
                public Task<string> FindAsync(string text) => Task.FromResult(text);
                public Task<string> OtherAsync() => Task.FromResult("");
            }
            """);
        Assert.Equal("Sink Http", code.Fact("ICarrier.CreateAsync"));
        Assert.Equal("Sink Http", code.Fact("ICarrier.FindAsync"));
        Assert.Equal("None", code.Fact("ICarrier.OtherAsync"));
        Assert.Equal("None", code.Fact("InMemoryCarrier.CreateAsync"));
    }

    [Fact]
    public void A_generated_gRPC_client_is_judged_by_what_its_methods_return()
    {
        var code = new Source("""
            using Grpc.Core;
            public class GreeterClient : ClientBase<GreeterClient>
            {
                protected GreeterClient(ClientBaseConfiguration configuration) : base(configuration) { }
                public virtual AsyncUnaryCall<string> HelloAsync(string name) => null!;
                public virtual AsyncServerStreamingCall<string> Hellos(string name) => null!;
                public virtual string Hello(string name) => name;
                protected override GreeterClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);
            }
            """);
        Assert.Equal("Sink Grpc", code.Fact("GreeterClient.HelloAsync"));
        Assert.Equal("Sink Grpc", code.Fact("GreeterClient.Hellos"));
        Assert.Equal("None", code.Fact("GreeterClient.Hello"));
        Assert.Equal("None", code.Fact("GreeterClient.NewInstance"));
    }

    [Fact]
    public void A_grain_interface_is_an_actor_in_what_it_returns_to_await()
    {
        var code = new Source("""
            public interface ICartGrain : Orleans.IGrainWithStringKey
            {
                Task AddAsync(string sku);
                ValueTask<int> CountAsync();
                IAsyncEnumerable<string> Items();
            }
            public class CartGrain : ICartGrain
            {
                public Task AddAsync(string sku) => Task.CompletedTask;
                public ValueTask<int> CountAsync() => new(0);
                public IAsyncEnumerable<string> Items() => null!;
            }
            """);
        Assert.Equal("Sink Actor", code.Fact("ICartGrain.AddAsync"));
        Assert.Equal("Sink Actor", code.Fact("ICartGrain.CountAsync"));
        Assert.Equal("Sink Actor", code.Fact("ICartGrain.Items"));
        Assert.Equal("None", code.Fact("CartGrain.AddAsync"));
    }

    [Fact]
    public void A_class_that_implements_a_library_interface_is_followed_but_a_call_through_the_interface_is_a_sink()
    {
        var code = new Source("""
            using Microsoft.AspNetCore.Identity.UI.Services;
            public class NullSender : IEmailSender
            {
                public Task SendEmailAsync(string email, string subject, string htmlMessage) => Task.CompletedTask;
            }
            public abstract class Base : IEmailSender
            {
                public abstract Task SendEmailAsync(string email, string subject, string htmlMessage);
            }
            public class TypedClient : HttpClient
            {
                public Task<string> ReadAsync() => Task.FromResult("");
            }
            """);
        Assert.Equal("None", code.Fact("NullSender.SendEmailAsync"));
        Assert.Equal("Sink Mail", code.Fact("Base.SendEmailAsync"));
        Assert.Equal("Sink Mail", code.Fact("Microsoft.AspNetCore.Identity.UI.Services.IEmailSender.SendEmailAsync", "NullSender"));
        Assert.Equal("None", code.Fact("TypedClient.ReadAsync"));
        Assert.Equal("Sink Http", code.Fact("System.Net.Http.HttpClient.GetStringAsync", "TypedClient"));
    }

    [Fact]
    public void What_derives_from_a_data_type_keeps_what_it_overrides_and_its_own_methods_are_followed()
    {
        var code = new Source("""
            using System.Data;
            using System.Data.Common;
            using Microsoft.EntityFrameworkCore;
            public abstract class Logged : DbConnection
            {
                public override void Open() { }
                public override Task OpenAsync(CancellationToken ct) => Task.CompletedTask;
                public Task OpenForTenantAsync() => Task.CompletedTask;
                public ValueTask<DbTransaction> BeginTransactionAsync(string why) => default;
                protected override DbTransaction BeginDbTransaction(IsolationLevel level) => null!;
            }
            public class Wrapped(IDbTransaction inner) : IDbTransaction
            {
                public IDbConnection? Connection => inner.Connection;
                public IsolationLevel IsolationLevel => inner.IsolationLevel;
                public void Commit() => inner.Commit();
                void IDbTransaction.Rollback() => inner.Rollback();
                public void Rollback(int reason) { }
                public void Dispose() => inner.Dispose();
            }
            public class Shop(DbContextOptions options) : DbContext(options)
            {
                public override Task<int> SaveChangesAsync(CancellationToken ct = default) => base.SaveChangesAsync(ct);
                public Task SaveChangesAsync(string user) => Task.CompletedTask;
            }
            """);
        Assert.Equal("Open", code.Fact("Logged.Open"));
        Assert.Equal("Open", code.Fact("Logged.OpenAsync"));
        Assert.Equal("None", code.Fact("Logged.OpenForTenantAsync"));
        Assert.Equal("None", code.Fact("Logged.BeginTransactionAsync"));
        Assert.Equal("Begin", code.Fact("Logged.BeginDbTransaction"));
        Assert.Equal("Open", code.Fact("System.Data.Common.DbConnection.OpenAsync", "Logged"));
        Assert.Equal("Commit", code.Fact("Wrapped.Commit"));
        Assert.Equal("None", code.Fact("Wrapped.Rollback"));
        Assert.Equal("Save None", string.Join(" ", code.Facts("Shop.SaveChangesAsync")));
        Assert.Equal(ApiRole.DisposeTransaction, code.Models().FindDispose(code.Type("Wrapped")).Role);
        Assert.Equal(ApiRole.Close, code.Models().FindDispose(code.Type("Logged")).Role);
    }

    [Fact]
    public void Before_EF_Core_9_the_bulk_operators_are_elsewhere()
    {
        var code = new Source("", ReferenceSet.Npgsql9Ef8);
        Assert.Equal("Save", code.Fact("Microsoft.EntityFrameworkCore.RelationalQueryableExtensions.ExecuteUpdateAsync"));
    }

    [Fact]
    public void Members_that_are_no_calls_have_no_fact()
    {
        var code = new Source("""
            public class Shop
            {
                public event Action? Changed;
                public int Field;
                public static Shop operator +(Shop a, Shop b) => a;
                public void Raise() { void Local() { } Local(); Changed?.Invoke(); }
            }
            """);
        Assert.All(code.Type("Shop").GetMembers(), member => Assert.Equal(ApiRole.None, code.Models().Find(member).Role));
        Assert.Equal(ApiRole.None, code.Models().Find(code.Type("Shop")).Role);
    }

    [Theory]
    [InlineData("Everything", true)]
    [InlineData("Npgsql9Ef8", true)]
    [InlineData("NpgsqlOnly", true)]
    [InlineData("DapperOnly", true)]
    [InlineData("NoData", false)]
    public void A_data_library_is_one_by_its_assembly(string references, bool expected)
    {
        var code = new Source("", ReferenceSet.All.Single(set => set.Name == references));
        Assert.Equal(expected, code.Models().AnyDataLibrary);
        Assert.Equal(expected, DataLibraries.IsReferencedBy(code.Compilation));
    }

    [Fact]
    public void Answers_are_the_same_from_many_threads()
    {
        var code = new Source("");
        var members = new[] { "System.Net.Http.HttpClient.GetAsync", "Npgsql.NpgsqlConnection.BeginTransactionAsync", "System.Data.Common.DbTransaction.Rollback", "System.Linq.Enumerable.Select" }
            .SelectMany(code.Members).ToArray();
        var expected = members.Select(member => code.Models().Find(member).ToString()).ToArray();
        for (var round = 0; round < 20; round++)
        {
            var models = code.Models();
            var found = new string[members.Length * 8];
            Parallel.For(0, found.Length, i => found[i] = models.Find(members[i % members.Length]).ToString());
            Assert.Equal(Enumerable.Repeat(expected, 8).SelectMany(e => e), found);
        }
    }
}
