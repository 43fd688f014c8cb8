using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Tests.Flow;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Which callees can matter: facts about the code, whoever has asked before and from how deep.</summary>
public class RelevanceTests
{
    private static readonly TestCode Chain = TestCode.Of("""
        public class Chain(System.Net.Http.HttpClient http)
        {
            public void First() => Second();
            private void Second() => Third();
            private void Third() => Fourth();
            private void Fourth() => Nothing();
            private void Nothing() { }

            public void Near() => Reached();
            private void Reached() => http.GetAsync("/");
        }

        // By their names alone all of them may lead to a call.
        public class Twin(System.Net.Http.HttpClient http)
        {
            public void First() => Second();
            private void Second() => Third();
            private void Third() => Fourth();
            private void Fourth() => Nothing();
            private void Nothing() => http.GetAsync("/");
        }
        """);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_lies_one_call_too_deep_for_one_is_not_known_to_the_next(int within)
    {
        var (relevance, method) = Ask();

        Assert.False(relevance.Matters(method("First"), within, TestContext.Current.CancellationToken));

        Assert.All(["Second", "Third", "Fourth", "Nothing"], name => Assert.False(relevance.Matters(method(name), 0, TestContext.Current.CancellationToken), name));
    }

    [Fact]
    public void A_call_as_deep_as_is_looked_is_found_after_one_that_did_not_look_so_far()
    {
        var (relevance, method) = Ask();

        Assert.False(relevance.Matters(method("Near"), 0, TestContext.Current.CancellationToken));
        Assert.True(relevance.Matters(method("Near"), 1, TestContext.Current.CancellationToken));
        Assert.True(relevance.Matters(method("Reached"), 0, TestContext.Current.CancellationToken));
    }

    private static (Relevance Relevance, Func<string, IMethodSymbol> Method) Ask()
    {
        var compilation = Chain.Compile();
        return (new CompilationContext(compilation, ModelSet.Create(compilation), maxCallDepth: 6).Relevance, name => FlowOf.MethodNamed(compilation, name));
    }
}
