using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Retry;

/// <summary>
/// The first work with the driver itself (Npgsql, ADO.NET, Dapper) that a body reaches without a retry scope on the way. What EF Core runs is
/// PGTX201's. A search over names says first which methods can lead there; only calls of those are bound, and each body once.
/// </summary>
internal sealed class UnprotectedWork
{
    /// <summary>Methods that one search from an entry point looks into.</summary>
    private const int MaxMethods = 1000;

    /// <summary>Rounds of the search over names: a command that is wrapped in more methods is not looked for.</summary>
    private const int MaxWrapping = 8;

    private static readonly string[] Members =
    {
        "OpenConnection", "OpenConnectionAsync", "Open", "OpenAsync", "ExecuteNonQuery", "ExecuteNonQueryAsync", "ExecuteReader", "ExecuteReaderAsync", "ExecuteScalar", "ExecuteScalarAsync",
        "Execute", "ExecuteAsync", "Query", "QueryAsync", "QueryFirst", "QueryFirstAsync", "QueryFirstOrDefault", "QueryFirstOrDefaultAsync", "QuerySingle", "QuerySingleAsync",
        "QuerySingleOrDefault", "QuerySingleOrDefaultAsync", "QueryMultiple", "QueryMultipleAsync", "QueryUnbufferedAsync", "BeginBinaryImport", "BeginBinaryImportAsync",
        "BeginTextImport", "BeginTextImportAsync", "BeginBinaryExport", "BeginBinaryExportAsync",
    };

    /// <summary>A file without one of these words works with no driver; members of other names (Execute, Query, Open) are too common to count alone.</summary>
    private static readonly int[] Files = new[]
    {
        "NpgsqlConnection", "NpgsqlDataSource", "NpgsqlCommand", "NpgsqlBatch", "Dapper", "IDbConnection", "DbConnection", "DbDataSource", "DbCommand", "IDbCommand", "GetDbConnection",
        "OpenConnectionAsync", "ExecuteNonQueryAsync", "ExecuteReaderAsync", "ExecuteScalarAsync", "QueryAsync", "QueryFirstAsync", "QueryFirstOrDefaultAsync", "QuerySingleAsync",
        "QuerySingleOrDefaultAsync", "QueryMultipleAsync",
    }.Select(TreeWords.Hash).ToArray();

    private readonly RetryContext context;
    private readonly ConcurrentDictionary<IMethodSymbol, Body> bodies = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IMethodSymbol, bool> leadsNowhere = new(SymbolEqualityComparer.Default);
    private readonly Lazy<NameReach> names;

    public UnprotectedWork(RetryContext context)
    {
        this.context = context;
        names = new Lazy<NameReach>(Reach);
    }

    /// <summary>Those that may lead there, by names alone.</summary>
    public IEnumerable<SyntaxNode> Bodies => names.Value.Bodies.Select(b => b.Declaration);

    /// <summary>By names alone: a member of which it is false does no such work.</summary>
    public bool MayBeIn(SyntaxNode member) => names.Value.Leads(member);

    public bool MayBeIn(SyntaxTree tree) => names.Value.LeadsIn(tree);

    /// <summary>Methods of other projects lead there by what their assemblies say; one that calls an interface's member, if somebody of that name does.</summary>
    private NameReach Reach()
    {
        var foreign = context.Compilation.Foreign.AllWork.ToList();
        var leading = new HashSet<string>(foreign.Where(w => !w.Work.Chain.IsEmpty).Select(w => w.Name), StringComparer.Ordinal);
        var open = foreign.Where(w => !w.Work.Open.IsEmpty).Select(w => (w.Name, Members: w.Work.Open.Select(RegistrationSearch.SimpleName).ToList())).ToList();
        var reach = In(leading);
        for (var before = -1; before < leading.Count && open.Count > 0;)
        {
            before = leading.Count;
            leading.UnionWith(open.Where(o => o.Members.Any(m => leading.Contains(m) || reach.Contains(m))).Select(o => o.Name).ToList());
            reach = before == leading.Count ? reach : In(leading);
        }

        return reach;

        NameReach In(IEnumerable<string> more) => NameReach.In(Files, context.Compilation.Bodies.Sources, Members, more, MaxWrapping, default);
    }

    /// <summary>The first call in a body's own text that leads there, with the calls below it down to the work; null where none does.</summary>
    public ImmutableArray<Step>? In(SyntaxNode body, IMethodSymbol? entry, CancellationToken cancellation)
    {
        foreach (var step in Look(body, entry).Calls(cancellation))
        {
            if (step.IsWork)
            {
                return ImmutableArray.Create(step);
            }

            if (Chain(step, cancellation) is { } chain)
            {
                return chain.Insert(0, step);
            }
        }

        return null;
    }

    /// <summary>Breadth first, so that the shortest way is said. What a search without a result has seen leads nowhere for the next one either.</summary>
    private ImmutableArray<Step>? Chain(Step first, CancellationToken cancellation)
    {
        var cameFrom = new Dictionary<Callee, (Callee Body, Step Call)>();
        var seen = new HashSet<Callee>();
        var queue = new Queue<Callee>();
        Enqueue(first, null);
        while (queue.Count > 0 && seen.Count < MaxMethods)
        {
            cancellation.ThrowIfCancellationRequested();
            var current = queue.Dequeue();
            foreach (var step in StepsOf(current.Method, cancellation))
            {
                if (current.IsCalledAgain && IsOpening(step, current.Method, cancellation))
                {
                    continue;
                }

                if (step.IsWork)
                {
                    var chain = ImmutableArray.Create(step);
                    for (var m = current; cameFrom.TryGetValue(m, out var above); m = above.Body)
                    {
                        chain = chain.Insert(0, above.Call);
                    }

                    return chain;
                }

                Enqueue(step, current);
            }
        }

        if (queue.Count == 0)
        {
            foreach (var visited in seen.Where(s => !s.IsCalledAgain))
            {
                leadsNowhere[visited.Method] = true;
            }
        }

        return null;

        void Enqueue(Step step, Callee? from)
        {
            var isCalledAgain = step.Call is { } call && RetryLoop.CallsAgain(call, context.Model(call), cancellation);
            foreach (var target in TargetsOf(step.Method!, cancellation))
            {
                var callee = new Callee(target, isCalledAgain);
                if (!leadsNowhere.ContainsKey(target) && seen.Add(callee))
                {
                    queue.Enqueue(callee);
                    if (from is { } caller)
                    {
                        cameFrom[callee] = (caller, step);
                    }
                }
            }
        }
    }

    /// <summary>A listener opens its connection, and uses it in an endless loop until it breaks; who called it calls it again: what stands in front of that loop is repeated.</summary>
    private bool IsOpening(Step step, IMethodSymbol method, CancellationToken cancellation) =>
        step.Call is { } call && method.DeclaringSyntaxReferences.Any(r => r.SyntaxTree == call.SyntaxTree && r.GetSyntax(cancellation) is MethodDeclarationSyntax declaration
            && RetryLoop.StandsBeforeEndlessLoop(call, declaration, context.Model(call), cancellation));

    private ImmutableArray<IMethodSymbol> TargetsOf(IMethodSymbol method, CancellationToken cancellation)
    {
        var here = context.Compilation.Targets.Of(method, Flow.Value.Nothing, false, cancellation);
        var elsewhere = context.Compilation.Foreign.WorkOf(method);
        return elsewhere.IsEmpty ? here : here.AddRange(elsewhere.Where(w => !w.Work.Chain.IsEmpty || !w.Work.Open.IsEmpty).Select(w => w.Method));
    }

    /// <summary>Of a method in another project, what its assembly says.</summary>
    private IEnumerable<Step> StepsOf(IMethodSymbol method, CancellationToken cancellation) =>
        method.DeclaringSyntaxReferences.IsEmpty
            ? context.Compilation.Foreign.WorkOf(method).Where(w => SymbolEqualityComparer.Default.Equals(w.Method, method)).SelectMany(w => StepsOf(w.Work))
            : Of(method, cancellation).Calls(cancellation);

    private IEnumerable<Step> StepsOf(MethodWork work)
    {
        if (!work.Chain.IsEmpty)
        {
            yield return new Step(null, null, true) { Elsewhere = work.Chain, Aftermath = work.Aftermath };
        }

        foreach (var id in work.Open)
        {
            if (names.Value.Contains(RegistrationSearch.SimpleName(id)) && DocumentationCommentId.GetFirstSymbolForDeclarationId(id, context.Compilation.Compilation) is IMethodSymbol member)
            {
                yield return new Step(null, member, false);
            }
        }
    }

    /// <summary>What becomes of a failure of the last step before it comes to whoever takes the first.</summary>
    public Aftermath AftermathOf(ImmutableArray<Step> steps, CancellationToken cancellation) =>
        steps.Any(s => s.Call is { } call ? RetryLoop.GoesOn(call, context.Model(call), cancellation) : s.Aftermath == Aftermath.CostsRound) ? Aftermath.CostsRound
        : steps.Any(s => s.Call is { } call ? RetryLoop.IsSwallowed(call, context.Model(call), cancellation) : s.Aftermath == Aftermath.IsSwallowed) ? Aftermath.IsSwallowed
        : Aftermath.Fails;

    private Body Of(IMethodSymbol method, CancellationToken cancellation) =>
        bodies.TryGetValue(method, out var known) ? known : bodies.GetOrAdd(method, method.DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancellation))
            .Where(s => s is not TypeDeclarationSyntax).Select(s => Look(s, method)).FirstOrDefault(b => b.At(0, cancellation) is not null) ?? new Body(this, Array.Empty<InvocationExpressionSyntax>(), null, null));

    /// <summary>
    /// The calls of a body's own text that are work or may lead to some, and that no scope protects; each bound when somebody asks for it. The types below a
    /// program are not its text.
    /// </summary>
    private Body Look(SyntaxNode body, IMethodSymbol? method)
    {
        var calls = new List<InvocationExpressionSyntax>();
        HashSet<string>? functions = null;
        foreach (var node in body.DescendantNodes(n => n is not (BaseTypeDeclarationSyntax or BaseNamespaceDeclarationSyntax)))
        {
            switch (node)
            {
                case InvocationExpressionSyntax call:
                    calls.Add(call);
                    break;
                case LocalFunctionStatementSyntax function:
                    (functions ??= new HashSet<string>(StringComparer.Ordinal)).Add(function.Identifier.ValueText);
                    break;
            }
        }

        return new Body(this, calls.Where(c => CalledName.Of(c) is { } name && (names.Value.Contains(name) || functions?.Contains(name) == true)).ToArray(), body, method);
    }

    /// <summary>Null: the call is no work, leads to none, or is protected.</summary>
    private Step? Bind(InvocationExpressionSyntax call, SyntaxNode body, DeclaredTypes? declarations, CancellationToken cancellation)
    {
        ApiFact fact;
        IMethodSymbol? method;
        if (declarations?.Resolve(call) is { } declared)
        {
            (method, fact) = (declared.Method, context.Compilation.Models.Find(declared.Method, declared.Receiver));
        }
        else
        {
            fact = context.FactOf(call, out method, cancellation);
        }

        return method is null || !(IsWork(fact, method) || fact.Role == ApiRole.None) || (fact.Role == ApiRole.None && TargetsOf(method, cancellation).IsEmpty) || IsProtected(call, body, cancellation)
            ? null
            : new Step(call, method, IsWork(fact, method));
    }

    private static bool IsWork(ApiFact fact, IMethodSymbol method) =>
        fact.Role is ApiRole.Open or ApiRole.OpenNew or ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Copy && !KnownTypes.IsEfCore(method)
        && method.ContainingNamespace?.ToDisplayString() is { } space && (space == "Dapper" || space == "System.Data" || space == "System.Data.Common" || space.StartsWith("Npgsql", StringComparison.Ordinal));

    /// <summary>A scope stands around it, or it stands in a function that does not run here.</summary>
    public bool IsProtected(ExpressionSyntax call, SyntaxNode body, CancellationToken cancellation)
    {
        if (RetryLoop.Reopens(call, context.Model(call), cancellation) || Requeue.IsAround(call, context, cancellation))
        {
            return true;
        }

        SyntaxNode at = call;
        while (true)
        {
            var scope = context.Scopes.Around(at, out var boundary, cancellation);
            if (scope is null)
            {
                return boundary is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax && boundary != body && body.Span.Contains(boundary.Span);
            }

            if (scope.CoversLost)
            {
                return true;
            }

            var outer = scope.At is CatchClauseSyntax ? scope.At.Parent?.Parent : scope.At;
            if (outer is null || outer == at || outer == body || !body.Span.Contains(outer.Span))
            {
                return false;
            }

            at = outer;
        }
    }

    /// <summary>One call on the way to the work, or several that stand in another project.</summary>
    /// <param name="Call">Where it stands; null: in another project.</param>
    /// <param name="Method">What is called; null: the last of those in another project is the work.</param>
    /// <param name="IsWork">It is the work itself.</param>
    internal sealed record Step(ExpressionSyntax? Call, IMethodSymbol? Method, bool IsWork)
    {
        /// <summary>The names of the calls in another project.</summary>
        public ImmutableArray<string> Elsewhere { get; init; } = ImmutableArray<string>.Empty;

        /// <summary>Of those.</summary>
        public Aftermath Aftermath { get; init; }

        public ImmutableArray<string> Names => Method is null ? Elsewhere : ImmutableArray.Create(Effects.Names.Of(Method));
    }

    /// <param name="Method">Whose body is looked into.</param>
    /// <param name="IsCalledAgain">An endless loop calls it again when it has failed.</param>
    private readonly record struct Callee(IMethodSymbol Method, bool IsCalledAgain)
    {
        public bool Equals(Callee other) => IsCalledAgain == other.IsCalledAgain && SymbolEqualityComparer.Default.Equals(Method, other.Method);

        public override int GetHashCode() => SymbolEqualityComparer.Default.GetHashCode(Method);
    }

    /// <summary>Most questions are answered by the first of its calls: the others are not bound.</summary>
    private sealed class Body
    {
        private readonly UnprotectedWork owner;
        private readonly InvocationExpressionSyntax[] calls;
        private readonly SyntaxNode? body;
        private readonly DeclaredTypes? declarations;
        private readonly List<Step> known = new();
        private int bound;

        public Body(UnprotectedWork owner, InvocationExpressionSyntax[] calls, SyntaxNode? body, IMethodSymbol? method) =>
            (this.owner, this.calls, this.body, declarations) = (owner, calls, body, method is null || body is null ? null : new DeclaredTypes(method, body));

        public Step? At(int index, CancellationToken cancellation)
        {
            lock (known)
            {
                while (known.Count <= index && bound < calls.Length)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var step = owner.Bind(calls[bound], body!, declarations, cancellation);
                    bound++;
                    if (step is not null)
                    {
                        known.Add(step);
                    }
                }

                return index < known.Count ? known[index] : null;
            }
        }

        public IEnumerable<Step> Calls(CancellationToken cancellation)
        {
            for (var i = 0; At(i, cancellation) is { } step; i++)
            {
                yield return step;
            }
        }
    }
}
