using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>A SOAP client as <c>dotnet-svcutil</c> generates it: its members ask the channel that <c>ClientBase</c> keeps.</summary>
public sealed class ServiceClientTests
{
    private const string Client = """
        using System.ServiceModel;

        [ServiceContract]
        public interface IPlanner
        {
            [OperationContract] Task<string> CloseAsync(int id);
            [OperationContract] string Close(int id);
        }

        public partial class PlannerClient : ClientBase<IPlanner>, IPlanner
        {
            public Task<string> CloseAsync(int id) => base.Channel.CloseAsync(id);
            public string Close(int id) => base.Channel.Close(id);
            public virtual Task OpenAsync() => Task.Factory.FromAsync(((ICommunicationObject)this).BeginOpen(null!, null), ((ICommunicationObject)this).EndOpen);
            public Task<string> AskAsync(int id) => base.Channel.CloseAsync(id);
            public string NameOf(int id) => Endpoint.Name + id;
        }
        """;

    /// <summary>The service itself, in the process: an implementation like any other.</summary>
    private const string Server = """
        using System.ServiceModel;

        [ServiceContract]
        public interface IPlanner { [OperationContract] Task<string> CloseAsync(int id); }

        public sealed class Planner : IPlanner { public Task<string> CloseAsync(int id) => Task.FromResult("closed " + id); }
        """;

    private static string Using(string type, string call) => $$"""

        public sealed class Work(Npgsql.NpgsqlDataSource source, {{type}} planner)
        {
            public async Task RunAsync(int id, CancellationToken ct)
            {
                await using var conn = await source.OpenConnectionAsync(ct);
                await using var tx = await conn.BeginTransactionAsync(ct);
                await using var command = new Npgsql.NpgsqlCommand("UPDATE works SET done = true WHERE id = 1", conn, tx);
                await command.ExecuteNonQueryAsync(ct);
                {{call}}
                await tx.CommitAsync(ct);
            }
        }
        """;

    [Theory]
    [InlineData("IPlanner", "await planner.CloseAsync(id); // expect: PGTX101")]
    [InlineData("IPlanner", "planner.Close(id); // expect: PGTX101")]
    [InlineData("PlannerClient", "await planner.CloseAsync(id); // expect: PGTX101")]
    [InlineData("PlannerClient", "planner.Close(id); // expect: PGTX101")]
    [InlineData("PlannerClient", "var closing = planner.CloseAsync(id);\nawait closing; // expect: PGTX101")]
    [InlineData("PlannerClient", "var closing = planner.CloseAsync(id);\nawait tx.CommitAsync(ct);\nawait closing;\nreturn;")]
    [InlineData("PlannerClient", "var closing = planner.AskAsync(id);\nawait closing; // expect: PGTX101")]
    [InlineData("IPlanner", "await planner.CloseAsync(id); // expect: PGTX101\nplanner.Close(id); // expect: PGTX101")]
    [InlineData("PlannerClient", "planner.NameOf(id);")]
    [InlineData("PlannerClient", "await planner.OpenAsync();")]
    public Task A_generated_client_leaves_the_process_where_it_asks_its_channel(string type, string call) =>
        TestCode.Of(Client + Using(type, call)).HasMarkedFindings();

    [Fact]
    public Task A_service_in_the_process_is_followed_like_any_other_code() =>
        TestCode.Of(Server + Using("IPlanner", "await planner.CloseAsync(id);")).IsQuiet();

    [Fact]
    public async Task The_message_says_a_network_operation() =>
        Assert.Contains("'PlannerClient.CloseAsync → ClientBase.Channel' (a network operation)", Assert.Single(await TestCode.Of(Client + Using("PlannerClient", "await planner.CloseAsync(id); // expect: PGTX101")).HasMarkedFindings()).GetMessage());

    /// <summary>Of a client in an assembly there is no body: what its members return says which of them ask the service.</summary>
    [Theory]
    [InlineData("CloseAsync", "Sink Socket")]
    [InlineData("OpenAsync", "None")]
    [InlineData("NameOf", "None")]
    public void A_client_in_an_assembly_is_known_by_what_its_members_return(string member, string fact)
    {
        using var image = new MemoryStream();
        var client = TestCode.Of(Client).Compile();
        Assert.True(client.Emit(image, cancellationToken: TestContext.Current.CancellationToken).Success);
        var user = client.RemoveAllSyntaxTrees().WithAssemblyName("User").AddReferences(MetadataReference.CreateFromImage(image.ToArray()));
        var type = user.GetTypeByMetadataName("PlannerClient")!;
        Assert.Equal(fact, ModelSet.Create(user).Find(Assert.Single(type.GetMembers(member)), type).ToString());
    }
}
