using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CodeFixes.Rules.Retry;

/// <summary>Adds <c>Target Session Attributes=read-write</c> to the connection string, or the property to its builder.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp)]
public sealed class PGTX211HostsWithoutTargetFix : CodeFixProvider
{
    internal const string EquivalenceKey = "PGTX211.ReadWrite";

    /// <summary>The version of Npgsql whose data sources take the keyword.</summary>
    private const int FirstThatTakesIt = 10;

    private static readonly ConnectionFix Fix = new(
        "Add 'Target Session Attributes=read-write'", EquivalenceKey, ConnectionRewrites.ReadWrite, (edits, creation) => BuilderEdits.Set(edits, creation, "TargetSessionAttributes", "\"read-write\""));

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create("PGTX211");

    /// <summary>None: a string may be meant for reading, so it is to be decided string by string.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
        {
            if (await MaySayAsync(context.Document, diagnostic.Location.SourceSpan, context.CancellationToken).ConfigureAwait(false))
            {
                await Fix.RegisterAsync(context, diagnostic).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Before Npgsql 10 a data source refuses the keyword as soon as it is built (<c>InvalidOperationException</c>, measured on 7.0.10 to 9.0.4; on 10.0.3 it does not). A connection that is
    /// made of the string takes it at every version.
    /// </summary>
    private static async Task<bool> MaySayAsync(Document document, TextSpan place, CancellationToken cancellation)
    {
        if (await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model || await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root)
        {
            return false;
        }

        return model.Compilation.ReferencedAssemblyNames.Any(a => a is { Name: "Npgsql", Version.Major: >= FirstThatTakesIt })
            || (root.FindNode(place, getInnermostNodeForTie: true).Parent is ArgumentSyntax { Parent.Parent: BaseObjectCreationExpressionSyntax creation }
                && KnownTypes.Is(model.GetTypeInfo(creation, cancellation).Type, "Npgsql", "NpgsqlConnection"));
    }
}
