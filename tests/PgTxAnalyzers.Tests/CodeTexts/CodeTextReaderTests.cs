using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.CodeTexts;

/// <summary>What an expression says as far as it can be read, and where each word of it stands in the source.</summary>
public class CodeTextReaderTests
{
    private const char Hole = SqlScanner.Hole;

    [Theory]
    [InlineData("\"SET x\"", "SET x")]
    [InlineData("\"a\\tb\\u0041\\x42\\\"\"", "a\tbAB\"")]
    [InlineData("@\"a\"\"b\"", "a\"b")]
    [InlineData("\"\"\"a \"b\" c\"\"\"", "a \"b\" c")]
    [InlineData("$\"SET {1 + 1} {{x}}\"", "SET \uFFFC {x}")]
    [InlineData("$@\"SET \"\"{name}\"\" {{}}\"", "SET \"\uFFFC\" {}")]
    [InlineData("$$\"\"\"a {b} {{name}}\"\"\"", "a {b} \uFFFC")]
    [InlineData("\"SET \" + name + \" TO 1\"", "SET \uFFFC TO 1")]
    [InlineData("\"LOCK \" + 4711 + 'x'", "LOCK 4711x")]
    [InlineData("Constants.Lock", "SELECT pg_advisory_lock(1)")]
    [InlineData("$\"{Constants.Lock}; {name}\"", "SELECT pg_advisory_lock(1); \uFFFC")]
    [InlineData("string.Format(\"SET {0} = {1:N} {{}}\", Constants.Name, name)", "SET app.tenant = \uFFFC {}")]
    [InlineData("string.Format(\"SET x = 1\")", "SET x = 1")]
    [InlineData("string.Join(\"; \", \"SET a = 1\", name, \"SET b = 2\")", "SET a = 1; \uFFFC; SET b = 2")]
    [InlineData("string.Concat(\"SET \", name)", "SET \uFFFC")]
    [InlineData("\" SET x \".Trim()", " SET x ")]
    [InlineData("Constants.For(name)", "SET search_path TO \uFFFC")]
    [InlineData("(string)(\"SET \" + \"x\")!", "SET x")]
    [InlineData("name", "\uFFFC")]
    [InlineData("Settings.Text", "SET work_mem = 1")]
    [InlineData("Settings.Changed", "\uFFFC")]
    [InlineData("Settings.Field", "SET y")]
    public void An_expression_is_read(string expression, string expected) => Assert.Equal(expected, Read($"var sql = {expression};"));

    [Theory]
    [InlineData("var text = \"SET \"; text += \"x\"; text += name; var sql = text;", "SET x\uFFFC")]
    [InlineData("var text = \"SET x\"; if (name == \"\") text += \"y\"; var sql = text;", "SET x\uFFFC")]
    [InlineData("string text; text = \"SET x\"; var sql = text;", "SET x")]
    [InlineData("var text = \"SET x\"; text = name; var sql = text;", "\uFFFC")]
    [InlineData("var text = \"SET x\"; Change(ref text); var sql = text;", "\uFFFC")]
    [InlineData("var b = new System.Text.StringBuilder(\"SET \"); b.Append(\"x\").AppendLine(); b.Append(name); var sql = b.ToString();", "SET x\n\uFFFC")]
    [InlineData("var b = new System.Text.StringBuilder(); b.AppendFormat(\"SET {0} = 1\", \"x\"); var sql = b.ToString();", "SET x = 1")]
    [InlineData("var b = new System.Text.StringBuilder(\"SET x\"); while (name == \"\") b.Append(\"y\"); var sql = b.ToString();", "SET x\uFFFC")]
    [InlineData("var b = new System.Text.StringBuilder(\"SET x\"); b.Clear(); b.Append(\"y\"); var sql = b.ToString();", "SET x\uFFFCy")]
    public void A_text_that_grows_is_read_as_far_as_it_is_sure(string statements, string expected) => Assert.Equal(expected, Read(statements));

    /// <summary>Escapes, doubled quotes and braces, indentation, line ends: each word is found where it stands.</summary>
    [Theory]
    [InlineData("\"a\\tb LISTEN\"", "LISTEN")]
    [InlineData("@\"a\"\"b LISTEN\"", "LISTEN")]
    [InlineData("\"\"\"\n        SET\n          LISTEN\n        \"\"\"", "LISTEN")]
    [InlineData("\"\"\"\r\n        SET\r\n          LISTEN\r\n        \"\"\"", "LISTEN")]
    [InlineData("$\"\"\"\n        SET {name}\n          LISTEN\n        {name} x\n        \"\"\"", "LISTEN")]
    [InlineData("$\"{{a}} {name} LISTEN\"", "LISTEN")]
    [InlineData("$@\"{{a}} \"\"{name}\"\" LISTEN\"", "LISTEN")]
    [InlineData("$$\"\"\"{a} {{name}} LISTEN\"\"\"", "LISTEN")]
    [InlineData("\"a\" + name + \"b LISTEN c\"", "LISTEN")]
    [InlineData("\"\\U0001F600 LISTEN\"", "LISTEN")]
    [InlineData("(\"a\" + @\"b \"\"LISTEN\")", "LISTEN")]
    [InlineData("string.Concat(\"SET \", \"LISTEN\")", "LISTEN")]
    public void A_word_is_found_where_it_stands(string expression, string word)
    {
        var (expressionNode, reader) = Open($"var sql = {expression};");
        var text = reader.Read(expressionNode);
        var location = text.Locate(new SqlSpan(text.Content.IndexOf(word, StringComparison.Ordinal), word.Length));
        Assert.NotNull(location);
        Assert.Equal(word, location.SourceTree!.GetText(TestContext.Current.CancellationToken).ToString(location.SourceSpan));
    }

    [Theory]
    [InlineData("\"SET x")]
    [InlineData("\"\"\"\n SET")]
    [InlineData("$\"SET {")]
    [InlineData("$\"\"\"\n  SET {name\n\"\"\"")]
    [InlineData("\"\\u12\" + \"\\x\" + \"\\U9999999\"")]
    [InlineData("string.Format(\"{\", \"{0\", \"}\")")]
    public void Half_a_literal_does_no_harm(string expression)
    {
        var (node, reader) = Open($"var sql = {expression};");
        var text = reader.Read(node);
        for (var i = 0; i < text.Content.Length; i++)
        {
            _ = text.Locate(new SqlSpan(i, 1));
        }
    }

    [Fact]
    public void Every_character_of_every_kind_of_literal_has_its_place()
    {
        // What Roslyn says of a literal, and what we say of each of its characters.
        foreach (var literal in new[] { "\"x\\ty\"", "@\"x\"\"y\n z\"", "\"\"\"x\"y\"\"\"", "\"\"\"\n    a\n\n      b \n    \"\"\"", "\"é😀\"", "\"\"" })
        {
            var token = SyntaxFactory.ParseExpression(literal).GetFirstToken();
            var decoded = DecodedLiteral.Of(token);
            Assert.Equal(token.ValueText, decoded.Value);
            for (var i = 0; i < decoded.Value.Length; i++)
            {
                Assert.InRange(decoded.PositionOf(i), token.SpanStart, token.Span.End - 1);
                Assert.True(decoded.PositionOf(i + 1) > decoded.PositionOf(i) || char.IsLowSurrogate(decoded.Value[Math.Min(i + 1, decoded.Value.Length - 1)]));
            }
        }
    }

    private static string Read(string statements)
    {
        var (node, reader) = Open(statements);
        return reader.Read(node).Content;
    }

    private static (ExpressionSyntax Node, CodeTextReader Reader) Open(string statements)
    {
        var source = $$"""
            public static class Program
            {
                public static void Run(string name)
                {
                    {{statements}}
                    System.Console.WriteLine(sql);
                }
                private static void Change(ref string text) => text = "";
            }
            public static class Settings
            {
                public static string Text => "SET work_mem = 1";
                public static string Changed { get; set; } = "SET x";
                private static readonly string Hidden = "SET y";
                public static string Field => Hidden;
            }
            """;
        const string Constants = "public static class Constants { public const string Name = \"app.tenant\"; public const string Lock = \"SELECT pg_advisory_lock(\" + One + \")\"; private const string One = \"1\"; public static string For(string schema) => $\"SET search_path TO {schema}\"; }";
        var compilation = TestCode.Of(source).WithFile("Constants.cs", Constants).Broken().Compile();
        var tree = compilation.SyntaxTrees.First();
        var variable = tree.GetRoot().DescendantNodes().OfType<VariableDeclaratorSyntax>().Last(v => v.Identifier.ValueText == "sql");
        return (variable.Initializer!.Value, new CodeTextReader(t => compilation.GetSemanticModel(t), CancellationToken.None));
    }
}
