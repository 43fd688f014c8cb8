using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX211: several hosts, and nothing says which of them. After a failover the pool goes on with the one that is a standby now, and each write ends
/// with 25006.
/// </summary>
internal sealed class PGTX211HostsWithoutTarget : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX211",
        "Several hosts without target session attributes",
        "After a failover writes end with 25006 (read-only): the connection string names {0} hosts and does not say which of them, 'Target Session Attributes=read-write' is missing",
        "Retry",
        DiagnosticSeverity.Info,
        isEnabledByDefault: true,
        "With several hosts and no Target Session Attributes Npgsql takes the first host that answers, primary or standby. State read-write, or what the connection is for.",
        RuleHelp.LinkFor("PGTX211"));

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("Host", "host", "HOST", "Server", "server", "SERVER");

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        // The strings of tests are what is tested, or name a container on the developer's machine.
        if (file.Retry.IsTestProject)
        {
            yield break;
        }

        // Whether a comma stands in any text is cheaper to ask than what it is.
        foreach (var node in file.Root.DescendantNodes())
        {
            var finding = node switch
            {
                LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) && literal.Token.Text.IndexOf(',') > 0 => OfText(literal, literal.Token.ValueText, file),
                InterpolatedStringExpressionSyntax text when text.Contents.OfType<InterpolatedStringTextSyntax>().Any(t => t.TextToken.Text.IndexOf(',') > 0) => OfText(text, Content(text), file),
                BaseObjectCreationExpressionSyntax { Initializer: { } initialiser } creation => OfBuilder(creation, initialiser, file),
                _ => null,
            };
            if (finding is not null)
            {
                yield return finding;
            }
        }
    }

    private static Diagnostic? OfText(ExpressionSyntax literal, string text, RetryFile file)
    {
        if (text.IndexOf('=') < 0)
        {
            return null;
        }

        // A part of a longer text: what follows may say it.
        if (literal.Parent is BinaryExpressionSyntax)
        {
            return null;
        }

        var parsed = ConnectionStringText.Parse(text);
        if (!parsed.IsForNpgsql || parsed.Find(ConnectionKeyword.TargetSessionAttributes) is not null || HasUnknownKeywords(text) || Count(parsed) is not (> 1 and var hosts)
            || Chooses(file) || BuilderStates(literal.FirstAncestorOrSelf<BaseObjectCreationExpressionSyntax>(), file))
        {
            return null;
        }

        return Finding(literal.GetLocation(), hosts);
    }

    /// <summary>A hole that stands where a keyword would: what is put in may say it. One that is a value is a tenant's name or a password.</summary>
    private static bool HasUnknownKeywords(string text) => text.Split(';').Any(part => part.IndexOf(SqlScanner.Hole) >= 0 && (part.IndexOf('=') < 0 || part.IndexOf(SqlScanner.Hole) < part.IndexOf('=')));

    private static int Count(ConnectionStringText text)
    {
        var hosts = text.Hosts(int.MaxValue);

        // SQL Server writes its port behind a comma: `Server=db,1433`.
        return hosts.Any(h => h.Name.Length == 0 || h.Name.All(char.IsDigit)) ? 0 : hosts.Select(h => (h.Name, h.Port)).Distinct().Count();
    }

    private static Diagnostic? OfBuilder(BaseObjectCreationExpressionSyntax creation, InitializerExpressionSyntax initialiser, RetryFile file)
    {
        var host = initialiser.Expressions.OfType<AssignmentExpressionSyntax>().FirstOrDefault(a => a.Left is IdentifierNameSyntax { Identifier.ValueText: "Host" });
        if (host is null || file.Model.GetConstantValue(host.Right, file.Cancellation) is not { HasValue: true, Value: string value } || value.IndexOf(',') < 0
            || !KnownTypes.Is(file.Model.GetTypeInfo(creation, file.Cancellation).Type, "Npgsql", "NpgsqlConnectionStringBuilder") || Chooses(file) || BuilderStates(creation, file))
        {
            return null;
        }

        return value.Split(',').Select(h => h.Trim()).Distinct().Count() is > 1 and var hosts ? Finding(creation.GetLocation(), hosts) : null;
    }

    /// <summary>The builder is told in its initialiser, or later by its name.</summary>
    private static bool BuilderStates(BaseObjectCreationExpressionSyntax? creation, RetryFile file)
    {
        if (creation is null)
        {
            return false;
        }

        if (creation.Initializer?.Expressions.OfType<AssignmentExpressionSyntax>().Any(a => a.Left.ToString().Contains("TargetSessionAttributes")) == true)
        {
            return true;
        }

        return creation.Parent is EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable }
            && file.Retry.Uses.Of(file.Model.SyntaxTree, "TargetSessionAttributes", file.Cancellation).Any(use =>
                use.Parent is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver } && receiver.Identifier.ValueText == variable.Identifier.ValueText
                && use.FirstAncestorOrSelf<MemberDeclarationSyntax>() == variable.FirstAncestorOrSelf<MemberDeclarationSyntax>());
    }

    /// <summary>A data source for several hosts is asked for the one that is wanted.</summary>
    private static bool Chooses(RetryFile file) => TargetSessions.AreChosen(file.Retry, file.Cancellation);

    private static string Content(InterpolatedStringExpressionSyntax text)
    {
        var content = new StringBuilder();
        foreach (var part in text.Contents)
        {
            content.Append(part is InterpolatedStringTextSyntax written ? written.TextToken.ValueText : SqlScanner.Hole.ToString());
        }

        return content.ToString();
    }

    private static Diagnostic Finding(Location place, int hosts) => Diagnostic.Create(Rule, place, hosts.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
