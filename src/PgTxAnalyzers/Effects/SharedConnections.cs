using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// EF Core contexts that are handed a connection somewhere in the source in sight, or in a referenced project: by <c>UseNpgsql(connection)</c>, whatever the context, or by
/// <c>SetDbConnection</c> on one of its type. Of these nobody can say that their connection is another one.
/// </summary>
internal sealed class SharedConnections
{
    private static readonly string[] Names = { "UseNpgsql", "SetDbConnection" };

    private readonly CompilationContext context;
    private readonly object gate = new();
    private HashSet<ITypeSymbol>? types;
    private bool any;

    public SharedConnections(CompilationContext context) => this.context = context;

    public bool MayBeOf(ITypeSymbol? type, CancellationToken cancellation)
    {
        lock (gate)
        {
            types ??= Find(cancellation);
            return any || type is null || types.Contains(type) || context.Carried.Has(FactKind.SharedConnection, ProjectFacts.IdOf(type));
        }
    }

    /// <summary>The types of the contexts that the source in sight hands a connection; null among them: any may be one.</summary>
    public IEnumerable<ITypeSymbol?> Contexts(CancellationToken cancellation)
    {
        lock (gate)
        {
            types ??= Find(cancellation);
            return any ? types.Append(null) : types;
        }
    }

    private HashSet<ITypeSymbol> Find(CancellationToken cancellation)
    {
        var shapes = context.Shapes;
        var found = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        any = context.Carried.Has(FactKind.SharedConnection);
        foreach (var (call, name, model) in WordSearch.Calls(context.Bodies, Names, cancellation))
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
