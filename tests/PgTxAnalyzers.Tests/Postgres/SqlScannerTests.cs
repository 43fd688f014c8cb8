using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Tests.Postgres;

/// <summary>PostgreSQL's lexical rules, case by case. White space is left out of the expectations, but for the tests that are about it.</summary>
public class SqlScannerTests
{
    [Theory]
    [InlineData("a A_1 a$b$ _x é été$1", "Identifier Identifier Identifier Identifier Identifier Identifier")]
    [InlineData("a\u00A0b", "Identifier")]
    [InlineData("\"a b\"\"c;\" \"\"", "QuotedIdentifier QuotedIdentifier")]
    [InlineData("U&\"d\\0061t\" u&\"a\"\"b\"", "UnicodeIdentifier UnicodeIdentifier")]
    [InlineData("u &\"a\"", "Identifier Operator QuotedIdentifier")]
    [InlineData("\"open ; ", "QuotedIdentifier")]
    public void Names(string text, string kinds) => Assert.Equal(kinds, Kinds(text));

    [Theory]
    [InlineData("'a''b' ''", "String String")]
    [InlineData("'a' 'b'", "String String")]
    [InlineData("'a'\n'b'", "String")]
    [InlineData("'a' -- it's\n 'b'", "String")]
    [InlineData("'a' -- x\n -- y\n\r\n\t'b'", "String")]
    [InlineData("'a' /* x\n */ 'b'", "String BlockComment String")]
    [InlineData("'a'\n/* x */'b'", "String BlockComment String")]
    [InlineData("'a' -- 'b'", "String LineComment")]
    [InlineData("'a\\' ;", "String Semicolon")]
    [InlineData("E'a\\'' ;", "EscapeString Semicolon")]
    [InlineData("e'a\\\\' ;", "EscapeString Semicolon")]
    [InlineData("E'a''\\'' ;", "EscapeString Semicolon")]
    [InlineData("E'a'\n'\\'' ;", "EscapeString Semicolon")]
    [InlineData("E 'a\\' ;", "Identifier String Semicolon")]
    [InlineData("ae'a\\' ;", "Identifier String Semicolon")]
    [InlineData("N'a''\\' n'' ;", "NationalString NationalString Semicolon")]
    [InlineData("U&'\\' u&'a''b' ;", "UnicodeString UnicodeString Semicolon")]
    [InlineData("U& '\\' ;", "Identifier Operator String Semicolon")]
    [InlineData("B'01' b'' X'1F' x'' ;", "BitString BitString BitString BitString Semicolon")]
    [InlineData("B'01''10'", "BitString String")]
    [InlineData("B'01'\n'10'", "BitString")]
    [InlineData("'open ; ", "String")]
    [InlineData("E'open \\", "EscapeString")]
    [InlineData("E'open \\'", "EscapeString")]
    public void Strings(string text, string kinds) => Assert.Equal(kinds, Kinds(text));

    [Theory]
    [InlineData("'a\\'' ;", "String Semicolon")]
    [InlineData("N'a\\'' ;", "NationalString Semicolon")]
    [InlineData("U&'\\' ;", "UnicodeString Semicolon")]
    [InlineData("B'\\' ;", "BitString Semicolon")]
    public void Strings_where_the_server_takes_backslashes_as_escapes(string text, string kinds) => Assert.Equal(kinds, Kinds(text, standardConformingStrings: false));

    [Theory]
    [InlineData("$$a;'$$", "DollarString")]
    [InlineData("$$$$ ;", "DollarString Semicolon")]
    [InlineData("$a$ $$ $b$ $A$ $a$", "DollarString")]
    [InlineData("$a$ $a $aa$a$", "DollarString")]
    [InlineData("$été_1$;$été_1$", "DollarString")]
    [InlineData("$1$ $1$", "PositionalParameter Unknown PositionalParameter Unknown")]
    [InlineData("$1 $23;", "PositionalParameter PositionalParameter Semicolon")]
    [InlineData("a$$b$$", "Identifier")]
    [InlineData("$a b", "Unknown Identifier Identifier")]
    [InlineData("$", "Unknown")]
    [InlineData("$$ open ;", "DollarString")]
    [InlineData("$a$ open $$ $b$", "DollarString")]
    public void Dollars(string text, string kinds) => Assert.Equal(kinds, Kinds(text));

    [Theory]
    [InlineData("1 12 1.5 .5 1. 1e10 1E-5 1.5e+3 .5e1")]
    [InlineData("0x1F 0XaF 0o17 0b101 1_000 0x_ff 1_0.0_1e1_0 0x1_f")]
    public void Numbers(string text) => Assert.All(Tokens(text), token => Assert.Equal(SqlTokenKind.Number, token.Kind));

    [Theory]
    [InlineData("1..10", "Number Operator Number")]
    [InlineData("a.1", "Identifier Number")]
    [InlineData("a.b", "Identifier Dot Identifier")]
    [InlineData("1e", "Number Identifier")]
    [InlineData("1_", "Number Identifier")]
    [InlineData("0x", "Number Identifier")]
    [InlineData("0b2", "Number Identifier")]
    [InlineData("1-1", "Number Operator Number")]
    public void Numbers_and_what_follows(string text, string kinds) => Assert.Equal(kinds, Kinds(text));

    [Theory]
    [InlineData("-- a ; \n;", "LineComment Semicolon")]
    [InlineData("-- a \r;", "LineComment Semicolon")]
    [InlineData("--", "LineComment")]
    [InlineData("/* a /* b */ ; */;", "BlockComment Semicolon")]
    [InlineData("/*/**/*/;", "BlockComment Semicolon")]
    [InlineData("/*-- */;", "BlockComment Semicolon")]
    [InlineData("/***/;", "BlockComment Semicolon")]
    [InlineData("/*'*/;", "BlockComment Semicolon")]
    [InlineData("/* open ; /* */", "BlockComment")]
    [InlineData("*/", "Operator")]
    public void Comments(string text, string kinds) => Assert.Equal(kinds, Kinds(text));

    [Theory]
    [InlineData("+ - * / < > = ~ ! @ # % ^ & | ` ?", "+ - * / < > = ~ ! @ # % ^ & | ` ?")]
    [InlineData("a<=b", "<=")]
    [InlineData("a<>-1", "<> -")]
    [InlineData("a=-1", "= -")]
    [InlineData("a*-+1", "* - +")]
    [InlineData("a-+-+1", "- + - +")]
    [InlineData("a@-1", "@-")]
    [InlineData("a!=-1", "!=-")]
    [InlineData("a->>'b'", "->>")]
    [InlineData("a@>b", "@>")]
    [InlineData("a@@b", "@@")]
    [InlineData("a?|b", "?|")]
    [InlineData("a*--c", "*")]
    [InlineData("a@--c", "@")]
    [InlineData("a*/*c*/b", "*")]
    [InlineData("a+-/*c*/b", "+ -")]
    [InlineData("a:=b", ":=")]
    [InlineData("a=>b", "=>")]
    [InlineData("a<@ b", "<@")]
    [InlineData("a=@b", "=")]
    [InlineData("a<@b", "<")]
    public void Operators(string text, string operators)
        => Assert.Equal(operators, string.Join(" ", Tokens(text).Where(t => t.Kind == SqlTokenKind.Operator).Select(t => text.Substring(t.Start, t.Length))));

    [Theory]
    [InlineData("@a @_a1 @0 @é", "NamedParameter NamedParameter NamedParameter NamedParameter")]
    [InlineData("id=@id", "Identifier Operator NamedParameter")]
    [InlineData("(:a,:b)", "OpenParenthesis NamedParameter Comma NamedParameter CloseParenthesis")]
    [InlineData("id=:id", "Identifier Operator NamedParameter")]
    [InlineData(":a::int", "NamedParameter Cast Identifier")]
    [InlineData("@row.id", "NamedParameter Dot Identifier")]
    [InlineData("a::int", "Identifier Cast Identifier")]
    [InlineData("a[1:2]", "Identifier OpenBracket Number Colon Number CloseBracket")]
    [InlineData("a[:2]", "Identifier OpenBracket Colon Number CloseBracket")]
    [InlineData("@ a", "Operator Identifier")]
    [InlineData("@@a", "Operator Identifier")]
    public void Parameters(string text, string kinds) => Assert.Equal(kinds, Kinds(text));

    [Theory]
    [InlineData("a \uFFFC b", "Identifier Hole Identifier")]
    [InlineData("orders_\uFFFC", "Hole")]
    [InlineData("\uFFFC.orders", "Hole Dot Identifier")]
    [InlineData("\uFFFC\uFFFCx1", "Hole")]
    [InlineData("1\uFFFC", "Hole")]
    [InlineData("'a\uFFFC'", "String")]
    [InlineData("\"a\uFFFC\"", "QuotedIdentifier")]
    [InlineData("@p\uFFFC @\uFFFC $\uFFFC", "NamedParameter NamedParameter PositionalParameter")]
    [InlineData("(\uFFFC)", "OpenParenthesis Hole CloseParenthesis")]
    public void Holes(string text, string kinds) => Assert.Equal(kinds, Kinds(text));

    [Fact]
    public void Everything_else_is_a_character_of_its_own() => Assert.Equal("Unknown Unknown Unknown Unknown", Kinds("\\ { } \0"));

    [Fact]
    public void White_space_is_one_token_and_the_end_repeats()
    {
        var scanner = new SqlScanner(" \t\r\n\f\v1");
        Assert.Equal((SqlTokenKind.WhiteSpace, 0, 6), (scanner.Next() is var first ? first.Kind : default, first.Start, first.Length));
        Assert.Equal(SqlTokenKind.Number, scanner.Next().Kind);
        Assert.Equal(SqlTokenKind.EndOfText, scanner.Next().Kind);
        Assert.Equal((SqlTokenKind.EndOfText, 7, 0), (scanner.Next() is var end ? end.Kind : default, end.Start, end.Length));
    }

    [Fact]
    public void Words_are_found_in_any_case_by_ascii_rules_only()
    {
        Assert.All(["begin", "BEGIN", "BeGiN"], text => Assert.Equal(SqlWord.Begin, Tokens(text).Single().Word));
        Assert.All(["pg_advisory_xact_lock", "PG_Advisory_Xact_Lock"], text => Assert.Equal(SqlWord.PgAdvisoryXactLock, Tokens(text).Single().Word));
        Assert.All(["beg\u0131n", "\u017Fet", "loc\u212A", "begins", "\"begin\"", "x", "pg\u007Fnotify"], text => Assert.Equal(SqlWord.None, Tokens(text)[0].Word));
    }

    [Fact]
    public void Every_word_finds_itself()
        => Assert.All(Enum.GetValues<SqlWord>().Skip(1), word => Assert.Equal(word, Tokens(SqlWords.UpperTextOf(word)).Single().Word));

    private static string Kinds(string text, bool standardConformingStrings = true)
        => string.Join(" ", Tokens(text, standardConformingStrings).Select(token => token.Kind));

    private static List<SqlToken> Tokens(string text, bool standardConformingStrings = true)
    {
        var scanner = new SqlScanner(text, standardConformingStrings);
        var tokens = new List<SqlToken>();
        for (var token = scanner.Next(); token.Kind != SqlTokenKind.EndOfText; token = scanner.Next())
        {
            if (token.Kind != SqlTokenKind.WhiteSpace)
                tokens.Add(token);
        }

        return tokens;
    }
}
