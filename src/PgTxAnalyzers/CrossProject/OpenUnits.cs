using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// Units of work behind an interface whose implementation is compiled later: an application layer's. By names it is said which members are worth an obligation; whether one begins anything, its
/// implementation says.
/// </summary>
internal static class OpenUnits
{
    private static readonly WordSet Begins = new(new[] { "Begin", "BeginAsync", "BeginWork", "BeginWorkAsync", "BeginUnitOfWork", "BeginUnitOfWorkAsync", "BeginScope", "BeginScopeAsync" }.Select(TreeWords.Hash));

    /// <summary>What the name says of something that is there already.</summary>
    private static readonly string[] NoBegins = { "Commit", "Rollback", "RollBack", "Complete", "Abort", "End", "Dispose", "Get", "Has", "Is", "Save" };

    /// <summary>The name may be that of a member which begins a transaction, or runs a delegate in one.</summary>
    public static bool MayBegin(string name) =>
        (name.StartsWith("Begin", StringComparison.Ordinal) || name.IndexOf("Transaction", StringComparison.Ordinal) >= 0) && !NoBegins.Any(n => name.StartsWith(n, StringComparison.Ordinal));

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

    private static bool MayBegin(NamedBody body) => body.NamesTransaction || body.Mentions(Begins);
}
