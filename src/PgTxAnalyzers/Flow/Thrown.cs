using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>What kind of exception is on its way: decides which typed handlers it can reach.</summary>
internal enum ThrownKind : byte
{
    Any,

    /// <summary>From the database: a <c>DbException</c>, EF Core's wrapping of one, or a time-out.</summary>
    Database,

    /// <summary>From an HTTP call.</summary>
    Http,

    /// <summary>From neither: a broker, a mail server, a wait.</summary>
    Other,
}

/// <summary>An exception on its way. <paramref name="Type"/>: it is of this very type, as <c>throw new T()</c> says.</summary>
internal readonly record struct Thrown(ThrownKind Kind, ITypeSymbol? Type = null)
{
    public static implicit operator Thrown(ThrownKind kind) => new(kind);

    /// <summary>Nothing is known of it.</summary>
    public bool IsAny => Kind == ThrownKind.Any && Type is null;

    /// <summary>What <c>throw value;</c> throws.</summary>
    public static Thrown By(IOperation? value)
    {
        while (value is IConversionOperation conversion)
        {
            value = conversion.Operand;
        }

        return value?.Type is not { TypeKind: not TypeKind.Error } type ? ThrownKind.Any
            : value is IObjectCreationOperation ? new Thrown(Handlers.Family(type), type)
            : Handlers.Family(type);
    }
}
