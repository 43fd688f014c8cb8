using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// A long text in fewer characters: what stood there before is a mark with its length and distance (LZ77). Text into text, and of our own, since an
/// assembly has to be the same on every machine: the bytes of a zlib depend on its version and on the processor. The format is described in docs/decisions/0009.
/// </summary>
internal static class PackedText
{
    /// <summary>Characters from which a text is packed; a shorter one stays one that can be read by eye.</summary>
    internal const int MinLength = 4096;

    /// <summary>What a packed text begins with.</summary>
    private const string Head = "2\n";

    /// <summary>A mark's first character: for each of <see cref="MaxDigits"/> classes of distances, each of <see cref="Lengths"/> lengths. No text has these characters; line ends and tabs are none.</summary>
    private const string Marks = "\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000b\u000c\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e";

    /// <summary>The last of the lengths is followed by one digit more.</summary>
    private const int Lengths = 9;

    /// <summary>Digits of a distance.</summary>
    private const int MaxDigits = 3;

    private const int MinMatch = 4;

    private const int MaxMatch = MinMatch + Lengths - 1 + Base - 1;

    /// <summary>A digit is a printable character of ASCII, from <c>!</c> on.</summary>
    private const int Base = 94;

    private const int MaxDistance = (Base * Base * Base) - 1;

    /// <summary>Places that are looked at for a longer match.</summary>
    private const int MaxTries = 32;

    /// <summary>A text of lines, of which the first says its version. Null: there is none, it is of another version, too long, or damaged.</summary>
    public static string? Unpack(string? text, string version, int maxLength) =>
        Unpack(text, maxLength) is { } lines && lines.Length <= maxLength && lines.StartsWith(version + "\n", StringComparison.Ordinal) && lines.EndsWith("\n", StringComparison.Ordinal) ? lines : null;

    /// <returns>The text as it is where packing is not worth it, or not possible.</returns>
    public static string Pack(string text)
    {
        // A mark must not stand between the halves of a surrogate pair, and no text that has one is long.
        if (text.Length < MinLength || text.Any(c => char.IsSurrogate(c) || IsMark(c)))
        {
            return text;
        }

        var packed = new StringBuilder(Head, text.Length / 3);
        var matches = new Matches(text);
        for (var at = 0; at < text.Length;)
        {
            var (length, distance) = matches.Best(at);
            if (length == 0)
            {
                packed.Append(text[at]);
            }
            else
            {
                Mark(packed, length, distance);
            }

            matches.Pass(at, Math.Max(1, length));
            at += Math.Max(1, length);
        }

        return packed.ToString();
    }

    /// <param name="text">Packed, or not.</param>
    /// <param name="max">Characters beyond which the result is nobody's text.</param>
    /// <returns>Null: damaged.</returns>
    public static string? Unpack(string? text, int max)
    {
        if (text is null || !text.StartsWith(Head, StringComparison.Ordinal))
        {
            return text;
        }

        var result = new List<char>(Math.Min(max, text.Length * 3));
        for (var at = Head.Length; at < text.Length && result.Count <= max;)
        {
            var c = text[at++];
            if (!IsMark(c))
            {
                result.Add(c);
                continue;
            }

            var mark = Marks.IndexOf(c);
            var length = MinMatch + (mark % Lengths);
            if (mark < 0 || (mark % Lengths == Lengths - 1 && !Read(1, ref length)))
            {
                return null;
            }

            var distance = 0;
            if (!Read((mark / Lengths) + 1, ref distance) || distance == 0 || distance > result.Count)
            {
                return null;
            }

            for (; length > 0; length--)
            {
                result.Add(result[result.Count - distance]);
            }

            bool Read(int digits, ref int number)
            {
                var sum = 0;
                for (; digits > 0; digits--)
                {
                    if (at == text.Length || text[at] < '!' || text[at] > '~')
                    {
                        return false;
                    }

                    sum = (sum * Base) + text[at++] - '!';
                }

                number += sum;
                return true;
            }
        }

        return result.Count > max ? null : new string(result.ToArray());
    }

    private static bool IsMark(char c) => c < ' ' && c is not ('\n' or '\t');

    private static void Mark(StringBuilder packed, int length, int distance)
    {
        var code = Math.Min(length - MinMatch, Lengths - 1);
        var digits = Digits(distance);
        packed.Append(Marks[((digits - 1) * Lengths) + code]);
        if (code == Lengths - 1)
        {
            packed.Append((char)('!' + length - MinMatch - code));
        }

        for (var unit = digits == 3 ? Base * Base : digits == 2 ? Base : 1; unit > 0; unit /= Base)
        {
            packed.Append((char)('!' + (distance / unit % Base)));
        }
    }

    private static int Digits(int distance) => distance < Base ? 1 : distance < Base * Base ? 2 : 3;

    /// <summary>Characters that a mark takes.</summary>
    private static int Cost(int length, int distance) => 1 + Digits(distance) + (length - MinMatch >= Lengths - 1 ? 1 : 0);

    /// <summary>Where the characters at some place stood before.</summary>
    private sealed class Matches
    {
        private const int Bits = 15;

        private readonly string text;

        /// <summary>The last place, plus one, at which four characters with some hash stood; and for each place the one before it.</summary>
        private readonly int[] last = new int[1 << Bits];
        private readonly int[] before;

        public Matches(string text) => (this.text, before) = (text, new int[text.Length]);

        /// <summary>The match that saves most; length 0: none does.</summary>
        public (int Length, int Distance) Best(int at)
        {
            var (best, saved) = ((0, 0), 0);
            if (at + MinMatch > text.Length)
            {
                return best;
            }

            var tries = 0;
            for (var place = last[Hash(at)]; place > 0 && at - place < MaxDistance && tries < MaxTries; place = before[place - 1], tries++)
            {
                var length = Common(place - 1, at);
                var distance = at - place + 1;
                if (length >= MinMatch && length - Cost(length, distance) > saved)
                {
                    (best, saved) = ((length, distance), length - Cost(length, distance));
                }
            }

            return best;
        }

        public void Pass(int from, int count)
        {
            for (var at = from; at < from + count && at + MinMatch <= text.Length; at++)
            {
                var hash = Hash(at);
                before[at] = last[hash];
                last[hash] = at + 1;
            }
        }

        private int Common(int left, int right)
        {
            var length = 0;
            while (length < MaxMatch && right + length < text.Length && text[left + length] == text[right + length])
            {
                length++;
            }

            return length;
        }

        private int Hash(int at) => (int)(unchecked(((uint)text[at] | ((uint)text[at + 1] << 8)) ^ (((uint)text[at + 2] << 16) | ((uint)text[at + 3] << 24))) * 2654435761u >> (32 - Bits));
    }
}
