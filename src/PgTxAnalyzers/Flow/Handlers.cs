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

/// <summary>Which handlers an exception of a kind can reach.</summary>
internal static class Handlers
{
    /// <summary>Null: the region is no handler.</summary>
    public static HandlerMatch? Match(ControlFlowRegion region, ThrownKind kind)
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

        // A handler for the other world's failures is never entered: else its calls would seem to run in a state they never see.
        var family = Family(type);
        return kind != ThrownKind.Any && family != ThrownKind.Any && family != kind ? HandlerMatch.Never : HandlerMatch.Maybe;
    }

    private static ThrownKind Family(ITypeSymbol type)
    {
        for (ITypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (IsNamed(t, "System.Data.Common", "DbException"))
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

    private static bool IsNamed(ITypeSymbol type, string space, string name) =>
        type.Name == name && type.ContainingNamespace?.ToDisplayString() == space;
}
