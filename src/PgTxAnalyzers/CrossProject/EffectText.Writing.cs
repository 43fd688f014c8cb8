using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;

namespace PgTxAnalyzers.CrossProject;

/// <summary>The effects of an assembly as text: what an attribute holds. The format is described in docs/decisions/0003 and 0012.</summary>
internal static partial class EffectText
{
    /// <summary>The key of the assembly's metadata.</summary>
    public const string Key = "PgTx.Effects";

    /// <summary>Counted up with each change that an older reader would misunderstand. 2 is a packed text, of whatever version.</summary>
    public const string Version = "3";

    /// <summary>Stands for the effect of a method of which only its work is known.</summary>
    private const string Nothing = "-";

    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The effects and the work by type and method; equal input gives equal text.</summary>
    public static string Write(IEnumerable<CarriedMethod> methods)
    {
        var tables = new Tables();
        var body = new StringBuilder();
        foreach (var type in methods.GroupBy(m => m.Type).OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            body.Append("T ").Append(type.Key).Append('\n');
            foreach (var method in type.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                body.Append(':').Append(method.Key).Append(' ').Append(method.Effect is { } effect ? Number(tables.Effects.Of(Effect(effect, tables))) : Nothing);
                if (method.Work is { } work)
                {
                    body.Append(' ').Append(Work(work, tables.Work));
                }

                body.Append('\n');
            }
        }

        var text = new StringBuilder(Version).Append('\n');
        Table('F', tables.Files);
        Table('N', tables.Names);
        Table('E', tables.Effects);
        Table('W', tables.Work);
        return text.Append(body).ToString();

        void Table(char letter, Interned entries)
        {
            foreach (var entry in entries.All)
            {
                text.Append(letter).Append(' ').Append(entry).Append('\n');
            }
        }
    }

    private static string Effect(MethodEffect effect, Tables tables) =>
        (effect.IsLazy ? "z " : "") + string.Join(" / ", effect.Rows.Select(r => Row(r, tables)));

    private static string Row(EffectRow row, Tables tables)
    {
        var items = new List<string>();
        if (row.WithOwn)
        {
            items.Add("h");
        }

        items.AddRange(row.Reaches.Select(r =>
            $"r:{(char)('a' + (int)r.Kind)}{(r.IsWait ? "w" : "")}{(r.IsLater ? "l" : "")}{(r.AddsUp ? "u" : "")}:{r.Fates.Text}:{string.Join(",", r.Chain.Select(s => $"{Number(tables.Names.Of(s.Name))}@{Number(tables.Files.Of(s.File))}.{Number(s.Line)}"))}"));
        items.AddRange(row.Runs.Select(Run));

        // One exit that does nothing and returns nothing known is what most methods have.
        if (row.Exits.Length != 1 || !IsPlain(row.Exits[0]))
        {
            items.AddRange(row.Exits.Select(Exit));
        }

        return items.Count == 0 ? "-" : string.Join(" ", items);
    }

    public static bool IsPlain(ForeignExit exit) => exit.Fates.Text.Length == 0 && exit.Value.Kind == '-' && exit.Regions.IsEmpty;

    /// <summary>Equal for equal runs.</summary>
    public static string Run(ForeignRun run) =>
        $"{(run.Mediator.Length > 0 ? "q" : "d")}{(run.IsWaited ? "w" : "")}:{Number(run.Ordinal)}:{run.Fates.Text}:{Regions(run.Regions)}:{string.Join(",", run.Arguments.Select(Value))}{(run.Mediator.Length > 0 ? ":" + run.Mediator : "")}";

    /// <summary>Equal for equal exits.</summary>
    public static string Exit(ForeignExit exit) => $"x:{exit.Fates.Text}:{Value(exit.Value)}:{Regions(exit.Regions)}";

    private static string Regions(ImmutableArray<ForeignRegion> regions) => string.Join(",", regions.Select(r =>
        $"{(int)r.Kind}{(int)r.Level}{(int)r.Holder}{(r.Changed ? "c" : "")}{(r.IsContext ? "x" : "")}{(r.LosesFlow ? "s" : "")}{Connection(r.Connection)}"));

    private static string Connection(ForeignConnection connection) => connection.Kind switch
    {
        'a' => "a" + Number(connection.Ordinal),
        'm' => "m" + connection.Member,
        var kind => kind.ToString(),
    };

    private static string Value(ForeignValue value) => value.Kind is 't' or 'k' or 'a' ? value.Kind + Number(value.Number) : value.Kind.ToString();

    private static string Number(int number)
    {
        var text = "";
        do
        {
            text = Digits[number % 36] + text;
            number /= 36;
        }
        while (number > 0);
        return text;
    }

    private sealed class Tables
    {
        public Interned Files { get; } = new();

        public Interned Names { get; } = new();

        public Interned Effects { get; } = new();

        /// <summary>The names of work, apart: their order is that in which they are said.</summary>
        public Interned Work { get; } = new();
    }

    /// <summary>Texts by the order in which they were first asked for, which the ordinal order of types and methods decides.</summary>
    private sealed class Interned
    {
        private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);

        public List<string> All { get; } = new();

        public int Of(string text)
        {
            if (!numbers.TryGetValue(text, out var number))
            {
                numbers[text] = number = All.Count;
                All.Add(text);
            }

            return number;
        }
    }
}
