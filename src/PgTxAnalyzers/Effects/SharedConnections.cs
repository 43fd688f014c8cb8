using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// EF Core contexts that are handed a connection somewhere in the source in sight: by <c>UseNpgsql(connection)</c>, whatever the context, or by
/// <c>SetDbConnection</c> on one of its type. Of these nobody can say that their connection is another one.
/// </summary>
internal sealed class SharedConnections
{
    private static readonly string[] Names = { "UseNpgsql", "SetDbConnection" };

    private readonly BodyCatalog bodies;
    private readonly Shapes shapes;
    private readonly object gate = new();
    private HashSet<ITypeSymbol>? types;
    private bool any;

    public SharedConnections(BodyCatalog bodies, Shapes shapes) => (this.bodies, this.shapes) = (bodies, shapes);

    public bool MayBeOf(ITypeSymbol? context, CancellationToken cancellation)
    {
        lock (gate)
        {
            types ??= Find(cancellation);
            return any || context is null || types.Contains(context);
        }
    }

    private HashSet<ITypeSymbol> Find(CancellationToken cancellation)
    {
        var found = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        foreach (var (call, name, model) in WordSearch.Calls(bodies, Names, cancellation))
        {
            if (name == "UseNpgsql")
            {
                any |= call.ArgumentList.Arguments.Any(a => shapes.Of(model.GetTypeInfo(a.Expression, cancellation).Type) == Shape.Connection);
            }
            else if (call.Expression is MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var owner } } && model.GetTypeInfo(owner, cancellation).Type is { Name: not "DbContext" } type && shapes.Of(type) == Shape.Context)
            {
                found.Add(type);
            }
            else
            {
                any = true;
            }
        }

        return found;
    }
}
