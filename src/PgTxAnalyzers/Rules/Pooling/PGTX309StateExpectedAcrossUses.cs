using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Pooling;

namespace PgTxAnalyzers.Rules.Pooling;

/// <summary>
/// PGTX309: a setting that EF Core makes in one use of the pool and expects in the next. EF opens the connection for each operation and gives it back; Npgsql resets it
/// in between. Nothing fails: the later query runs without the setting.
/// </summary>
internal sealed class PGTX309StateExpectedAcrossUses : PoolingRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX309",
        "Session state is expected across two uses of the pool",
        "'{0}' (line {1}) runs without this setting: EF Core gives the connection back after '{2}', and Npgsql resets it",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "EF Core opens the connection for each operation and gives it back to the pool; Npgsql resets a connection before its next use. A setting lives from one operation to the next only inside a transaction, or between OpenConnection and CloseConnection.",
        RuleHelp.LinkFor("PGTX309"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override IEnumerable<Diagnostic> Examine(SessionUse use, PoolerGate gate)
    {
        // With No Reset On Close it may be there or not: that is another rule's.
        if (use is not { Sql: not null, Sink: { } sink, Text: { } text } || gate.AnyStringKeepsSessions || IsPooled(use, gate) || !LeavesSetting(use))
        {
            yield break;
        }

        foreach (var (item, later) in use.Flow.Expected.Where(e => e.Key.Call == sink.Call || e.Key.Text == text.Content).Select(e => (e.Key, e.Value)).OrderBy(e => e.Value.SpanStart))
        {
            // A transaction around it in one of the callers keeps the setting.
            if (use.RunsInRegion != false)
            {
                yield break;
            }

            var place = PlaceOf(use);
            var line = later.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
            yield return Diagnostic.Create(Rule, use.PlaceOf(place), new[] { later.GetLocation() }, Region(use), Said(later), line, use.Words(place));
            yield break;
        }
    }

    private static bool LeavesSetting(SessionUse use) => Effects.SessionFlow.Leaves(use.Sql!, use.Node, null).Any(item => item.Kind == Effects.SessionItemKind.Setting);

    private static Postgres.SqlSpan PlaceOf(SessionUse use)
    {
        foreach (var statement in use.Sql!.Statements)
        {
            if (statement.Kind is Postgres.SqlKind.Set or Postgres.SqlKind.SetRole or Postgres.SqlKind.SetSessionAuthorization or Postgres.SqlKind.SetSessionCharacteristics)
            {
                return statement.Focus;
            }

            if (statement.Calls.FirstOrDefault(c => c is { Kind: Postgres.SqlCallKind.SetConfig, IsLocal: false }) is { } call)
            {
                return call.Span;
            }
        }

        return default;
    }

    private static string Said(SyntaxNode later)
    {
        var name = later is Microsoft.CodeAnalysis.CSharp.Syntax.InvocationExpressionSyntax { Expression: Microsoft.CodeAnalysis.CSharp.Syntax.MemberAccessExpressionSyntax access } ? access.Name.Identifier.ValueText : later.ToString();
        return name.Length <= 60 ? name : name.Substring(0, 60) + "…";
    }
}
