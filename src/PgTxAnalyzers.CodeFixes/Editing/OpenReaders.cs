using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// Is a reader, or a COPY, still open at a place? No other command can run on its connection then, a commit included: "A command is already in progress" (Npgsql documentation,
/// "Basic usage"). Reading it to the end does not close it.
/// </summary>
internal static class OpenReaders
{
    /// <param name="place">Where a command is to be added.</param>
    /// <param name="behind">Only what is opened behind this position.</param>
    /// <param name="function">The function around it.</param>
    /// <param name="model">The model of the document.</param>
    public static bool At(int place, int behind, SyntaxNode function, SemanticModel model) =>
        function.DescendantNodes(node => node == function || !SyntaxSearch.IsFunction(node)).OfType<VariableDeclaratorSyntax>()
            .Any(variable => variable.SpanStart >= behind && variable.Span.End <= place && model.GetDeclaredSymbol(variable) is ILocalSymbol local && IsReader(local.Type, variable)
                && ScopeOf(variable)?.Span.Contains(place) == true && !IsClosedBetween(local, variable, place, function));

    private static SyntaxNode? ScopeOf(VariableDeclaratorSyntax variable) => variable.Parent?.Parent switch
    {
        UsingStatementSyntax held => held,
        LocalDeclarationStatementSyntax { Parent: GlobalStatementSyntax { Parent: var unit } } => unit,
        LocalDeclarationStatementSyntax declaration => declaration.Parent,
        _ => null,
    };

    private static bool IsClosedBetween(ILocalSymbol local, VariableDeclaratorSyntax variable, int place, SyntaxNode function) =>
        function.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(access => access.SpanStart > variable.Span.End && access.Span.End < place
            && access is { Name.Identifier.ValueText: "Close" or "CloseAsync" or "Dispose" or "DisposeAsync", Expression: IdentifierNameSyntax name } && name.Identifier.ValueText == local.Name
            && access.FirstAncestorOrSelf<StatementSyntax>() is { Parent: var list } && list!.Span.Contains(place));

    private static bool IsReader(ITypeSymbol type, VariableDeclaratorSyntax variable)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.Name is "DbDataReader" or "GridReader" or "NpgsqlBinaryImporter" or "NpgsqlBinaryExporter" or "NpgsqlRawCopyStream" && DataLibrary.IsInLibrary(current))
            {
                return true;
            }
        }

        // Text COPY comes as a TextReader or a TextWriter.
        return type.Name == "IDataReader" || variable.Initializer?.Value.DescendantNodesAndSelf().OfType<MemberAccessExpressionSyntax>().Any(access =>
            access.Name.Identifier.ValueText is "BeginTextImport" or "BeginTextImportAsync" or "BeginTextExport" or "BeginTextExportAsync" or "BeginRawBinaryCopy" or "BeginRawBinaryCopyAsync") == true;
    }
}
