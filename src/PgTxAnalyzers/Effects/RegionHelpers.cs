using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

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
            || (helpers.Count > 0 && body.DescendantNodes().Any(n => n is TryStatementSyntax) && helpers.Any(h => Hands(Left.Transaction, h, byException: true, cancellation)));
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
        if (known.TryGetValue((what, name, byException), out var hands))
        {
            return hands;
        }

        // Over all names that can be come to: it is the same who asks first.
        var names = what == Left.Transaction ? context.Index(cancellation) : context.OpenIndex(cancellation);
        var seen = new HashSet<string>(StringComparer.Ordinal) { name };
        var work = new Queue<string>(seen);
        while (work.Count > 0 && !hands)
        {
            if (names.HelperOf(work.Dequeue()) is not { } helper)
            {
                continue;
            }

            hands = helper.Leaving.Any(d => (LeftBy(d, byException, cancellation) & what) != 0);
            foreach (var runner in hands ? Enumerable.Empty<SyntaxNode>() : helper.Running)
            {
                var called = names.HelpersIn(runner, out var isSure);
                foreach (var next in called.Where(seen.Add))
                {
                    work.Enqueue(next);
                }

                hands |= isSure;
            }
        }

        return known.GetOrAdd((what, name, byException), hands);
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
