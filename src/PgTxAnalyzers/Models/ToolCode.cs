using System;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.Models;

/// <summary>Code that runs on a developer's machine only: tests, and what <c>dotnet ef</c> asks for a context. No production stands behind it: no restart, no pooler.</summary>
internal static class ToolCode
{
    private const string Factory = "IDesignTimeDbContextFactory";

    /// <summary>By what it references, or by its name where its references are not in sight.</summary>
    public static bool IsTestProject(Compilation compilation) =>
        (compilation.AssemblyName is { } name
            && (name.EndsWith("Tests", StringComparison.Ordinal) || (name.IndexOf('.') > 0 && name.Split('.').Any(part => part is "Test" or "Tests"))))
        || compilation.ReferencedAssemblyNames.Any(a =>
            a.Name is "xunit.core" or "xunit.v3.core" or "nunit.framework" or "Microsoft.VisualStudio.TestPlatform.TestFramework" or "MSTest.TestFramework" or "TUnit.Core");

    /// <summary>The place stands in a design-time factory of EF Core.</summary>
    public static bool IsDesignTime(SyntaxNode place, SemanticModel model, CancellationToken cancellation) =>
        place.Ancestors().OfType<TypeDeclarationSyntax>().Any(t => t.BaseList is not null && model.GetDeclaredSymbol(t, cancellation) is ITypeSymbol type
            && type.AllInterfaces.Any(i => i.Name == Factory && i.OriginalDefinition.DeclaringSyntaxReferences.IsEmpty && i.ContainingNamespace?.ToDisplayString() == "Microsoft.EntityFrameworkCore.Design"));
}
