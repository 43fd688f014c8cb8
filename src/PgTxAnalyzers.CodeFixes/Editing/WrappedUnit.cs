using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The statements from a begin to the end of its method, or to its commit where more work follows, as the body of a delegate that an execution strategy runs.</summary>
internal sealed class WrappedUnit
{
    private readonly IReadOnlyList<StatementSyntax> statements;
    private readonly string context;
    private readonly string strategy;
    private readonly string? token;
    private readonly bool isAsync;

    /// <summary>The begin is awaited with <c>ConfigureAwait(false)</c>.</summary>
    private readonly bool isConfigured;

    /// <summary>The type argument of the call, where the compiler could not infer it.</summary>
    private readonly string result;

    /// <summary>What has to stand in front of the begin's statement, so that a failed attempt ends its transaction.</summary>
    private readonly (StatementSyntax Begin, string Text) ending;

    /// <summary>The locals that are named behind it.</summary>
    private readonly IReadOnlyList<string> handedOut;

    private WrappedUnit(IReadOnlyList<StatementSyntax> statements, string context, string strategy, string? token, bool isAsync, bool isConfigured, string result, (StatementSyntax Begin, string Text) ending, IReadOnlyList<string> handedOut) =>
        (this.statements, this.context, this.strategy, this.token, this.isAsync, this.isConfigured, this.result, this.ending, this.handedOut) = (statements, context, strategy, token, isAsync, isConfigured, result, ending, handedOut);

    public TextSpan Span => TextSpan.FromBounds(statements[0].SpanStart, statements[statements.Count - 1].Span.End);

    /// <summary>The first statement of each attempt.</summary>
    public string Clear => $"{context}.ChangeTracker.Clear();";

    /// <summary>Null where the unit is not the end of a method's own block, cannot be the body of a delegate, or leaves its transaction on the context when it fails.</summary>
    public static WrappedUnit? Of(ExpressionSyntax begin, SemanticModel model, RetryContext retry, CancellationToken cancellationToken)
    {
        // What is behind the block would not be behind the unit: returns in it would have to be told from its end.
        if (begin.ListStatement() is not { Parent: BlockSyntax block } first || block.Parent is not (MethodDeclarationSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax)
            || ContextOf(begin, first, model, cancellationToken) is not { } context || From(first, block, model.GetTypeInfo(context, cancellationToken).Type, model, cancellationToken) is not { } from)
        {
            return null;
        }

        var all = block.Statements.Skip(from).ToList();
        var root = begin.SyntaxTree.GetRoot(cancellationToken);
        var end = new UnitEnd(root, retry, cancellationToken);

        // What stands between the loading and the begin and writes commits by itself: each attempt would write it once more.
        if (end.Of(all, first) is not { } count || (all[0] != first && WrittenApart.Writes(root, TextSpan.FromBounds(all[0].SpanStart, first.SpanStart), retry, cancellationToken)))
        {
            return null;
        }

        var unit = all.Take(count).ToList();
        if (unit.SelectMany(s => s.DescendantNodesAndSelf(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)))
            .Any(n => n is YieldStatementSyntax or GotoStatementSyntax or LabeledStatementSyntax or LocalFunctionStatementSyntax) || IsDeclaredIn(unit, context, model, cancellationToken)
            || FailedAttempt.Ending(begin, first, unit, model, cancellationToken) is not { } ending)
        {
            return null;
        }

        var isAsync = Modifiers(block.Parent).Any(m => m.IsKind(SyntaxKind.AsyncKeyword));
        var names = unit.SelectMany(s => s.DescendantNodes()).OfType<IdentifierNameSyntax>().ToList();
        var token = names.FirstOrDefault(n => model.GetSymbolInfo(n, cancellationToken).Symbol is IParameterSymbol or ILocalSymbol && model.GetTypeInfo(n, cancellationToken).Type is { Name: "CancellationToken" });
        return new WrappedUnit(unit, context.ToString(), NewNames.Free("strategy", model, block), isAsync ? token?.Identifier.ValueText : null, isAsync, isAsync && IsConfigured(begin), ResultOf(block.Parent, isAsync, unit, model, cancellationToken), (first, ending), end.Results(unit, all.Skip(count)).Select(local => local.Name).ToList());
    }

    /// <summary>
    /// From where on the statements are the unit: the begin, or the loading of what the unit changes, which the cleared tracker would not know any more. Null where that is out of reach.
    /// </summary>
    private static int? From(StatementSyntax begin, BlockSyntax block, ITypeSymbol? context, SemanticModel model, CancellationToken cancellationToken)
    {
        var from = block.Statements.IndexOf(begin);
        var tracked = new TrackedOutside(context, model, cancellationToken);
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var place in tracked.Of(block.Statements.Skip(from).ToList()))
            {
                var at = place is null ? -1 : block.Statements.IndexOf(s => s.Span.Contains(place.Span));
                if (at < 0)
                {
                    return null;
                }

                grown |= at < from;
                from = System.Math.Min(from, at);
            }
        }

        return from;
    }

    private static bool IsDeclaredIn(IReadOnlyList<StatementSyntax> unit, ExpressionSyntax context, SemanticModel model, CancellationToken cancellationToken) =>
        model.GetSymbolInfo(context, cancellationToken).Symbol?.DeclaringSyntaxReferences.Any(r => unit.Any(s => r.SyntaxTree == s.SyntaxTree && s.Span.Contains(r.Span))) == true;

    private static bool IsConfigured(ExpressionSyntax begin) => begin.Parent?.Parent is InvocationExpressionSyntax call && ConfiguredAwait.Is(call);

    public TextEdits? Edits(SourceLines lines)
    {
        var (first, last) = (statements[0], statements[statements.Count - 1]);
        if (!lines.OwnsItsLines(first, startOnly: true) || !lines.OwnsItsLines(last) || lines.HasDirective(lines.FirstLine(first), lines.LastLine(last)))
        {
            return null;
        }

        var returns = statements.SelectMany(s => s.DescendantNodesAndSelf(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))).OfType<ReturnStatementSyntax>().ToList();
        var hasResult = returns.Any(r => r.Expression is not null);
        var (from, to) = (lines.FirstLine(first), lines.LastLine(last));
        var indentation = lines.Indentation(lines.LineOf(first.SpanStart));
        var step = lines.IndentationStep(first);
        var end = lines.LineEnd(from);
        var edits = new TextEdits();
        var parameters = token is null ? "()" : token;
        var run = isAsync ? $"await {strategy}.ExecuteAsync{result}(async {parameters} =>" : $"{strategy}.Execute{result}(() =>";
        edits.Insert(
            lines.Text.Lines[from].Start,
            $"{indentation}var {strategy} = {context}.Database.CreateExecutionStrategy();{end}{indentation}{(hasResult ? "return " : HandedOut("var ", " = "))}{run}{end}{indentation}{{{end}{indentation}{step}{Clear}{end}");
        lines.Indent(edits, from, to, step);
        if (ending.Text.Length > 0)
        {
            edits.Insert(ending.Begin.SpanStart, ending.Text);
        }

        var handed = handedOut.Count == 0 ? "" : indentation + step + HandedOut("return ", ";") + lines.LineEnd(to);
        lines.InsertBehind(edits, to, $"{handed}{indentation}}}{(token is null ? "" : ", " + token)}){(isConfigured ? ConfiguredAwait.Text : "")};{lines.LineEnd(to)}");
        return edits;
    }

    private string HandedOut(string before, string behind) => handedOut.Count == 0 ? "" : before + (handedOut.Count == 1 ? handedOut[0] : $"({string.Join(", ", handedOut)})") + behind;

    /// <summary>Returns of several types, as <c>NotFound()</c> and <c>Ok()</c>, have none in common unless it is said.</summary>
    private static string ResultOf(SyntaxNode function, bool isAsync, IReadOnlyList<StatementSyntax> unit, SemanticModel model, CancellationToken cancellationToken)
    {
        var returned = unit.SelectMany(s => s.DescendantNodesAndSelf(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))).OfType<ReturnStatementSyntax>()
            .Where(r => r.Expression is not null).Select(r => model.GetTypeInfo(r.Expression!, cancellationToken).Type).ToList();
        var types = returned.OfType<ITypeSymbol>().Distinct<ITypeSymbol>(SymbolEqualityComparer.Default).ToList();
        var isClear = types.Count == 1 && !(types[0].IsValueType && returned.Contains(null));
        var declared = (function as MethodDeclarationSyntax)?.ReturnType ?? (function as LocalFunctionStatementSyntax)?.ReturnType;
        return isClear || returned.Count == 0 ? ""
            : !isAsync ? declared is null ? "" : $"<{declared}>"
            : declared?.DescendantNodesAndSelf().OfType<GenericNameSyntax>().FirstOrDefault() is { Identifier.ValueText: "Task" or "ValueTask", TypeArgumentList: var arguments } ? arguments.ToString() : "";
    }

    private static SyntaxTokenList Modifiers(SyntaxNode function) => function switch
    {
        MethodDeclarationSyntax method => method.Modifiers,
        LocalFunctionStatementSyntax local => local.Modifiers,
        AnonymousFunctionExpressionSyntax lambda => lambda.Modifiers,
        _ => default,
    };

    /// <summary>The context that begins; of a scope the one that is first asked in it. Only a name can be said again.</summary>
    private static ExpressionSyntax? ContextOf(ExpressionSyntax begin, StatementSyntax first, SemanticModel model, CancellationToken cancellationToken)
    {
        var candidates = begin is BaseObjectCreationExpressionSyntax
            ? first.Siblings().SkipWhile(s => s != first).SelectMany(s => s.DescendantNodes()).OfType<ExpressionSyntax>()
            : begin.DescendantNodes().OfType<ExpressionSyntax>();
        var context = candidates.FirstOrDefault(e => e is IdentifierNameSyntax or MemberAccessExpressionSyntax && IsContext(model.GetTypeInfo(e, cancellationToken).Type));
        return context is null || context.DescendantNodes().Any(n => n is InvocationExpressionSyntax) ? null : context;
    }

    private static bool IsContext(ITypeSymbol? type)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (t.Name == "DbContext" && t.ContainingNamespace?.ToDisplayString() == "Microsoft.EntityFrameworkCore")
            {
                return true;
            }
        }

        return false;
    }
}
