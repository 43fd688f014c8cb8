using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Effects;

/// <summary>What a body leaves to its caller.</summary>
[Flags]
internal enum Left : byte
{
    Nothing = 0,

    /// <summary>A transaction that has not ended, or not by a commit.</summary>
    Transaction = 1,

    /// <summary>An opened connection, or a result with rows to come.</summary>
    Result = 2,
}

/// <summary>
/// Which helpers really hand a region to their callers. Names suspect too many (one job's <c>ExecuteAsync</c> that keeps a transaction in a local makes each
/// <c>ExecuteAsync</c> one), and each body that calls one would be walked: so a suspect is run once, as far as begins and ends go, and looked at where it ends.
/// </summary>
internal sealed class RegionHelpers
{
    private static readonly HashSet<SyntaxNode> None = new();

    private readonly CompilationContext context;
    private readonly HelperCalls calls;
    private readonly ConcurrentDictionary<(SyntaxNode Helper, bool ByException), Left> leaving = new();
    private readonly ConcurrentDictionary<(Left What, string Name), Suspect[]> suspects = new();

    /// <summary>The bodies of the name that hand it over.</summary>
    private readonly ConcurrentDictionary<(Left What, string Name, bool ByException), HashSet<SyntaxNode>> known = new();

    public RegionHelpers(CompilationContext context) => (this.context, calls) = (context, new HelperCalls(context));

    /// <summary>The body, or a function in it, can begin a transaction, is handed one, or has its caller's.</summary>
    public bool CanHaveTransaction(SyntaxNode body, CancellationToken cancellation) => CanHave(Left.Transaction, body, cancellation);

    /// <summary>The body can open a connection or a result, or is handed one.</summary>
    public bool CanHaveResult(SyntaxNode body, CancellationToken cancellation) => CanHave(Left.Result, body, cancellation);

    private bool CanHave(Left what, SyntaxNode body, CancellationToken cancellation)
    {
        var helpers = NamesFor(what, cancellation).HelpersIn(body, out var isSure);
        return isSure || helpers.Any(h => calls.MayRun(body, h, Handing(what, h, byException: false, cancellation), cancellation))

            // What a failure leaves open is open for who goes on after the failure; a connection and its results are disposed of by then.
            || (what == Left.Transaction && helpers.Count > 0 && BodyUses.Of(body).HasTry && helpers.Any(h => calls.MayRun(body, h, Handing(what, h, byException: true, cancellation), cancellation)));
    }

    /// <summary>A member of this name may hand its caller a transaction, a connection or a result, or leave it a transaction where it fails.</summary>
    /// <param name="targets">The bodies in source that the call can run; asked only where the name does not decide.</param>
    public bool Hands(string name, Func<IEnumerable<IMethodSymbol>> targets, CancellationToken cancellation)
    {
        var (begins, opens) = (context.Index(cancellation).CanBegin(name), context.OpenIndex(cancellation).CanBegin(name));
        if (!begins && !opens)
        {
            return false;
        }

        return (begins && context.Index(cancellation).IsLibrarys(name)) || (opens && context.OpenIndex(cancellation).IsLibrarys(name))
            || (begins && (IsOneOf(Handing(Left.Transaction, name, byException: false, cancellation)) || IsOneOf(Handing(Left.Transaction, name, byException: true, cancellation))))
            || (opens && IsOneOf(Handing(Left.Result, name, byException: false, cancellation)));

        bool IsOneOf(HashSet<SyntaxNode> helpers) => helpers.Count > 0 && helpers.Overlaps(targets().SelectMany(t => HelperCalls.BodiesOf(t, cancellation)));
    }

    private NameIndex NamesFor(Left what, CancellationToken cancellation) => what == Left.Transaction ? context.Index(cancellation) : context.OpenIndex(cancellation);

    /// <summary>The helpers of this name that leave it, or run a delegate meanwhile: because of what they do, or because of what one does that they call.</summary>
    private HashSet<SyntaxNode> Handing(Left what, string name, bool byException, CancellationToken cancellation)
    {
        if (!known.TryGetValue((what, name, byException), out var handing))
        {
            Decide(what, name, byException, cancellation);
            handing = known[(what, name, byException)];
        }

        return handing;
    }

    /// <summary>
    /// Of a name and all names that can be come to from it. What a helper hands on it has begun itself, or has from another one: those that begin are run, and of the
    /// others, which are most, those that call one that hands something over.
    /// </summary>
    private void Decide(Left what, string name, bool byException, CancellationToken cancellation)
    {
        var suspects = Undecided(what, name, byException, out var names, cancellation);

        // What a failure leaves open is handed over by who goes on after the failure.
        if (!byException && suspects.Any(s => s is { HasTry: true, IsSure: false }))
        {
            byException = true;
            suspects = Undecided(what, name, byException, out names, cancellation);
        }

        var callers = suspects.SelectMany(s => s.Calls.Select(c => (Callee: c, Caller: s))).ToLookup(c => c.Callee, c => c.Caller, StringComparer.Ordinal);
        var handing = new Dictionary<(string Name, bool ByException), HashSet<SyntaxNode>>();
        var work = new Stack<(Suspect Suspect, bool ByException)>();
        suspects.ForEach(Ask);
        while (work.Count > 0)
        {
            var (suspect, fails) = work.Pop();
            if (!Of(suspect.Name, fails).Contains(suspect.Body) && (suspect.IsRunner || (LeftBy(suspect.Body, fails, cancellation) & what) != 0))
            {
                handing[(suspect.Name, fails)] = new HashSet<SyntaxNode>(Of(suspect.Name, fails)) { suspect.Body };
                foreach (var caller in callers[suspect.Name])
                {
                    Ask(caller);
                }
            }
        }

        foreach (var decided in names)
        {
            known[(what, decided, false)] = Of(decided, false);
            if (byException)
            {
                known[(what, decided, true)] = Of(decided, true);
            }
        }

        void Ask(Suspect suspect)
        {
            if (MayHaveOne(suspect, fails: false))
            {
                work.Push((suspect, false));
            }

            if (byException && MayHaveOne(suspect, fails: true))
            {
                work.Push((suspect, true));
            }
        }

        bool MayHaveOne(Suspect suspect, bool fails) => suspect.IsSure || suspect.Calls.Any(c =>
            calls.MayRun(suspect.Body, c, Of(c, false), cancellation) || ((fails || suspect.HasTry) && calls.MayRun(suspect.Body, c, Of(c, true), cancellation)));

        // What another thread finds out meanwhile about these names would not be asked of their callers.
        HashSet<SyntaxNode> Of(string helper, bool fails) =>
            handing.TryGetValue((helper, fails), out var now) || (!names.Contains(helper) && known.TryGetValue((what, helper, fails), out now)) ? now : None;
    }

    /// <summary>The helpers of a name, and of the names that can be come to from it, as far as nobody has decided on them.</summary>
    /// <param name="names">Those names.</param>
    private List<Suspect> Undecided(Left what, string name, bool byException, out HashSet<string> names, CancellationToken cancellation)
    {
        names = new HashSet<string>(StringComparer.Ordinal) { name };
        var (found, work) = (new List<Suspect>(), new Queue<string>());
        for (work.Enqueue(name); work.Count > 0;)
        {
            foreach (var suspect in suspects.GetOrAdd((what, work.Dequeue()), asked => Suspects(asked.What, asked.Name, cancellation)))
            {
                found.Add(suspect);
                foreach (var next in suspect.Calls)
                {
                    if (!known.ContainsKey((what, next, byException)) && names.Add(next))
                    {
                        work.Enqueue(next);
                    }
                }
            }
        }

        return found;
    }

    private Suspect[] Suspects(Left what, string name, CancellationToken cancellation)
    {
        var names = NamesFor(what, cancellation);
        return names.HelperOf(name) is { } helper
            ? helper.Leaving.Except(helper.Running).Select(body => Read(body, isRunner: false)).Concat(helper.Running.Select(body => Read(body, isRunner: true))).ToArray()
            : Array.Empty<Suspect>();

        Suspect Read(SyntaxNode body, bool isRunner) => new(name, body, isRunner, names.HelpersIn(body, out var isSure), isSure);
    }

    /// <param name="Calls">The names of helpers that it may have one from.</param>
    /// <param name="IsSure">It begins itself, or is handed one.</param>
    private sealed record Suspect(string Name, SyntaxNode Body, bool IsRunner, IReadOnlyCollection<string> Calls, bool IsSure)
    {
        public bool HasTry { get; } = BodyUses.Of(Body).HasTry;
    }

    private Left LeftBy(SyntaxNode declaration, bool byException, CancellationToken cancellation)
    {
        if (leaving.TryGetValue((declaration, byException), out var left))
        {
            return left;
        }

        // An iterator lends what it has begun for as long as it is enumerated.
        left = BodyUses.Of(declaration).IsIterator ? Left.Transaction | Left.Result : Run(declaration, byException, cancellation);
        return leaving.GetOrAdd((declaration, byException), left);
    }

    private Left Run(SyntaxNode declaration, bool byException, CancellationToken cancellation)
    {
        var method = BodyCatalog.MethodOf(declaration, context.Bodies.Model(declaration.SyntaxTree), cancellation);
        return (method is null || context.Starters.Matters(method, context.MaxCallDepth, cancellation)) && context.Bodies.Graph(declaration, cancellation) is { } graph
            ? RootAnalysis.LeftBy(context, graph, method, byException, cancellation)
            : Left.Nothing;
    }
}
