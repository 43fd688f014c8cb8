using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using PgTxAnalyzers.ConfigFiles;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Options;
using PgTxAnalyzers.Pooling;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers;

/// <summary>
/// Looks at what the code leaves in database sessions, and at connection strings in sources and configuration files. One pass over the characters of a file decides whether
/// there is anything to look at; the engine runs over a body only where a rule asks for it.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class PoolingAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = RuleCatalog.Pooling.Select(r => r.Descriptor).ToImmutableArray();

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

            var session = new Session(start.Compilation, start.Options, start.CancellationToken);
            start.RegisterSemanticModelAction(session.Analyze);
            start.RegisterAdditionalFileAction(session.Analyze);
        });
    }

    /// <summary>The analysis of one compilation.</summary>
    private sealed class Session
    {
        private readonly PoolingContext context;

        public Session(Compilation compilation, AnalyzerOptions given, CancellationToken cancellation)
        {
            var options = PgTxOptions.For(compilation, given.AnalyzerConfigOptionsProvider, cancellation);
            var models = ModelSet.Create(compilation, UserModels.Read(options, given.AdditionalFiles, cancellation));
            context = new PoolingContext(new CompilationContext(compilation, models, options.MaxCallDepth), options, given.AdditionalFiles);
        }

        public void Analyze(SemanticModelAnalysisContext action)
        {
            var tree = action.SemanticModel.SyntaxTree;
            var gate = context.Gate(action.CancellationToken);
            var seen = new HashSet<(string, Location)>();
            foreach (var use in new SessionUses(context, action.CancellationToken).In(tree))
            {
                Report(RuleCatalog.Pooling.SelectMany(rule => rule.Examine(use, gate)));
            }

            if (gate.IsKnown)
            {
                foreach (var site in context.Sites(tree, action.CancellationToken))
                {
                    Report(RuleCatalog.Pooling.SelectMany(rule => rule.Examine(site, gate)));
                }
            }

            void Report(IEnumerable<Diagnostic> findings)
            {
                foreach (var finding in findings)
                {
                    if (seen.Add((finding.Id, finding.Location)))
                    {
                        action.ReportDiagnostic(finding);
                    }
                }
            }
        }

        public void Analyze(AdditionalFileAnalysisContext action)
        {
            var path = action.AdditionalFile.Path;
            if (ConfigFile.FormatOf(path) == ConfigFormat.None || context.Gate(action.CancellationToken) is not { IsKnown: true } gate)
            {
                return;
            }

            foreach (var site in context.SitesOf(path, action.CancellationToken))
            {
                foreach (var rule in RuleCatalog.Pooling)
                {
                    foreach (var finding in rule.Examine(site, gate))
                    {
                        action.ReportDiagnostic(finding);
                    }
                }
            }
        }
    }
}
