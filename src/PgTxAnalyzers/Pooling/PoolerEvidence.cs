using Microsoft.CodeAnalysis;

namespace PgTxAnalyzers.Pooling;

/// <summary>Why a pooler is believed to be there: what a message says, and where it stands.</summary>
/// <param name="Text">E.g. <c>appsettings.json:3</c>, or the option.</param>
/// <param name="At">Null: an option.</param>
internal sealed record PoolerEvidence(string Text, Location? At)
{
    public static PoolerEvidence Of(Location at)
    {
        var line = at.GetLineSpan();
        return new($"{System.IO.Path.GetFileName(line.Path)}:{line.StartLinePosition.Line + 1}", at);
    }
}
