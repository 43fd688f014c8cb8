using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>A loop over an enumerator of the project's own, written by hand: its MoveNext runs with each element.</summary>
public class EnumeratorTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.QueryAsync("SELECT 1");

        """;

    private const string Members = """
        private class Remote(HttpClient http) : IEnumerable<string>, IEnumerator<string>
        {
            public string Current { get; private set; } = "";
            object System.Collections.IEnumerator.Current => Current;
            public bool MoveNext()
            {
                Current = http.GetStringAsync("next").Result;
                return Current.Length > 0;
            }
            public IEnumerator<string> GetEnumerator() => this;
            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => this;
            public void Reset() { }
            public void Dispose() { }
        }
        private sealed class Pages(HttpClient http) : IEnumerable<string>
        {
            public IEnumerator<string> GetEnumerator() => new Enumerator(http);
            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
            private sealed class Enumerator(HttpClient http) : IEnumerator<string>
            {
                public string Current { get; private set; } = "";
                object System.Collections.IEnumerator.Current => Current;
                public bool MoveNext() => (Current = http.GetStringAsync("next").Result).Length > 0;
                public void Reset() { }
                public void Dispose() { }
            }
        }
        private sealed class Feed(HttpClient http) : IAsyncEnumerable<string>, IAsyncEnumerator<string>
        {
            public string Current { get; private set; } = "";
            public async ValueTask<bool> MoveNextAsync() => (Current = await http.GetStringAsync("next")).Length > 0;
            public IAsyncEnumerator<string> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;
            public ValueTask DisposeAsync() => default;
        }
        private sealed class Own(HttpClient http)
        {
            public Enumerator GetEnumerator() => new(http);
            public sealed class Enumerator(HttpClient http)
            {
                public string Current => http.GetStringAsync("current").Result;
                public bool MoveNext() => true;
            }
        }
        private sealed class Local : IEnumerable<string>, IEnumerator<string>
        {
            private int at;
            public string Current => at.ToString();
            object System.Collections.IEnumerator.Current => Current;
            public bool MoveNext() => at++ < 3;
            public IEnumerator<string> GetEnumerator() => this;
            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => this;
            public void Reset() { }
            public void Dispose() { }
        }
        private sealed class Kept(List<string> names) : IEnumerable<string>
        {
            public IEnumerator<string> GetEnumerator() => names.GetEnumerator();
            System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
        }
        private readonly Remote remote = null!;
        """;

    [Theory]
    [InlineData("foreach (var name in remote) // expect: PGTX101\n    await conn.ExecuteAsync(name);")]
    [InlineData("foreach (var name in new Remote(http)) // expect: PGTX101\n    await conn.ExecuteAsync(name);")]
    [InlineData("foreach (var name in new Pages(http)) // expect: PGTX101\n    await conn.ExecuteAsync(name);")]
    [InlineData("await foreach (var name in new Feed(http)) // expect: PGTX101\n    await conn.ExecuteAsync(name);")]
    [InlineData("foreach (var name in new Own(http)) // expect: PGTX101\n    await conn.ExecuteAsync(name);")]
    public Task Its_MoveNext_runs_in_the_transaction(string loop) => TestCode.Method(Begin + loop + "\nawait tx.CommitAsync(ct);", Members).HasMarkedFindings();

    [Theory]
    [InlineData("foreach (var name in new Local())\n    await conn.ExecuteAsync(name);\nawait tx.CommitAsync(ct);")]
    [InlineData("foreach (var name in new Kept(new List<string> { url }))\n    await conn.ExecuteAsync(name);\nawait tx.CommitAsync(ct);")]
    [InlineData("var later = remote.GetEnumerator();\nawait tx.CommitAsync(ct);")]
    [InlineData("await tx.CommitAsync(ct);\nforeach (var name in remote)\n    url += name;")]
    public Task What_stays_in_the_process_and_what_is_not_enumerated_is_quiet(string statements) => TestCode.Method(Begin + statements, Members).IsQuiet();
}
