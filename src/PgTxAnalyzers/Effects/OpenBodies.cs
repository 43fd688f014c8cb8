using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Which bodies without a transaction are worth a look: those that open a connection or a result, or enumerate a query, and call something that can
/// reach a sink meanwhile. Words first, then syntax, then a search over calls; no graph.
/// </summary>
internal sealed class OpenBodies
{
    private static readonly int[] ForEach = { TreeWords.Hash("foreach") };

    private readonly CompilationContext context;
    private readonly object gate = new();
    private QueryNames? queries;

    public OpenBodies(CompilationContext context) => this.context = context;

    public IEnumerable<SyntaxNode> In(SemanticModel model, CancellationToken cancellation)
    {
        var tree = model.SyntaxTree;
        var words = NameIndex.WordsOf(tree, cancellation);
        var opens = context.OpenIndex(cancellation);
        var queries = Queries(cancellation);
        var mayOpen = opens.IsMentionedIn(words);
        var mayEnumerate = words.ContainsAny(ForEach) && queries.AreMentionedIn(words);
        var mayRun = queries.MayRunIn(words);
        if (!mayOpen && !mayEnumerate && !mayRun)
        {
            yield break;
        }

        foreach (var body in TreeBodies.Of(tree, cancellation).Bodies)
        {
            // What leads nowhere is left before a token of it is looked at: a repository's methods open much.
            if (!context.Sinks.Names.Leads(body.Declaration))
            {
                continue;
            }

            var opensIt = mayOpen && opens.IsMentionedIn(body);
            var enumerates = (mayEnumerate && queries.AreEnumeratedIn(body)) || (mayRun && queries.RunDelegatesOf(body));
            if ((opensIt || enumerates) && CallsOthers(body.Declaration) && (enumerates || context.Helpers.CanHaveResult(body.Declaration, cancellation)) && MayReachSink(body.Declaration, model, cancellation))
            {
                yield return body.Declaration;
            }
        }
    }

    /// <summary>
    /// There is more in it than to open, to use and to return what came: without a loop, or a lambda that somebody may run in a loop, three calls at least (open,
    /// the other system, use again). A repository's method opens, runs one command and returns.
    /// </summary>
    private static bool CallsOthers(SyntaxNode declaration)
    {
        var (calls, loops) = (0, false);
        foreach (var node in declaration.DescendantNodes())
        {
            calls += node is InvocationExpressionSyntax ? 1 : 0;
            loops |= node is CommonForEachStatementSyntax or AnonymousFunctionExpressionSyntax;
            if (calls >= (loops ? 1 : 3))
            {
                return true;
            }
        }

        return false;
    }

    private bool MayReachSink(SyntaxNode declaration, SemanticModel model, CancellationToken cancellation) =>
        BodyCatalog.MethodOf(declaration, model, cancellation) is not { } method || method.DeclaringSyntaxReferences.IsEmpty || context.Sinks.Matters(method, context.MaxCallDepth, cancellation);

    /// <summary>A member of this name may hand out rows that are read while they are enumerated.</summary>
    public bool Lends(string name) => (queries ?? Queries(default)).Contains(name);

    private QueryNames Queries(CancellationToken cancellation)
    {
        lock (gate)
        {
            return queries ??= QueryNames.Create(context, cancellation);
        }
    }
}

/// <summary>The names under which the project keeps queries of EF Core: members and parameters whose type is a <c>DbSet</c> or an <c>IQueryable</c>.</summary>
internal sealed class QueryNames
{
    private static readonly string[] Types = { "DbSet", "IQueryable", "IOrderedQueryable" };

    /// <summary>EF Core's own ways to a query.</summary>
    private static readonly string[] Sources = { "Set", "FromSql", "FromSqlRaw", "FromSqlInterpolated", "SqlQuery", "SqlQueryRaw", "FromExpression" };

    /// <summary>What ends the name of a call whose result is in memory.</summary>
    private static readonly string[] InMemory = { "ToList", "ToArray", "ToHashSet", "ToDictionary", "ToLookup" };

    private readonly HashSet<string> names;
    private readonly WordSet known;
    private readonly WordSet runners;

    /// <param name="names">Queries and iterators over them.</param>
    /// <param name="runners">Members that run a delegate that they are given while they enumerate a query.</param>
    private QueryNames(HashSet<string> names, HashSet<string> runners)
    {
        this.names = names;
        known = new WordSet(names.Select(TreeWords.Hash));
        this.runners = new WordSet(runners.Select(TreeWords.Hash));
    }

    public static QueryNames Create(CompilationContext context, CancellationToken cancellation)
    {
        var names = new HashSet<string>();
        if (context.Compilation.ReferencedAssemblyNames.Any(r => r.Name == "Microsoft.EntityFrameworkCore"))
        {
            names.UnionWith(Sources);
            names.UnionWith(context.Compilation.SourceModule.ReferencedAssemblySymbols.Where(ForeignEffects.CanCarry).SelectMany(ForeignQueries.Of));
            var types = Types.Select(TreeWords.Hash).ToArray();
            foreach (var tree in context.Bodies.Sources.SelectMany(c => c.SyntaxTrees).Where(t => NameIndex.WordsOf(t, cancellation).ContainsAny(types)))
            {
                cancellation.ThrowIfCancellationRequested();
                names.UnionWith(tree.GetRoot(cancellation).DescendantNodes().OfType<SimpleNameSyntax>().Where(n => Types.Contains(n.Identifier.ValueText)).SelectMany(DeclaredWith));
            }
        }

        // An iterator over a query lends it to whoever enumerates the iterator; and a delegate that runs in a loop over one runs while it is read.
        var runners = new HashSet<string>();
        var found = new QueryNames(names, runners);
        var yields = new[] { TreeWords.Hash("yield") };
        foreach (var tree in names.Count == 0 ? Enumerable.Empty<SyntaxTree>() : context.Bodies.Sources.SelectMany(c => c.SyntaxTrees).Where(MayLend))
        {
            cancellation.ThrowIfCancellationRequested();
            var bodies = TreeBodies.Of(tree, cancellation).Bodies;
            names.UnionWith(bodies.Where(b => b.Words.Contains(yields[0]) && BodyUses.Of(b.Declaration).IsIterator && found.AreEnumeratedIn(b)).Select(b => Wrapping.NameOf(b.Declaration)).OfType<string>());
            runners.UnionWith(bodies.Where(b => b.TakesDelegate && found.AreEnumeratedIn(b) && BodyUses.Of(b.Declaration).RunsDelegate(b.Declaration)).Select(b => Wrapping.NameOf(b.Declaration)).OfType<string>());
        }

        return new QueryNames(names, runners);

        // A file at a time, for this is asked anew at each edit.
        bool MayLend(SyntaxTree tree) => NameIndex.WordsOf(tree, cancellation) is var words && found.AreMentionedIn(words) && (words.ContainsAny(yields) || TreeBodies.Of(tree, cancellation).TakesDelegates);
    }

    /// <summary>A member that runs delegates while it enumerates a query may be called in the file.</summary>
    public bool MayRunIn(TreeWords words) => words.ContainsAny(runners);

    /// <summary>The body may give a lambda to such a member.</summary>
    public bool RunDelegatesOf(NamedBody body) => body.Mentions(runners) && body.Declaration.DescendantNodes().Any(n => n is AnonymousFunctionExpressionSyntax);

    /// <summary>A query or an iterator over one goes by this name.</summary>
    public bool Contains(string name) => names.Contains(name);

    /// <summary>The names that a declaration with this type gives.</summary>
    private static IEnumerable<string> DeclaredWith(SimpleNameSyntax type)
    {
        SyntaxNode node = type;
        while (node.Parent is NameSyntax or NullableTypeSyntax or TypeArgumentListSyntax)
        {
            node = node.Parent;
        }

        return node.Parent switch
        {
            PropertyDeclarationSyntax p => new[] { p.Identifier.ValueText },
            MethodDeclarationSyntax m => new[] { m.Identifier.ValueText },
            ParameterSyntax p => new[] { p.Identifier.ValueText },
            VariableDeclarationSyntax { Parent: FieldDeclarationSyntax } v => v.Variables.Select(x => x.Identifier.ValueText),
            _ => Enumerable.Empty<string>(),
        };
    }

    public bool AreMentionedIn(TreeWords words) => words.ContainsAny(known);

    /// <summary>A loop of the body may run over a query.</summary>
    public bool AreEnumeratedIn(NamedBody body) => body.Mentions(known) && AreEnumeratedIn(body.Declaration);

    private bool AreEnumeratedIn(SyntaxNode declaration) =>
        declaration.DescendantNodes().OfType<CommonForEachStatementSyntax>().Any(loop => !IsInMemory(loop.Expression, declaration))
        && declaration.DescendantNodes().OfType<SimpleNameSyntax>().Any(n => names.Contains(n.Identifier.ValueText));

    private static bool IsInMemory(ExpressionSyntax expression, SyntaxNode declaration)
    {
        switch (expression)
        {
            case ParenthesizedExpressionSyntax inner:
                return IsInMemory(inner.Expression, declaration);
            case AwaitExpressionSyntax or BaseObjectCreationExpressionSyntax or ArrayCreationExpressionSyntax or ImplicitArrayCreationExpressionSyntax:
                return true;
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call }:
                return InMemory.Contains(call.Name.Identifier.ValueText);
            case IdentifierNameSyntax name:
                var variables = declaration.DescendantNodes().OfType<VariableDeclaratorSyntax>().Where(v => v.Identifier.ValueText == name.Identifier.ValueText).ToList();
                return variables.Count > 0 && variables.All(v => v.Initializer is { } value && value.Value is not IdentifierNameSyntax && IsInMemory(value.Value, declaration));
            default:
                return false;
        }
    }
}
