using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>
/// Waits exponentially longer between attempts, with some jitter, and gives up after five: what of the two is missing, in a loop, a policy of Polly v7 or a pipeline of v8. A count that somebody
/// has chosen is kept.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX208RetryWithoutBackoffFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX208.BackOff";
    internal const string Title = "Back off exponentially, five attempts";
    internal const string PauseTitle = "Back off exponentially";
    internal const string BoundTitle = "Give up after five attempts";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX208");

    /// <summary>How long a caller can wait is for somebody to say, one by one.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        var text = await context.Document.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root is null || model is null || !root.FullSpan.Contains(diagnostic.Location.SourceSpan))
            {
                continue;
            }

            diagnostic.Properties.TryGetValue("pgtx.backoff", out var backoff);
            diagnostic.Properties.TryGetValue("pgtx.bound", out var bound);
            var (noWait, noEnd) = (backoff == "none", bound == "none");
            var lines = new SourceLines(root, text);
            var token = root.FindToken(diagnostic.Location.SourceSpan.Start);
            var edits = token.Parent is CatchClauseSyntax clause ? BackOffEdits.InLoop(clause, noWait, noEnd, model, lines, context.CancellationToken)
                : token.Parent?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call ? OfPolly(call, noWait, noEnd, model, lines, context.CancellationToken)
                : null;

            // A loop that its token ends, or a count that somebody has chosen, gets no number of attempts; `Retry()` of Polly v7 does.
            var title = !noEnd && !(token.Parent?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { ArgumentList.Arguments.Count: 0 }) ? PauseTitle : noWait ? Title : BoundTitle;
            await Offer.RegisterAsync(context, diagnostic, title, EquivalenceKey, edits).ConfigureAwait(false);
        }
    }

    private static TextEdits? OfPolly(InvocationExpressionSyntax call, bool noWait, bool noEnd, SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
    {
        if (call.Expression is not MemberAccessExpressionSyntax { Name: IdentifierNameSyntax name })
        {
            return null;
        }

        var arguments = call.ArgumentList.Arguments;
        return name.Identifier.ValueText == "AddRetry" ? OfPipeline(call, noWait, noEnd, model, cancellationToken) : OfPolicy(name, call.ArgumentList, arguments, noWait, noEnd, model, lines);
    }

    private static TextEdits? OfPolicy(IdentifierNameSyntax name, ArgumentListSyntax list, SeparatedSyntaxList<ArgumentSyntax> arguments, bool noWait, bool noEnd, SemanticModel model, SourceLines lines)
    {
        var edits = new TextEdits();
        var suffix = name.Identifier.ValueText.EndsWith("Async", System.StringComparison.Ordinal) ? "Async" : "";
        var attempt = NewNames.Free("attempt", model, list);
        var provider = $"{attempt} => TimeSpan.FromMilliseconds({BackOffEdits.Pause(attempt, model.Compilation)})";

        // What else is handed over (`onRetry`) has other parameters in the overloads that wait.
        if (name.Identifier.ValueText.StartsWith("WaitAnd", System.StringComparison.Ordinal))
        {
            var waits = arguments.LastOrDefault();
            if (arguments.Count != (noEnd ? 1 : 2) || waits?.Expression is not (SimpleLambdaExpressionSyntax or ParenthesizedLambdaExpressionSyntax { ParameterList.Parameters.Count: 1 }))
            {
                return null;
            }

            if (noEnd)
            {
                edits.Replace(name.Span, "WaitAndRetry" + suffix);
                edits.Insert(arguments[0].SpanStart, "5, ");
            }

            if (noWait)
            {
                edits.Replace(waits.Expression.Span, provider);
            }
        }
        else
        {
            if (arguments.Count > 1 || (arguments.Count == 1 && (noEnd || model.GetTypeInfo(arguments[0].Expression).Type?.SpecialType != SpecialType.System_Int32)))
            {
                return null;
            }

            edits.Replace(name.Span, "WaitAndRetry" + suffix);
            edits.Replace(list.Span, $"({(arguments.Count == 1 ? arguments[0].Expression.ToString() : "5")}, {provider})");
        }

        return Imports.TryAdd(edits, model, list, lines, "System.TimeSpan", "System.Random") ? edits : null;
    }

    private static TextEdits? OfPipeline(InvocationExpressionSyntax call, bool noWait, bool noEnd, SemanticModel model, CancellationToken cancellationToken)
    {
        var given = call.ArgumentList.Arguments.LastOrDefault()?.Expression;
        if (given is IdentifierNameSyntax)
        {
            given = (model.GetSymbolInfo(given, cancellationToken).Symbol?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) as VariableDeclaratorSyntax)?.Initializer?.Value;
        }

        // The options may stand in another file, or be shared with others.
        if (given is not BaseObjectCreationExpressionSyntax { Initializer: { } } options || options.SyntaxTree != call.SyntaxTree)
        {
            return null;
        }

        var edits = new TextEdits();
        if (noEnd)
        {
            BuilderEdits.Set(edits, options, "MaxRetryAttempts", "5");
        }

        if (noWait)
        {
            BuilderEdits.Set(edits, options, "Delay", "TimeSpan.FromMilliseconds(200)");
            BuilderEdits.Set(edits, options, "BackoffType", "DelayBackoffType.Exponential");
            BuilderEdits.Set(edits, options, "UseJitter", "true");
        }

        return edits;
    }
}
