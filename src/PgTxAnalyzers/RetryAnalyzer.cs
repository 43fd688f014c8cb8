using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Options;
using PgTxAnalyzers.Retry;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers;

/// <summary>
/// Asks the rules that need symbols and no flow: who configures retries, who catches what, who is called from where. A file without the
/// words of any rule costs one look into its words, which the flow's gate has scanned as well.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RetryAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = RuleCatalog.Retry.Select(r => r.Descriptor).ToImmutableArray();

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (!DataLibraries.IsReferencedBy(start.Compilation))
            {
                return;
            }

            // The options and the models are read when the first file has one of the words.
            var shared = new Lazy<RetryContext>(() =>
            {
                var options = PgTxOptions.For(start.Compilation, start.Options.AnalyzerConfigOptionsProvider, start.CancellationToken);
                var models = ModelSet.Create(start.Compilation, UserModels.Read(options, start.Options.AdditionalFiles, start.CancellationToken));
                return new CompilationContext(start.Compilation, models, options.MaxCallDepth) { RetryingStrategy = options.RetryingStrategy }.Retry;
            });
            var rules = RuleCatalog.Retry.Select(r => (Rule: r, Words: r.Words.Select(TreeWords.Hash).ToArray())).ToImmutableArray();
            start.RegisterSemanticModelAction(file => Analyze(file, shared, rules));
        });
    }

    private static bool IsProgram(SyntaxTree tree, CancellationToken cancellation) =>
        tree.GetRoot(cancellation) is CompilationUnitSyntax { Members: { Count: > 0 } members } && members.Any(m => m is GlobalStatementSyntax);

    private static void Analyze(SemanticModelAnalysisContext action, Lazy<RetryContext> shared, ImmutableArray<(RetryRule Rule, int[] Words)> rules)
    {
        var words = NameIndex.WordsOf(action.SemanticModel.SyntaxTree, action.CancellationToken);
        RetryFile? file = null;
        foreach (var (rule, own) in rules)
        {
            if (!words.ContainsAny(own) && !(rule.AsksPrograms && IsProgram(action.SemanticModel.SyntaxTree, action.CancellationToken)))
            {
                continue;
            }

            file ??= new RetryFile(action.SemanticModel, shared.Value, action.CancellationToken);
            foreach (var finding in rule.Examine(file))
            {
                action.ReportDiagnostic(ForeignLocations.Acceptable(finding, action.SemanticModel.Compilation));
            }
        }
    }
}
