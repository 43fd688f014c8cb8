using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Effects;

/// <summary>A class whose objects have a transaction from the constructor on, and can commit it.</summary>
/// <param name="Type">The class.</param>
/// <param name="Transaction">The member that holds the transaction; null: its context has it.</param>
/// <param name="Connection">The member that holds the connection; null: not known.</param>
/// <param name="Region">As it is when the object has been made; null: the class is another project's, of which no source is there.</param>
internal sealed record UnitClass(INamedTypeSymbol Type, ISymbol? Transaction, ISymbol? Connection, Region? Region)
{
    /// <summary>The transaction of an object, as a body finds it that has not sent a statement yet.</summary>
    /// <param name="owner">The object.</param>
    /// <param name="member">Where it was declared by whoever was given it.</param>
    public Region On(Place owner, SyntaxNode member) =>
        (Region ?? new Region(new RegionId(member), RegionKind.Transaction, Level.None, 0)) with
        {
            Connection = Connection is { } connection ? new Place.Member(owner, connection) : null, Escaped = true, Given = Type.Name,
        };

    /// <summary>Where the object holds it; null: nowhere.</summary>
    public Place? HeldBy(Place owner) => Region is null ? new Place.Slot(owner, SlotKind.Held) : Transaction is { } member ? new Place.Member(owner, member) : null;
}

/// <summary>
/// Which classes have a transaction from the constructor on: it begins there, or is one of the constructor's parameters. Names first, then the flow of the constructor; in most
/// projects there is none.
/// </summary>
internal sealed class UnitClasses
{
    private readonly CompilationContext context;
    private readonly object gate = new();
    private readonly ConcurrentDictionary<INamedTypeSymbol, bool> madeInSight = new(SymbolEqualityComparer.Default);
    private Known? known;

    public UnitClasses(CompilationContext context) => this.context = context;

    public bool Any(CancellationToken cancellation) => All(cancellation) is { ByType.Count: > 0 } || context.Foreign.CommitNames.Count > 0;

    /// <summary>Hashes of the names of the members by which one of them commits.</summary>
    public WordSet Commits(CancellationToken cancellation) => All(cancellation).Commits;

    /// <summary>Null: an object of the class has no transaction from its constructor.</summary>
    public UnitClass? Of(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var all = All(cancellation).ByType;
        if (type.DeclaringSyntaxReferences.IsEmpty)
        {
            return context.Foreign.BeginsWhereMade(type) && !IsMade(type, cancellation) ? new UnitClass(type, null, null, null) : null;
        }

        return all.Count > 0 && Targets.BasesOf(type).Select(t => all.TryGetValue(t.OriginalDefinition, out var unit) ? unit : null).FirstOrDefault(u => u is not null) is { } unit
            && !IsMade(type, cancellation) ? As(type, unit) : null;
    }

    private bool IsMade(INamedTypeSymbol type, CancellationToken cancellation) => madeInSight.GetOrAdd(type.OriginalDefinition, t => IsMadeInSight(t.Name, cancellation));

    /// <summary>What a generic base class calls <c>TContext</c>, the class says.</summary>
    private static UnitClass As(INamedTypeSymbol type, UnitClass unit) =>
        unit.Region?.ConnectionType is ITypeParameterSymbol { TypeParameterKind: TypeParameterKind.Type } parameter
        && Targets.BasesOf(type).FirstOrDefault(t => SymbolEqualityComparer.Default.Equals(t.OriginalDefinition, unit.Type)) is { } own && parameter.Ordinal < own.TypeArguments.Length
            ? unit with { Region = unit.Region! with { ConnectionType = own.TypeArguments[parameter.Ordinal] } }
            : unit;

    private Known All(CancellationToken cancellation)
    {
        if (Volatile.Read(ref known) is { } all)
        {
            return all;
        }

        var found = Find(cancellation);
        lock (gate)
        {
            return known ??= found;
        }
    }

    private Known Find(CancellationToken cancellation)
    {
        // Read from all references: once, and only where somebody is suspected.
        var commit = new System.Lazy<HashSet<string>>(() => context.Models.Names(role => role == ApiRole.Commit, cancellation).Names);
        var (byType, commits) = (new Dictionary<INamedTypeSymbol, UnitClass>(SymbolEqualityComparer.Default), new WordSet(context.Foreign.CommitNames.Select(TreeWords.Hash)));
        foreach (var type in Suspects(cancellation).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default))
        {
            if (Targets.BasesOf(type).SelectMany(t => Committing(t, commit, cancellation)).ToList() is { Count: > 0 } ends
                && MadeBy(type, cancellation) is { } unit)
            {
                byType[type] = unit;
                commits.UnionWith(ends.Select(TreeWords.Hash));
            }
        }

        return new Known(byType, commits);
    }

    private IEnumerable<INamedTypeSymbol> Suspects(CancellationToken cancellation)
    {
        var declarations = new List<SyntaxNode>(context.Index(cancellation).Constructors.Select(c => c.Parent!));
        foreach (var tree in context.Bodies.Sources.SelectMany(c => c.SyntaxTrees).Where(t => NameIndex.WordsOf(t, cancellation).HasTransactionType))
        {
            declarations.AddRange(TreeBodies.Of(tree, cancellation).Bodies.Where(b => b.NamesTransaction && b.Declaration is ConstructorDeclarationSyntax).Select(b => b.Declaration.Parent!));
            declarations.AddRange(tree.GetRoot(cancellation).DescendantNodes(n => n is not MemberDeclarationSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax)
                .OfType<ClassDeclarationSyntax>().Where(c => c.ParameterList is { } given && given.Parameters.Any(p => p.Type?.ToString().Contains("Transaction") == true)));
        }

        return declarations.Select(d => context.Bodies.Model(d.SyntaxTree).GetDeclaredSymbol(d, cancellation)).OfType<INamedTypeSymbol>().Where(t => t.TypeKind == TypeKind.Class);
    }

    /// <summary>Whichever constructor has made it, the object has it in the same member.</summary>
    private UnitClass? MadeBy(INamedTypeSymbol type, CancellationToken cancellation)
    {
        var made = type.InstanceConstructors.Select(c => MadeBy(c, cancellation)).ToList();
        return made.Count > 0 && made.All(m => m is not null && SymbolEqualityComparer.Default.Equals(m.Transaction, made[0]?.Transaction) && SymbolEqualityComparer.Default.Equals(m.Connection, made[0]?.Connection)) ? made[0] : null;
    }

    /// <summary>What an object has on each way out of its constructor.</summary>
    private UnitClass? MadeBy(IMethodSymbol constructor, CancellationToken cancellation)
    {
        if (constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is TypeDeclarationSyntax)
        {
            return constructor.Parameters.Where(p => context.Shapes.IsCallersTransaction(p.Type)).Take(2).ToList() is { Count: 1 } given && KeptIn(given[0], cancellation) is { } member
                ? new UnitClass(constructor.ContainingType, member, null, Start(new Region(new RegionId(given[0].DeclaringSyntaxReferences[0].GetSyntax(cancellation)), RegionKind.Parameter, Level.Open, 0)))
                : null;
        }

        if (context.Bodies.Graph(constructor, cancellation) is not { } graph)
        {
            return null;
        }

        var left = RootAnalysis.Exits(context, graph, constructor, cancellation).Select(s => LeftIn(s, constructor)).Distinct().ToList();
        return left.Count == 1 ? left[0] : null;
    }

    /// <summary>The member in which a primary constructor's parameter is: its own one where a body reads it, or one that is initialised with it.</summary>
    private static ISymbol? KeptIn(IParameterSymbol parameter, CancellationToken cancellation) =>
        GivenUnits.Captured(parameter.ContainingType, cancellation).FirstOrDefault(p => SymbolEqualityComparer.Default.Equals(p, parameter))
        ?? parameter.ContainingType.GetMembers().FirstOrDefault(m => CallEvaluator.InitialisedWith(m, cancellation) == parameter.Name);

    private static UnitClass? LeftIn(State exit, IMethodSymbol constructor)
    {
        var left = exit.Live.Where(r => r is { Kind: RegionKind.Transaction or RegionKind.Facade or RegionKind.Parameter, OutOfSight: false }).ToList();
        if (left.Count != 1)
        {
            return null;
        }

        var (transaction, connection) = (MemberWith(v => v is Value.Transaction t && t.Region.Equals(left[0].Id)), MemberWith(v => v is Value.Connection c && c.Identity.Equals(left[0].Connection)));

        // A transaction that nobody can name ends with its context, or with the object.
        return transaction is null && (connection is null || !left[0].IsContext) ? null : new UnitClass(constructor.ContainingType, transaction, connection, Start(left[0]));

        ISymbol? MemberWith(System.Func<Value, bool> isIt) => exit.Values.Where(v => v.Key is Place.Member { Owner: Place.This } && isIt(v.Value)).Select(v => ((Place.Member)v.Key).Symbol).FirstOrDefault();
    }

    /// <summary>As a body finds it that has not sent a statement yet. Npgsql sends BEGIN with the first one: nothing is open on the server before.</summary>
    private static Region Start(Region region) => region with
    {
        Level = region.Kind != RegionKind.Parameter && region.Level > Level.Pinned ? region.Level : Level.None, Connection = null, IsOnNew = false, Returned = false,
    };

    /// <summary>
    /// A body makes such an object, and may hand it on: there it is known what lives, and whoever is given it would tell the same again. Where an object makes it for itself, or a lambda for a
    /// container, nobody else tells.
    /// </summary>
    private bool IsMadeInSight(string type, CancellationToken cancellation) => context.Bodies.Sources.SelectMany(c => c.SyntaxTrees).Where(t => NameIndex.HasWord(t, type, cancellation))
        .SelectMany(t => t.GetRoot(cancellation).DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()).Any(made =>
            (made is ObjectCreationExpressionSyntax { Type: var written } ? TargetTyped.LastName(written) : TargetTyped.NameOf((ImplicitObjectCreationExpressionSyntax)made)) == type
            && made.Ancestors().TakeWhile(a => a is not MemberDeclarationSyntax).All(a => a is not AnonymousFunctionExpressionSyntax)
            && made.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not (ConstructorDeclarationSyntax or BaseFieldDeclarationSyntax));

    /// <summary>The names of the members of a class that may commit: those that call a library's commit, and those that call such a member of their own class.</summary>
    private static IEnumerable<string> Committing(INamedTypeSymbol type, System.Lazy<HashSet<string>> commits, CancellationToken cancellation)
    {
        var methods = type.DeclaringSyntaxReferences.SelectMany(r => r.GetSyntax(cancellation).ChildNodes()).OfType<MethodDeclarationSyntax>().ToList();
        var own = new HashSet<string>();
        for (var before = -1; own.Count > before;)
        {
            before = own.Count;
            own.UnionWith(methods.Where(m => BodyUses.Of(m).Names.Any(n => commits.Value.Contains(n) || own.Contains(n))).Select(m => m.Identifier.ValueText));
        }

        return own;
    }

    private sealed record Known(Dictionary<INamedTypeSymbol, UnitClass> ByType, WordSet Commits);
}
