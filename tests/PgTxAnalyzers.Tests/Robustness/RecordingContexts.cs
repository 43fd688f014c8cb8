using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace PgTxAnalyzers.Tests.Robustness;

/// <summary>Stands in for the compiler while an analyzer registers, and notes what for.</summary>
internal sealed class RecordingContext : AnalysisContext
{
    private readonly List<Action<CompilationStartAnalysisContext>> starts = [];

    /// <summary>What is registered for every compilation, before anything is known of it.</summary>
    public List<string> Unconditional { get; } = [];

    public bool IsConcurrent { get; private set; }

    public GeneratedCodeAnalysisFlags? GeneratedCode { get; private set; }

    public static RecordingContext Of(DiagnosticAnalyzer analyzer)
    {
        var context = new RecordingContext();
        analyzer.Initialize(context);
        return context;
    }

    /// <summary>What the analyzer registers once it has seen the compilation.</summary>
    public IReadOnlyList<string> RegisteredFor(Compilation compilation, AnalyzerOptions options)
    {
        var start = new RecordingStart(compilation, options);
        foreach (var action in starts)
            action(start);
        return start.Registered;
    }

    public override void EnableConcurrentExecution() => IsConcurrent = true;

    public override void ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags analysisMode) => GeneratedCode = analysisMode;

    public override void RegisterCompilationStartAction(Action<CompilationStartAnalysisContext> action) => starts.Add(action);

    public override void RegisterAdditionalFileAction(Action<AdditionalFileAnalysisContext> action) => Unconditional.Add("additional file");

    public override void RegisterCodeBlockAction(Action<CodeBlockAnalysisContext> action) => Unconditional.Add("code block");

    public override void RegisterCodeBlockStartAction<TLanguageKindEnum>(Action<CodeBlockStartAnalysisContext<TLanguageKindEnum>> action) => Unconditional.Add("code block start");

    public override void RegisterCompilationAction(Action<CompilationAnalysisContext> action) => Unconditional.Add("compilation");

    public override void RegisterOperationAction(Action<OperationAnalysisContext> action, ImmutableArray<OperationKind> operationKinds) => Unconditional.Add("operation");

    public override void RegisterOperationBlockAction(Action<OperationBlockAnalysisContext> action) => Unconditional.Add("operation block");

    public override void RegisterOperationBlockStartAction(Action<OperationBlockStartAnalysisContext> action) => Unconditional.Add("operation block start");

    public override void RegisterSemanticModelAction(Action<SemanticModelAnalysisContext> action) => Unconditional.Add("semantic model");

    public override void RegisterSymbolAction(Action<SymbolAnalysisContext> action, ImmutableArray<SymbolKind> symbolKinds) => Unconditional.Add("symbol");

    public override void RegisterSymbolStartAction(Action<SymbolStartAnalysisContext> action, SymbolKind symbolKind) => Unconditional.Add("symbol start");

    public override void RegisterSyntaxNodeAction<TLanguageKindEnum>(Action<SyntaxNodeAnalysisContext> action, ImmutableArray<TLanguageKindEnum> syntaxKinds) =>
        Unconditional.Add("syntax node");

    public override void RegisterSyntaxTreeAction(Action<SyntaxTreeAnalysisContext> action) => Unconditional.Add("syntax tree");
}

internal sealed class RecordingStart(Compilation compilation, AnalyzerOptions options)
    : CompilationStartAnalysisContext(compilation, options, CancellationToken.None)
{
    public List<string> Registered { get; } = [];

    public override void RegisterAdditionalFileAction(Action<AdditionalFileAnalysisContext> action) => Registered.Add("additional file");

    public override void RegisterCodeBlockAction(Action<CodeBlockAnalysisContext> action) => Registered.Add("code block");

    public override void RegisterCodeBlockStartAction<TLanguageKindEnum>(Action<CodeBlockStartAnalysisContext<TLanguageKindEnum>> action) => Registered.Add("code block start");

    public override void RegisterCompilationEndAction(Action<CompilationAnalysisContext> action) => Registered.Add("compilation end");

    public override void RegisterOperationAction(Action<OperationAnalysisContext> action, ImmutableArray<OperationKind> operationKinds) => Registered.Add("operation");

    public override void RegisterOperationBlockAction(Action<OperationBlockAnalysisContext> action) => Registered.Add("operation block");

    public override void RegisterOperationBlockStartAction(Action<OperationBlockStartAnalysisContext> action) => Registered.Add("operation block start");

    public override void RegisterSemanticModelAction(Action<SemanticModelAnalysisContext> action) => Registered.Add("semantic model");

    public override void RegisterSymbolAction(Action<SymbolAnalysisContext> action, ImmutableArray<SymbolKind> symbolKinds) => Registered.Add("symbol");

    public override void RegisterSymbolStartAction(Action<SymbolStartAnalysisContext> action, SymbolKind symbolKind) => Registered.Add("symbol start");

    public override void RegisterSyntaxNodeAction<TLanguageKindEnum>(Action<SyntaxNodeAnalysisContext> action, ImmutableArray<TLanguageKindEnum> syntaxKinds) =>
        Registered.Add("syntax node");

    public override void RegisterSyntaxTreeAction(Action<SyntaxTreeAnalysisContext> action) => Registered.Add("syntax tree");
}
