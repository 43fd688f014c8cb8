using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Which helpers really hand a region to their callers. Names suspect too many (one job's <c>ExecuteAsync</c> that keeps a transaction in a local makes each
/// <c>ExecuteAsync</c> one), and each body that calls one would be walked: so a suspect is run once, as far as begins and ends go, and looked at where it ends.
/// </summary>
internal sealed class BeginHelpers
{
    private readonly CompilationContext context;
    private readonly ConcurrentDictionary<(SyntaxNode Helper, bool ByException), bool> leaving = new();
    private readonly ConcurrentDictionary<(string Name, bool ByException), bool> known = new();

    public BeginHelpers(CompilationContext context) => this.context = context;

    /// <summary>The body, or a function in it, can begin a region, is handed one, or has its caller's.</summary>
    public bool CanHaveRegion(SyntaxNode body, CancellationToken cancellation)
    {
        var helpers = context.Index(cancellation).HelpersIn(body, out var isSure);
        return isSure || helpers.Any(h => Begin(h, byException: false, cancellation))
            // What a failure leaves open is open for who goes on after the failure.
            || (helpers.Count > 0 && body.DescendantNodes().Any(n => n is TryStatementSyntax) && helpers.Any(h => Begin(h, byException: true, cancellation)));
    }

    /// <summary>A member of this name may hand a region to its caller, or leave it one where it fails.</summary>
    public bool CanBegin(string name, CancellationToken cancellation)
    {
        var names = context.Index(cancellation);
        return names.CanBegin(name) && (names.IsLibrarys(name) || Begin(name, byException: false, cancellation) || Begin(name, byException: true, cancellation));
    }

    /// <summary>A helper of this name hands over a region, or runs a delegate in one: it, or one that it calls.</summary>
    private bool Begin(string name, bool byException, CancellationToken cancellation)
    {
        if (known.TryGetValue((name, byException), out var begins))
        {
            return begins;
        }

        // Over all names that can be come to: it is the same who asks first.
        var names = context.Index(cancellation);
        var seen = new HashSet<string>(StringComparer.Ordinal) { name };
        var work = new Queue<string>(seen);
        while (work.Count > 0 && !begins)
        {
            if (names.HelperOf(work.Dequeue()) is not { } helper)
            {
                continue;
            }

            begins = helper.Leaving.Any(d => Leaves(d, byException, cancellation));
            foreach (var runner in begins ? Enumerable.Empty<SyntaxNode>() : helper.Running)
            {
                var called = names.HelpersIn(runner, out var isSure);
                foreach (var next in called.Where(seen.Add))
                {
                    work.Enqueue(next);
                }

                begins |= isSure;
            }
        }

        return known.GetOrAdd((name, byException), begins);
    }

    private bool Leaves(SyntaxNode declaration, bool byException, CancellationToken cancellation)
    {
        if (leaving.TryGetValue((declaration, byException), out var leaves))
        {
            return leaves;
        }

        // An iterator lends what it has begun for as long as it is enumerated.
        leaves = Wrapping.IsIterator(declaration)
            || (context.Bodies.Graph(declaration, cancellation) is { } graph
                && RootAnalysis.LeavesRegion(context, graph, BodyCatalog.MethodOf(declaration, context.Bodies.Model(declaration.SyntaxTree), cancellation), byException, cancellation));
        return leaving.GetOrAdd((declaration, byException), leaves);
    }
}
