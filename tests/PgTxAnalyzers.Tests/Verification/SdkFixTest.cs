using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace PgTxAnalyzers.Tests.Verification;

/// <summary>
/// A second judge for fixes that can be applied to many findings: the Roslyn SDK's own harness. It applies the fix one by one
/// until nothing is left to fix, then at once in the document, the project and the solution, and wants one and the same text.
/// </summary>
internal sealed class SdkFixTest : CodeFixTest<DefaultVerifier>
{
    private readonly TestCode code;

    public SdkFixTest(TestCode code, ImmutableArray<Diagnostic> before, TestCode expected, ImmutableArray<Diagnostic> after, string? equivalenceKey)
    {
        this.code = code;

        // Our own references, resolved with the build: the harness would otherwise go to the network for them.
        ReferenceAssemblies = new ReferenceAssemblies("none");
        TestState.AdditionalReferences.AddRange(code.References.References);
        FixedState.AdditionalReferences.AddRange(code.References.References);
        CompilerDiagnostics = CompilerDiagnostics.None;
        CodeActionEquivalenceKey = equivalenceKey;
        FixedState.MarkupHandling = MarkupMode.None;
        TestState.MarkupHandling = MarkupMode.None;

        // At most that many: one application may well remove two findings.
        NumberOfIncrementalIterations = -Math.Max(1, before.Length);

        Fill(TestState, code, before);
        Fill(FixedState, expected, after);
    }

    public override string Language => LanguageNames.CSharp;

    public override Type SyntaxKindType => typeof(SyntaxKind);

    protected override string DefaultFileExt => "cs";

    protected override CompilationOptions CreateCompilationOptions() => code.CompilationOptions(isProgram: false);

    protected override ParseOptions CreateParseOptions() => new CSharpParseOptions(LanguageVersion.Preview);

    protected override IEnumerable<DiagnosticAnalyzer> GetDiagnosticAnalyzers() => Product.CreateAnalyzers();

    protected override IEnumerable<CodeFixProvider> GetCodeFixProviders() => Product.CreateFixes();

    private static void Fill(SolutionState state, TestCode code, ImmutableArray<Diagnostic> findings)
    {
        foreach (var (path, text) in code.Sources.Add(("ImplicitUsings.cs", Verification.TestCode.ImplicitUsings)))
            state.Sources.Add((path, Markers.Strip(text)));
        foreach (var finding in findings)
        {
            var span = finding.Location.GetLineSpan();
            state.ExpectedDiagnostics.Add(new DiagnosticResult(finding.Descriptor)
                .WithSpan(span.Path, span.StartLinePosition.Line + 1, span.StartLinePosition.Character + 1, span.EndLinePosition.Line + 1, span.EndLinePosition.Character + 1)
                .WithMessage(finding.GetMessage())
                .WithOptions(DiagnosticOptions.IgnoreAdditionalLocations));
        }
    }
}
