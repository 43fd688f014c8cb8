using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// The work of a method as text: <c>c</c>, <c>cs</c> or <c>cr</c> and its chain, <c>o</c> and the members that it calls, <c>s</c> and a delegate's scope; numbers are of names. See docs/decisions/0012.
/// </summary>
internal static partial class EffectText
{
    private static string Work(MethodWork work, Tables tables)
    {
        var items = new List<string>();
        if (!work.Chain.IsEmpty)
        {
            items.Add(Head(work.Aftermath) + ":" + Names(work.Chain));
        }

        if (!work.Open.IsEmpty)
        {
            items.Add("o:" + Names(work.Open));
        }

        items.AddRange(work.Scopes.Select(s => $"s:{Number(s.Ordinal)}:{(int)s.Kind}{(s.CoversLost ? "l" : "")}{(s.CoversConflict ? "c" : "")}"));
        return string.Join(" ", items);

        string Names(ImmutableArray<string> names) => string.Join(",", names.Select(n => Number(tables.Names.Of(n))));
    }

    private static string Head(Aftermath aftermath) => aftermath switch { Aftermath.IsSwallowed => "cs", Aftermath.CostsRound => "cr", _ => "c" };

    private static MethodWork? Work(string text, List<string> names)
    {
        var (chain, open, aftermath) = (ImmutableArray<string>.Empty, ImmutableArray<string>.Empty, Aftermath.Fails);
        var scopes = ImmutableArray.CreateBuilder<DelegateScope>();
        foreach (var item in text.Split(' '))
        {
            var parts = item.Split(':');
            switch (parts[0])
            {
                case "c" or "cs" or "cr" when parts.Length == 2 && NamesOf(parts[1], names) is { } found:
                    chain = found;
                    aftermath = parts[0] switch { "cs" => Aftermath.IsSwallowed, "cr" => Aftermath.CostsRound, _ => Aftermath.Fails };
                    break;
                case "o" when parts.Length == 2 && NamesOf(parts[1], names) is { } found:
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

    private static ImmutableArray<string>? NamesOf(string text, List<string> names)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (var part in text.Split(','))
        {
            if (Number(part) is not { } number || number >= names.Count)
            {
                return null;
            }

            found.Add(names[number]);
        }

        return found.ToImmutable();
    }
}
