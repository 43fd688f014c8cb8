using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Effects;

/// <summary>What the analysis of one compilation shares. It dies with the compilation.</summary>
internal sealed class CompilationContext
{
    private readonly ConcurrentDictionary<string, SqlSummary> texts = new();
    private readonly ConcurrentDictionary<SyntaxTree, IReadOnlyList<SyntaxNode>> candidates = new();
    private readonly object gate = new();
    private readonly Lazy<RetryContext> retry;
    private readonly Lazy<ProjectFacts> carried;
    private readonly Lazy<OpenCalls> openCalls;

    /// <summary>Some text of the sources may be a BEGIN: any command may then start a transaction.</summary>
    private readonly Lazy<bool> begunByText;
    private readonly ConcurrentDictionary<IPropertySymbol, bool> automatic = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<IPropertySymbol, ISymbol?> handedOut = new(SymbolEqualityComparer.Default);
    private NameIndex? names;
    private ForeignEffects? foreign;
    private NameIndex? opens;

    public CompilationContext(Compilation compilation, ModelSet models, int maxCallDepth, bool keepsModels = false)
    {
        (Compilation, Models, MaxCallDepth) = (compilation, models, maxCallDepth);
        Bodies = new BodyCatalog(compilation, keepsModels);
        Targets = new Targets(Bodies, new KeyedServices(this));
        FieldDelegates = new FieldDelegates(Bodies);
        Relevance = new Relevance(this, role => role is not (ApiRole.None or ApiRole.Neutral or ApiRole.Lazy or ApiRole.LazyBuffer or ApiRole.Read or ApiRole.Rows or ApiRole.Unbounded or ApiRole.Dispatch or ApiRole.Handler or ApiRole.Behavior));
        Proxies = new Proxies(this);
        Silence = new Silence(this);
        Enders = new Relevance(this, role => role is ApiRole.Commit or ApiRole.Rollback or ApiRole.Complete or ApiRole.DisposeTransaction or ApiRole.Close);
        begunByText = new Lazy<bool>(() => Bodies.Sources.SelectMany(c => c.SyntaxTrees).Any(t => NameIndex.WordsOf(t, default).HasSqlBegin));
        Starters = new Relevance(this, role => ModelTable.CanBegin(role) || ModelTable.CanOpen(role) || (role == ApiRole.Command && begunByText.Value));
        Sinks = new Relevance(this, role => role is ApiRole.Sink or ApiRole.Proxy);
        Retries = new RetryingStrategy(this);
        OpenBodies = new OpenBodies(this);
        Helpers = new RegionHelpers(this);
        Pipelines = new Pipelines(this);
        retry = new Lazy<RetryContext>(() => new RetryContext(this, RetryingStrategy));
        carried = new Lazy<ProjectFacts>(() => ProjectFacts.OfReferences(compilation));
        openCalls = new Lazy<OpenCalls>(() => new OpenCalls(this, default));
        Given = new GivenUnits(this);
        Outboxes = new Outboxes(this);
        SharedConnections = new SharedConnections(this);
    }

    public Compilation Compilation { get; }

    public ModelSet Models { get; }

    /// <summary>How many calls deep a callee is followed (<c>pgtx.max_call_depth</c>).</summary>
    public int MaxCallDepth { get; }

    /// <summary>What the option <c>pgtx.retrying_strategy</c> says; null where the source has to say it.</summary>
    public bool? RetryingStrategy { get; init; }

    /// <summary>What a call does by what the models say, also where an interface stands in front of the library's member.</summary>
    public ApiFact FactOf(ISymbol called, ITypeSymbol? receiver, CancellationToken cancellation) =>
        Models.Find(called, receiver) is { Role: not ApiRole.None } fact ? fact
        : called is IMethodSymbol method && Targets.Inherited(method, cancellation) is { } member ? Models.Find(member) : default;

    /// <summary>Who retries what; computed for who asks.</summary>
    public RetryContext Retry => retry.Value;

    public Shapes Shapes { get; } = new();

    public BodyTraits Traits { get; } = new();

    public BodyCatalog Bodies { get; }

    public Targets Targets { get; }

    public FieldDelegates FieldDelegates { get; }

    public Relevance Relevance { get; }

    /// <summary>The interfaces behind which a library's proxy may stand.</summary>
    public Proxies Proxies { get; }

    /// <summary>Which callees surely throw nothing.</summary>
    public Silence Silence { get; }

    /// <summary>Calls of interface members that others may implement are noted as if they reached something. No rule reads such a flow.</summary>
    public bool Obliges { get; init; }

    /// <summary>What references say about their methods; read when the first body asks.</summary>
    public ForeignEffects Foreign
    {
        get
        {
            if (Volatile.Read(ref foreign) is { } known)
            {
                return known;
            }

            lock (gate)
            {
                return foreign ??= ForeignEffects.In(Compilation, default);
            }
        }
    }

    /// <summary>What references configure for the whole program; read when somebody asks.</summary>
    public ProjectFacts Carried => carried.Value;

    /// <summary>What the bodies call that only a later project can implement; read when somebody asks.</summary>
    public OpenCalls OpenCalls => openCalls.Value;

    public Pipelines Pipelines { get; }

    /// <summary>Which units of work have begun before a body begins.</summary>
    public GivenUnits Given { get; }

    public Outboxes Outboxes { get; }

    public SharedConnections SharedConnections { get; }

    /// <summary>Which methods can end a transaction, or run a delegate that could.</summary>
    public Relevance Enders { get; }

    /// <summary>Which methods can begin a transaction, or open a connection or a result.</summary>
    public Relevance Starters { get; }

    /// <summary>Which methods can reach a sink at all.</summary>
    public Relevance Sinks { get; }

    public RetryingStrategy Retries { get; }

    /// <summary>Which bodies without a transaction are worth a look.</summary>
    public OpenBodies OpenBodies { get; }

    /// <summary>Which of the helpers that names suspect hand a region over.</summary>
    public RegionHelpers Helpers { get; }

    /// <summary>Which names can begin a region; made when the first file asks.</summary>
    public NameIndex Index(CancellationToken cancellation)
    {
        if (Volatile.Read(ref names) is { } known)
        {
            return known;
        }

        lock (gate)
        {
            return names ??= NameIndex.Create(Bodies.Sources, Models.BeginNames.Union(Foreign.BeginNames), cancellation, properties: Foreign.BeginProperties);
        }
    }

    /// <summary>The compiler writes the property's accessors: it is a plain place.</summary>
    public bool IsAuto(IPropertySymbol property) => automatic.GetOrAdd(property, static p =>
        p.ContainingType.GetMembers().Any(m => m is IFieldSymbol field && SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, p)));

    /// <summary>The field, or the primary constructor's parameter, that the property does nothing but give out: <c>Unit Work => _work;</c>.</summary>
    public ISymbol? HandedOutBy(IPropertySymbol property, CancellationToken cancellation) => handedOut.GetOrAdd(property.OriginalDefinition, p => PlainGetters.Of(p, cancellation));

    /// <summary>The declarations of a file whose bodies can have a region: by their own words, or because of what stands in front of them.</summary>
    public IReadOnlyList<SyntaxNode> Candidates(SyntaxTree tree, CancellationToken cancellation)
    {
        if (candidates.TryGetValue(tree, out var known))
        {
            return known;
        }

        var own = Index(cancellation).Candidates(tree, cancellation).Where(b => Helpers.CanHaveTransaction(b, cancellation)).ToList();
        own.AddRange(Pipelines.Candidates(tree, cancellation).Concat(Given.Candidates(tree, cancellation)).Where(h => !own.Contains(h)).Distinct().ToList());
        return candidates.GetOrAdd(tree, own);
    }

    /// <summary>Which names can open a connection or a result; made when the first file asks.</summary>
    public NameIndex OpenIndex(CancellationToken cancellation)
    {
        if (Volatile.Read(ref opens) is { } known)
        {
            return known;
        }

        lock (gate)
        {
            return opens ??= NameIndex.Create(Bodies.Sources, Models.OpenNames, cancellation, yields: true);
        }
    }

    public SqlSummary Sql(string text) => texts.GetOrAdd(text, static t => SqlText.Classify(t));
}

/// <summary>What the run of a root body learns beside the calls that hold a region.</summary>
internal sealed partial class RootFacts
{
    /// <summary>Begins of scopes that an await runs in and that do not flow across it.</summary>
    public HashSet<SyntaxNode> LostFlow { get; } = new();

    /// <summary>Creations of scopes that say nothing of their isolation level, and whether they say their timeout.</summary>
    public HashSet<(SyntaxNode Creation, bool HasTimeout)> DefaultScopes { get; } = new();

    /// <summary>Lambdas and local functions that were run as part of the body.</summary>
    public HashSet<IMethodSymbol> Run { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>Lambdas to which control has come: one that stands behind a certain failure is run by nobody.</summary>
    public HashSet<IMethodSymbol> Created { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>The lambda stands in a body that was run, <paramref name="root"/> or a function in it, and control did not come to it.</summary>
    public bool IsNeverMade(IMethodSymbol lambda, IMethodSymbol? root) =>
        lambda.MethodKind == MethodKind.AnonymousFunction && !IsCutShort && !Created.Contains(lambda)
        && lambda.ContainingSymbol is IMethodSymbol owner && (SymbolEqualityComparer.Default.Equals(owner, root) || Run.Contains(owner));

    /// <summary>A bound was reached: what was not come to may be reachable all the same.</summary>
    public bool IsCutShort { get; set; }

    /// <summary>Database tasks that still run when their transaction ends.</summary>
    public HashSet<LateTask> LateTasks { get; } = new();

    /// <summary>Begins whose region some path commits.</summary>
    public HashSet<SyntaxNode> Committed { get; } = new();

    /// <summary>Those whose commit the caller chooses by a parameter.</summary>
    public HashSet<SyntaxNode> Chosen { get; } = new();

    /// <summary>See <see cref="CompilationContext.Obliges"/>.</summary>
    public bool Obliges { get; init; }

    /// <summary>Something was committed, rolled back, disposed or closed, whether or not it is known what.</summary>
    public bool Ends { get; set; }

    /// <summary>Who wants to know what is left in sessions; null where nobody does, which costs nothing.</summary>
    public SessionFlow? Session { get; init; }
}
