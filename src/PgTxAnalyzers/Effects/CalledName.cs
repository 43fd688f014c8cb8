using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Effects;

/// <summary>The name by which a call calls. It proves nothing, and says what need not be looked at.</summary>
internal static class CalledName
{
    /// <summary>Null: it has none, as <c>handlers[i](x)</c>.</summary>
    public static string? Of(InvocationExpressionSyntax call) => Node(call)?.Identifier.ValueText;

    /// <summary>Where it stands.</summary>
    public static SimpleNameSyntax? Node(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name,
        MemberBindingExpressionSyntax binding => binding.Name,
        SimpleNameSyntax simple => simple,
        _ => null,
    };
}
