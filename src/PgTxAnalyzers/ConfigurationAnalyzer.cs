using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Options;
using PgTxAnalyzers.Rules.Configuration;

namespace PgTxAnalyzers;

/// <summary>Reads the configuration once more, to say what the other analyzers ignored in it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ConfigurationAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(PGTX001InvalidConfiguration.Descriptor, PGTX002UnreadableEffects.Descriptor);

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            // Where no rule can speak, nobody misses what it would have been told.
            if (!DataLibraries.IsReferencedBy(start.Compilation))
            {
                return;
            }

            start.RegisterAdditionalFileAction(ReportFile);
            start.RegisterCompilationEndAction(ReportOptions);
        });
    }

    private static void ReportFile(AdditionalFileAnalysisContext context)
    {
        if (!ModelsFile.Is(context.AdditionalFile))
        {
            return;
        }

        foreach (var problem in ModelsFile.Read(context.AdditionalFile, context.CancellationToken).Problems)
        {
            context.ReportDiagnostic(PGTX001InvalidConfiguration.Report(problem));
        }
    }

    private static void ReportOptions(CompilationAnalysisContext context)
    {
        foreach (var problem in OptionProblems.Find(context.Compilation, context.Options.AnalyzerConfigOptionsProvider, context.CancellationToken))
        {
            context.ReportDiagnostic(PGTX001InvalidConfiguration.Report(problem));
        }

        var unreadable = ForeignEffects.Carried.UnreadableIn(context.Compilation).Union(LooseEnds.Carried.UnreadableIn(context.Compilation)).Union(ProjectFacts.Carried.UnreadableIn(context.Compilation)).ToList();
        if (unreadable.Count > 0)
        {
            context.ReportDiagnostic(PGTX002UnreadableEffects.Report(unreadable));
        }
    }
}
