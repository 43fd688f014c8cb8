using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>The pipeline of a type: a field of Polly's, made once.</summary>
internal static class PipelineField
{
    private static readonly string[] Types = ["Polly.ResiliencePipeline", "Polly.ResiliencePipelineBuilder", "Polly.PredicateBuilder", "Polly.DelayBackoffType", "Polly.Retry.RetryStrategyOptions"];

    public static bool IsReferenced(Compilation compilation) => Types.All(type => compilation.GetTypeByMetadataName(type) is not null);

    /// <summary>The name of the type's pipeline, which is added where there is none; null where the place is in no type that can have a field.</summary>
    public static string? NameFor(SyntaxNode place, RetryFilter filter, TextEdits edits, SemanticModel model, SourceLines lines)
    {
        if (place.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type || type is InterfaceDeclarationSyntax || model.GetDeclaredSymbol(type) is not { } symbol)
        {
            return null;
        }

        if (symbol.GetMembers(filter.Field).OfType<IFieldSymbol>().FirstOrDefault() is { IsStatic: true, Type.Name: "ResiliencePipeline" } known)
        {
            return known.Name;
        }

        // Behind the fields that come first.
        var next = type.Members.FirstOrDefault(m => m is not BaseFieldDeclarationSyntax);
        if (next is null || next.SpanStart > place.Span.End || lines.LineOf(next.SpanStart) == lines.LineOf(type.OpenBraceToken.SpanStart) || !lines.StartsLine(next.GetFirstToken())
            || !Imports.TryAdd(edits, model, place, lines, Types.Concat([filter.Type, "System.TimeSpan"]).ToArray()))
        {
            return null;
        }

        var name = NewNames.Free(filter.Field, model, type);
        var line = lines.FirstLine(next);
        var (indentation, step, end) = (lines.Indentation(lines.LineOf(next.SpanStart)), Step(type, next, lines), lines.LineEnd(line));
        string[] text =
        [
            $"private static readonly ResiliencePipeline {name} = new ResiliencePipelineBuilder()",
            $"{step}.AddRetry(new RetryStrategyOptions",
            $"{step}{{",
            $"{step}{step}ShouldHandle = new PredicateBuilder().Handle<{filter.ShortType}>(ex => {filter.TestOf("ex")}),",
            $"{step}{step}MaxRetryAttempts = 5,",
            $"{step}{step}Delay = TimeSpan.FromMilliseconds(200),",
            $"{step}{step}BackoffType = DelayBackoffType.Exponential,",
            $"{step}{step}UseJitter = true,",
            $"{step}}})",
            $"{step}.Build();",
        ];
        edits.Insert(lines.Text.Lines[line].Start, string.Concat(text.Select(t => indentation + t + end)) + end);
        return name;
    }

    private static string Step(TypeDeclarationSyntax type, MemberDeclarationSyntax member, SourceLines lines)
    {
        var (outer, inner) = (lines.Indentation(lines.LineOf(type.SpanStart)), lines.Indentation(lines.LineOf(member.SpanStart)));
        return inner.Length > outer.Length && inner.StartsWith(outer, System.StringComparison.Ordinal) ? inner.Substring(outer.Length) : "    ";
    }
}
