using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Whether a body may be one that never returns, by its syntax alone: such a helper always throws or runs forever, and ends its caller's path. It is a question before the
/// control-flow graph, which decides; so what a typed handler takes is not asked, and it is assumed not to take what the block throws.
/// </summary>
internal sealed class Completions
{
    /// <summary>A body of more statements is no helper that ends a path, and is taken to return.</summary>
    private const int MaxStatements = 500;

    private int visited;

    /// <summary>The ways in which control leaves a statement.</summary>
    [Flags]
    private enum Ways
    {
        None = 0,
        Falls = 1,
        Breaks = 2,
        Continues = 4,
        Returns = 8,
        All = Falls | Breaks | Continues | Returns,
    }

    public static bool MayNeverReturn(SyntaxNode declaration) => new Completions().Never(declaration);

    private bool Never(SyntaxNode declaration)
    {
        var (block, expression) = declaration switch
        {
            BaseMethodDeclarationSyntax method => (method.Body, method.ExpressionBody),
            LocalFunctionStatementSyntax function => (function.Body, function.ExpressionBody),
            _ => (null, null),
        };
        return expression is { Expression: ThrowExpressionSyntax } || (block is not null && (Of(block) & (Ways.Falls | Ways.Returns)) == 0);
    }

    private Ways Of(StatementSyntax statement) => ++visited > MaxStatements ? Ways.All : statement switch
    {
        ThrowStatementSyntax => Ways.None,
        ReturnStatementSyntax => Ways.Returns,
        BreakStatementSyntax => Ways.Breaks,
        ContinueStatementSyntax => Ways.Continues,
        // A jump may go anywhere, and an iterator returns before it runs.
        GotoStatementSyntax or YieldStatementSyntax => Ways.All,
        BlockSyntax block => Of(block.Statements),
        IfStatementSyntax choice => Of(choice.Statement) | (choice.Else is { } otherwise ? Of(otherwise.Statement) : Ways.Falls),
        WhileStatementSyntax loop => OfLoop(Of(loop.Statement), ends: !IsEndless(loop.Condition)),
        ForStatementSyntax loop => OfLoop(Of(loop.Statement), ends: !IsEndless(loop.Condition)),
        DoStatementSyntax loop => OfDo(Of(loop.Statement), loop),
        CommonForEachStatementSyntax loop => OfLoop(Of(loop.Statement), ends: true),
        SwitchStatementSyntax choice => OfSwitch(choice),
        TryStatementSyntax attempt => OfTry(attempt),
        UsingStatementSyntax holder => Of(holder.Statement),
        LockStatementSyntax holder => Of(holder.Statement),
        CheckedStatementSyntax inner => Of(inner.Block),
        UnsafeStatementSyntax inner => Of(inner.Block),
        FixedStatementSyntax inner => Of(inner.Statement),
        LabeledStatementSyntax inner => Of(inner.Statement),
        ExpressionStatementSyntax { Expression: var call } when CalledLocally(call) is { } function && Never(function) => Ways.None,
        _ => Ways.Falls,
    };

    private Ways Of(SyntaxList<StatementSyntax> statements)
    {
        var ways = Ways.None;
        foreach (var statement in statements)
        {
            var own = Of(statement);
            ways |= own & ~Ways.Falls;
            if ((own & Ways.Falls) == 0)
            {
                return ways;
            }
        }

        return ways | Ways.Falls;
    }

    /// <param name="ends">Whether its condition may end it.</param>
    private static Ways OfLoop(Ways body, bool ends) => (body & Ways.Returns) | (ends || (body & Ways.Breaks) != 0 ? Ways.Falls : Ways.None);

    private static Ways OfDo(Ways body, DoStatementSyntax loop) => OfLoop(body, ends: !IsEndless(loop.Condition) && (body & (Ways.Falls | Ways.Continues)) != 0);

    private Ways OfSwitch(SwitchStatementSyntax choice)
    {
        var ways = choice.Sections.Any(s => s.Labels.Any(SyntaxKind.DefaultSwitchLabel)) ? Ways.None : Ways.Falls;
        foreach (var section in choice.Sections)
        {
            ways |= Of(section.Statements);
        }

        return (ways & ~Ways.Breaks) | ((ways & Ways.Breaks) != 0 ? Ways.Falls : Ways.None);
    }

    private Ways OfTry(TryStatementSyntax attempt)
    {
        var ways = Of(attempt.Block);
        foreach (var handler in attempt.Catches)
        {
            if (ways != Ways.None || TakesAnything(handler))
            {
                ways |= Of(handler.Block);
            }
        }

        // What a finally block that never ends does overrules the rest.
        var last = attempt.Finally is { } final ? Of(final.Block) : Ways.Falls;
        return (last & Ways.Falls) == 0 ? last : ways | (last & ~Ways.Falls);
    }

    private static bool IsEndless(ExpressionSyntax? condition) => condition is null || condition.IsKind(SyntaxKind.TrueLiteralExpression);

    private static bool TakesAnything(CatchClauseSyntax handler) => handler.Filter is null && handler.Declaration?.Type switch
    {
        null => true,
        SimpleNameSyntax name => name.Identifier.ValueText == nameof(Exception),
        QualifiedNameSyntax name => name.Right.Identifier.ValueText == nameof(Exception),
        _ => false,
    };

    /// <summary><c>Fail();</c> or <c>await FailAsync();</c>, where that is a local function of the same block.</summary>
    private static LocalFunctionStatementSyntax? CalledLocally(ExpressionSyntax call) =>
        (call is AwaitExpressionSyntax awaited ? awaited.Expression : call) is InvocationExpressionSyntax { Expression: IdentifierNameSyntax name } invocation
            ? invocation.FirstAncestorOrSelf<BlockSyntax>()?.Statements.OfType<LocalFunctionStatementSyntax>().FirstOrDefault(f => f.Identifier.ValueText == name.Identifier.ValueText && !f.Span.Contains(invocation.Span))
            : null;
}
