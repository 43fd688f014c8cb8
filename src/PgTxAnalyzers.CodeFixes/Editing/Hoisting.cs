using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Declares locals in front of a block that they were declared in, so that they can be read behind it: <c>var number = …</c>
/// becomes <c>int number;</c> outside and <c>number = …</c> inside. Only what is read behind is hoisted.
/// </summary>
/// <param name="model">The semantic model of the document.</param>
/// <param name="lines">The lines of the document.</param>
/// <param name="cancellationToken">Ends it.</param>
internal sealed class Hoisting(SemanticModel model, SourceLines lines, CancellationToken cancellationToken)
{
    private readonly List<string> _declarations = [];
    private readonly List<int> _deletedLines = [];

    /// <summary>The declarations, in the order of the source, without indentation.</summary>
    public IReadOnlyList<string> Declarations => _declarations;

    /// <summary>The lines that are no longer there.</summary>
    public IReadOnlyCollection<int> DeletedLines => _deletedLines;

    /// <summary>False where a local cannot be declared without its value.</summary>
    public bool TryHoist(TextEdits edits, IReadOnlyCollection<ISymbol> locals)
    {
        var left = new HashSet<ISymbol>(locals, SymbolEqualityComparer.Default);
        while (left.OrderBy(local => local.Locations[0].SourceSpan.Start).FirstOrDefault() is { } next)
        {
            var node = next.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken);
            var done = node switch
            {
                VariableDeclaratorSyntax declarator => HoistVariable(edits, declarator, left),
                SingleVariableDesignationSyntax { Parent: DeclarationExpressionSyntax declaration } designation => HoistArgument(edits, declaration, designation, left),
                SingleVariableDesignationSyntax designation => HoistDesignation(edits, designation, left),
                _ => false,
            };
            if (!done)
            {
                return false;
            }
        }

        return true;
    }

    private bool HoistVariable(TextEdits edits, VariableDeclaratorSyntax declarator, HashSet<ISymbol> left)
    {
        if (declarator is { Initializer: null, Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { Modifiers.Count: 0 } alone } })
        {
            return HoistWhole(edits, declarator, alone, left);
        }

        if (declarator is not { Initializer.Value: { } value, Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax statement } declaration }
            || statement.Modifiers.Count > 0 || statement.UsingKeyword != default || declaration.Type is RefTypeSyntax || value is InitializerExpressionSyntax
            || model.GetDeclaredSymbol(declarator, cancellationToken) is not ILocalSymbol local
            || TypeText(local, declaration.Type, value) is not { } type)
        {
            return false;
        }

        edits.Delete(TextSpan.FromBounds(declaration.Type.SpanStart, declarator.Identifier.SpanStart));
        _declarations.Add($"{type} {declarator.Identifier.Text};");
        left.Remove(local);
        return true;
    }

    /// <summary><c>int number;</c> goes as it is, with its line.</summary>
    private bool HoistWhole(TextEdits edits, VariableDeclaratorSyntax declarator, LocalDeclarationStatementSyntax statement, HashSet<ISymbol> left)
    {
        var line = lines.LineOf(statement.SpanStart);
        if (lines.FirstLine(statement) != lines.LastLine(statement) || lines.LineText(line).Trim() != statement.ToString() || declarator.ArgumentList is not null)
        {
            return false;
        }

        lines.DeleteLines(edits, line, line);
        _deletedLines.Add(line);
        _declarations.Add(statement.ToString());
        left.RemoveWhere(local => local.DeclaringSyntaxReferences.Any(reference => reference.Span == declarator.Span));
        return true;
    }

    /// <summary><c>out var number</c> becomes <c>out number</c>.</summary>
    private bool HoistArgument(TextEdits edits, DeclarationExpressionSyntax declaration, SingleVariableDesignationSyntax designation, HashSet<ISymbol> left)
    {
        if (declaration.Parent is not ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.OutKeyword } || model.GetDeclaredSymbol(designation, cancellationToken) is not ILocalSymbol local
            || (declaration.Type.IsVar ? Name(local.Type, designation.SpanStart) : declaration.Type.ToString()) is not { } type)
        {
            return false;
        }

        edits.Delete(TextSpan.FromBounds(declaration.Type.SpanStart, designation.SpanStart));
        _declarations.Add($"{type} {designation.Identifier.Text};");
        left.Remove(local);
        return true;
    }

    /// <summary><c>var (number, total) = …</c>: what is not read behind the block keeps its <c>var</c>.</summary>
    private bool HoistDesignation(TextEdits edits, SingleVariableDesignationSyntax designation, HashSet<ISymbol> left)
    {
        if (designation.Parent is not ParenthesizedVariableDesignationSyntax
            {
                Parent: DeclarationExpressionSyntax
                {
                    Type.IsVar: true, Parent: AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax } assignment,
                } declaration,
            } tuple)
        {
            return false;
        }

        edits.Delete(TextSpan.FromBounds(declaration.Type.SpanStart, tuple.SpanStart));
        var elements = (model.GetTypeInfo(assignment.Right, cancellationToken).Type as INamedTypeSymbol)?.TupleElements ?? default;
        for (var i = 0; i < tuple.Variables.Count; i++)
        {
            var variable = tuple.Variables[i];
            if (variable is not SingleVariableDesignationSyntax single)
            {
                if (variable is DiscardDesignationSyntax)
                {
                    continue;
                }

                return false;
            }

            if (model.GetDeclaredSymbol(single, cancellationToken) is not ILocalSymbol local)
            {
                return false;
            }

            if (!left.Remove(local))
            {
                edits.Insert(single.SpanStart, "var ");
            }
            else if (Name(elements.IsDefault || elements.Length != tuple.Variables.Count ? local.Type : elements[i].Type, single.SpanStart) is { } type)
            {
                _declarations.Add($"{type} {single.Identifier.Text};");
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private string? TypeText(ILocalSymbol local, TypeSyntax written, ExpressionSyntax value)
    {
        if (!written.IsVar)
        {
            return written.ToString();
        }

        // A var of a reference type may be null for the compiler, whatever it is given: the value says which.
        var type = local.Type;
        if (type.IsReferenceType && model.GetTypeInfo(value, cancellationToken).Nullability.FlowState == NullableFlowState.NotNull)
        {
            type = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated);
        }

        return Name(type, written.SpanStart);
    }

    private string? Name(ITypeSymbol type, int position) =>
        IsNameable(type) ? type.ToMinimalDisplayString(model, position) : null;

    private static bool IsNameable(ITypeSymbol type) => type switch
    {
        { IsAnonymousType: true } or { TypeKind: TypeKind.Error } => false,
        IArrayTypeSymbol array => IsNameable(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.All(IsNameable),
        _ => true,
    };
}
