using System.Collections.Immutable;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// In which way a caller's transaction can relate to a method that is run without its caller. See docs/decisions/0003.
/// The order is that of the characters of a <see cref="Fates"/> text.
/// </summary>
internal enum Probe
{
    /// <summary>On a connection that the method may share, through a field for instance.</summary>
    Connection,

    /// <summary>On an EF Core context that it may share.</summary>
    Context,

    /// <summary>On a connection that was opened out of the method's sight.</summary>
    Elsewhere,

    /// <summary>A <c>TransactionScope</c>.</summary>
    Scope,

    /// <summary>On the connection or context that is its first parameter of such a type.</summary>
    GivenConnection,

    /// <summary>Its first parameter of a transaction type.</summary>
    GivenTransaction,

    /// <summary>One that the object itself has begun, and holds.</summary>
    Own,
}

/// <summary>
/// What becomes of each probe, as a text with one character for each: <c>.</c> nothing; <c>p</c> <c>o</c> <c>l</c> raised to pinned, open, locking, in upper case
/// where data was changed; <c>x</c> committed, <c>r</c> rolled back, <c>d</c> disposed, <c>g</c> given to unknown code, <c>i</c> long by intent. Dots at the end are left out.
/// </summary>
internal readonly record struct Fates(string Text)
{
    public static readonly Fates None = new("");

    public const int Count = (int)Probe.Own + 1;

    public char this[Probe probe] => (int)probe < Text.Length ? Text[(int)probe] : '.';

    public static bool IsEnd(char fate) => fate is 'x' or 'r' or 'd';

    /// <summary>The level that the fate raises to; <see cref="Level.None"/>: it raises nothing.</summary>
    public static Level LevelOf(char fate) => fate switch
    {
        'p' or 'P' => Level.Pinned,
        'o' or 'O' or 'i' => Level.Open,
        'l' or 'L' => Level.Locking,
        _ => Level.None,
    };

    public static bool Changes(char fate) => fate is 'P' or 'O' or 'L';
}

/// <summary>A step of a chain in another project's source.</summary>
internal readonly record struct ForeignStep(string Name, string File, int Line);

/// <summary>A sink that the method reaches.</summary>
/// <param name="IsLater">It is pending in what the method returns: whoever waits for that waits for it.</param>
/// <param name="Fates">Of each probe, where the sink is reached; an ended one is not held.</param>
/// <param name="AddsUp">Whoever calls the method twice has done it twice: a payment, a message. Outside of transactions of its own.</param>
internal sealed record ForeignReach(SinkKind Kind, bool IsWait, bool IsLater, bool AddsUp, Fates Fates, ImmutableArray<ForeignStep> Chain);

/// <summary>Who can end a region that the method leaves open.</summary>
internal enum Holder : byte
{
    /// <summary>Whoever has its connection.</summary>
    Nobody,

    /// <summary>The transaction is what the method returns.</summary>
    Result,

    /// <summary>What the method returns, or constructs, holds it.</summary>
    Object,

    /// <summary>The object on which the method was called.</summary>
    This,

    /// <summary>Somebody who is not in sight.</summary>
    Escaped,
}

/// <summary>The connection of a region that the method began, as its caller knows it.</summary>
/// <param name="Kind"><c>-</c> not known, <c>n</c> opened by the method, <c>a</c> its parameter of number <paramref name="Ordinal"/>, <c>m</c> the member <paramref name="Member"/> of its object.</param>
internal readonly record struct ForeignConnection(char Kind, int Ordinal, string Member)
{
    public static readonly ForeignConnection Unknown = new('-', 0, "");
}

/// <summary>A region that the method began, at an exit or where it runs a delegate.</summary>
internal sealed record ForeignRegion(RegionKind Kind, Level Level, bool Changed, bool IsContext, bool LosesFlow, ForeignConnection Connection, Holder Holder);

/// <summary>What a method returns or hands to a delegate, as far as the engine tells values apart.</summary>
/// <param name="Kind">
/// <c>-</c> unknown, <c>z</c> null, <c>y</c> true, <c>f</c> false, <c>t</c> the transaction of region <paramref name="Number"/>, <c>k</c> the connection of region <paramref name="Number"/>,
/// <c>a</c> the argument of parameter <paramref name="Number"/>, <c>s</c> the receiver, <c>n</c> a connection of its own, <c>o</c> an object that holds regions.
/// </param>
internal readonly record struct ForeignValue(char Kind, int Number)
{
    public static readonly ForeignValue Unknown = new('-', 0);
}

/// <summary>The method runs the delegate that is its parameter of number <paramref name="Ordinal"/>, or the handlers of the request that this is.</summary>
/// <param name="IsWaited">It waits for the task that the delegate hands out, before it does anything else.</param>
/// <param name="Regions">Of its own, that live meanwhile.</param>
/// <param name="Arguments">What it hands to the delegate.</param>
/// <param name="Mediator">The root namespace of the library whose handlers are run; empty: a delegate is.</param>
internal sealed record ForeignRun(int Ordinal, bool IsWaited, Fates Fates, ImmutableArray<ForeignRegion> Regions, ImmutableArray<ForeignValue> Arguments, string Mediator = "");

/// <summary>A way in which the method returns.</summary>
internal sealed record ForeignExit(Fates Fates, ForeignValue Value, ImmutableArray<ForeignRegion> Regions);

/// <summary>What one run of the method did.</summary>
/// <param name="WithOwn">The object held a transaction when it was called.</param>
internal sealed record EffectRow(bool WithOwn, ImmutableArray<ForeignReach> Reaches, ImmutableArray<ForeignRun> Runs, ImmutableArray<ForeignExit> Exits);

/// <summary>What calling a method does, computed where its body is. Says the same as running the body, as far as the probes tell callers apart.</summary>
/// <param name="IsLazy">An iterator: its sinks are reached where its result is enumerated.</param>
internal sealed record MethodEffect(bool IsLazy, ImmutableArray<EffectRow> Rows);
