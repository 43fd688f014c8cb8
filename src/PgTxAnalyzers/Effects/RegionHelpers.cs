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
    private readonly CompilationContext context;
    private readonly ConcurrentDictionary<(SyntaxNode Helper, bool ByException), Left> leaving = new();
    private readonly ConcurrentDictionary<(Left What, string Name, bool ByException), bool> known = new();

    public RegionHelpers(CompilationContext context) => this.context = context;

    /// <summary>The body, or a function in it, can begin a transaction, is handed one, or has its caller's.</summary>
    public bool CanHaveTransaction(SyntaxNode body, CancellationToken cancellation)
    {
        var helpers = context.Index(cancellation).HelpersIn(body, out var isSure);
        return isSure || helpers.Any(h => Hands(Left.Transaction, h, byException: false, cancellation))

            // What a failure leaves open is open for who goes on after the failure.
            || (helpers.Count > 0 && BodyUses.Of(body).HasTry && helpers.Any(h => Hands(Left.Transaction, h, byException: true, cancellation)));
    }

    /// <summary>The body can open a connection or a result, or is handed one.</summary>
    public bool CanHaveResult(SyntaxNode body, CancellationToken cancellation)
    {
        var helpers = context.OpenIndex(cancellation).HelpersIn(body, out var isSure);
        return isSure || helpers.Any(h => Hands(Left.Result, h, byException: false, cancellation));
    }

    /// <summary>A member of this name may hand its caller a transaction, a connection or a result, or leave it a transaction where it fails.</summary>
    public bool Hands(string name, CancellationToken cancellation)
    {
        var (begins, opens) = (context.Index(cancellation), context.OpenIndex(cancellation));
        return (begins.CanBegin(name) && (begins.IsLibrarys(name) || Hands(Left.Transaction, name, byException: false, cancellation) || Hands(Left.Transaction, name, byException: true, cancellation)))
            || (opens.CanBegin(name) && (opens.IsLibrarys(name) || Hands(Left.Result, name, byException: false, cancellation)));
    }

    /// <summary>A helper of this name leaves it, or runs a delegate meanwhile: it, or one that it calls.</summary>
    private bool Hands(Left what, string name, bool byException, CancellationToken cancellation)
    {
        if (!known.TryGetValue((what, name, byException), out var hands))
        {
            Decide(what, name, byException, cancellation);
            hands = known[(what, name, byException)];
        }

        return hands;
    }

    /// <summary>
    /// Of a name and all names that can be come to from it. What a helper hands on it has begun itself, or has from another one: those that begin are run, and of the
    /// others, which are most, those that call one that hands something over.
    /// </summary>
    private void Decide(Left what, string name, bool byException, CancellationToken cancellation)
    {
        var suspects = SuspectsFrom(name, what == Left.Transaction ? context.Index(cancellation) : context.OpenIndex(cancellation));
        var handing = new HashSet<(string Name, bool ByException)>();
        Spread(byException: false);

        // What a failure leaves open is handed over by who goes on after the failure.
        var alsoByException = byException || suspects.Any(s => s.HasTry && !s.IsSure);
        if (alsoByException)
        {
            Spread(byException: true);
            Spread(byException: false);
        }

        foreach (var decided in suspects.Select(s => s.Name).Append(name).Distinct())
        {
            known[(what, decided, false)] = handing.Contains((decided, false));
            if (alsoByException)
            {
                known[(what, decided, true)] = handing.Contains((decided, true));
            }
        }

        void Spread(bool byException)
        {
            for (var before = -1; handing.Count > before;)
            {
                before = handing.Count;
                foreach (var suspect in suspects)
                {
                    if (!handing.Contains((suspect.Name, byException)) && (suspect.IsSure || suspect.Calls.Any(c => handing.Contains((c, false)) || ((byException || suspect.HasTry) && handing.Contains((c, true)))))
                        && (suspect.IsRunner || (LeftBy(suspect.Body, byException, cancellation) & what) != 0))
                    {
                        handing.Add((suspect.Name, byException));
                    }
                }
            }
        }
    }

    private static List<Suspect> SuspectsFrom(string name, NameIndex names)
    {
        var (found, seen, work) = (new List<Suspect>(), new HashSet<string>(StringComparer.Ordinal) { name }, new Queue<string>());
        for (work.Enqueue(name); work.Count > 0;)
        {
            var current = work.Dequeue();
            if (names.HelperOf(current) is { } helper)
            {
                found.AddRange(helper.Leaving.Select(body => Read(body, isRunner: false)).Concat(helper.Running.Select(body => Read(body, isRunner: true))));
            }

            Suspect Read(SyntaxNode body, bool isRunner)
            {
                var calls = names.HelpersIn(body, out var isSure);
                foreach (var next in calls.Where(seen.Add))
                {
                    work.Enqueue(next);
                }

                return new Suspect(current, body, isRunner, isSure, calls);
            }
        }

        return found;
    }

    /// <param name="IsSure">It begins itself, or is handed one.</param>
    /// <param name="Calls">The names of helpers that it may have one from.</param>
    private sealed record Suspect(string Name, SyntaxNode Body, bool IsRunner, bool IsSure, IReadOnlyCollection<string> Calls)
    {
        public bool HasTry => BodyUses.Of(Body).HasTry;
    }

    private Left LeftBy(SyntaxNode declaration, bool byException, CancellationToken cancellation)
    {
        if (leaving.TryGetValue((declaration, byException), out var left))
        {
            return left;
        }

        // An iterator lends what it has begun for as long as it is enumerated.
        left = Wrapping.IsIterator(declaration) ? Left.Transaction | Left.Result : Run(declaration, byException, cancellation);
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
