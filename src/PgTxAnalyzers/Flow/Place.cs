using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>
/// A storage location or the identity of an object: a variable, a field of an object, an object made at a site. Structural equality,
/// so that the same place reached on two paths is one place. A place is looked up and hashed several times: its hash is computed once.
/// </summary>
internal abstract record Place
{
    /// <summary>The object on which the analysed body runs.</summary>
    internal sealed record This : Place;

    /// <summary>A local, a parameter, or (with no object) a static member.</summary>
    internal sealed record Variable(ISymbol Symbol) : Place
    {
        private readonly int hash = SymbolEqualityComparer.Default.GetHashCode(Symbol);

        public bool Equals(Variable? other) => other is not null && hash == other.hash && SymbolEqualityComparer.Default.Equals(Symbol, other.Symbol);

        public override int GetHashCode() => hash;
    }

    /// <summary>A field, an auto-property or a captured primary-constructor parameter of an object.</summary>
    internal sealed record Member(Place Owner, ISymbol Symbol) : Place
    {
        private readonly int hash = (SymbolEqualityComparer.Default.GetHashCode(Symbol) * 397) ^ Owner.GetHashCode();

        public bool Equals(Member? other) =>
            other is not null && hash == other.hash && SymbolEqualityComparer.Default.Equals(Symbol, other.Symbol) && Owner.Equals(other.Owner);

        public override int GetHashCode() => hash;
    }

    /// <summary>What the engine keeps about an object beside its members: a command's connection and text, a list's elements.</summary>
    internal sealed record Slot(Place Owner, SlotKind Kind) : Place
    {
        private readonly int hash = (Owner.GetHashCode() * 397) ^ (int)Kind;

        public bool Equals(Slot? other) => other is not null && Kind == other.Kind && Owner.Equals(other.Owner);

        public override int GetHashCode() => hash;
    }

    /// <summary>A value that the control-flow graph keeps between blocks (<c>?.</c>, <c>??</c>, <c>?:</c>).</summary>
    internal sealed record Capture(ControlFlowGraph Graph, CaptureId Id) : Place
    {
        private readonly int hash = (Graph.GetHashCode() * 397) ^ Id.GetHashCode();

        public bool Equals(Capture? other) => other is not null && Graph == other.Graph && Id.Equals(other.Id);

        public override int GetHashCode() => hash;
    }

    /// <summary>The value on its way out of a body, kept while the finally blocks run.</summary>
    internal sealed record Returned(int Depth) : Place
    {
        public bool Equals(Returned? other) => other is not null && Depth == other.Depth;

        public override int GetHashCode() => Depth;
    }

    /// <summary>An object made at a site. <paramref name="Inner"/> is the place it had in the callee that returned it.</summary>
    internal sealed record Made(SyntaxNode Site, int Depth, Place? Inner) : Place
    {
        private readonly int hash = (((Site.GetHashCode() * 31) + Depth) * 31) + (Inner?.GetHashCode() ?? 0);

        public override int GetHashCode() => hash;
    }

    /// <summary>
    /// What a place stood for before the code that makes it ran again: in a loop, the connection of the last round is not that of this one.
    /// </summary>
    internal sealed record Earlier(Place Was) : Place;

    /// <summary>The object whose part this place is; a variable, and an object that was made, are their own.</summary>
    public Place Root => this switch { Member m => m.Owner.Root, Slot s => s.Owner.Root, _ => this };

    /// <summary>How many members deep a place is: a bound for chains such as <c>node.Next.Next</c>.</summary>
    public int Length => this switch { Member m => m.Owner.Length + 1, Slot s => s.Owner.Length + 1, _ => 0 };
}

/// <summary>See <see cref="Place.Slot"/>.</summary>
internal enum SlotKind : byte
{
    CommandConnection,
    CommandText,
    Elements,

    /// <summary>The scope that a connection was opened in.</summary>
    Scope,

    /// <summary>The transaction that an object of another project holds.</summary>
    Held,

    /// <summary>A member of an object of another project that is not in its metadata.</summary>
    Hidden,

    /// <summary>No place at all: the connection of a caller who is not there.</summary>
    Probe,

    /// <summary>What was left in the session of a connection (see <c>SessionFlow</c>).</summary>
    Session,

    /// <summary>The connection of a context was opened, and stays open until it is closed.</summary>
    Opened,

    /// <summary>A new connection that is not open yet: whatever opens it takes one from the pool.</summary>
    Unopened,

    /// <summary>Of which class the object is whose body runs, as a call on itself has shown.</summary>
    Class,

    /// <summary>The scope in which a connection is open, until it is closed.</summary>
    OpenIn,

    /// <summary>The transaction that a context takes part in on a connection that it was given; <c>true</c>: some connection, of which no more is known.</summary>
    Shared,

    /// <summary>The connection of a transaction, where no more is known of it: its owner is made by the begin.</summary>
    Connection,

    /// <summary>The broken transaction that a method has committed; its caller is told when the call comes home.</summary>
    CommittedBroken,

    /// <summary>The source of a task was completed by the code itself.</summary>
    Settled,

    /// <summary>An object that a service container has handed out: its owner is made by the call.</summary>
    Resolved,

    /// <summary>Whether a caller who is not in sight has begun a transaction on the context: the same for each time that it is asked.</summary>
    Current,
}
