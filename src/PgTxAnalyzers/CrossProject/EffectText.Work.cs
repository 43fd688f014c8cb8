using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// The work of a method, behind its effect: <c>c</c>, <c>cs</c> or <c>cr</c> and a chain, <c>o</c> and the members that it calls, <c>s</c> and a delegate's scope. A name is said by how long ago it
/// was said last, so that what is alike in many types reads alike, and packs. See docs/decisions/0012.
/// </summary>
internal static partial class EffectText
{
    /// <summary>The next name of the table, which nobody has said before.</summary>
    private const string Next = "*";

    private static string Work(MethodWork work, Interned names)
    {
        var items = new List<string>();
        if (!work.Chain.IsEmpty)
        {
            items.Add(Head(work.Aftermath) + ":" + Said(work.Chain));
        }

        if (!work.Open.IsEmpty)
        {
            items.Add("o:" + Said(work.Open));
        }

        items.AddRange(work.Scopes.Select(s => $"s:{Number(s.Ordinal)}:{(int)s.Kind}{(s.CoversLost ? "l" : "")}{(s.CoversConflict ? "c" : "")}"));
        return string.Join(" ", items);

        string Said(ImmutableArray<string> all) => string.Join(",", all.Select(n => Say(n, names)));
    }

    /// <summary><c>*</c>, <c>.3</c> for the third from the end of what was said so far, or its number.</summary>
    private static string Say(string name, Interned names)
    {
        var said = names.All.Count;
        var number = names.Of(name);

        // The first names are those of the driver, and said by everybody.
        return number == said ? Next : number >= Digits.Length && said - number < Digits.Length ? "." + Digits[said - number] : Number(number);
    }

    private static string Head(Aftermath aftermath) => aftermath switch { Aftermath.IsSwallowed => "cs", Aftermath.CostsRound => "cr", _ => "c" };

    /// <summary>Null: damaged.</summary>
    private static MethodWork? Work(IEnumerable<string> items, Names names)
    {
        var (chain, open, aftermath) = (ImmutableArray<string>.Empty, ImmutableArray<string>.Empty, Aftermath.Fails);
        var scopes = ImmutableArray.CreateBuilder<DelegateScope>();
        foreach (var item in items)
        {
            var parts = item.Split(':');
            switch (parts[0])
            {
                case "c" or "cs" or "cr" when parts.Length == 2 && names.Heard(parts[1]) is { } found:
                    chain = found;
                    aftermath = parts[0] switch { "cs" => Aftermath.IsSwallowed, "cr" => Aftermath.CostsRound, _ => Aftermath.Fails };
                    break;
                case "o" when parts.Length == 2 && names.Heard(parts[1]) is { } found:
                    open = found;
                    break;
                case "s" when parts.Length == 3 && Number(parts[1]) is { } ordinal && parts[2].Length > 0 && IsDigit(parts[2][0], (int)RetryKind.Strategy) && parts[2].Substring(1) is "" or "l" or "c" or "lc":
                    scopes.Add(new DelegateScope(ordinal, (RetryKind)(parts[2][0] - '0'), parts[2].IndexOf('l') > 0, parts[2].IndexOf('c') > 0));
                    break;
                default:
                    return null;
            }
        }

        return new MethodWork(chain, aftermath, open, scopes.ToImmutable());
    }

    /// <summary>The names of work as they are read: in the order of the methods.</summary>
    private sealed class Names
    {
        private int said;

        public List<string> All { get; } = new();

        /// <summary>Null: a name that is not there, or that was not said yet.</summary>
        public ImmutableArray<string>? Heard(string text)
        {
            var found = ImmutableArray.CreateBuilder<string>();
            foreach (var part in text.Split(','))
            {
                var number = part == Next ? said++
                    : part.Length == 2 && part[0] == '.' && Digits.IndexOf(part[1]) is > 0 and var back ? said - back
                    : Number(part) ?? -1;
                if (number < 0 || number >= said || number >= All.Count)
                {
                    return null;
                }

                found.Add(All[number]);
            }

            return found.ToImmutable();
        }
    }
}
