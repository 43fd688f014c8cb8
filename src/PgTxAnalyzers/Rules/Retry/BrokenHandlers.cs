using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>Handlers that take the failure of a statement.</summary>
internal static class BrokenHandlers
{
    /// <summary>By its type: a handler for <c>FormatException</c> is entered by no statement.</summary>
    public static bool CanCatchStatement(CatchClauseSyntax clause, RetryContext retry, RootFacts facts) =>
        Handler.Of(clause, retry.Model(clause), facts.Cancellation) is Caught.Everything or Caught.Driver or Caught.Server;

    /// <summary>It lets the same work run again.</summary>
    public static bool Retries(CatchClauseSyntax clause, RetryContext retry, RootFacts facts) =>
        RetryLoop.Of((TryStatementSyntax)clause.Parent!, retry.Model(clause), facts.Cancellation) is { } loop && loop.Catch == clause;
}
