using System;
using System.Collections.Generic;
using System.Linq;

namespace PgTxAnalyzers.Models;

/// <summary>Which system outside the database a call reaches.</summary>
internal enum SinkKind : byte
{
    None,

    /// <summary>Some external system; what a user's own line says that names no kind.</summary>
    External,
    Http,
    Grpc,
    Broker,
    Mail,
    Cache,
    Cloud,
    Payment,

    /// <summary>Another database system than the one that holds the transaction.</summary>
    Database,
    Search,
    Process,
    Socket,

    /// <summary>The network of the caller whose request is being served: reading its body, writing the answer.</summary>
    Client,
    Ai,
    Actor,
    Workflow,
    Realtime,
    Chat,
    Scheduler,
}

/// <summary>The names of the kinds: in model files, and in messages.</summary>
internal static class SinkKinds
{
    private static readonly Dictionary<string, SinkKind> ByToken = Enum.GetValues(typeof(SinkKind)).Cast<SinkKind>()
        .Where(kind => kind != SinkKind.None)
        .ToDictionary(kind => kind.Token());

    /// <summary>All names, for messages.</summary>
    public static string Choices => string.Join(", ", ByToken.Keys);

    /// <summary>The kind as a message says it, with its article.</summary>
    public static string Phrase(this SinkKind kind) => kind switch
    {
        SinkKind.Http => "an HTTP call",
        SinkKind.Grpc => "a gRPC call",
        SinkKind.Broker => "a call to a message broker",
        SinkKind.Mail => "a mail or message delivery",
        SinkKind.Cache => "a call to a distributed cache",
        SinkKind.Cloud => "a call to a cloud service",
        SinkKind.Payment => "a call to a payment service",
        SinkKind.Database => "a call to another database system",
        SinkKind.Search => "a call to a search service",
        SinkKind.Process => "the start of another process",
        SinkKind.Socket => "a network operation",
        SinkKind.Client => "a read from or a write to the caller's network",
        SinkKind.Ai => "a call to an AI model",
        SinkKind.Actor => "a call to a distributed actor",
        SinkKind.Workflow => "a call to a workflow service",
        SinkKind.Realtime => "a message to connected clients",
        SinkKind.Chat => "a call to a chat service",
        SinkKind.Scheduler => "a call to a job scheduler",
        _ => "an external call",
    };

    /// <summary>The kind as a model line writes it: its name in lower case.</summary>
    public static string Token(this SinkKind kind) => kind.ToString().ToLowerInvariant();

    public static bool TryParse(string token, out SinkKind kind) => ByToken.TryGetValue(token, out kind);
}
