
namespace PgTxAnalyzers.Tests.Models;

/// <summary>What a user's lines do: they mean source too, and come before all that is built in.</summary>
public class UserLinesTests
{
    private static readonly Lazy<Source> Shop = new(() => new Source("""
        public class Global { public void Go() { } public class Inner { public void Go() { } } }
        namespace Shop {
        public interface IGateway { Task PayAsync(int amount); Task<int> RefundAsync(); }
        public class Gateway : IGateway
        {
            public Task PayAsync(int amount) => Task.CompletedTask;
            public Task PayAsync(string text) => Task.CompletedTask;
            public Task<int> RefundAsync() => Task.FromResult(1);
            public void Configure() { }
            public void Dispose() { }
            public override string ToString() => "";
        }
        public static class GatewayExtensions
        {
            public static Task PayTwiceAsync(this Gateway gateway) => gateway.PayAsync(2);
        }
        public class UnitOfWork
        {
            public Task BeginAsync() => Task.CompletedTask;
            public int Depth { get; set; }
        }
        public class Outer { public class Inner<T> { public void Go() { } } }
        }
        """));

    [Theory]
    [InlineData("Shop.Gateway.PayAsync", "sink http M:Shop.Gateway.PayAsync", "Sink Http")]
    [InlineData("Shop.Gateway.PayAsync", "sink M:Shop.Gateway.*Async", "Sink External")]
    [InlineData("Shop.Gateway.PayAsync", "sink payment T:Shop.IGateway", "Sink Payment")]
    [InlineData("Shop.Gateway.PayAsync", "sink N:Shop", "Sink External")]
    [InlineData("Shop.Gateway.PayAsync", "sink N:Shop.*", "Sink External")]
    [InlineData("Shop.Gateway.PayAsync", "sink N:Sho", "None")]
    [InlineData("Shop.Gateway.PayAsync", "sink T:Shop.*way", "Sink External")]
    [InlineData("Shop.Gateway.PayAsync", "sink T:*Gateway", "Sink External")]
    [InlineData("Shop.Gateway.RefundAsync", "sink M:Shop.Gateway.PayAsync|RefundAsync", "Sink External")]
    [InlineData("Shop.Gateway.RefundAsync", "sink M:Shop.Gateway.RefundAsync~System.Threading.Tasks.Task`1", "Sink External")]
    [InlineData("Shop.Gateway.RefundAsync", "sink M:Shop.Gateway.RefundAsync~System.Threading.Tasks.ValueTask*", "None")]
    [InlineData("Shop.Gateway.Configure", "sink T:Shop.Gateway", "Sink External")]
    [InlineData("Shop.Gateway.Dispose", "sink T:Shop.Gateway", "None")]
    [InlineData("Shop.Gateway.ToString", "sink M:Shop.Gateway.*", "None")]
    [InlineData("Shop.Gateway.ToString", "sink M:Shop.Gateway.ToString", "Sink External")]
    [InlineData("Shop.UnitOfWork.BeginAsync", "begin M:Shop.UnitOfWork.BeginAsync", "Begin")]
    [InlineData("Shop.UnitOfWork.Depth", "wait P:Shop.UnitOfWork.Depth", "Wait")]
    [InlineData("Shop.UnitOfWork.Depth", "wait M:Shop.UnitOfWork.Depth", "None")]
    [InlineData("Shop.Outer+Inner`1.Go", "wait M:Shop.Outer.Inner`1.Go", "Wait")]
    [InlineData("Global.Go", "wait M:Global.Go", "Wait")]
    [InlineData("Global+Inner.Go", "wait M:Global.Inner.Go", "Wait")]
    [InlineData("Global+Inner.Go", "wait M:Global.Go", "None")]
    [InlineData("System.Net.Http.HttpClient.GetAsync", "neutral M:System.Net.Http.HttpClient.GetAsync", "Neutral")]
    [InlineData("System.Net.Http.HttpClient.GetAsync", "!M:System.Net.Http.HttpClient.GetAsync", "None")]
    [InlineData("System.Net.Http.HttpClient.PostAsync", "!M:System.Net.Http.HttpClient.GetAsync", "Sink Http")]
    [InlineData("System.Threading.Tasks.Task.Delay", "sink process T:System.Threading.Tasks.Task", "Sink Process")]
    public void A_line_decides(string member, string line, string expected) => Assert.Equal(expected, Shop.Value.Fact(member, null, line));

    [Fact]
    public void A_parameter_list_picks_overloads()
    {
        var models = Shop.Value.Models("sink M:Shop.Gateway.PayAsync(System.Int32)");
        Assert.Equal(["Sink External", "None"], Shop.Value.Members("Shop.Gateway.PayAsync").Select(m => models.Find(m).ToString()));
    }

    [Fact]
    public void The_narrower_line_decides_in_any_order_and_an_exclusion_wins_between_equals()
    {
        string[] lines = ["sink http N:Shop", "sink mail T:Shop.Gateway", "sink cache M:Shop.Gateway.*", "sink ai M:Shop.Gateway.*Async", "neutral M:Shop.Gateway.PayAsync"];
        for (var known = 1; known <= lines.Length; known++)
        {
            var given = lines.Take(known).ToArray();
            var expected = new[] { "Sink Http", "Sink Mail", "Sink Cache", "Sink Ai", "Neutral" }[known - 1];
            Assert.Equal(expected, Shop.Value.Fact("Shop.Gateway.PayAsync", null, given));
            Assert.Equal(expected, Shop.Value.Fact("Shop.Gateway.PayAsync", null, [.. given.Reverse()]));
        }

        Assert.Equal("None", Shop.Value.Fact("Shop.Gateway.PayAsync", null, "sink M:Shop.Gateway.*Async", "!M:Shop.Gateway.Pay*"));
        Assert.Equal("None", Shop.Value.Fact("Shop.Gateway.PayAsync", null, "!M:Shop.Gateway.Pay*", "sink M:Shop.Gateway.*Async"));
    }

    [Fact]
    public void The_nearer_type_decides()
    {
        Assert.Equal("Neutral", Shop.Value.Fact("Shop.Gateway.PayAsync", null, "sink M:Shop.IGateway.PayAsync", "neutral T:Shop.Gateway"));
        Assert.Equal("Sink External", Shop.Value.Fact("Shop.IGateway.PayAsync", null, "sink M:Shop.IGateway.PayAsync", "neutral T:Shop.Gateway"));
        Assert.Equal("Neutral", Shop.Value.Fact("Shop.IGateway.PayAsync", "Shop.Gateway", "sink M:Shop.IGateway.PayAsync", "neutral T:Shop.Gateway"));
    }

    [Fact]
    public void An_answer_says_that_the_user_gave_it()
    {
        var member = Shop.Value.Members("System.Net.Http.HttpClient.GetAsync").First();
        Assert.True(Shop.Value.Models("sink mail M:System.Net.Http.HttpClient.GetAsync").Find(member).FromUser);
        Assert.False(Shop.Value.Models().Find(member).FromUser);
    }

    [Fact]
    public void What_a_user_names_can_begin_a_transaction_too()
    {
        var names = Shop.Value.Models("begin M:Shop.UnitOfWork.BeginAsync", "scope M:Shop.Outer.Inner`1.#ctor").BeginNames;
        Assert.Contains("BeginAsync", names);
        Assert.Contains("Inner", names);
        Assert.Contains("BeginTransactionAsync", names);
        Assert.DoesNotContain("BeginAsync", Shop.Value.Models().BeginNames);
    }
}
