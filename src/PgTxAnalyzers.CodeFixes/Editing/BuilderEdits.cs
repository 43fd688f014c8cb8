using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeTexts;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>Changes of what a connection string's builder is given: in its initialiser, or in an assignment behind it.</summary>
internal static class BuilderEdits
{
    /// <summary>Sets a property: changes its assignment, or adds one to the initialiser.</summary>
    public static void Set(TextEdits edits, BaseObjectCreationExpressionSyntax creation, string property, string value)
    {
        if (AssignmentOf(creation, property) is { } given)
        {
            edits.Replace(given.Right.Span, value);
        }
        else if (creation.Initializer is { Expressions: { Count: > 0 } expressions })
        {
            edits.Insert(expressions.Last().Span.End, $", {property} = {value}");
        }
        else if (creation.Initializer is null && creation.ArgumentList is { } arguments && IsStringBuilder(creation))
        {
            edits.Insert(arguments.Span.End, $" {{ {property} = {value} }}");
        }
    }

    /// <summary>Takes a property's assignment out of the initialiser. One behind the creation is a statement of somebody's own, and stays.</summary>
    public static void Remove(TextEdits edits, BaseObjectCreationExpressionSyntax creation, string property)
    {
        if (creation.Initializer is not { } initializer || initializer.Expressions.OfType<AssignmentExpressionSyntax>().FirstOrDefault(a => Is(a, property)) is not { } given)
        {
            return;
        }

        var index = initializer.Expressions.IndexOf(given);
        var span = index + 1 < initializer.Expressions.Count ? TextSpan.FromBounds(given.SpanStart, initializer.Expressions[index + 1].SpanStart)
            : index > 0 ? TextSpan.FromBounds(initializer.Expressions[index - 1].Span.End, given.Span.End)
            : given.Span;
        edits.Delete(span);
    }

    private static AssignmentExpressionSyntax? AssignmentOf(BaseObjectCreationExpressionSyntax creation, string property)
    {
        if (creation.Initializer?.Expressions.OfType<AssignmentExpressionSyntax>().FirstOrDefault(a => Is(a, property)) is { } inside)
        {
            return inside;
        }

        return creation.Parent is EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } && Definitions.BodyOf(creation) is { } body
            ? body.DescendantNodes().OfType<AssignmentExpressionSyntax>().FirstOrDefault(a =>
                a.Left is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver } access && receiver.Identifier.ValueText == variable.Identifier.ValueText && access.Name.Identifier.ValueText == property)
            : null;
    }

    private static bool Is(AssignmentExpressionSyntax assignment, string property) => assignment.Left is IdentifierNameSyntax name && name.Identifier.ValueText == property;

    private static bool IsStringBuilder(BaseObjectCreationExpressionSyntax creation) =>
        creation is ObjectCreationExpressionSyntax { Type: var type } && type.ToString().EndsWith("NpgsqlConnectionStringBuilder", System.StringComparison.Ordinal);
}
