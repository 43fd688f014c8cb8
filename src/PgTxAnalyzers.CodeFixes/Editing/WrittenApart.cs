using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// What a unit writes on a second connection beside its transaction (PGTX105) is committed by itself: it stays when the transaction fails, and an attempt that begins anew writes it
/// once more. Asked are the rule's findings in the unit and in the transactions that it leads to; one that provably only reads does no harm.
/// </summary>
internal static class WrittenApart
{
    private static readonly ISet<string> Second = new HashSet<string> { "PGTX105" };

    /// <param name="document">The document of the unit.</param>
    /// <param name="bodies">What runs in it (<see cref="Repeatable.Bodies"/>).</param>
    /// <param name="context">The compilation's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<bool> IsInAsync(Document document, IEnumerable<IReadOnlyList<SyntaxNode>> bodies, RetryContext context, CancellationToken cancellationToken)
    {
        var isOwn = true;
        foreach (var body in bodies)
        {
            // The analyzer looks at a whole file: not at those of bodies in which no transaction is open.
            if (body.Count > 0 && (isOwn || IsInTransaction(body, context, cancellationToken)))
            {
                var span = TextSpan.FromBounds(body[0].SpanStart, body.Max(node => node.Span.End));
                var root = await body[0].SyntaxTree.GetRootAsync(cancellationToken).ConfigureAwait(false);
                var place = isOwn ? document : document.Project.Solution.GetDocument(body[0].SyntaxTree);
                if (place is not null && (await FindingGuard.InAsync(place, span, Second, cancellationToken).ConfigureAwait(false))
                        .Any(finding => !OnlyReads(root, finding.Location.SourceSpan, context, cancellationToken)))
                {
                    return true;
                }
            }

            isOwn = false;
        }

        return false;
    }

    private static bool IsInTransaction(IReadOnlyList<SyntaxNode> body, RetryContext context, CancellationToken cancellationToken) => body.Any(node => node switch
    {
        InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax => context.FactOf((ExpressionSyntax)node, out _, cancellationToken).Role is ApiRole.Begin or ApiRole.Adopt or ApiRole.Enlist or ApiRole.Scope or ApiRole.TransactionRunner,
        ParameterSyntax { Type: { } type } => SessionTypes.Is(context.Model(node).GetTypeInfo(type, cancellationToken).Type),
        _ => false,
    });

    /// <summary>The call itself reads on the second connection, and gives nothing away that others could write with.</summary>
    private static bool OnlyReads(SyntaxNode root, TextSpan place, RetryContext context, CancellationToken cancellationToken)
    {
        if (root.FindSpan(place) is not InvocationExpressionSyntax call || GivesSession(call, context, cancellationToken))
        {
            return false;
        }

        // What works in no way that is known here may write.
        return Reads(root, call.Span, context, cancellationToken) > 0;
    }

    /// <summary>A stretch of code does not provably leave the database as it is.</summary>
    public static bool Writes(SyntaxNode root, TextSpan stretch, RetryContext context, CancellationToken cancellationToken) => Reads(root, stretch, context, cancellationToken) is null;

    /// <summary>How many statements a stretch runs, all of which read; null where one may write.</summary>
    private static int? Reads(SyntaxNode root, TextSpan stretch, RetryContext context, CancellationToken cancellationToken)
    {
        var texts = new SqlTexts(context, cancellationToken);
        var (runs, known, queries) = (0, 0, 0);
        foreach (var node in Repeatable.Bodies(root, stretch, context, cancellationToken).Take(Repeatable.MaxBodies).SelectMany(nodes => nodes))
        {
            var role = node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax ? context.FactOf((ExpressionSyntax)node, out _, cancellationToken).Role : ApiRole.None;
            foreach (var text in texts.Of(node))
            {
                // A helper in front of a command passes the text on: it is counted where the command takes it.
                known += role == ApiRole.None && node is InvocationExpressionSyntax ? 0 : 1;
                if (SqlText.Classify(text).Statements.Any(statement => statement.Effect != SqlEffect.Reads || statement.Kind == SqlKind.Unknown))
                {
                    return null;
                }
            }

            switch (role)
            {
                case ApiRole.Save or ApiRole.Copy:
                    return null;
                case ApiRole.Query:
                    queries++;
                    break;
                case ApiRole.Command or ApiRole.Reader or ApiRole.Stream:
                    runs++;
                    break;
            }
        }

        // A command whose text is not in sight may write.
        return runs <= known ? runs + queries : null;
    }

    private static bool GivesSession(InvocationExpressionSyntax call, RetryContext context, CancellationToken cancellationToken)
    {
        var type = context.Model(call).GetTypeInfo(call, cancellationToken).Type;
        return SessionTypes.Is(RetryUnit.IsTask(type) && type is INamedTypeSymbol { TypeArguments: { Length: 1 } results } ? results[0] : type);
    }
}
