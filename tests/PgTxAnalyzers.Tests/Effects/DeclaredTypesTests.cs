using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Effects;

/// <summary>Where declarations alone say what a call means, the compiler says the same; where they leave room for doubt, they say nothing.</summary>
public sealed class DeclaredTypesTests
{
    public static TheoryData<string> Examples => [.. Repository.Files("tests/PgTxAnalyzers.Tests/Examples", "*.cs")];

    /// <summary>Over code of every kind that there is: nothing is compared that the compiler itself does not bind.</summary>
    [Theory]
    [MemberData(nameof(Examples))]
    public void The_compiler_says_the_same(string example)
    {
        var compilation = TestCode.Of(File.ReadAllText(Repository.PathOf(example))).Broken().Compile();
        foreach (var (call, said, bound) in Calls(compilation))
        {
            if (said is not null && bound is not null)
                Assert.True(SymbolEqualityComparer.Default.Equals(said.OriginalDefinition, (bound.ReducedFrom ?? bound).OriginalDefinition), $"{example}: {call} is {bound}, not {said}");
        }
    }

    [Theory]
    [InlineData("a field", "inner.Go()", "private readonly Inner inner = new();")]
    [InlineData("a property, by this", "this.Held.Go()", "public Inner Held { get; } = new();")]
    [InlineData("a parameter", "given.Go()", "")]
    [InlineData("a method of its own", "Own()", "void Own() { }")]
    [InlineData("a method of a base class", "Inherited()", "")]
    [InlineData("a local that a call has made", "var made = Make(); made.Go()", "Inner Make() => new();")]
    [InlineData("a local that was awaited", "var made = await MakeAsync(); made.Go()", "Task<Inner> MakeAsync() => Task.FromResult(new Inner());")]
    [InlineData("one of several by the number of its arguments", "given.Many(1)", "")]
    [InlineData("a method that hides the base class's", "given.Hidden()", "")]
    public void It_is_said(string what, string code, string members) => Assert.True(Last(code, members) is not null, what);

    [Theory]
    [InlineData("overloads of as many parameters", "given.Over(1)", "")]
    [InlineData("an extension", "given.Extended()", "")]
    [InlineData("a name that stands for its type as well", "Inner.Go()", "public Inner Inner { get; } = new();")]
    [InlineData("a local that hides a field", "Inner inner = new(); inner.Go()", "private readonly Other inner = new();")]
    [InlineData("a parameter of a lambda", "Action<Other> later = other => other.Go()", "private readonly Inner other = new();")]
    [InlineData("a local function", "void Own() { } Own()", "void Own(int a = 0) { }")]
    [InlineData("a delegate in a field", "handler()", "private readonly Action handler = () => { };")]
    [InlineData("arguments by name", "given.Many(a: 1)", "")]
    [InlineData("a static method", "Other.Static()", "")]
    public void It_is_in_doubt(string what, string code, string members) => Assert.True(Last(code, members) is null, what);

    private static IMethodSymbol? Last(string code, string members)
    {
        var compilation = TestCode.Of($$"""
            public class Base { protected void Inherited() { } public void Hidden() { } }
            public class Inner : Base { public void Go() { } public new void Hidden() { } public void Many() { } public void Many(int a) { } public void Over(int a) { } public void Over(string a) { } }
            public class Other { public void Go() { } public static void Static() { } }
            public static class Extensions { public static void Extended(this Inner inner) { } }
            public sealed class Subject : Base
            {
                {{members}}
                public async Task RunAsync(Inner given)
                {
                    await Task.Yield();
                    {{code}};
                }
            }
            """).Compile();
        return Calls(compilation).Where(c => c.Call.FirstAncestorOrSelf<MethodDeclarationSyntax>()?.Identifier.ValueText == "RunAsync").OrderBy(c => c.Call.Span.End).Last().Said;
    }

    private static IEnumerable<(InvocationExpressionSyntax Call, IMethodSymbol? Said, IMethodSymbol? Bound)> Calls(CSharpCompilation compilation)
    {
        foreach (var tree in compilation.SyntaxTrees)
        {
            var model = compilation.GetSemanticModel(tree);
            foreach (var method in tree.GetRoot().DescendantNodes().OfType<BaseMethodDeclarationSyntax>())
            {
                if (model.GetDeclaredSymbol(method) is not { } enclosing)
                    continue;

                var declarations = new DeclaredTypes(enclosing, method);
                foreach (var call in method.DescendantNodes().OfType<InvocationExpressionSyntax>())
                    yield return (call, declarations.Resolve(call)?.Method, model.GetSymbolInfo(call).Symbol as IMethodSymbol);
            }
        }
    }
}
