using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>Whether a handler takes an exception.</summary>
internal enum HandlerMatch : byte
{
    Never,
    Maybe,
    Always,
}

/// <summary>Which handlers an exception can reach.</summary>
internal static class Handlers
{
    /// <summary>Null: the region is no handler.</summary>
    public static HandlerMatch? Match(ControlFlowRegion region, Thrown thrown)
    {
        var filtered = region.Kind == ControlFlowRegionKind.FilterAndHandler;
        if (!filtered && region.Kind != ControlFlowRegionKind.Catch)
        {
            return null;
        }

        var type = region.ExceptionType;
        if (type is null || type.SpecialType == SpecialType.System_Object || IsNamed(type, "System", "Exception"))
        {
            return filtered ? HandlerMatch.Maybe : HandlerMatch.Always;
        }

        if (thrown.Type is { } exact && type.TypeKind != TypeKind.Error)
        {
            return !Derives(exact, type) ? HandlerMatch.Never : filtered ? HandlerMatch.Maybe : HandlerMatch.Always;
        }

        // A handler for the other world's failures is never entered: else its calls would seem to run in a state they never see.
        var family = Family(type);
        return thrown.Kind != ThrownKind.Any && family != ThrownKind.Any && family != thrown.Kind ? HandlerMatch.Never : HandlerMatch.Maybe;
    }

    /// <summary>What the handler has caught, given that it was entered by <paramref name="thrown"/>.</summary>
    public static Thrown Caught(ControlFlowRegion region, Thrown thrown) =>
        thrown.IsAny && region.ExceptionType is { } type ? Family(type) : thrown;

    /// <summary>The kind of all exceptions of this type and of those derived from it.</summary>
    public static ThrownKind Family(ITypeSymbol type)
    {
        for (ITypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (IsNamed(t, "System.Data.Common", "DbException") || IsNamed(t, "Microsoft.EntityFrameworkCore", "DbUpdateException"))
            {
                return ThrownKind.Database;
            }

            if (IsNamed(t, "System.Net.Http", "HttpRequestException"))
            {
                return ThrownKind.Http;
            }
        }

        return ThrownKind.Any;
    }

    private static bool Derives(ITypeSymbol type, ITypeSymbol from)
    {
        for (ITypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(t, from))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsNamed(ITypeSymbol type, string space, string name) =>
        type.Name == name && type.ContainingNamespace?.ToDisplayString() == space;
}
