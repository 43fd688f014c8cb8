using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Rules.HeldTransactions;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// Where an obligation of a referenced project meets an implementation that reaches a sink: at the implementing method, if that is in this
/// project's source; else at the registration that binds the two. Where registrations are in sight, they decide between implementations.
/// </summary>
internal sealed class MetObligations
{
    private static readonly MetObligations Nothing = new(ImmutableArray<(Diagnostic, string)>.Empty);

    private readonly ImmutableArray<(Diagnostic Finding, string Id)> findings;

    private MetObligations(ImmutableArray<(Diagnostic, string)> findings) => this.findings = findings;

    /// <summary>The obligations that are met here.</summary>
    public ImmutableArray<string> Ids => findings.Select(f => f.Id).Distinct().OrderBy(i => i, StringComparer.Ordinal).ToImmutableArray();

    public IEnumerable<Diagnostic> In(SyntaxTree tree) => findings.Where(f => f.Finding.Location.SourceTree == tree).Select(f => f.Finding);

    public static MetObligations Of(CompilationContext context, CancellationToken cancellation)
    {
        var references = LooseEnds.OfReferences(context, cancellation);
        if (references.All(r => r.Ends.Obligations.IsEmpty && r.Ends.Units.IsEmpty))
        {
            return Nothing;
        }

        var sites = RegistrationSearch.In(context, references.SelectMany(r => r.Ends.Registrations), cancellation);
        var effects = new MethodEffects(context, new EffectProbe(context, cancellation));
        var found = new List<(Diagnostic, string)>();
        foreach (var (assembly, ends) in references)
        {
            foreach (var obligation in ends.Obligations)
            {
                if (DocumentationCommentId.GetFirstSymbolForDeclarationId(obligation.Member, context.Compilation) is IMethodSymbol member)
                {
                    var met = new Meeting(context, effects, member, sites, references, assembly, obligation, cancellation).Findings();
                    found.AddRange(met.Select(f => (f, obligation.Id)));
                }
            }
        }

        found.AddRange(new MetUnits(context, effects, sites, references, cancellation).Findings());

        return new MetObligations(found.OrderBy(f => f.Item1.Location.SourceTree!.FilePath, StringComparer.Ordinal).ThenBy(f => f.Item1.Location.SourceSpan.Start).ThenBy(f => f.Item2, StringComparer.Ordinal).ToImmutableArray());
    }

    /// <summary>One obligation, and all that could meet it.</summary>
    private sealed record Meeting(
        CompilationContext Context, MethodEffects Effects, IMethodSymbol Member, ImmutableArray<RegistrationSite> Sites,
        ImmutableArray<(string Assembly, LooseEnds Ends)> References, string Assembly, Obligation Obligation, CancellationToken Cancellation)
    {
        public IEnumerable<Diagnostic> Findings()
        {
            var bound = Sites.Where(s => SymbolEqualityComparer.Default.Equals(s.Service.OriginalDefinition, Member.ContainingType.OriginalDefinition)).ToList();
            foreach (var method in Context.Targets.Of(Member, Value.Nothing, false, Cancellation).Where(IsHere))
            {
                if ((bound.Count == 0 || bound.Any(s => Runs(s, method))) && Worst(Effects.Of(method)) is { } reach && Identifier(method) is { } location)
                {
                    yield return Finding(location, method, reach);
                }
            }

            var seen = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
            foreach (var site in bound)
            {
                if (Targets.Implementation(Member, site.Implementation) is { } method && !IsHere(method) && !IsMetElsewhere(method) && Worst(Effects.Of(method)) is { } reach && seen.Add(method))
                {
                    yield return Finding(site.At.GetLocation(), method, reach);
                }
            }
        }

        private bool IsHere(IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(method.ContainingAssembly, Context.Compilation.Assembly);

        private bool Runs(RegistrationSite site, IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(Targets.Implementation(Member, site.Implementation), method);

        /// <summary>The implementation's project has seen the obligation, or the obligation's project the implementation.</summary>
        private bool IsMetElsewhere(IMethodSymbol method) =>
            References.Any(r => r.Assembly == method.ContainingAssembly.Name && r.Ends.Met.Contains(Obligation.Id))
            || method.ContainingAssembly.Name == Assembly
            || Context.Compilation.SourceModule.ReferencedAssemblySymbols.FirstOrDefault(a => a.Name == Assembly)?.Modules.Any(m => m.ReferencedAssemblies.Any(i => i.Name == method.ContainingAssembly.Name)) == true;

        private Diagnostic Finding(Location at, IMethodSymbol method, ForeignReach reach) =>
            MetObligations.Finding(at, $"The transaction of {Obligation.Method} ({Obligation.File}:{Obligation.Line})", LevelAt(Obligation.Level, reach, Probe.Context, Probe.Connection), reach.IsWait, reach.Kind, Chain(Obligation.Chain, method, reach));
    }

    /// <summary>From the method that owes something through the implementation to the sink, which has a line.</summary>
    public static string Chain(string owed, IMethodSymbol method, ForeignReach reach)
    {
        var last = reach.Chain[reach.Chain.Length - 1];
        return string.Join(" → ", new[] { owed, Names.Of(method) }.Concat(reach.Chain.Select(s => s.Name))) + $" ({last.File}:{last.Line})";
    }

    /// <summary>The sink that whoever calls the method waits for. An implementation that ends its caller's transaction before it goes out does not hold it.</summary>
    public static ForeignReach? Worst(MethodEffect? effect) =>
        effect is null || effect.IsLazy ? null : effect.Rows[0].Reaches.Where(r => !Fates.IsEnd(r.Fates[Probe.Context])).OrderBy(r => r.IsWait).ThenBy(r => r.Chain.Length).FirstOrDefault();

    /// <summary>What the method runs before it comes to its sink counts: on the connection that it shares with who has begun.</summary>
    public static Level LevelAt(Level level, ForeignReach reach, params Probe[] shared) => shared.Select(p => Fates.LevelOf(reach.Fates[p])).Append(level).Max();

    public static Location? Identifier(IMethodSymbol method) =>
        method.DeclaringSyntaxReferences.Select(r => r.GetSyntax()).OfType<MethodDeclarationSyntax>().FirstOrDefault()?.Identifier.GetLocation();

    public static Diagnostic Finding(Location at, string subject, Level level, bool isWait, SinkKind kind, string chain) =>
        isWait ? Diagnostic.Create(PGTX102TransactionWaits.Rule, at, subject, level == Level.Pinned ? "keeps a pooled connection that does nothing" : "stays idle in transaction", "", chain)
        : level >= Level.Open ? Diagnostic.Create(PGTX101TransactionAcrossExternalCall.Rule, at, subject, "", chain, kind.Phrase())
        : Diagnostic.Create(PGTX103TransactionBeginsTooEarly.Rule, at, subject, chain, kind.Phrase());
}
