using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeTexts;

// Texts that grow statement by statement, and formats.
internal sealed partial class CodeTextReader
{
    /// <summary><c>sql += "…"</c> behind the declaration and in front of the use.</summary>
    private void AddAppended(CodeText.Builder text, ISymbol local, ExpressionSyntax use, int nesting)
    {
        if (Definitions.BodyOf(use) is not { } body)
        {
            return;
        }

        foreach (var assignment in body.DescendantNodes().OfType<AssignmentExpressionSyntax>())
        {
            if (assignment.SpanStart < use.SpanStart && assignment.IsKind(SyntaxKind.AddAssignmentExpression)
                && assignment.Left is IdentifierNameSyntax name && name.Identifier.ValueText == local.Name && Same(name, local))
            {
                AddIfSure(text, assignment, assignment.Right, local, nesting);
            }
        }
    }

    private void AddBuilder(CodeText.Builder text, IdentifierNameSyntax builder, int nesting)
    {
        if (models(builder.SyntaxTree)?.GetSymbolInfo(builder, cancellation).Symbol is not ILocalSymbol local
            || local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is not VariableDeclaratorSyntax { Initializer.Value: BaseObjectCreationExpressionSyntax made }
            || Definitions.BodyOf(builder) is not { } body)
        {
            text.AddHole();
            return;
        }

        if (made.ArgumentList?.Arguments.FirstOrDefault()?.Expression is { } first)
        {
            Add(text, first, nesting + 1);
        }

        foreach (var call in body.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(c => c.Span.End <= builder.SpanStart).OrderBy(c => c.Span.End))
        {
            if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var member } access && Root(access.Expression) is IdentifierNameSyntax name
                && name.Identifier.ValueText == local.Name && Same(name, local))
            {
                AddAppend(text, call, member, local, nesting);
            }
        }
    }

    /// <summary>The builder at the beginning of <c>sql.Append(a).Append(b)</c>.</summary>
    private static ExpressionSyntax Root(ExpressionSyntax receiver)
    {
        while (receiver is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax inner })
        {
            receiver = inner.Expression;
        }

        return receiver;
    }

    private void AddAppend(CodeText.Builder text, InvocationExpressionSyntax call, string member, ISymbol builder, int nesting)
    {
        var arguments = call.ArgumentList.Arguments;
        switch (member)
        {
            case "Append" or "AppendLine" when arguments.Count <= 1:
                if (arguments.Count == 1)
                {
                    AddIfSure(text, call, arguments[0].Expression, builder, nesting);
                }

                if (member == "AppendLine")
                {
                    text.Add("\n");
                }

                break;
            case "AppendFormat" when arguments.Count > 0 && IsSure(call, builder):
                AddFormat(text, arguments[0].Expression, arguments, 1, nesting);
                break;
            case "ToString" or "EnsureCapacity":
                break;
            default:
                text.AddHole();
                break;
        }
    }

    /// <summary>What runs under a condition or in a loop may be there or not, once or often: it is not known.</summary>
    private void AddIfSure(CodeText.Builder text, SyntaxNode at, ExpressionSyntax part, ISymbol local, int nesting)
    {
        if (IsSure(at, local))
        {
            Add(text, part, nesting + 1);
        }
        else
        {
            text.AddHole();
        }
    }

    private bool IsSure(SyntaxNode at, ISymbol local) =>
        local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation).FirstAncestorOrSelf<StatementSyntax>() is { } declaration
        && at.FirstAncestorOrSelf<StatementSyntax>()?.Parent == declaration.Parent;

    private bool Same(ExpressionSyntax name, ISymbol symbol) =>
        SymbolEqualityComparer.Default.Equals(models(name.SyntaxTree)?.GetSymbolInfo(name, cancellation).Symbol, symbol);

    /// <summary>A format whose places are filled with what is known of the arguments.</summary>
    private void AddFormat(CodeText.Builder text, ExpressionSyntax format, SeparatedSyntaxList<ArgumentSyntax> arguments, int first, int nesting)
    {
        var read = new CodeText.Builder();
        Add(read, format, nesting + 1);
        var content = read.ToText().Content;
        if (content.IndexOf('{') < 0 && content.IndexOf('}') < 0)
        {
            // Nothing to fill in: the literals keep their places.
            Add(text, format, nesting + 1);
            return;
        }

        for (var i = 0; i < content.Length; i++)
        {
            var c = content[i];
            if (c is '{' or '}' && i + 1 < content.Length && content[i + 1] == c)
            {
                text.Add(c.ToString());
                i++;
            }
            else if (c == '{' && content.IndexOf('}', i) is var end && end > i && int.TryParse(content.Substring(i + 1, end - i - 1), out var index) && index >= 0
                && first + index < arguments.Count)
            {
                Add(text, arguments[first + index].Expression, nesting + 1);
                i = end;
            }
            else if (c == '{')
            {
                text.AddHole();
                var close = content.IndexOf('}', i);
                i = close < 0 ? content.Length : close;
            }
            else
            {
                text.Add(c.ToString());
            }
        }
    }
}
