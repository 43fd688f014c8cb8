using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Effects;

/// <summary>
/// Transactional outboxes that the source in sight, or a referenced project, configures: publishing writes a row in the transaction, and the message leaves after
/// the commit. A name is enough here, in a namespace of its library: what is mistaken for an outbox costs a finding, and adds none.
/// </summary>
internal sealed class Outboxes
{
    /// <summary>What switches an outbox on, by the root namespace of its library (documentation of MassTransit, Wolverine, NServiceBus, Rebus).</summary>
    private static readonly Dictionary<string, string[]> Switches = new(StringComparer.Ordinal)
    {
        ["MassTransit"] = new[] { "UseBusOutbox", "AddEntityFrameworkOutbox", "UseEntityFrameworkOutbox", "UseInMemoryOutbox", "UseInMemoryInboxOutbox", "AddInMemoryInboxOutbox" },
        ["Wolverine"] = new[]
        {
            "UseDurableOutbox", "UseDurableOutboxOnAllSendingEndpoints", "PersistMessagesWithPostgresql", "IntegrateWithWolverine", "UseEntityFrameworkCoreTransactions", "AddDbContextWithWolverineIntegration",
        },
        ["NServiceBus"] = new[] { "EnableOutbox", "EnableTransactionalSession" },
        ["Rebus"] = new[] { "Outbox", "UseOutbox" },
    };

    private readonly CompilationContext context;
    private readonly object gate = new();
    private HashSet<string>? found;

    public Outboxes(CompilationContext context) => this.context = context;

    /// <summary>The libraries, by the root of their namespace, whose outbox is on.</summary>
    public IReadOnlyCollection<string> Libraries(CancellationToken cancellation)
    {
        lock (gate)
        {
            return found ??= Find(cancellation);
        }
    }

    /// <summary>Whether a call of this member of a broker's library is stored, and not sent.</summary>
    /// <param name="receiver">The static type that it is called on.</param>
    public bool Stores(IMethodSymbol method, ITypeSymbol? receiver, CancellationToken cancellation)
    {
        // MassTransit's outbox takes the place of the scoped endpoints; a bus that is injected as such goes around it.
        return Root(method) is { } library && Switches.ContainsKey(library) && !(library == "MassTransit" && receiver?.Name is "IBus" or "IBusControl") && Libraries(cancellation).Contains(library);
    }

    /// <summary>CAP's overloads of <c>BeginTransaction</c> take the publisher, which then stores in that transaction.</summary>
    public static bool IsPublisherAmong(IMethodSymbol begin) => (begin.ReducedFrom ?? begin).Parameters.Any(p => p.Type is { Name: "ICapPublisher", ContainingNamespace.Name: "CAP" });

    private HashSet<string> Find(CancellationToken cancellation)
    {
        var libraries = new HashSet<string>(context.Carried.Of(FactKind.Outbox), StringComparer.Ordinal);
        foreach (var (call, name, model) in WordSearch.Calls(context.Bodies, Switches.Values.SelectMany(n => n).ToList(), cancellation))
        {
            var info = model.GetSymbolInfo(call, cancellation);
            var library = Root(info.Symbol ?? info.CandidateSymbols.FirstOrDefault());
            foreach (var entry in Switches)
            {
                // Without its package the call has no symbol; an outbox is meant all the same.
                if (entry.Value.Contains(name) && (library is null || library == entry.Key))
                {
                    libraries.Add(entry.Key);
                }
            }
        }

        return libraries;
    }

    private static string? Root(ISymbol? symbol)
    {
        var space = symbol?.ContainingNamespace;
        while (space is { IsGlobalNamespace: false, ContainingNamespace: { IsGlobalNamespace: false } outer })
        {
            space = outer;
        }

        return space?.Name;
    }
}
