using Microsoft.CodeAnalysis;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>A member of a library that is bound to the session.</summary>
internal enum SessionApi : byte
{
    /// <summary>None: the use is an SQL text.</summary>
    None,

    /// <summary><c>Prepare</c> of a command or a batch.</summary>
    Prepare,

    /// <summary>Waiting for notifications, or handling them.</summary>
    Notification,

    /// <summary>A lock of Medallion.Threading that is not told to use a transaction.</summary>
    DistributedLock,
}

/// <summary>A feature of the session in use: a text that goes to a command, or a member of a library.</summary>
internal sealed class SessionUse
{
    private SessionUse(SyntaxNode node, ConnectionOrigin origin) => (Node, Origin) = (node, origin);

    /// <summary>The expression that is the text; the call of the member.</summary>
    public SyntaxNode Node { get; }

    public ConnectionOrigin Origin { get; }

    public SessionApi Api { get; private init; }

    public SqlSink? Sink { get; private init; }

    public CodeText? Text { get; private init; }

    public SqlSummary? Sql { get; private init; }

    /// <summary>What a message calls a member of a library.</summary>
    public string Name { get; private init; } = "";

    /// <summary>The runs of the body that the use stands in, made when a rule first asks.</summary>
    public SessionFlow Flow => flow ??= findFlow(this);

    private SessionFlow? flow;
    private System.Func<SessionUse, SessionFlow> findFlow = _ => new SessionFlow();

    public static SessionUse OfText(SqlSink sink, CodeText text, SqlSummary sql, ConnectionOrigin origin, System.Func<SessionUse, SessionFlow> findFlow) =>
        new(sink.Sql, origin) { Sink = sink, Text = text, Sql = sql, findFlow = findFlow };

    public static SessionUse OfMember(SyntaxNode node, SessionApi api, string name, ConnectionOrigin origin) => new(node, origin) { Api = api, Name = name };

    /// <summary>Whether the command runs in a transaction; null: on some paths, for some callers, or nobody can tell.</summary>
    public bool? RunsInRegion => Sink is null || Text is null ? null : Flow.RunsInRegion(Sink.Call, Text.Content);

    /// <summary>The command is seen to run, and never in a transaction; the statements of one text, and of one batch, are one too.</summary>
    public bool IsAlone => Sink is { IsBatchPart: false } && Sql is { Statements.Length: 1 } && RunsInRegion == false;

    /// <summary>Where a stretch of the text stands: in the literal, if that is where the text goes to the command, else the expression there.</summary>
    public Location PlaceOf(SqlSpan span) =>
        Text?.Locate(span) is { } found && found.SourceTree == Node.SyntaxTree && Node.Span.Contains(found.SourceSpan) ? found : Node.GetLocation();

    /// <summary>The literal, where that stands elsewhere.</summary>
    public Location? LiteralOf(SqlSpan span) => Text?.Locate(span) is { } found && !(found.SourceTree == Node.SyntaxTree && Node.Span.Contains(found.SourceSpan)) ? found : null;

    /// <summary>What a message says of a statement: its first words, on one line.</summary>
    public string Words(SqlSpan span)
    {
        const int Longest = 60;
        var words = string.Join(" ", Sql!.TextOf(span).Replace(SqlScanner.Hole, '…').Split((char[]?)null, System.StringSplitOptions.RemoveEmptyEntries));
        return words.Length <= Longest ? words : words.Substring(0, Longest) + "…";
    }
}
