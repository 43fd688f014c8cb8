using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>Reads what <see cref="Write"/> wrote, and nothing else: a text with one damaged line is damaged.</summary>
internal static partial class EffectText
{
    /// <summary>Characters beyond which a text is nobody's effects.</summary>
    private const int MaxLength = 4 * 1024 * 1024;

    /// <summary>Null: another version, or damaged.</summary>
    public static AssemblyEffects? Read(string? text)
    {
        text = PackedText.Unpack(text, Version, MaxLength);
        if (text is null)
        {
            return null;
        }

        var (files, names, effects) = (new List<string>(), new List<string>(), new List<MethodEffect>());
        var work = new Names();
        var methods = new List<CarriedMethod>();
        string? type = null;
        var lines = text.Split('\n');
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var line = lines[i];
            var space = line.IndexOf(' ');
            if (space <= 0 || space == line.Length - 1)
            {
                return null;
            }

            var (head, rest) = (line.Substring(0, space), line.Substring(space + 1));
            switch (head)
            {
                case "F" when type is null:
                    files.Add(rest);
                    break;
                case "N" when type is null:
                    names.Add(rest);
                    break;
                case "E" when type is null && Effect(rest, files, names) is { } effect:
                    effects.Add(effect);
                    break;
                case "W" when type is null:
                    work.All.Add(rest);
                    break;
                case "T":
                    type = rest;
                    break;
                case var key when key[0] == ':' && key.Length > 1 && type is not null && Method(type, head.Substring(1), rest.Split(' '), effects, work) is { } method:
                    methods.Add(method);
                    break;
                default:
                    return null;
            }
        }

        return new AssemblyEffects(methods);
    }

    private static CarriedMethod? Method(string type, string key, string[] parts, List<MethodEffect> effects, Names names)
    {
        var effect = Number(parts[0]) is { } number && number < effects.Count ? effects[number] : null;
        var work = parts.Length > 1 ? Work(parts.Skip(1), names) : null;
        return (effect is null && parts[0] != Nothing) || (work is null && (parts.Length > 1 || effect is null)) ? null : new CarriedMethod(type, key, effect, work);
    }

    private static MethodEffect? Effect(string text, List<string> files, List<string> names)
    {
        var lazy = text.StartsWith("z ", StringComparison.Ordinal);
        var rows = ImmutableArray.CreateBuilder<EffectRow>();
        foreach (var part in (lazy ? text.Substring(2) : text).Split(new[] { " / " }, StringSplitOptions.None))
        {
            if (Row(part, files, names) is not { } row)
            {
                return null;
            }

            rows.Add(row);
        }

        return new MethodEffect(lazy, rows.ToImmutable());
    }

    private static EffectRow? Row(string text, List<string> files, List<string> names)
    {
        var own = false;
        var reaches = ImmutableArray.CreateBuilder<ForeignReach>();
        var runs = ImmutableArray.CreateBuilder<ForeignRun>();
        var exits = ImmutableArray.CreateBuilder<ForeignExit>();
        foreach (var item in text.Split(' '))
        {
            var parts = item.Split(':');
            switch (parts[0])
            {
                case "-" when text == "-":
                    break;
                case "h" when parts.Length == 1:
                    own = true;
                    break;
                case "r" when parts.Length == 4 && Reach(parts, files, names) is { } reach:
                    reaches.Add(reach);
                    break;
                case "d" or "dw" when parts.Length == 5 && Run(parts) is { } delegated:
                    runs.Add(delegated);
                    break;
                case "q" or "qw" when parts.Length == 6 && parts[5].Length > 0 && Run(parts) is { } handled:
                    runs.Add(handled with { Mediator = parts[5] });
                    break;
                case "x" when parts.Length == 4 && AreFates(parts[1]) && Regions(parts[3]) is { } left && Values(parts[2], left.Length) is { Length: 1 } value:
                    exits.Add(new ForeignExit(new Fates(parts[1]), value[0], left));
                    break;
                default:
                    return null;
            }
        }

        if (exits.Count == 0)
        {
            exits.Add(new ForeignExit(Fates.None, ForeignValue.Unknown, ImmutableArray<ForeignRegion>.Empty));
        }

        return new EffectRow(own, reaches.ToImmutable(), runs.ToImmutable(), exits.ToImmutable());
    }

    private static ForeignRun? Run(string[] parts) =>
        Number(parts[1]) is { } ordinal && AreFates(parts[2]) && Regions(parts[3]) is { } regions && Values(parts[4], regions.Length) is { } values
            ? new ForeignRun(ordinal, parts[0].Length == 2, new Fates(parts[2]), regions, values)
            : null;

    private static ForeignReach? Reach(string[] parts, List<string> files, List<string> names)
    {
        var kind = parts[1].Length > 0 ? parts[1][0] - 'a' : -1;
        var flags = parts[1].Length > 0 ? parts[1].Substring(1) : "?";
        if (!Enum.IsDefined(typeof(SinkKind), (byte)Math.Max(0, Math.Min(255, kind))) || kind < 0 || flags is not ("" or "w" or "l" or "wl" or "u" or "lu") || !AreFates(parts[2]))
        {
            return null;
        }

        var chain = ImmutableArray.CreateBuilder<ForeignStep>();
        foreach (var step in parts[3].Split(','))
        {
            var at = step.IndexOf('@');
            var dot = step.IndexOf('.');
            if (at <= 0 || dot <= at || Number(step.Substring(0, at)) is not { } name || Number(step.Substring(at + 1, dot - at - 1)) is not { } file || Number(step.Substring(dot + 1)) is not { } line
                || name >= names.Count || file >= files.Count)
            {
                return null;
            }

            chain.Add(new ForeignStep(names[name], files[file], line));
        }

        return new ForeignReach((SinkKind)kind, flags.Contains("w"), flags.Contains("l"), flags.Contains("u"), new Fates(parts[2]), chain.ToImmutable());
    }

    private static bool AreFates(string text) => text.Length <= Fates.Count && text.All(c => ".polPOLxrdgi".IndexOf(c) >= 0);

    private static ImmutableArray<ForeignRegion>? Regions(string text)
    {
        if (text.Length == 0)
        {
            return ImmutableArray<ForeignRegion>.Empty;
        }

        var regions = ImmutableArray.CreateBuilder<ForeignRegion>();
        foreach (var part in text.Split(','))
        {
            if (part.Length < 4 || !IsDigit(part[0], (int)RegionKind.Runner) || !IsDigit(part[1], (int)Level.Locking) || !IsDigit(part[2], (int)Holder.Escaped))
            {
                return null;
            }

            var at = 3;
            var changed = Skip('c');
            var context = Skip('x');
            var loses = Skip('s');
            if (Connection(part.Substring(at)) is not { } connection)
            {
                return null;
            }

            regions.Add(new ForeignRegion((RegionKind)(part[0] - '0'), (Level)(part[1] - '0'), changed, context, loses, connection, (Holder)(part[2] - '0')));

            bool Skip(char flag)
            {
                var is_ = at < part.Length && part[at] == flag;
                at += is_ ? 1 : 0;
                return is_;
            }
        }

        return regions.ToImmutable();
    }

    private static bool IsDigit(char c, int max) => c >= '0' && c <= '0' + max;

    private static ForeignConnection? Connection(string text) => text switch
    {
        "-" or "n" => new ForeignConnection(text[0], 0, ""),
        _ when text.Length > 1 && text[0] == 'a' && Number(text.Substring(1)) is { } ordinal => new ForeignConnection('a', ordinal, ""),
        _ when text.Length > 1 && text[0] == 'm' => new ForeignConnection('m', 0, text.Substring(1)),
        _ => null,
    };

    private static ImmutableArray<ForeignValue>? Values(string text, int regions)
    {
        var values = ImmutableArray.CreateBuilder<ForeignValue>();
        foreach (var part in text.Length == 0 ? Array.Empty<string>() : text.Split(','))
        {
            switch (part.Length > 0 ? part[0] : ' ')
            {
                case '-' or 'z' or 'y' or 'f' or 's' or 'n' or 'o' when part.Length == 1:
                    values.Add(new ForeignValue(part[0], 0));
                    break;
                case 'a' when Number(part.Substring(1)) is { } ordinal:
                    values.Add(new ForeignValue('a', ordinal));
                    break;
                case 't' or 'k' when Number(part.Substring(1)) is { } region && region < regions:
                    values.Add(new ForeignValue(part[0], region));
                    break;
                default:
                    return null;
            }
        }

        return values.ToImmutable();
    }

    /// <summary>Null: not a number, or one that is larger than anything that is counted here.</summary>
    private static int? Number(string text)
    {
        if (text.Length is 0 or > 5)
        {
            return null;
        }

        var number = 0;
        foreach (var c in text)
        {
            var digit = Digits.IndexOf(c);
            if (digit < 0)
            {
                return null;
            }

            number = (number * 36) + digit;
        }

        return number;
    }
}
