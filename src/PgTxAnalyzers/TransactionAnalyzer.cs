using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.FlowAnalysis;
using PgTxAnalyzers.CrossProject;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Options;
using PgTxAnalyzers.Rules;

namespace PgTxAnalyzers;

/// <summary>
/// Runs the flow once over each body that can have a region, and asks every flow rule about it. A compilation without a data library
/// registers nothing; a file that mentions no begin costs one look into its words.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TransactionAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = RuleCatalog.Flow.Select(r => r.Descriptor).ToImmutableArray();

    /// <summary>For who counts: is given the graphs of a compilation when its analysis begins.</summary>
    internal Action<BodyCatalog>? Began { get; init; }

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (!DataLibraries.IsReferencedBy(start.Compilation))
            {
                // A client without a database may still be what a transaction of a referenced project waits for.
                if (LooseEnds.AreIn(start.Compilation))
                {
                    start.RegisterSemanticModelAction(new Session(start.Compilation, start.Options, start.CancellationToken).Meet);
                }

                return;
            }

            var session = new Session(start.Compilation, start.Options, start.CancellationToken);
            Began?.Invoke(session.Bodies);
            start.RegisterSemanticModelAction(session.Analyze);
        });
    }

    /// <summary>The analysis of one compilation.</summary>
    private sealed class Session
    {
        private readonly CompilationContext context;
        private readonly Lazy<MetObligations> met;

        public Session(Compilation compilation, AnalyzerOptions given, CancellationToken cancellation)
        {
            var options = PgTxOptions.For(compilation, given.AnalyzerConfigOptionsProvider, cancellation);
            var models = ModelSet.Create(compilation, UserModels.Read(options, given.AdditionalFiles, cancellation));
            context = new CompilationContext(compilation, models, options.MaxCallDepth) { RetryingStrategy = options.RetryingStrategy };
            met = new Lazy<MetObligations>(() => MetObligations.Of(context, cancellation));
        }

        public BodyCatalog Bodies => context.Bodies;

        /// <summary>What transactions of referenced projects wait for, in this file.</summary>
        public void Meet(SemanticModelAnalysisContext action)
        {
            foreach (var finding in met.Value.In(action.SemanticModel.SyntaxTree))
            {
                action.ReportDiagnostic(finding);
            }
        }

        public void Analyze(SemanticModelAnalysisContext action)
        {
            Meet(action);
            var seen = new HashSet<(string, Location)>();
            var candidates = context.Candidates(action.SemanticModel.SyntaxTree, action.CancellationToken).Concat(context.OpenBodies.In(action.SemanticModel, action.CancellationToken));
            foreach (var declaration in candidates.Distinct())
            {
                if (context.Bodies.Graph(declaration, action.CancellationToken) is not { } graph)
                {
                    continue;
                }

                foreach (var flow in Flows(graph, BodyCatalog.MethodOf(declaration, action.SemanticModel, action.CancellationToken), action.CancellationToken))
                {
                    foreach (var rule in RuleCatalog.Flow)
                    {
                        foreach (var finding in rule.Examine(flow))
                        {
                            if (seen.Add((finding.Id, finding.Location)))
                            {
                                action.ReportDiagnostic(ForeignLocations.Acceptable(finding, context.Compilation));
                            }
                        }
                    }
                }
            }
        }

        /// <summary>The body itself, and each lambda and local function in it that can have a region of its own.</summary>
        private IEnumerable<BodyFlow> Flows(ControlFlowGraph graph, IMethodSymbol? method, CancellationToken cancellation)
        {
            var whole = RootAnalysis.Run(context, graph, method, cancellation);
            yield return whole;
            bool IsReachable(ControlFlowGraph inner, IMethodSymbol function) =>
                whole.Facts.Run.Contains(function) || (NestedBodies.IsHandedOut(inner.OriginalOperation.Syntax) && !whole.Facts.IsNeverMade(function, method));

            foreach (var (inner, function) in NestedBodies.Of(graph, IsReachable, cancellation))
            {
                // What the body runs itself has been seen in the state in which it runs; only what is handed out runs from anywhere.
                if (!whole.Facts.Run.Contains(function) && context.Helpers.CanHaveTransaction(inner.OriginalOperation.Syntax, cancellation))
                {
                    yield return RootAnalysis.Run(context, inner, function, cancellation);
                }
            }
        }
    }
}
