using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.TransactionApi;

/// <summary>A transaction that is begun inside another one of the same method, with all that is done with it.</summary>
internal sealed class InnerTransaction
{
    private readonly SourceLines lines;
    private readonly ILocalSymbol outer;
    private readonly ILocalSymbol inner;
    private readonly InvocationExpressionSyntax begin;
    private readonly StatementSyntax held;
    private readonly BlockSyntax? body;
    private readonly List<IdentifierNameSyntax> mentions = new();
    private readonly List<ExpressionStatementSyntax> commits = new();
    private readonly List<ExpressionStatementSyntax> rollbacks = new();

    private InnerTransaction(SourceLines lines, ILocalSymbol outer, ILocalSymbol inner, InvocationExpressionSyntax begin, StatementSyntax held) =>
        (this.lines, this.outer, this.inner, this.begin, this.held, body) = (lines, outer, inner, begin, held, (held as UsingStatementSyntax)?.Statement as BlockSyntax);

    /// <summary>The list of statements that the transaction lives in: its block, or the rest of the one around its declaration.</summary>
    private SyntaxNode Scope => body ?? held.Parent!;

    /// <summary>Null where it is held by anything but a declaration or a <c>using</c> block of its own, or used in a way that the outer one could not take over.</summary>
    public static InnerTransaction? Find(InvocationExpressionSyntax outerBegin, InvocationExpressionSyntax innerBegin, SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
    {
        var function = innerBegin.EnclosingFunction();
        if (function is null || outerBegin.EnclosingFunction() != function || outerBegin == innerBegin
            || Region.Find(outerBegin, model, cancellationToken) is not { Transaction: ILocalSymbol outer } around
            || Region.Find(innerBegin, model, cancellationToken) is not { Transaction: ILocalSymbol inner, BeginStatement: var held } region
            || !SymbolEqualityComparer.Default.Equals(outer.Type, inner.Type) || !IsHeldAlone(held, innerBegin, lines)
            || !IsStraight(held, around.BeginStatement) || TakesALevel(innerBegin, model, cancellationToken))
        {
            return null;
        }

        var found = new InnerTransaction(lines, outer, inner, innerBegin, held);
        foreach (var name in function.DescendantNodes().OfType<IdentifierNameSyntax>().Where(n => n.Identifier.ValueText == inner.Name))
        {
            if (!SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, inner))
            {
                continue;
            }

            if (!found.Take(name, region, model, cancellationToken))
            {
                return null;
            }
        }

        return found;
    }

    /// <summary>
    /// The part becomes one of the outer transaction. Only where its commit is certain: what was to be rolled back alone would stay otherwise.
    /// </summary>
    public TextEdits? Reuse()
    {
        if (rollbacks.Count > 0 || commits.Count != 1 || commits[0].Parent != Scope || !lines.OwnsItsLines(commits[0]) || LeavesBetween())
        {
            return null;
        }

        var edits = new TextEdits();
        if (body is null)
        {
            lines.DeleteLines(edits, lines.LineOf(held.SpanStart), lines.LastLine(held));
        }
        else
        {
            lines.Unwrap(edits, held, body, instead: null);
        }

        lines.DeleteLines(edits, lines.LineOf(commits[0].SpanStart), lines.LastLine(commits[0]));
        Rename(edits);
        return edits;
    }

    /// <summary>The begin becomes a savepoint, the commit its release, the rollback one to the savepoint. What a dispose alone would undo goes with the outer transaction.</summary>
    public TextEdits? Savepoint()
    {
        if (Words() is not { } words || commits.Count == 0 || LeavesBetween() || (rollbacks.Count == 0 && !commits.Any(c => c.Parent == Scope)))
        {
            return null;
        }

        var edits = new TextEdits();
        if (body is null)
        {
            edits.Replace(held.Span, Statement(begin, words.Save));
        }
        else
        {
            lines.Unwrap(edits, held, body, Statement(begin, words.Save));
        }

        commits.ForEach(commit => edits.Replace(commit.Span, Statement(Call(commit), words.Release)));
        rollbacks.ForEach(rollback => edits.Replace(rollback.Span, Statement(Call(rollback), words.Rollback)));
        Rename(edits);
        return edits;
    }

    /// <summary>By a declaration, or by the head of a <c>using</c> whose block can be taken away.</summary>
    private static bool IsHeldAlone(StatementSyntax held, InvocationExpressionSyntax begin, SourceLines lines) => held switch
    {
        LocalDeclarationStatementSyntax => lines.OwnsItsLines(held),
        UsingStatementSyntax { Declaration: { } head, Statement: BlockSyntax body } => head.Span.Contains(begin.Span) && lines.CanUnwrap(held, body),
        _ => false,
    };

    private (string Save, string Release, string Rollback)? Words() => inner.Type.Name switch
    {
        "NpgsqlTransaction" or "DbTransaction" => ("Save", "Release", "Rollback"),
        "IDbContextTransaction" => ("CreateSavepoint", "ReleaseSavepoint", "RollbackToSavepoint"),
        _ => null,
    };

    /// <summary><c>await outer.SaveAsync("inner", ct).ConfigureAwait(false);</c>: synchronous, with a token or configured as the call that it replaces.</summary>
    private string Statement(InvocationExpressionSyntax call, string word)
    {
        var isAsync = call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } && name.EndsWith("Async", System.StringComparison.Ordinal);
        var token = call.ArgumentList.Arguments.Count > 0 ? ", " + call.ArgumentList.Arguments[call.ArgumentList.Arguments.Count - 1].Expression : "";
        var configured = call.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax { ArgumentList: var list } } ? ".ConfigureAwait" + list : "";
        return isAsync ? $"await {outer.Name}.{word}Async(\"{inner.Name}\"{token}){configured};" : $"{outer.Name}.{word}(\"{inner.Name}\");";
    }

    private void Rename(TextEdits edits) => mentions.ForEach(name => edits.Replace(name.Span, outer.Name));

    private bool Take(IdentifierNameSyntax name, Region region, SemanticModel model, CancellationToken cancellationToken)
    {
        if (name.Parent is ArgumentSyntax { RefKindKeyword.RawKind: 0 })
        {
            mentions.Add(name);
            return true;
        }

        if (name.Parent is not MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } access || access.Expression != name || name.ListStatement() is not ExpressionStatementSyntax statement)
        {
            return false;
        }

        if (CommitStatement.Is(statement, region, model, cancellationToken))
        {
            commits.Add(statement);
            return true;
        }

        // A rollback of the whole; one with a name goes to a savepoint, which the outer transaction has as well.
        if (access.Name.Identifier.ValueText is "Rollback" or "RollbackAsync" && call.ArgumentList.Arguments.All(a => model.GetTypeInfo(a.Expression, cancellationToken).Type?.SpecialType != SpecialType.System_String)
            && statement.Expression is AwaitExpressionSyntax or InvocationExpressionSyntax)
        {
            rollbacks.Add(statement);
            return true;
        }

        return false;
    }

    private static InvocationExpressionSyntax Call(ExpressionStatementSyntax statement) =>
        statement.DescendantNodes().OfType<InvocationExpressionSyntax>().First(c => c.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: not ("ConfigureAwait" or "GetAwaiter" or "GetResult" or "Wait") });

    /// <summary>Only blocks, branches and loops are between: a handler would have undone the inner part, and gone on with the outer one.</summary>
    private static bool IsStraight(StatementSyntax from, StatementSyntax around) =>
        around.Parent is { } list && from.Ancestors().Contains(list) && from.Ancestors().TakeWhile(a => a != list)
            .All(a => a is BlockSyntax or IfStatementSyntax or ElseClauseSyntax or CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax or UsingStatementSyntax);

    /// <summary>A way out of the part before its commit would roll it back alone.</summary>
    private bool LeavesBetween() => Scope.DescendantNodes(n => !SyntaxSearch.IsFunction(n))
        .Any(n => n is ReturnStatementSyntax or BreakStatementSyntax or ContinueStatementSyntax or GotoStatementSyntax && n.SpanStart > begin.SpanStart && n.SpanStart < commits[commits.Count - 1].SpanStart);

    private static bool TakesALevel(InvocationExpressionSyntax begin, SemanticModel model, CancellationToken cancellationToken) =>
        begin.ArgumentList.Arguments.Any(a => model.GetTypeInfo(a.Expression, cancellationToken).Type?.Name == "IsolationLevel");
}
