using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Tests.Models;

public class ModelParserTests
{
    [Theory]
    [InlineData("sink http M:A.B.C", "Sink Http", "A.B", "C")]
    [InlineData("\tsink\t\thttp\tM:A.B.C  # why", "Sink Http", "A.B", "C")]
    [InlineData("sink T:A.B", "Sink External", "A.B", "")]
    [InlineData("sink grpc M:A.B.*~X.Y*", "Sink Grpc", "A.B", "*")]
    [InlineData("dispose-transaction M:A.B.Dispose|DisposeAsync", "DisposeTransaction", "A.B", "Dispose,DisposeAsync")]
    [InlineData("scope M:A.B.#ctor", "Scope", "A.B", "#ctor")]
    [InlineData("wait P:A.B`1.Task", "Wait", "A.B`1", "Task")]
    [InlineData("wait M:A.B.C``2(System.String,``0[])", "Wait", "A.B", "C")]
    [InlineData("enqueue A:A.BAttribute", "Enqueue External", "A.BAttribute", "")]
    [InlineData("sink N:A.B.*", "Sink External", "A.B", "")]
    [InlineData("sink M:A.B.C\r", "Sink External", "A.B", "C")]
    public void A_line_is_a_role_perhaps_a_kind_and_a_pattern(string text, string fact, string type, string members)
    {
        var line = ModelParser.ParseLine(text, fromUser: true, out var error);
        Assert.Null(error);
        Assert.NotNull(line);
        Assert.Equal((fact, type, members), (line.Fact.ToString(), line.Pattern.Type, string.Join(",", line.Pattern.Members)));
        Assert.False(line.Excludes);
    }

    [Fact]
    public void A_built_in_line_may_mean_what_derives_in_source()
    {
        Assert.True(ModelParser.ParseLine("sink grpc derived M:A.B.*", fromUser: false, out _)!.FollowsDerived);
        Assert.False(ModelParser.ParseLine("sink grpc M:A.B.*", fromUser: false, out _)!.FollowsDerived);
    }

    [Theory]
    [InlineData("!M:A.B.C")]
    [InlineData("  ! M:A.B.C # not this one")]
    public void An_exclamation_mark_excludes(string text)
    {
        var line = ModelParser.ParseLine(text, fromUser: false, out var error);
        Assert.Null(error);
        Assert.True(line!.Excludes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("# a comment")]
    [InlineData("  #sink M:A.B")]
    [InlineData("\r")]
    public void An_empty_line_is_neither_a_model_nor_an_error(string text)
    {
        Assert.Null(ModelParser.ParseLine(text, fromUser: true, out var error));
        Assert.Null(error);
    }

    // The part of the line between the brackets is the place of the error.
    [Theory]
    [InlineData("[snk] http M:A.B.C", "'snk' is no role; the roles are begin, ")]
    [InlineData("sink [htpp] M:A.B.C", "'htpp' is no kind; the kinds are external, http, ")]
    [InlineData("sink [derived] M:A.B.C", "'derived' is no kind; the kinds are external, http, ")]
    [InlineData("wait [http] M:A.B.C", "the role 'wait' has no kind")]
    [InlineData("[sink] http", "the pattern is missing; ")]
    [InlineData("  [sink]   # M:A.B.C", "the pattern is missing; ")]
    [InlineData("sink http [A.B.C]", "'A.B.C' is no pattern; a pattern is a documentation id such as ")]
    [InlineData("sink [X:A.B.C]", "'X:A.B.C' is no pattern; ")]
    [InlineData("sink [M:]", "'M:' is no pattern; ")]
    [InlineData("sink [M:Send]", "'M:Send' is no valid pattern: a member is written with its type")]
    [InlineData("sink [M:A.B<T>.C]", "'M:A.B<T>.C' is no valid pattern: generic types are written with their number")]
    [InlineData("sink [M:A..C]", "'M:A..C' is no valid pattern: a name between two dots is missing")]
    [InlineData("sink [M:A.B.C(System.String]", "'M:A.B.C(System.String' is no valid pattern: '(' cannot stand in it")]
    [InlineData("sink [M:A.B.C~]", "'M:A.B.C~' is no valid pattern: the return type after '~' is missing")]
    [InlineData("sink [T:A.B(System.String)]", "'T:A.B(System.String)' is no valid pattern: only methods have parameters")]
    [InlineData("sink [T:A.B|C]", "'T:A.B|C' is no valid pattern: '|' cannot stand in it")]
    [InlineData("sink [M:A|B.C]", "'M:A|B.C' is no valid pattern: '|' stands between names of members only")]
    [InlineData("sink [N:A*.B]", "'N:A*.B' is no valid pattern: a namespace has no '*'")]
    [InlineData("sink M:A.B.C [M:A.B.D]", "'M:A.B.D' follows the pattern; nothing may but a comment")]
    [InlineData("begin [M:A.B.Begin*]", "the role 'begin' needs the exact name of a method")]
    [InlineData("scope [T:A.B]", "the role 'scope' needs the exact name of a method")]
    [InlineData("[!]", "the pattern is missing; ")]
    [InlineData("![A.B.C]", "'A.B.C' is no pattern; ")]
    [InlineData("! M:A.B.C [more]", "'more' follows the pattern")]
    [InlineData("sink [M:Ä.B.C?]", "'M:Ä.B.C?' is no valid pattern: '?' cannot stand in it")]
    public void A_malformed_line_says_what_is_wrong_and_where(string marked, string message)
    {
        var start = marked.IndexOf('[');
        var end = marked.IndexOf(']');
        var text = marked.Remove(end, 1).Remove(start, 1);
        Assert.Null(ModelParser.ParseLine(text, fromUser: true, out var error));
        Assert.NotNull(error);
        Assert.StartsWith(message, error.Message);
        Assert.Equal((start, end - start - 1), (error.Start, error.Length));
    }

    [Fact]
    public void No_text_throws()
    {
        var random = new Random(17);
        const string Alphabet = "MTNPA:.*|()~`#! \tsinkbegwat\0<>é";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            if (i % 2 == 0)
                text = "sink M:" + text;
            var line = ModelParser.ParseLine(text, fromUser: true, out var error);
            Assert.True(line is null || error is null, text);
            if (error is not null)
                Assert.InRange(error.Start + error.Length, error.Start + 1, text.Length);
        }
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "abc", true)]
    [InlineData("a*c", "abc", true)]
    [InlineData("a*c", "abcd", false)]
    [InlineData("*Async", "SendAsync", true)]
    [InlineData("*Async", "AsyncSend", false)]
    [InlineData("Get*Client", "GetBlobClient", true)]
    [InlineData("a*b*c", "a1b2b3c", true)]
    [InlineData("a**c", "ac", true)]
    [InlineData("abc", "ABC", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    public void A_star_stands_for_any_run_of_characters(string pattern, string text, bool expected) => Assert.Equal(expected, Glob.Matches(pattern, text));

    [Fact]
    public void Every_role_and_kind_can_be_written()
    {
        foreach (var role in Enum.GetValues<ApiRole>().Where(r => r != ApiRole.None))
        {
            Assert.True(ApiRoles.TryParse(role.Token(), out var read), role.Token());
            Assert.Equal(role, read);
        }

        foreach (var kind in Enum.GetValues<SinkKind>().Where(k => k != SinkKind.None))
        {
            Assert.True(SinkKinds.TryParse(kind.Token(), out var read), kind.Token());
            Assert.Equal(kind, read);
            Assert.True(kind == SinkKind.External || kind.Phrase() != SinkKind.External.Phrase(), kind.ToString());
        }
    }
}
