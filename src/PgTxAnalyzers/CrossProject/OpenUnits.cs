using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// Units of work behind an interface whose implementation is compiled later: an application layer's. By names it is said which members are worth an obligation; whether one begins anything, its
/// implementation says.
/// </summary>
internal static class OpenUnits
{
    private static readonly WordSet Begins = new(new[] { "Begin", "BeginAsync", "BeginWork", "BeginWorkAsync", "BeginUnitOfWork", "BeginUnitOfWorkAsync", "BeginScope", "BeginScopeAsync" }.Select(TreeWords.Hash));

    /// <summary>Who commits a unit that nothing in sight begins had it open.</summary>
    private static readonly WordSet Commits = new(new[] { "Commit", "CommitAsync", "CommitTransaction", "CommitTransactionAsync", "CommitChanges", "CommitChangesAsync", "CommitWork", "CommitWorkAsync" }.Select(TreeWords.Hash));

    /// <summary>What the name says of something that is there already.</summary>
    private static readonly string[] NoBegins = { "Commit", "Rollback", "RollBack", "Complete", "Abort", "End", "Dispose", "Get", "Has", "Is", "Save" };

    /// <summary>The name may be that of a member which begins a transaction, or runs a delegate in one.</summary>
    public static bool MayBegin(string name) =>
        (name.StartsWith("Begin", StringComparison.Ordinal) || name.IndexOf("Transaction", StringComparison.Ordinal) >= 0) && !NoBegins.Any(n => name.StartsWith(n, StringComparison.Ordinal));

    /// <summary>The name is that of a commit.</summary>
    public static bool IsCommit(string name) => Commits.Contains(TreeWords.Hash(name));

    /// <summary>
    /// The state in which a method begins, with the units that its object was given and that may have begun in their constructor: such as an interface with a commit that only a later project
    /// implements.
    /// </summary>
    public static State Around(CompilationContext context, IMethodSymbol method, State state, CancellationToken cancellation)
    {
        foreach (var (member, type) in method is { IsStatic: false, ContainingType: { } owner } ? GivenUnits.MembersOf(owner, cancellation) : Enumerable.Empty<(ISymbol, INamedTypeSymbol)>())
        {
            if (type.TypeKind == TypeKind.Interface && CommitOf(type) is { } commit && context.Targets.Of(commit, Value.Nothing, false, cancellation).IsEmpty
                && commit.GetDocumentationCommentId() is { } id && member.DeclaringSyntaxReferences.FirstOrDefault() is { } declaration)
            {
                state = state.Begin(ResourceOps.Region(declaration.GetSyntax(cancellation), new Resource(ResourceKind.Unit) { Unit = new OpenUnit(id, null, ImmutableArray<string>.Empty) }, null, 0) with { Given = type.Name });
            }
        }

        return state;
    }

    /// <summary>One with a member that begins has begun nothing before that is called.</summary>
    private static IMethodSymbol? CommitOf(INamedTypeSymbol contract)
    {
        var members = contract.AllInterfaces.Prepend(contract).SelectMany(i => i.GetMembers()).OfType<IMethodSymbol>().Select(m => m.OriginalDefinition).ToList();
        return members.Any(m => MayBegin(m.Name)) ? null : members.FirstOrDefault(m => IsCommit(m.Name) && LooseEnds.CanBeImplementedLater(m));
    }

    /// <summary>The same of a member by its documentation id.</summary>
    public static bool IsNamedSo(string member)
    {
        var end = member.IndexOf('(');
        var name = end < 0 ? member : member.Substring(0, end);
        return MayBegin(name.Substring(name.LastIndexOf('.') + 1));
    }

    /// <summary>The bodies of a file that may call such a member, by their words, and those that call one of these.</summary>
    public static IEnumerable<SyntaxNode> Candidates(SyntaxTree tree, CancellationToken cancellation)
    {
        var bodies = TreeBodies.Of(tree, cancellation).Bodies;
        var helpers = new WordSet(bodies.Where(MayBegin).Select(b => b.Name).Where(n => n != 0));
        return bodies.Where(b => MayBegin(b) || b.Mentions(helpers)).Select(b => b.Declaration);
    }

    /// <summary>Some body may; asked of a project that references no library of databases.</summary>
    public static bool MayBeIn(Compilation compilation, CancellationToken cancellation) => compilation.SyntaxTrees.Any(t => Candidates(t, cancellation).Any());

    private static bool MayBegin(NamedBody body) => body.NamesTransaction || body.Mentions(Begins) || body.Mentions(Commits);
}
