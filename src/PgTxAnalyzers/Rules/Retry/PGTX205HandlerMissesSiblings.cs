using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX205: a handler that names one of several failures that look alike. The restart that it was written for ended with 57P01; the next one
/// breaks the socket, and passes it by.
/// </summary>
internal sealed class PGTX205HandlerMissesSiblings : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX205",
        "Handler misses the failures that look alike",
        "{0}",
        "Retry",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "A lost connection comes as 57P01, 57P02, 57P03, 57P05, 25P03, 08xxx, or as a broken socket without any SQLSTATE; a conflict as 40001 or 40P01. Ask NpgsqlException.IsTransient, or name them all. A message's text is translated and reworded: never ask that.",
        RuleHelp.LinkFor("PGTX205"),
        RuleHelp.SeverityByPlace);

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create(
        "SqlState", "NpgsqlException", "PostgresException", "terminating", "serialize", "deadlock", "57P01", "57P02", "57P03", "40001", "40P01", "25P03");

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        foreach (var node in file.Root.DescendantNodes())
        {
            var finding = node switch
            {
                TryStatementSyntax { Catches.Count: > 0 } attempt => OfTry(attempt, file),
                SwitchStatementSyntax choice => OfSwitch(choice.Expression, choice.Sections.SelectMany(s => s.Labels), choice, file),
                SwitchExpressionSyntax choice => OfSwitch(choice.GoverningExpression, choice.Arms.Select(a => a.Pattern), choice, file),
                _ => null,
            };
            if (finding is not null)
            {
                yield return finding;
            }
        }
    }

    private static Diagnostic? OfTry(TryStatementSyntax attempt, RetryFile file)
    {
        var handlers = attempt.Catches.Select(c => (Clause: c, Caught: Handler.Of(c, file.Model, file.Cancellation), Test: TestOf(c, file))).ToList();
        foreach (var (clause, _, test) in handlers)
        {
            if (test.Message is { } message)
            {
                return Finding(clause.CatchKeyword, DiagnosticSeverity.Warning,
                    $"The failure is not recognised where the server speaks another language, or the socket breaks: '{RetryText.Short(message)}' tests the message's text instead of SqlState or IsTransient");
            }
        }

        // Together the handlers of one try may name what each of them does not; what one asks elsewhere cannot be read.
        var all = handlers.Aggregate(FailureTest.None, (sum, h) => sum.With(h.Test));
        if (!all.AsksElsewhere && !all.AsksTransient && all.AsksState && SqlStates.MissingBeside(all.States) is { IsEmpty: false } missing
            && handlers.FirstOrDefault(h => h.Test.AsksState && h.Test.States.Any(s => SqlStates.IsLost(s) || SqlStates.IsConflict(s))).Clause is { } partial)
        {
            return Finding(partial.CatchKeyword, DiagnosticSeverity.Info, RetryText.Missing(all.States, missing));
        }

        foreach (var (clause, caught, test) in handlers)
        {
            var transient = clause.Filter is not null && !test.AsksElsewhere && (test.AsksTransient || test.States.Any(SqlStates.IsLost));
            if (caught == Caught.Server && transient && !handlers.Any(h => h.Caught is Caught.Driver || (h.Caught == Caught.Everything && !Handler.OnlyCleansUp(h.Clause))))
            {
                return Finding(clause.CatchKeyword, DiagnosticSeverity.Info,
                    "A broken socket or a refused connection passes this handler: it is a plain NpgsqlException, and the handler takes PostgresException alone");
            }

            if (MissesWrapped(attempt, clause, caught, test, handlers.Select(h => h.Caught), file))
            {
                return Finding(clause.CatchKeyword, DiagnosticSeverity.Info,
                    $"A lost connection passes this handler: without a retrying strategy EF Core wraps what is transient in an InvalidOperationException, and the handler takes {clause.Declaration!.Type}");
            }

            if (caught is Caught.Driver or Caught.Server && HotLoops.IsSwallowedAtOnce(attempt, clause, file))
            {
                return Finding(clause.CatchKeyword, DiagnosticSeverity.Info,
                    $"While the database is away this loop spins: the handler swallows {clause.Declaration!.Type}, and nothing in the loop waits");
            }
        }

        return null;
    }

    private static FailureTest TestOf(CatchClauseSyntax clause, RetryFile file)
    {
        var test = clause.Filter is { } filter ? FailureTest.Read(filter.FilterExpression, file.Model, file.Cancellation) : FailureTest.None;

        // What the block asks elsewhere is its own business: only what it names counts.
        return FailureTest.ConditionsIn(clause.Block).Select(c => FailureTest.Read(c, file.Model, file.Cancellation)).Where(t => t.AsksState || t.AsksTransient || t.Message is not null)
            .Aggregate(test, (sum, t) => sum.With(t));
    }

    private static bool MissesWrapped(TryStatementSyntax attempt, CatchClauseSyntax clause, Caught caught, FailureTest test, IEnumerable<Caught> beside, RetryFile file)
    {
        var isUpdate = caught == Caught.EfCore && clause.Declaration?.Type.ToString().EndsWith("DbUpdateException", System.StringComparison.Ordinal) == true;
        if (!(isUpdate || caught is Caught.Driver or Caught.Server)
            || !(test.AsksTransient || test.States.Any(s => SqlStates.IsLost(s) || SqlStates.IsConflict(s)))
            || beside.Contains(Caught.Everything)
            || attempt.Catches.Any(c => c.Declaration?.Type.ToString().EndsWith("InvalidOperationException", System.StringComparison.Ordinal) == true))
        {
            return false;
        }

        var work = EfWork.In(attempt.Block, file.Retry, file.Cancellation);
        return work.Wrapped.Any() && !work.HasRaw && work.Wrapped.All(type => file.Retry.Settings.Retries(type) == false);
    }

    private static Diagnostic? OfSwitch(ExpressionSyntax governing, IEnumerable<SyntaxNode> labels, SyntaxNode choice, RetryFile file)
    {
        var name = governing switch { MemberAccessExpressionSyntax access => access.Name, IdentifierNameSyntax simple => simple, _ => null };
        if (name?.Identifier.ValueText != "SqlState")
        {
            return null;
        }

        var states = new HashSet<string>();
        foreach (var expression in labels.SelectMany(l => l.DescendantNodesAndSelf()).OfType<ExpressionSyntax>())
        {
            if (file.Model.GetConstantValue(expression, file.Cancellation) is { HasValue: true, Value: string state } && SqlStates.IsState(state))
            {
                states.Add(state);
            }
        }

        var missing = SqlStates.MissingBeside(states);
        if (missing.IsEmpty || !FailureTest.Read(governing, file.Model, file.Cancellation).AsksState || AskedBefore.IsTransient(choice, file))
        {
            return null;
        }

        var keyword = choice is SwitchStatementSyntax statement ? statement.SwitchKeyword : ((SwitchExpressionSyntax)choice).SwitchKeyword;
        return Finding(keyword, DiagnosticSeverity.Info, RetryText.Missing(states, missing));
    }

    private static Diagnostic Finding(SyntaxToken at, DiagnosticSeverity severity, string message) => Diagnostic.Create(
        Rule, at.GetLocation(), severity, additionalLocations: null, properties: null, message);
}
