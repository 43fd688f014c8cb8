using System.Text;
using PgTxAnalyzers.CrossProject;

namespace PgTxAnalyzers.Tests.CrossProject;

/// <summary>What is packed is unpacked as it was, and nothing else is.</summary>
public class PackedTextTests
{
    private const int Max = 1_000_000;

    private static readonly string Long = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"T Shop.Part{i}s.Part{i}Client\n:BookAsync {i * 3:x}\n:OffersAsync {i * 3 + 1:x}\n"));

    [Fact]
    public void A_long_text_becomes_short_and_long_again()
    {
        var packed = PackedText.Pack(Long);
        Assert.InRange(packed.Length, 1, Long.Length / 3);
        Assert.Equal(Long, PackedText.Unpack(packed, Max));
        Assert.Equal(packed, PackedText.Pack(new string(Long.ToCharArray())));
    }

    [Fact]
    public void Any_text_comes_back()
    {
        var random = new Random(20261126);
        foreach (var letters in new[] { "a", "ab\n", "abcdefghijklmnopqrstuvwxyz :/,.@-\t", "äöü\u4e2d\u6587 x", "!~\"" })
        {
            for (var round = 0; round < 40; round++)
            {
                var text = new StringBuilder();
                while (text.Length < PackedText.MinLength + random.Next(6_000))
                {
                    if (text.Length > 10 && random.Next(3) == 0)
                    {
                        var from = random.Next(text.Length - 5);
                        text.Append(text.ToString(from, Math.Min(random.Next(5, 400), text.Length - from)));
                    }
                    else
                    {
                        text.Append(letters[random.Next(letters.Length)]);
                    }
                }

                Assert.Equal(text.ToString(), PackedText.Unpack(PackedText.Pack(text.ToString()), Max));
            }
        }
    }

    [Theory]
    [InlineData("\U0001F600")]
    [InlineData("\u0001")]
    [InlineData("\r")]
    public void What_a_mark_could_be_taken_for_is_left_as_it_is(string odd) => Assert.Equal(Long + odd, PackedText.Pack(Long + odd));

    [Fact]
    public void A_short_text_can_be_read_by_eye()
    {
        const string Text = "1\nF A.cs\n";
        Assert.Equal(Text, PackedText.Pack(Text));
        Assert.Equal(Text, PackedText.Unpack(Text, Max));
    }

    [Theory]
    [InlineData("2\n\u0001\"")]
    [InlineData("2\nabcd\u0001")]
    [InlineData("2\nabcd\u0001!")]
    [InlineData("2\nabcd\u0001&")]
    [InlineData("2\nabcd\u0001 ")]
    [InlineData("2\nabcd\u000b\"")]
    [InlineData("2\nabcd\u000b\"\u007f")]
    [InlineData("2\nabcd\r\"")]
    [InlineData("2\nabcd\u001f\"")]
    [InlineData("2\nabcd\0\"")]
    public void What_nobody_packed_is_damaged(string text) => Assert.Null(PackedText.Unpack(text, Max));

    [Fact]
    public void A_few_characters_do_not_become_many()
    {
        var bomb = "2\na" + string.Concat(Enumerable.Repeat("\t~\"".Replace('\t', '\u000b'), 100_000));
        Assert.Null(PackedText.Unpack(bomb, 50_000));
    }

    [Fact]
    public void No_text_makes_the_reader_fail()
    {
        var random = new Random(7);
        var packed = PackedText.Pack(Long);
        for (var round = 0; round < 2_000; round++)
        {
            var text = packed.ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                text[random.Next(2, text.Length)] = (char)random.Next(0, 130);
            var read = PackedText.Unpack(new string(text, 0, random.Next(2, text.Length)), Max);
            EffectText.Read(read);
            LooseEndsText.Read(read);
        }
    }

    [Fact]
    public async Task A_large_project_carries_a_packed_text_that_is_read()
    {
        var clients = string.Concat(Enumerable.Range(0, 150).Select(i => $"public class Client{i}(HttpClient http) {{ public Task<string> Get{i}Async() => http.GetStringAsync(\"/{i}\"); }}\n"));
        var projects = new Projects().With("Infra", clients);
        Assert.StartsWith("2\n", projects.Exported());
        await projects.With("App", """
            using Npgsql;
            public class Orders(NpgsqlConnection conn, Client77 client)
            {
                public async Task PlaceAsync(CancellationToken ct)
                {
                    await using var tx = await conn.BeginTransactionAsync(ct);
                    await client.Get77Async();
                    await tx.CommitAsync(ct);
                }
            }
            """).FindTheSame("App.cs:7 PGTX103");
    }
}
