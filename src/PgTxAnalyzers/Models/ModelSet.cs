using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Models;

/// <summary>
/// What the members of libraries do, for one compilation. Thread-safe; an answer is computed once per member.
/// </summary>
/// <remarks>
/// The nearest type decides: the receiver's static type before its base types, those before its interfaces. On one type the narrowest line
/// decides (exact member, member with a star, type, namespace), and of two that are equally narrow the one with <c>!</c>. The user's lines come before all.
/// An extension method is judged by its own type first, see <see cref="DecidingLineOfExtension"/>.
/// Names prove nothing: a built-in line means a type of a referenced assembly, never one of the analysed source.
/// </remarks>
internal sealed class ModelSet
{
    private readonly Compilation _compilation;
    private readonly ModelTable _builtIn;
    private readonly ModelTable _user;
    private readonly bool _hasAttributeLines;
    private readonly ConcurrentDictionary<INamedTypeSymbol, TypeLines> _types = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, ApiFact> _facts = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ReceiverKey, ApiFact> _receiverFacts = new();
    private readonly Func<ISymbol, ApiFact> _compute;
    private readonly Func<ReceiverKey, ApiFact> _computeOnReceiver;

    private ModelSet(Compilation compilation, ModelTable builtIn, ModelTable user)
    {
        _compilation = compilation;
        _builtIn = builtIn;
        _user = user;
        _hasAttributeLines = !user.AttributeLines.IsEmpty
            || builtIn.AttributeLines.Any(line => IsLibraryReferenced(compilation, line.Pattern.Root));
        _compute = member => Compute(member, null);
        _computeOnReceiver = key => Compute(key.Member, key.Receiver);
        AnyDataLibrary = DataLibraries.IsReferencedBy(compilation);
        OpenNames = builtIn.OpenNamesIn(compilation).Union(user.OpenNames);
        BeginNames = builtIn.BeginNamesIn(compilation).Union(user.BeginNames);
    }

    /// <summary>Whether the compilation references a library that can hold a PostgreSQL transaction.</summary>
    public bool AnyDataLibrary { get; }

    /// <summary>The simple names of the members that can begin a region; a type's name stands for its constructors.</summary>
    public ImmutableHashSet<string> BeginNames { get; }

    /// <summary>The simple names of the members that can open a connection or a result.</summary>
    public ImmutableHashSet<string> OpenNames { get; }

    /// <summary>The simple names of what may hand out proxies: types, and generic methods.</summary>
    public ImmutableHashSet<string> ProxyMakers => ImmutableHashSet.CreateRange(_builtIn.ProxyMakers.Concat(_user.ProxyMakers));

    /// <summary>The type's members hand out proxies, or the method does.</summary>
    public bool HandsOutProxies(ISymbol maker) =>
        maker is INamedTypeSymbol type ? type.GetMembers().Any(m => m is IMethodSymbol or IPropertySymbol && Find(m).Role == ApiRole.Proxy) : Find(maker).Role == ApiRole.Proxy;

    public static ModelSet Create(Compilation compilation, IEnumerable<ModelLine>? user = null)
    {
        var userLines = user?.ToImmutableArray() ?? ImmutableArray<ModelLine>.Empty;
        return new ModelSet(compilation, BuiltInModels.Table, userLines.IsEmpty ? ModelTable.Empty : new ModelTable(userLines));
    }

    /// <summary>The names under which members with some roles are called.</summary>
    public MemberNames Names(Func<ApiRole, bool> wanted, CancellationToken cancellation = default) => MemberNames.Of(_compilation, _builtIn.Lines, _user.Lines, wanted, cancellation);

    /// <summary>The same lines, for another compilation.</summary>
    public ModelSet For(Compilation compilation) => new(compilation, _builtIn, _user);

    /// <summary>What calling the method or constructor, or reading the property, does.</summary>
    /// <param name="symbol">As the operation has it; constructed, reduced and accessor symbols are taken back to their definitions.</param>
    /// <param name="receiver">The static type of the instance (or, for an extension method, of its first argument), where there is one.</param>
    public ApiFact Find(ISymbol symbol, ITypeSymbol? receiver = null)
    {
        var member = DefinitionOf(symbol);
        if (member?.ContainingType is not { } owner)
        {
            return default;
        }

        var definition = receiver?.OriginalDefinition;
        return definition is null || SymbolEqualityComparer.Default.Equals(definition, owner.OriginalDefinition)
            ? _facts.GetOrAdd(member, _compute)
            : _receiverFacts.GetOrAdd(new ReceiverKey(member, definition), _computeOnReceiver);
    }

    /// <summary>What disposing a value of this type does: DisposeTransaction, Close or nothing.</summary>
    public ApiFact FindDispose(ITypeSymbol type)
    {
        foreach (var name in new[] { "Dispose", "DisposeAsync" })
        {
            foreach (var owner in SelfAndBases(type).Concat(type.AllInterfaces))
            {
                foreach (var member in owner.GetMembers(name))
                {
                    if (member is IMethodSymbol method && Find(method, type) is { Role: not ApiRole.None } fact)
                    {
                        return fact;
                    }
                }
            }
        }

        return default;
    }

    // By the assembly's name: to look the attribute's type up would read the names of every referenced assembly.
    private static bool IsLibraryReferenced(Compilation compilation, string name) =>
        ReferenceNames.Of(compilation).ContainsLibrary(name);

    private static ISymbol? DefinitionOf(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { MethodKind: MethodKind.PropertyGet, AssociatedSymbol: IPropertySymbol property } => property.OriginalDefinition,
        IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.Constructor or MethodKind.ReducedExtension or MethodKind.ExplicitInterfaceImplementation or MethodKind.DelegateInvoke } method
            => (method.ReducedFrom ?? method).OriginalDefinition,
        IPropertySymbol property => property.OriginalDefinition,
        _ => null,
    };

    private ApiFact Compute(ISymbol member, ITypeSymbol? receiver)
    {
        // The body of a method in source decides, not what it is called: see SourceFact.
        if (HasBodyInSource(member))
        {
            return Decide(member, null, user: true) ?? SourceFact(member);
        }

        return Decide(member, receiver, user: true) ?? Decide(member, receiver, user: false) ?? ByAttribute(member)
            ?? (ContextContracts.MemberBehind(member, _compilation) is { } behind ? Decide(behind, null, user: false) : null) ?? default;
    }

    /// <summary>
    /// A method written in the analysed source is followed into its body, so a built-in line says nothing about it, with two exceptions: it overrides
    /// or implements a member by which a library begins, ends or runs something in a transaction; or the line says that it means derived types too.
    /// </summary>
    private ApiFact SourceFact(ISymbol member)
    {
        var line = DecidingLine(member, null, user: false);
        if (line is null || line.Excludes)
        {
            return default;
        }

        return line.FollowsDerived || (IsInherited(line.Fact.Role) && ImplementsMetadata(member)) ? line.Fact : default;
    }

    private static bool IsInherited(ApiRole role) => role is
        ApiRole.Begin or ApiRole.Adopt or ApiRole.Enlist or ApiRole.Commit or ApiRole.Rollback or ApiRole.Savepoint or ApiRole.DisposeTransaction
        or ApiRole.Open or ApiRole.OpenNew or ApiRole.NewConnection or ApiRole.Close or ApiRole.NewCommand or ApiRole.Command or ApiRole.Reader or ApiRole.Save;

    private ApiFact? Decide(ISymbol member, ITypeSymbol? receiver, bool user) =>
        DecidingLine(member, receiver, user) is { } line ? (line.Excludes ? default : line.Fact) : null;

    private ModelLine? DecidingLine(ISymbol member, ITypeSymbol? receiver, bool user)
    {
        if (user && _user.Lines.IsEmpty)
        {
            return null;
        }

        var own = member.ContainingType is { } owner ? Best(LinesOf(owner.OriginalDefinition).Levels(user), member) : null;
        if (receiver is null)
        {
            return own;
        }

        return member is IMethodSymbol { IsExtensionMethod: true } extension
            ? DecidingLineOfExtension(extension, own, receiver, user)
            : OnReceiver(member, receiver, user) ?? own;
    }

    private ModelLine? OnReceiver(ISymbol member, ITypeSymbol receiver, bool user)
    {
        foreach (var type in NamedTypesOf(receiver))
        {
            if (Best(LinesOf(type).Levels(user), member) is { } line)
            {
                return line;
            }
        }

        return null;
    }

    /// <summary>
    /// What a line says about all of a type reaches its extension methods in two cases: the method is known to run a command, and the receiver is a connection
    /// of another database system; or nothing is known of the method, and it returns something to await (else it may only configure).
    /// </summary>
    private ModelLine? DecidingLineOfExtension(IMethodSymbol extension, ModelLine? own, ITypeSymbol receiver, bool user)
    {
        if (own is null ? !IsAwaitable(extension.ReturnType) : own.Fact.Role is not (ApiRole.Command or ApiRole.Reader or ApiRole.Stream or ApiRole.Begin))
        {
            return own;
        }

        var line = OnReceiver(extension, receiver, user);
        return line is { Pattern.Kind: PatternKind.Type or PatternKind.Namespace } && (own is null || line.Fact.Role == ApiRole.Sink) ? line : own;
    }

    private static bool IsAwaitable(ITypeSymbol type) => type.Name is "Task" or "ValueTask" or "IAsyncEnumerable";

    private static ModelLine? Best(ImmutableArray<ImmutableArray<ModelLine>> levels, ISymbol member)
    {
        foreach (var level in levels)
        {
            ModelLine? best = null;
            foreach (var line in level)
            {
                if (IsNarrower(line, best) && line.Pattern.MatchesMember(member))
                {
                    best = line;
                }
            }

            if (best is not null)
            {
                return best;
            }
        }

        return null;
    }

    private static bool IsNarrower(ModelLine line, ModelLine? best) =>
        best is null || line.Pattern.Rank > best.Pattern.Rank || (line.Pattern.Rank == best.Pattern.Rank && line.Excludes && !best.Excludes);

    private ApiFact? ByAttribute(ISymbol member)
    {
        if (!_hasAttributeLines || member is not IMethodSymbol)
        {
            return null;
        }

        foreach (var attribute in member.GetAttributes())
        {
            for (var type = attribute.AttributeClass; type is not null && type.SpecialType == SpecialType.None; type = type.BaseType)
            {
                var name = SymbolNames.OfType(type.OriginalDefinition);
                var line = _user.AttributeLines.FirstOrDefault(l => l.Pattern.MatchesType(name))
                    ?? (IsInSource(type) ? null : _builtIn.AttributeLines.FirstOrDefault(l => l.Pattern.MatchesType(name)));
                if (line is not null)
                {
                    return line.Excludes ? default(ApiFact) : line.Fact;
                }
            }
        }

        return null;
    }

    private TypeLines LinesOf(INamedTypeSymbol type)
    {
        if (_types.TryGetValue(type, out var known))
        {
            return known;
        }

        var builtIn = ImmutableArray.CreateBuilder<ImmutableArray<ModelLine>>();
        var user = ImmutableArray.CreateBuilder<ImmutableArray<ModelLine>>();
        foreach (var level in SelfAndBases(type))
        {
            AddLevel(new[] { level.OriginalDefinition });
        }

        // An interface comes before those that it derives from, and it has more of them than they have.
        foreach (var level in type.AllInterfaces.GroupBy(i => i.AllInterfaces.Length).OrderByDescending(g => g.Key))
        {
            AddLevel(level.Select(i => i.OriginalDefinition));
        }

        return _types.GetOrAdd(type, TypeLines.Of(builtIn.ToImmutable(), user.ToImmutable()));

        void AddLevel(IEnumerable<INamedTypeSymbol> types)
        {
            List<ModelLine> ofBuiltIn = new(), ofUser = new();
            foreach (var t in types)
            {
                if (!IsInSource(t))
                {
                    _builtIn.AddLinesOf(t, ofBuiltIn);
                }

                _user.AddLinesOf(t, ofUser);
            }

            if (ofBuiltIn.Count > 0)
            {
                builtIn.Add(ofBuiltIn.ToImmutableArray());
            }

            if (ofUser.Count > 0)
            {
                user.Add(ofUser.ToImmutableArray());
            }
        }
    }

    private static IEnumerable<INamedTypeSymbol> SelfAndBases(ITypeSymbol type)
    {
        for (var current = type as INamedTypeSymbol; current is not null && current.SpecialType != SpecialType.System_Object; current = current.BaseType)
        {
            yield return current;
        }
    }

    private static IEnumerable<INamedTypeSymbol> NamedTypesOf(ITypeSymbol receiver) => receiver switch
    {
        INamedTypeSymbol named => new[] { named },
        ITypeParameterSymbol parameter => parameter.ConstraintTypes.OfType<INamedTypeSymbol>().Select(type => type.OriginalDefinition),
        _ => Array.Empty<INamedTypeSymbol>(),
    };

    private static bool IsInSource(ISymbol symbol) => !symbol.DeclaringSyntaxReferences.IsEmpty;

    private static bool HasBodyInSource(ISymbol member) => IsInSource(member) && !member.IsAbstract && !member.IsExtern;

    private static bool ImplementsMetadata(ISymbol member)
    {
        for (var method = member as IMethodSymbol; method is not null; method = method.OverriddenMethod)
        {
            if (!IsInSource(method))
            {
                return true;
            }
        }

        var owner = member.ContainingType;
        foreach (var contract in owner.AllInterfaces)
        {
            if (IsInSource(contract))
            {
                continue;
            }

            foreach (var candidate in contract.GetMembers(member.Name.Substring(member.Name.LastIndexOf('.') + 1)))
            {
                if (SymbolEqualityComparer.Default.Equals(owner.FindImplementationForInterfaceMember(candidate)?.OriginalDefinition, member))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The lines about a type: those that name it, then those that name each base type, then those of all interfaces. Empty levels are left out.</summary>
    private sealed class TypeLines
    {
        private static readonly TypeLines None = new(ImmutableArray<ImmutableArray<ModelLine>>.Empty, ImmutableArray<ImmutableArray<ModelLine>>.Empty);

        private readonly ImmutableArray<ImmutableArray<ModelLine>> _builtIn;
        private readonly ImmutableArray<ImmutableArray<ModelLine>> _user;

        private TypeLines(ImmutableArray<ImmutableArray<ModelLine>> builtIn, ImmutableArray<ImmutableArray<ModelLine>> user)
        {
            _builtIn = builtIn;
            _user = user;
        }

        public static TypeLines Of(ImmutableArray<ImmutableArray<ModelLine>> builtIn, ImmutableArray<ImmutableArray<ModelLine>> user) =>
            builtIn.IsEmpty && user.IsEmpty ? None : new TypeLines(builtIn, user);

        public ImmutableArray<ImmutableArray<ModelLine>> Levels(bool user) => user ? _user : _builtIn;
    }

    private readonly struct ReceiverKey : IEquatable<ReceiverKey>
    {
        public ReceiverKey(ISymbol member, ITypeSymbol receiver)
        {
            Member = member;
            Receiver = receiver;
        }

        public ISymbol Member { get; }

        public ITypeSymbol Receiver { get; }

        public bool Equals(ReceiverKey other) =>
            SymbolEqualityComparer.Default.Equals(Member, other.Member) && SymbolEqualityComparer.Default.Equals(Receiver, other.Receiver);

        public override bool Equals(object? obj) => obj is ReceiverKey other && Equals(other);

        public override int GetHashCode() =>
            unchecked((SymbolEqualityComparer.Default.GetHashCode(Member) * 397) ^ SymbolEqualityComparer.Default.GetHashCode(Receiver));
    }
}
