using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// Loose ends as text: a line for each, its parts separated by tabs. <c>O</c> an obligation (member, level, line, file, method, chain), <c>R</c> a registration
/// (method, service, implementation), <c>U</c> one of a unit that may have begun (its member, delegate, members since, member or sink that is waited for, line, file, method, chain), <c>M</c> an obligation of another project that was met.
/// </summary>
internal static class LooseEndsText
{
    /// <summary>The key of the assembly's metadata.</summary>
    public const string Key = "PgTx.Obligations";

    private const string Version = "1";

    private const int MaxLength = 4 * 1024 * 1024;

    /// <summary>Null: there is nothing to say.</summary>
    public static string? Write(LooseEnds ends)
    {
        if (ends == LooseEnds.None)
        {
            return null;
        }

        var text = new StringBuilder(Version).Append('\n');
        foreach (var o in ends.Obligations)
        {
            Line("O", o.Member, ((int)o.Level).ToString(CultureInfo.InvariantCulture), o.Line.ToString(CultureInfo.InvariantCulture), o.File, o.Method, o.Chain);
        }

        foreach (var u in ends.Units)
        {
            Line(
                "U", u.Unit.Member, u.Unit.Delegate?.ToString(CultureInfo.InvariantCulture) ?? "", string.Join(" ", u.Unit.Since), u.Member ?? (char)('a' + (int)u.Kind) + (u.IsWait ? "w" : ""),
                u.Line.ToString(CultureInfo.InvariantCulture), u.File, u.Method, u.Chain);
        }

        foreach (var r in ends.Registrations)
        {
            Line("R", r.Method, r.Service, r.Implementation);
        }

        foreach (var id in ends.Met)
        {
            Line("M", id);
        }

        return text.ToString();

        void Line(params string[] parts) => text.Append(string.Join("\t", parts.Select(p => p.Replace('\t', ' ').Replace('\n', ' ')))).Append('\n');
    }

    /// <summary>Null: there is none, it is of another version, or damaged.</summary>
    public static LooseEnds? Read(string? text)
    {
        text = PackedText.Unpack(text, Version, MaxLength);
        if (text is null)
        {
            return null;
        }

        var obligations = ImmutableArray.CreateBuilder<Obligation>();
        var units = ImmutableArray.CreateBuilder<UnitObligation>();
        var registrations = ImmutableArray.CreateBuilder<Registration>();
        var met = ImmutableArray.CreateBuilder<string>();
        foreach (var line in text.Split('\n').Skip(1).Where(l => l.Length > 0))
        {
            var parts = line.Split('\t');
            switch (parts[0])
            {
                case "O" when parts.Length == 7 && parts[2] is "1" or "2" or "3" && int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                    obligations.Add(new Obligation(parts[1], (Level)(parts[2][0] - '0'), parts[5], parts[4], number, parts[6]));
                    break;
                case "U" when parts.Length == 9 && Unit(parts) is { } unit:
                    units.Add(unit);
                    break;
                case "R" when parts.Length == 4:
                    registrations.Add(new Registration(parts[1], parts[2], parts[3]));
                    break;
                case "M" when parts.Length == 2:
                    met.Add(parts[1]);
                    break;
                default:
                    return null;
            }
        }

        return new LooseEnds(obligations.ToImmutable(), units.ToImmutable(), registrations.ToImmutable(), met.ToImmutable());
    }

    private static UnitObligation? Unit(string[] parts)
    {
        int? ordinal = null;
        if (parts[2].Length > 0)
        {
            if (!int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            ordinal = number;
        }

        // A documentation id has a colon behind its first letter; a sink is a letter, and a second one for a wait.
        var isSink = parts[4].Length is 1 or 2;
        var kind = isSink ? parts[4][0] - 'a' : 0;
        if (!int.TryParse(parts[5], NumberStyles.None, CultureInfo.InvariantCulture, out var line) || parts[4].Length == 0 || kind is < 0 or > byte.MaxValue || !Enum.IsDefined(typeof(SinkKind), (byte)kind)
            || (parts[4].Length == 2 && parts[4][1] != 'w'))
        {
            return null;
        }

        var unit = new OpenUnit(parts[1], ordinal, parts[3].Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries).ToImmutableArray());
        return new UnitObligation(unit, isSink ? null : parts[4], (SinkKind)kind, parts[4].Length == 2, parts[7], parts[6], line, parts[8]);
    }
}
