using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Tests.Models;

/// <summary>The shipped model files against the libraries that they are about.</summary>
public class BuiltInModelsTests
{
    private const string Unverified = "# unverified:";

    public static TheoryData<string> Files => [.. BuiltInModels.Files().Select(file => file.Name)];

    [Fact]
    public void There_is_a_file_per_topic_and_all_are_found() =>
        Assert.Subset(
            Files.Select(row => row.Data).ToHashSet(),
            new HashSet<string>(
            [
                "ado.txt", "npgsql.txt", "efcore.txt", "dapper.txt", "transactions.txt", "otherdata.txt", "http.txt", "grpc.txt", "brokers.txt",
                "mail.txt", "cloud.txt", "caches.txt", "databases.txt", "ai.txt", "sockets.txt", "processes.txt", "waits.txt", "runners.txt",
            ]));

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_line_is_well_formed(string file)
    {
        var errors = LinesOf(file).Where(line => line.Error is not null).Select(line => $"{file}({line.Number}): {line.Error!.Message}");
        Assert.Empty(errors);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_name_means_a_member_of_a_real_library_or_says_that_nobody_looked(string file)
    {
        var dead = LinesOf(file)
            .Where(line => line.Model is not null && !line.Text.Contains(Unverified))
            .SelectMany(line => Parts(line.Model!.Pattern).Where(part => !LibrarySymbols.Everything.IsAlive(part)).Select(part => $"{file}({line.Number}): {part.Members.FirstOrDefault() ?? part.Text}"));
        Assert.Empty(dead);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void What_says_that_nobody_looked_cannot_be_looked_at_here(string file)
    {
        var alive = LinesOf(file)
            .Where(line => line.Model is not null && line.Text.Contains(Unverified) && LibrarySymbols.Everything.IsAlive(line.Model.Pattern))
            .Select(line => $"{file}({line.Number}): {line.Text}");
        Assert.Empty(alive);
    }

    [Fact]
    public void What_can_begin_a_transaction_is_known_by_simple_names() =>
        Assert.Equal(
            [
                "BeginDbTransaction", "BeginDbTransactionAsync", "BeginTransaction", "BeginTransactionAsync", "EnlistTransaction", "ExecuteInTransaction",
                "ExecuteInTransactionAsync", "TransactionScope", "UseTransaction", "UseTransactionAsync",
            ],
            BuiltInModels.Table.BeginNames.Where(name => name is not ("Begin" or "EnlistInAmbientTransactionScope" or "ForTransaction" or "JoinTransaction" or "OpenTransaction" or "OpenTransactionIfNotExists"))
                .Order(StringComparer.Ordinal));

    // Each name of "A|B" by itself: a misspelt one must not hide behind its neighbour.
    private static IEnumerable<ModelPattern> Parts(ModelPattern pattern) => pattern.Members.IsEmpty
        ? [pattern]
        : pattern.Members.Select(member => new ModelPattern(pattern.Text, pattern.Kind, pattern.Type, [member], pattern.Parameters, pattern.Returns));

    private static IEnumerable<(int Number, string Text, ModelLine? Model, ModelError? Error)> LinesOf(string file)
    {
        var number = 0;
        foreach (var text in BuiltInModels.Files().Single(f => f.Name == file).Text.Split('\n'))
        {
            var model = ModelParser.ParseLine(text, fromUser: false, out var error);
            yield return (++number, text, model, error);
        }
    }
}
