using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.ConfigFiles;
using PgTxAnalyzers.Postgres;
using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.ConfigFiles;

/// <summary>Which files are read, what is found in them, and where it stands.</summary>
public class ConfigFileTests
{
    [Theory]
    [InlineData("appsettings.json", "Json")]
    [InlineData("/src/Shop/appsettings.Production.json", "Json")]
    [InlineData("C:\\src\\Shop\\AppSettings.json", "Json")]
    [InlineData("Properties/launchSettings.json", "Json")]
    [InlineData("package.json", "None")]
    [InlineData("web.config", "Xml")]
    [InlineData(".env", "Environment")]
    [InlineData(".env.production", "Environment")]
    [InlineData("docker-compose.override.yml", "Yaml")]
    [InlineData("compose.yaml", "Yaml")]
    [InlineData("deploy/pgbouncer.ini", "PgBouncer")]
    [InlineData("notes.txt", "None")]
    public void The_name_says_how_a_file_is_read(string path, string format) => Assert.Equal(format, ConfigFile.FormatOf(path).ToString());

    [Fact]
    public void Json_with_all_that_is_allowed_in_it() => Assert.Equal(
        ["ConnectionStrings:Shop=Host=a;Port=1", "ConnectionStrings:Other=x\ty\"A", "Logging:Level=Warning", "List=one", "List=two", "Deep:A:B=c"],
        Read("appsettings.json", """
            {
              // the shop
              "ConnectionStrings": { "Shop": "Host=a;Port=1", /* other */ "Other": "x\ty\"\u0041", },
              "Logging": { "Level": "Warning", "Count": 12, "On": true, "Nothing": null },
              "List": [ "one", "two", 3 ],
              "Deep": { "A": { "B": "c" } },
            }
            """));

    [Fact]
    public void Xml_by_the_names_of_its_elements() => Assert.Equal(
        ["Shop=Host=a;Password=\"x\"&y", "Key=v", "version=1"],
        Read("web.config", """
            <configuration>
              <!-- <add name="Old" connectionString="Host=old" /> -->
              <connectionStrings><add name='Shop' connectionString="Host=a;Password=&quot;x&quot;&amp;y" /></connectionStrings>
              <appSettings><add key="Key" value="v"/></appSettings>
              <runtime version="1"/>
            </configuration>
            """));

    [Fact]
    public void Lines_of_an_environment() => Assert.Equal(
        ["ConnectionStrings:Shop=Host=a;Password=p#1", "QUOTED=Host=b; x", "EXPORTED=c", "EMPTY="],
        Read(".env", """
            # comment
            ConnectionStrings__Shop=Host=a;Password=p#1
            QUOTED="Host=b; x"
            export EXPORTED='c' # behind
            EMPTY=
            no value
            """));

    [Fact]
    public void Lines_of_yaml() => Assert.Equal(
        ["image=shop:1", "ConnectionStrings:Shop=Host=a;Port=6432", "ConnectionStrings:Other=Host=b", "PLAIN=Host=c"],
        Read("docker-compose.yml", """
            services:
              shop:
                image: shop:1
                environment:
                  ConnectionStrings__Shop: "Host=a;Port=6432" # the pooler
                  - "ConnectionStrings__Other=Host=b"
                  - PLAIN=Host=c
            """));

    [Theory]
    [InlineData("appsettings.json", "{ \"a\": \"x\\\"y Port=6432\" }", "Port=6432")]
    [InlineData("web.config", "<add name=\"a\" value=\"&quot;x&quot; Port=6432\"/>", "Port=6432")]
    [InlineData(".env", "A='Port=6432'", "Port=6432")]
    [InlineData("compose.yml", "  - \"A=Port=6432\"", "Port=6432")]
    public void A_value_knows_its_place(string path, string content, string word)
    {
        var value = Open(path, content).Values.Single();
        var text = SourceText.From(content);
        var location = value.Locate(path, text, new SqlSpan(value.Value.IndexOf(word, StringComparison.Ordinal), word.Length));
        Assert.Equal(word, text.ToString(location.SourceSpan));
        Assert.Equal(path, location.GetLineSpan().Path);
    }

    [Theory]
    [InlineData("appsettings.json")]
    [InlineData("web.config")]
    [InlineData(".env")]
    [InlineData("compose.yml")]
    public void No_text_does_harm(string path)
    {
        var random = new Random(4711);
        const string Alphabet = "\"'\\{}[]:,=<>&;/*!-# \n\r\tau0éHost";
        for (var i = 0; i < 3_000; i++)
        {
            var content = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            foreach (var value in Open(path, content).Values)
            {
                Assert.InRange(value.PositionOf(value.Value.Length), 0, content.Length);
            }
        }

        // Nesting costs no stack.
        Assert.Empty(Open(path, new string('{', 500_000)).Values);
    }

    private static IEnumerable<string> Read(string path, string content) => Open(path, content).Values.Select(value => $"{value.Path}={value.Value}");

    private static ConfigFile Open(string path, string content) => ConfigFile.Read(new GivenFile(path, content), CancellationToken.None)!;
}
