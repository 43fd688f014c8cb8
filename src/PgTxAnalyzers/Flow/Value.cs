using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Flow;

/// <summary>What an expression is, as far as transactions are concerned. Everything else is <see cref="Unknown"/>.</summary>
internal abstract record Value
{
    public static readonly Value Nothing = new Unknown();
    public static readonly Value NullValue = new Null();
    public static readonly Value Object = new Present();
    public static readonly Value True = new Bool(true);
    public static readonly Value False = new Bool(false);

    internal record Unknown : Value;

    /// <summary>Of which nothing is known but that it is an object, and not null.</summary>
    internal sealed record Present : Unknown;

    /// <summary>A connection that a delegate from outside has returned at <paramref name="Site"/>. Which one it is, is not known; if it has to be opened, it is none on which a transaction has begun.</summary>
    internal sealed record FromFactory(SyntaxNode Site) : Unknown;

    /// <summary>The <c>State</c> of a connection on which a transaction lives: it is open.</summary>
    internal sealed record OpenState : Value
    {
        /// <summary>Compared with a constant; unknown where it is another value. <c>ConnectionState.Open</c> is 1 (System.Data reference).</summary>
        public static Value Is(Value value, IOperation? constant) =>
            value is OpenState && constant?.ConstantValue is { HasValue: true, Value: int state } ? new Bool(state == 1) : Nothing;
    }

    internal sealed record Null : Value;

    internal sealed record Bool(bool Is) : Value;

    /// <summary>A constant text that may be SQL; U+FFFC stands for each part that is not constant.</summary>
    internal sealed record Text(string Content) : Value
    {
        private readonly int hash = Content.GetHashCode();

        public bool Equals(Text? other) => other is not null && hash == other.hash && Content == other.Content;

        public override int GetHashCode() => hash;
    }

    /// <summary>A transaction object or a <c>TransactionScope</c>; its region may have ended.</summary>
    internal sealed record Transaction(RegionId Region) : Value
    {
        /// <summary>The connection that it was begun on, where that is known; it outlives the region.</summary>
        public Place? On { get; init; }
    }

    /// <summary>A connection, or what stands for one: a <c>DbContext</c>, its <c>Database</c>, a query on it.</summary>
    internal sealed record Connection(Place Identity, ITypeSymbol? Type, bool IsContext) : Value
    {
        /// <summary>Made by code in sight, to be a connection of its own: no transaction that was there before is on it. The identity says it, so it is no part of the equality.</summary>
        public bool IsNew { get; init; }

        /// <summary>Its connection string says <c>Enlist=false</c>: it takes part in no ambient transaction.</summary>
        public bool IsUnenlisted { get; init; }

        public bool Equals(Connection? other) => other is not null && Identity.Equals(other.Identity);

        public override int GetHashCode() => Identity.GetHashCode();
    }

    /// <summary>An object whose members are followed. <paramref name="Exact"/>: it is of this very type, not of a derived one.</summary>
    internal sealed record Instance(Place Identity, ITypeSymbol? Type, bool Exact) : Value
    {
        public bool Equals(Instance? other) => other is not null && Identity.Equals(other.Identity) && Exact == other.Exact;

        public override int GetHashCode() => Identity.GetHashCode();
    }

    /// <summary>A delegate made from a lambda of a graph.</summary>
    internal sealed record Lambda(IFlowAnonymousFunctionOperation Function, ControlFlowGraph Owner) : Value
    {
        public bool Equals(Lambda? other) => other is not null && Function.Syntax == other.Function.Syntax;

        public override int GetHashCode() => Function.Syntax.GetHashCode();
    }

    /// <summary>A delegate made from a method group; <paramref name="At"/> is the method group in the source.</summary>
    internal sealed record MethodGroup(IMethodSymbol Method, Value Receiver, IOperation At) : Value
    {
        /// <summary>The graph in which a local function was made a delegate: it may run when the method around it has returned.</summary>
        public ControlFlowGraph? Owner { get; init; }

        public bool Equals(MethodGroup? other) => other is not null && At.Syntax == other.At.Syntax && Receiver.Equals(other.Receiver);

        public override int GetHashCode() => At.Syntax.GetHashCode();
    }

    /// <summary>A <c>Lazy&lt;T&gt;</c> whose value nobody has asked for yet; once somebody has, its place holds that value.</summary>
    internal sealed record Deferred(Value Factory) : Value;

    /// <summary>A task that runs, or an enumerable that has not been enumerated: what it will hold up whoever waits for it.</summary>
    internal sealed record Pending(ImmutableArray<Reach> Reaches, Value Result) : Value
    {
        public bool Equals(Pending? other) => other is not null && Reaches.SequenceEqual(other.Reaches) && Result.Equals(other.Result);

        public override int GetHashCode() => Reaches.Length == 0 ? 1 : Reaches[0].GetHashCode();
    }

    /// <summary>A result that is being read, or a COPY that is being written: a reader, an enumerator, an importer.</summary>
    internal sealed record OpenResult(RegionId Region) : Value;

    /// <summary>A sequence whose elements come from the server while it is enumerated. <paramref name="Source"/>: the connection, where it is known.</summary>
    internal sealed record Rows(Value Source, Resource Opens) : Value;

    /// <summary>An object that a library has made, and whose calls go out of the process, whoever else implements its interface.</summary>
    internal sealed record Proxy(SinkKind Kind) : Value;

    /// <summary>Surely not null, so a null check on it has one outcome.</summary>
    public bool IsNotNull => this is Transaction or Connection or Lambda or MethodGroup or Text or OpenResult or Rows or Pending or Proxy or Present or Deferred or Instance { Exact: true } or Instance { Identity: Place.Made };

    /// <summary>The value behind a task.</summary>
    public Value Awaited => this is Pending p ? p.Result : this;
}
