using System;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>While a transaction is open, a method awaits a member that a later project may implement.</summary>
/// <param name="Member">The interface's member, by its documentation id.</param>
/// <param name="Level">Of the transaction, at the call.</param>
/// <param name="Method">Who makes the call.</param>
/// <param name="Chain">From there to the member.</param>
internal sealed record Obligation(string Member, Level Level, string Method, string File, int Line, string Chain)
{
    /// <summary>The same for who exports the obligation and who meets it.</summary>
    public string Id => $"{Member} {File}:{Line}";
}

/// <summary>While a transaction may be open that a member of an interface has begun, a method waits for something.</summary>
/// <param name="Member">The interface's member that it awaits, by its documentation id; null: it reaches a sink of <paramref name="Kind"/>.</param>
/// <param name="Chain">From the method to the member, or to the sink.</param>
internal sealed record UnitObligation(OpenUnit Unit, string? Member, SinkKind Kind, bool IsWait, string Method, string File, int Line, string Chain)
{
    /// <summary>The same for who exports the obligation and who meets it.</summary>
    public string Id => $"{Unit.Member} {Member} {File}:{Line}";
}

/// <summary>A method that binds a service to its implementation when it is called: <c>services.AddInfrastructure()</c>. All by documentation id.</summary>
internal sealed record Registration(string Method, string Service, string Implementation);

/// <summary>What one project leaves to those that are compiled after it.</summary>
/// <param name="Met">Obligations of other projects that were met there, so that nobody meets them again.</param>
internal sealed record LooseEnds(ImmutableArray<Obligation> Obligations, ImmutableArray<UnitObligation> Units, ImmutableArray<Registration> Registrations, ImmutableArray<string> Met)
{
    public static readonly LooseEnds None = new(ImmutableArray<Obligation>.Empty, ImmutableArray<UnitObligation>.Empty, ImmutableArray<Registration>.Empty, ImmutableArray<string>.Empty);

    public static readonly CarriedValues<LooseEnds> Carried = new(LooseEndsText.Key, LooseEndsText.Read);

    /// <summary>By compilation, where a host has the source. What hangs on it holds no symbol of another one.</summary>
    private static readonly ConditionalWeakTable<Compilation, FollowedProject> Followed = new();

    /// <summary>A public interface's member that is not a library's: what implements it can be anything.</summary>
    public static bool CanBeImplementedLater(IMethodSymbol method) =>
        method is { IsAbstract: true, IsStatic: false, ContainingType.TypeKind: TypeKind.Interface, MethodKind: MethodKind.Ordinary }
        && (!method.DeclaringSyntaxReferences.IsEmpty || ForeignEffects.CanCarry(method.ContainingAssembly));

    /// <summary>
    /// Whether any reference leaves an obligation: asked where nothing else is. (What a project without a database owes is met only where somebody implements its unit of work, who has one.)
    /// </summary>
    public static bool AreIn(Compilation compilation) =>
        compilation.SourceModule.ReferencedAssemblySymbols.Any(a => Carried.Of(a) is { Obligations.IsEmpty: false } or { Units.IsEmpty: false })
        || compilation.References.OfType<CompilationReference>().Any(r => DataLibraries.IsReferencedBy(r.Compilation));

    /// <summary>Those of the references, by the name of their assembly.</summary>
    public static ImmutableArray<(string Assembly, LooseEnds Ends)> OfReferences(CompilationContext context, CancellationToken cancellation)
    {
        var found = ImmutableArray.CreateBuilder<(string, LooseEnds)>();
        foreach (var assembly in context.Compilation.SourceModule.ReferencedAssemblySymbols)
        {
            if (Carried.Of(assembly) is { } carried && carried != None)
            {
                found.Add((assembly.Name, carried));
            }
        }

        // An IDE writes nothing into assemblies: what the project would write is found in its source, as far as anything here could meet it.
        foreach (var source in context.Bodies.Sources.Where(c => c != context.Compilation))
        {
            var ends = Followed.GetValue(source, c => new FollowedProject(context, c)).Ends(context, cancellation);
            if (ends != None)
            {
                found.Add((source.AssemblyName ?? "", ends));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Those of the compilation itself.</summary>
    public static LooseEnds Of(CompilationContext context, CancellationToken cancellation) =>
        Of(ObligationSearch.In(context, cancellation), RegistrationsOf(context, cancellation), MetObligations.Of(context, cancellation).Ids);

    public static LooseEnds Of(Owed owed, ImmutableArray<Registration> registrations, ImmutableArray<string> met) =>
        owed.IsEmpty && registrations.IsEmpty && met.IsEmpty ? None : new LooseEnds(owed.Obligations, owed.Units, registrations, met);

    public static ImmutableArray<Registration> RegistrationsOf(CompilationContext context, CancellationToken cancellation) => RegistrationSearch.In(context, cancellation).Where(r => r.Method is not null)
        .Select(r => new Registration(r.Method!, r.Service.GetDocumentationCommentId() ?? "", r.Implementation.GetDocumentationCommentId() ?? "")).Distinct()
        .OrderBy(r => r.Method, StringComparer.Ordinal).ThenBy(r => r.Service, StringComparer.Ordinal).ThenBy(r => r.Implementation, StringComparer.Ordinal).ToImmutableArray();
}
