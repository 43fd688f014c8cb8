using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Is a retrying execution strategy configured in reach? EF Core then reads every result to its end before it hands out the first row
/// (<c>QueryCompilationContext.IsBuffering</c>).
/// </summary>
internal sealed class RetryingStrategy
{
    /// <summary>Npgsql's own options, and Aspire's registrations, which switch retries on by default.</summary>
    private static readonly string[] Configuring = { "EnableRetryOnFailure", "ExecutionStrategy", "AddNpgsqlDbContext", "EnrichNpgsqlDbContext", "EnrichAzureNpgsqlDbContext", "AddAzureNpgsqlDbContext" };

    private static readonly int[] Hashes = Configuring.Select(TreeWords.Hash).ToArray();

    private readonly CompilationContext context;
    private readonly object gate = new();
    private bool? known;

    public RetryingStrategy(CompilationContext context) => this.context = context;

    public bool IsConfigured(CancellationToken cancellation)
    {
        if (context.RetryingStrategy is { } told)
        {
            return told;
        }

        lock (gate)
        {
            return known ??= context.Carried.Has(FactKind.RetryingStrategy) || context.Bodies.Sources.SelectMany(c => c.SyntaxTrees).Any(tree => Configures(tree, cancellation));
        }
    }

    private bool Configures(SyntaxTree tree, CancellationToken cancellation)
    {
        if (!NameIndex.WordsOf(tree, cancellation).ContainsAny(Hashes))
        {
            return false;
        }

        var model = context.Bodies.Model(tree);
        foreach (var call in tree.GetRoot(cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            var name = call.Expression switch
            {
                MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
                MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
                _ => "",
            };
            if (Configuring.Contains(name) && model.GetSymbolInfo(call, cancellation).Symbol is { DeclaringSyntaxReferences.IsEmpty: true })
            {
                return true;
            }
        }

        return false;
    }
}
