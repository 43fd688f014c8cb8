namespace PgTxAnalyzers.Models;

/// <summary>What the models say about one member.</summary>
internal readonly struct ApiFact
{
    public ApiFact(ApiRole role, SinkKind kind = SinkKind.None, bool fromUser = false)
    {
        Role = role;
        Kind = kind;
        FromUser = fromUser;
    }

    public ApiRole Role { get; }

    /// <summary>Which external system; set for <see cref="ApiRole.Sink"/>, <see cref="ApiRole.Proxy"/> and <see cref="ApiRole.Enqueue"/>, else None.</summary>
    public SinkKind Kind { get; }

    /// <summary>Whether a line of the user decided (an option or a models file), not a built-in one.</summary>
    public bool FromUser { get; }

    public override string ToString() => Kind == SinkKind.None ? Role.ToString() : Role + " " + Kind;
}
