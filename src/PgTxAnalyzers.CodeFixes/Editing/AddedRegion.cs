using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// A transaction from a statement to the end of its block: begin in front, commit behind, the value of a last <c>return</c> taken before the commit. Only where control can
/// leave the block in no other way, and where the connection is surely open.
/// </summary>
internal sealed class AddedRegion
{
    private const string TransactionName = "transaction";
    private const string ResultName = "result";

    private readonly SourceLines lines;
    private readonly SemanticModel model;
    private readonly CancellationToken cancellation;

    public AddedRegion(SourceLines lines, SemanticModel model, CancellationToken cancellation) => (this.lines, this.model, this.cancellation) = (lines, model, cancellation);

    public bool Around(SessionText text, TextEdits edits)
    {
        if (text.Expression.ListStatement() is not { Parent: BlockSyntax block } statement || !lines.OwnsItsLines(statement) || statement.EnclosingFunction() is not { } function
            || Connection(text.Expression, function) is not { } connection || function.DescendantTokens().Any(t => t.ValueText is TransactionName))
        {
            return false;
        }

        var rest = block.Statements.SkipWhile(s => s != statement).ToList();
        var last = rest[rest.Count - 1];
        if (rest.Take(rest.Count - 1).Any(Leaves) || (last is not ReturnStatementSyntax && Leaves(last)) || rest.Any(s => s is LocalFunctionStatementSyntax || GoesOnAfterFailure(s)) || !lines.OwnsItsLines(last)
            || lines.HasDirective(lines.LineOf(statement.SpanStart), lines.LastLine(last)))
        {
            return false;
        }

        var isAsync = function.ChildTokens().Any(t => t.IsKind(SyntaxKind.AsyncKeyword)) || function is CompilationUnitSyntax;
        if (!isAsync && last is ReturnStatementSyntax { Expression: { } returned } && model.GetTypeInfo(returned, cancellation).Type?.Name is "Task" or "ValueTask")
        {
            // The task that is handed out would run behind the commit.
            return false;
        }

        // A result that is still read in the transaction when the block has ended, and a reader that keeps the commit from being sent.
        var end = last is ReturnStatementSyntax ? last.SpanStart : last.Span.End;
        if (OpenReaders.At(end, statement.SpanStart, function, model) || (last is ReturnStatementSyntax { Expression: { } given } && !IsDone(given)))
        {
            return false;
        }

        var token = Token(statement);
        var configured = ConfiguredAwait.In(statement);
        var (begin, commit) = isAsync
            ? ($"await using var {TransactionName} = await {connection}.BeginTransactionAsync({token}){configured};", $"await {TransactionName}.CommitAsync({token}){configured};")
            : ($"using var {TransactionName} = {connection}.BeginTransaction();", $"{TransactionName}.Commit();");
        return Write(edits, statement, last, begin, commit, function);
    }

    private bool IsDone(ExpressionSyntax returned) =>
        model.GetTypeInfo(returned, cancellation).Type is not { } type || (PlainData.IsPlain(type) && (type.Name != "IEnumerable" || BufferedQuery.Is(returned, model, cancellation)));

    private bool Write(TextEdits edits, StatementSyntax first, StatementSyntax last, string begin, string commit, SyntaxNode function)
    {
        var line = lines.FirstLine(first);
        var indentation = lines.Indentation(lines.LineOf(first.SpanStart));
        edits.Insert(lines.Text.Lines[line].Start, indentation + begin + lines.LineEnd(line));
        var end = lines.LineEnd(lines.LastLine(last));
        switch (last)
        {
            case ReturnStatementSyntax { Expression: null or LiteralExpressionSyntax or IdentifierNameSyntax }:
                edits.Insert(lines.Text.Lines[lines.FirstLine(last)].Start, indentation + commit + end);
                return true;
            case ReturnStatementSyntax { Expression: { } value } leave:
                if (function.DescendantTokens().Any(t => t.ValueText == ResultName))
                {
                    return false;
                }

                edits.Replace(TextSpan.FromBounds(leave.ReturnKeyword.SpanStart, value.SpanStart), $"var {ResultName} = ");
                lines.InsertBehind(edits, lines.LastLine(last), indentation + commit + end + indentation + $"return {ResultName};" + end);
                return true;
            default:
                lines.InsertBehind(edits, lines.LastLine(last), (lines.ClosesBlock(lines.LastLine(last)) ? end : "") + indentation + commit + end);
                return true;
        }
    }

    /// <summary>Control may leave the block from inside of the statement.</summary>
    private static bool Leaves(StatementSyntax statement) =>
        statement.DescendantNodesAndSelf(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .Any(n => n is ReturnStatementSyntax or YieldStatementSyntax or GotoStatementSyntax or BreakStatementSyntax or ContinueStatementSyntax);

    /// <summary>Without the transaction a failed command fails alone. With it the server takes no more commands (25P02): a handler that goes on, or sends one itself, would find that out.</summary>
    private bool GoesOnAfterFailure(StatementSyntax statement) =>
        statement.DescendantNodesAndSelf(n => n is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).OfType<TryStatementSyntax>()
            .Any(attempt => UsesDatabase(attempt.Block) && (attempt.Catches.Any(handler => UsesDatabase(handler) || GoesOn(handler.Block)) || attempt.Finally is { } last && UsesDatabase(last)));

    private bool GoesOn(BlockSyntax handler) => model.AnalyzeControlFlow(handler) is not { Succeeded: true, EndPointIsReachable: false };

    private bool UsesDatabase(SyntaxNode node) => node.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => DataLibrary.IsDataType(model.GetTypeInfo(name, cancellation).Type));

    /// <summary>What the command is sent on, as it is written: a connection that the function has opened, or a context's Database.</summary>
    private string? Connection(ExpressionSyntax sql, SyntaxNode function)
    {
        if (sql.FirstAncestorOrSelf<InvocationExpressionSyntax>() is not { Expression: MemberAccessExpressionSyntax { Expression: var receiver } })
        {
            return null;
        }

        for (var type = model.GetTypeInfo(receiver, cancellation).Type; type is not null; type = type.BaseType)
        {
            switch (type.ToDisplayString())
            {
                // A context's own `SaveChangesAsync` is called inside of its callers' transactions as well, where EF Core refuses a second begin.
                case "Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade" when receiver is IdentifierNameSyntax or MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax }
                    && function is MethodDeclarationSyntax method && method.Modifiers.Any(SyntaxKind.OverrideKeyword):
                    return null;
                case "Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade":
                    return receiver.ToString();
                case "System.Data.Common.DbConnection" when receiver is IdentifierNameSyntax name && IsOpened(name.Identifier.ValueText, function):
                    return receiver.ToString();
            }
        }

        return null;
    }

    /// <summary>BeginTransaction needs an open connection; Dapper would open one for each command.</summary>
    private static bool IsOpened(string name, SyntaxNode function)
    {
        foreach (var call in function.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Open" or "OpenAsync", Expression: IdentifierNameSyntax opened } && opened.Identifier.ValueText == name)
            {
                return true;
            }

            if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "OpenConnection" or "OpenConnectionAsync" }
                && call.FirstAncestorOrSelf<VariableDeclaratorSyntax>() is { } variable && variable.Identifier.ValueText == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The cancellation token that the statement passes on, or a parameter of that type.</summary>
    private string Token(StatementSyntax statement)
    {
        foreach (var name in statement.DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (model.GetTypeInfo(name, cancellation).Type is { Name: "CancellationToken" })
            {
                return name.ToString();
            }
        }

        return model.LookupSymbols(statement.SpanStart).OfType<IParameterSymbol>().FirstOrDefault(p => p.Type.Name == "CancellationToken")?.Name ?? "";
    }
}
