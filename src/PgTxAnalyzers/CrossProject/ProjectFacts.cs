using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CrossProject;

/// <summary>What is configured once and holds for a whole program. The letter stands for it in the text.</summary>
internal enum FactKind
{
    /// <summary>A mediator's behavior holds a transaction around handlers; see <see cref="CarriedBehavior"/>.</summary>
    Behavior = 'p',

    /// <summary>Some transaction is begun.</summary>
    Begins = 'b',

    /// <summary>A context of this type (or any) that is given a connection of somebody else.</summary>
    SharedConnection = 'c',

    /// <summary>A member that later projects implement, and that is called in a strategy wherever it is called; in what runs again after a lost connection; after a conflict.</summary>
    CoveredByStrategy = 'S',
    CoveredWhenLost = 'L',
    CoveredOnConflict = 'C',

    /// <summary>A context to whose registration retries are added.</summary>
    Enriched = 'e',

    /// <summary>A context (or any) that is given Npgsql with a strategy that does not retry; with one that does; with one of which nothing is known.</summary>
    WithoutRetries = 'n',
    WithRetries = 'y',
    MayRetry = 'u',

    /// <summary>A broker's library whose outbox is on.</summary>
    Outbox = 'o',

    /// <summary>A queue framework that runs a failed handler again.</summary>
    QueueRetries = 'q',

    /// <summary>Some context has a retrying strategy.</summary>
    RetryingStrategy = 'r',

    /// <summary>A data source of several hosts is asked for one of them.</summary>
    TargetSession = 't',
}

/// <param name="Kind">What is said.</param>
/// <param name="Subject">Of what: a library's root namespace, or a type or member by its documentation id; <see cref="Any"/> where it holds for all.</param>
internal readonly record struct ProjectFact(FactKind Kind, string Subject)
{
    public const string Any = "*";
}

/// <summary>
/// What the source of a project, and of those that it references, configures for the whole program. Whoever looks for it in all source in sight asks here as well: a referenced
/// project that is metadata has no source to look into.
/// </summary>
internal sealed class ProjectFacts
{
    public static readonly ProjectFacts None = new(Enumerable.Empty<ProjectFact>());

    public static readonly CarriedValues<ProjectFacts> Carried = new(ProjectFactsText.Key, ProjectFactsText.Read);

    private readonly ILookup<FactKind, string> subjects;

    public ProjectFacts(IEnumerable<ProjectFact> facts)
    {
        All = facts.Distinct().OrderBy(f => f.Kind).ThenBy(f => f.Subject, StringComparer.Ordinal).ToImmutableArray();
        subjects = All.ToLookup(f => f.Kind, f => f.Subject);
    }

    /// <summary>In the order in which they are written.</summary>
    public ImmutableArray<ProjectFact> All { get; }

    public bool Has(FactKind kind, string subject = ProjectFact.Any) => subjects[kind].Contains(subject);

    public IEnumerable<string> Of(FactKind kind) => subjects[kind];

    /// <summary>Those that the references carry.</summary>
    public static ProjectFacts OfReferences(Compilation compilation)
    {
        var found = compilation.SourceModule.ReferencedAssemblySymbols.Select(Carried.Of).OfType<ProjectFacts>().SelectMany(f => f.All).ToList();
        return found.Count == 0 ? None : new ProjectFacts(found);
    }

    /// <summary>Those of the compilation, with those of its references: not every project above references what is below.</summary>
    public static ProjectFacts Of(CompilationContext context, CancellationToken cancellation)
    {
        var facts = new List<ProjectFact>(context.Carried.All);
        Add(FactKind.Outbox, context.Outboxes.Libraries(cancellation));
        Add(FactKind.QueueRetries, QueueRetries.Frameworks(context.Retry, cancellation));
        Add(FactKind.Behavior, context.Pipelines.ToCarry(cancellation));
        Add(FactKind.SharedConnection, context.SharedConnections.Contexts(cancellation).Select(t => t is null ? ProjectFact.Any : IdOf(t)));
        Add(FactKind.Enriched, context.Retry.Settings.Enriched.Select(IdOf));
        Add(FactKind.MayRetry, context.Retry.Settings.PerhapsEnriched.Select(IdOf));
        facts.AddRange(context.Retry.Settings.Sites.Where(s => !s.IsForTools).Select(s => new ProjectFact(KindOf(s.Strategy), s.Context is null ? ProjectFact.Any : IdOf(s.Context))));
        facts.AddRange(CoveredCalls.In(context, cancellation));
        AddIf(FactKind.Begins, context.Retry.Regions.Exist(cancellation));
        AddIf(FactKind.RetryingStrategy, context.Retries.IsConfigured(cancellation));
        AddIf(FactKind.TargetSession, TargetSessions.AreChosen(context.Retry, cancellation));
        return new ProjectFacts(facts);

        void Add(FactKind kind, IEnumerable<string> subjects) => facts.AddRange(subjects.Select(s => new ProjectFact(kind, s)));

        void AddIf(FactKind kind, bool holds) => Add(kind, Enumerable.Repeat(ProjectFact.Any, holds ? 1 : 0));
    }

    /// <summary>A type or a member as facts name it.</summary>
    public static string IdOf(ISymbol symbol) => symbol.OriginalDefinition.GetDocumentationCommentId() ?? symbol.Name;

    public static FactKind KindOf(Retrying strategy) => strategy switch { Retrying.Yes => FactKind.WithRetries, Retrying.No => FactKind.WithoutRetries, _ => FactKind.MayRetry };
}
