using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.CodeFixes.Editing;

namespace PgTxAnalyzers.CodeFixes.Rules.HeldTransactions;

/// <summary>Puts an <c>await</c> where a database task is made: in a statement, before a member of the result, in a variable, or in a <c>return</c>.</summary>
internal static class AwaitTask
{
    /// <param name="place">The call that makes the task.</param>
    public static TextEdits? Plan(SyntaxNode root, SemanticModel model, TextSpan place, CancellationToken cancellationToken)
    {
        if (root.FindSpan(place)?.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { } call)
        {
            return null;
        }

        ExpressionSyntax task = call;
        while (task.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" or "AsTask", Parent: InvocationExpressionSyntax wrapped })
        {
            task = wrapped;
        }

        if (task.Parent is ReturnStatementSyntax returned)
        {
            return InReturn(returned, model, cancellationToken);
        }

        if (!task.IsInAsync())
        {
            return null;
        }

        return task.Parent switch
        {
            ExpressionStatementSyntax => At(task),
            AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "_" }, Parent: ExpressionStatementSyntax } discard => Instead(discard, task),
            MemberAccessExpressionSyntax member => OfMember(member, task, model, cancellationToken),
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } => InVariable(variable, task, model, cancellationToken),
            _ => null,
        };
    }

    private static TextEdits At(ExpressionSyntax task)
    {
        var edits = new TextEdits();
        edits.Insert(task.SpanStart, "await ");
        Configure(edits, task, Configured(task));
        return edits;
    }

    private static string Configured(ExpressionSyntax task) => task.EnclosingFunction() is { } function ? ConfiguredAwait.In(function) : "";

    private static void Configure(TextEdits edits, ExpressionSyntax task, string configured)
    {
        if (configured.Length > 0 && task is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } })
        {
            edits.Insert(task.Span.End, configured);
        }
    }

    private static TextEdits Instead(AssignmentExpressionSyntax discard, ExpressionSyntax task)
    {
        var edits = new TextEdits();
        edits.Replace(TextSpan.FromBounds(discard.SpanStart, task.SpanStart), "await ");
        Configure(edits, task, Configured(task));
        return edits;
    }

    /// <summary>The member is the task's own (<c>Id</c>); what was meant is the result's, where that has one of the same name and type.</summary>
    private static TextEdits? OfMember(MemberAccessExpressionSyntax member, ExpressionSyntax task, SemanticModel model, CancellationToken cancellationToken)
    {
        var own = model.GetTypeInfo(member, cancellationToken).Type;
        var awaited = ResultOf(model.GetTypeInfo(task, cancellationToken).Type);
        var theirs = awaited is null ? null : model.LookupSymbols(member.SpanStart, awaited, member.Name.Identifier.ValueText).FirstOrDefault();
        var type = (theirs as IPropertySymbol)?.Type ?? (theirs as IFieldSymbol)?.Type;
        if (own is null || !SymbolEqualityComparer.Default.Equals(own, type))
        {
            return null;
        }

        var edits = new TextEdits();
        edits.Insert(task.SpanStart, "(await ");
        edits.Insert(task.Span.End, ")");
        return edits;
    }

    /// <summary>The variable is awaited later, and nothing else is done with it: it holds the result from now on.</summary>
    private static TextEdits? InVariable(VariableDeclaratorSyntax variable, ExpressionSyntax task, SemanticModel model, CancellationToken cancellationToken)
    {
        if (variable.Parent is not VariableDeclarationSyntax { Variables.Count: 1, Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } statement } declaration
            || variable.EnclosingFunction() is not { } function || model.GetDeclaredSymbol(variable, cancellationToken) is not { } local)
        {
            return null;
        }

        var edits = new TextEdits();
        var (isRead, configuration) = (false, "");
        foreach (var use in function.DescendantNodes().OfType<IdentifierNameSyntax>().Where(n => n.Identifier.ValueText == variable.Identifier.ValueText))
        {
            if (!SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(use, cancellationToken).Symbol, local))
            {
                continue;
            }

            ExpressionSyntax value = use;
            while (value.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax configured })
            {
                value = configured;
                configuration = ".ConfigureAwait" + configured.ArgumentList;
            }

            if (value.Parent is not AwaitExpressionSyntax await || use.EnclosingFunction() != function)
            {
                return null;
            }

            if (await.Parent is ExpressionStatementSyntax waiting)
            {
                if (!waiting.IsInList() || HasComment(waiting))
                {
                    return null;
                }

                edits.Delete(waiting.FullSpan);
            }
            else
            {
                isRead = true;
                edits.Replace(await.Span, variable.Identifier.Text);
            }
        }

        if (isRead && !declaration.Type.IsVar)
        {
            edits.Replace(declaration.Type.Span, "var");
        }

        Configure(edits, task, configuration);
        edits.Replace(isRead ? new TextSpan(task.SpanStart, 0) : TextSpan.FromBounds(statement.SpanStart, task.SpanStart), "await ");
        return edits;
    }

    private static bool HasComment(SyntaxNode node) => node.DescendantTrivia().Any(t => !t.IsKind(SyntaxKind.WhitespaceTrivia) && !t.IsKind(SyntaxKind.EndOfLineTrivia));

    /// <summary>The method that hands the task out becomes <c>async</c>, with each of its returns.</summary>
    private static TextEdits? InReturn(ReturnStatementSyntax returned, SemanticModel model, CancellationToken cancellationToken)
    {
        var (modifiers, type, body, parameters) = returned.EnclosingFunction() switch
        {
            MethodDeclarationSyntax { Body: { } block } m => (m.Modifiers, m.ReturnType, block, m.ParameterList),
            LocalFunctionStatementSyntax { Body: { } block } f => (f.Modifiers, f.ReturnType, block, f.ParameterList),
            _ => (default, (TypeSyntax?)null, (BlockSyntax?)null, (ParameterListSyntax?)null),
        };
        if (type is null || body is null || modifiers.Any(SyntaxKind.AsyncKeyword) || !IsTask(model.GetTypeInfo(type, cancellationToken).Type, out var result)
            || parameters!.Parameters.Any(p => p.Modifiers.Any(SyntaxKind.RefKeyword) || p.Modifiers.Any(SyntaxKind.OutKeyword) || p.Modifiers.Any(SyntaxKind.InKeyword)))
        {
            return null;
        }

        var edits = new TextEdits();
        edits.Insert(type.SpanStart, "async ");
        foreach (var statement in body.DescendantNodes(n => n == body || !SyntaxSearch.IsFunction(n)).OfType<ReturnStatementSyntax>())
        {
            if (statement.Expression is not { } value)
            {
                return null;
            }

            if (result is null)
            {
                if (!WithoutResult(edits, statement, value, body, model, cancellationToken))
                {
                    return null;
                }

                continue;
            }

            edits.Insert(value.SpanStart, value is ConditionalExpressionSyntax or BinaryExpressionSyntax or SwitchExpressionSyntax ? "await (" : "await ");
            if (value is ConditionalExpressionSyntax or BinaryExpressionSyntax or SwitchExpressionSyntax)
            {
                edits.Insert(value.Span.End, ")");
            }
        }

        return edits;
    }

    /// <summary>Of a method that only says when it is done: <c>return task;</c> becomes <c>await task;</c>, with a <c>return;</c> where the body goes on behind it.</summary>
    private static bool WithoutResult(TextEdits edits, ReturnStatementSyntax statement, ExpressionSyntax value, BlockSyntax body, SemanticModel model, CancellationToken cancellationToken)
    {
        // What is done already is not waited for.
        if (model.GetSymbolInfo(value, cancellationToken).Symbol is IPropertySymbol { Name: "CompletedTask" })
        {
            edits.Replace(statement.Span, "return;");
            return !HasComment(statement);
        }

        var isLast = EndsBody(statement, body);
        if (HasComment(statement) || value is ConditionalExpressionSyntax or BinaryExpressionSyntax or SwitchExpressionSyntax || (!isLast && !statement.IsInList()))
        {
            return false;
        }

        var text = statement.SyntaxTree.GetText(cancellationToken);
        var lines = new SourceLines(statement.SyntaxTree.GetRoot(cancellationToken), text);
        edits.Replace(TextSpan.FromBounds(statement.SpanStart, value.SpanStart), "await ");
        if (!isLast)
        {
            var line = lines.LineOf(statement.SpanStart);
            edits.Insert(statement.Span.End, (lines.StartsLine(statement.GetFirstToken()) ? lines.LineEnd(line) + lines.Indentation(line) : " ") + "return;");
        }

        return true;
    }

    /// <summary>Nothing comes behind it, in its block or in one that only holds something (<c>using</c>).</summary>
    private static bool EndsBody(StatementSyntax statement, BlockSyntax body)
    {
        for (var last = statement; last.Parent is BlockSyntax block && block.Statements.Last() == last;)
        {
            if (block == body)
            {
                return true;
            }

            for (last = block; last.Parent is UsingStatementSyntax held;)
            {
                last = held;
            }
        }

        return false;
    }

    private static bool IsTask(ITypeSymbol? type, out ITypeSymbol? result)
    {
        result = ResultOf(type);
        return result is not null || type is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments.IsEmpty: true, ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } };
    }

    private static ITypeSymbol? ResultOf(ITypeSymbol? type) =>
        type is INamedTypeSymbol { Name: "Task" or "ValueTask", TypeArguments.Length: 1, ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } } task ? task.TypeArguments[0] : null;
}
