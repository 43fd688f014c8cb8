using System.Collections;
using System.Collections.Generic;

namespace PgTxAnalyzers.Effects;

/// <summary>A set of hashes of words that is asked far more often for what is not in it than for what is: a bit for each of 65,536 groups of hashes answers first.</summary>
internal sealed class WordSet : IEnumerable<int>
{
    private readonly HashSet<int> words = new();
    private readonly ulong[] groups = new ulong[1024];

    public WordSet()
    {
    }

    public WordSet(IEnumerable<int> words) => UnionWith(words);

    public void Add(int word)
    {
        words.Add(word);
        groups[(word >> 6) & 1023] |= 1UL << (word & 63);
    }

    public void UnionWith(IEnumerable<int> others)
    {
        foreach (var word in others)
        {
            Add(word);
        }
    }

    public bool Contains(int word) => (groups[(word >> 6) & 1023] & (1UL << (word & 63))) != 0 && words.Contains(word);

    public IEnumerator<int> GetEnumerator() => words.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
