using System;
using System.Collections.Immutable;
using System.Linq;

namespace PgTxAnalyzers.Models;

/// <summary>
/// Reads one line of a model file: <c>role [kind] pattern</c>, or <c>!pattern</c> for what other lines shall not mean.
/// Built-in lines may also have <c>derived</c> before the pattern, see <see cref="ModelLine.FollowsDerived"/>.
/// A <c>#</c> at the beginning or after a space begins a comment.
/// </summary>
internal static class ModelParser
{
    private const string IdHint = "a pattern is a documentation id such as 'M:My.Client.SendAsync', with M: for methods, T: for types, N: for namespaces, P: for properties or A: for attributes";

    /// <summary>Returns the line's model, or null where it has none: then <paramref name="error"/> says why, or is null for an empty line.</summary>
    public static ModelLine? ParseLine(string text, bool fromUser, out ModelError? error)
    {
        error = null;
        var words = new Words(text);
        if (!words.MoveNext())
        {
            return null;
        }

        if (text[words.Start] == '!')
        {
            return ParseExclusion(text, words, fromUser, out error);
        }

        if (!ApiRoles.TryParse(words.Current, out var role))
        {
            error = new ModelError(words.Start, words.Length, $"'{words.Current}' is no role; the roles are {ApiRoles.Choices}");
            return null;
        }

        var roleStart = words.Start;
        var roleEnd = words.End;
        var kind = SinkKind.None;
        var derived = false;
        while (words.MoveNext() && words.Current.IndexOf(':') < 0)
        {
            var word = words.Current;
            if (word == "derived" && !fromUser)
            {
                // A user's line means what it names in source anyway.
                derived = true;
            }
            else if (SinkKinds.TryParse(word, out var named))
            {
                kind = named;
                if (!HasKind(role))
                {
                    error = new ModelError(words.Start, words.Length, $"the role '{role.Token()}' has no kind");
                    return null;
                }
            }
            else if (words.IsLast)
            {
                error = new ModelError(words.Start, words.Length, $"'{word}' is no pattern; {IdHint}");
                return null;
            }
            else
            {
                error = new ModelError(words.Start, words.Length, $"'{word}' is no kind; the kinds are {SinkKinds.Choices}");
                return null;
            }
        }

        if (words.Length == 0)
        {
            error = new ModelError(roleStart, roleEnd - roleStart, $"the pattern is missing; {IdHint}");
            return null;
        }

        var pattern = ParsePattern(words.Current, words.Start, out error);
        if (pattern is null)
        {
            return null;
        }

        if (ModelTable.CanBegin(role) && (pattern.Kind != PatternKind.Method || pattern.Members.Any(Glob.IsGlob) || pattern.TypeIsGlob))
        {
            error = new ModelError(words.Start, words.Length, $"the role '{role.Token()}' needs the exact name of a method ('M:' without '*')");
            return null;
        }

        if (Rest(ref words, out error))
        {
            return null;
        }

        if (HasKind(role) && kind == SinkKind.None)
        {
            kind = SinkKind.External;
        }

        return new ModelLine(pattern, new ApiFact(role, kind, fromUser), excludes: false, derived);
    }

    /// <summary>Parses a pattern alone, as the options have it. <paramref name="offset"/> is added to the error's place.</summary>
    public static ModelPattern? ParsePattern(string id, int offset, out ModelError? error)
    {
        error = null;
        var kind = KindOf(id);
        if (kind is null || id.Length < 3)
        {
            error = new ModelError(offset, Math.Max(id.Length, 1), $"'{id}' is no pattern; {IdHint}");
            return null;
        }

        var body = id.Substring(2);
        var returns = CutReturn(ref body);
        var parameters = CutParameters(ref body);
        var reason = WhatIsWrong(kind.Value, body, parameters, returns);
        if (reason is not null)
        {
            error = new ModelError(offset, id.Length, $"'{id}' is no valid pattern: {reason}");
            return null;
        }

        if (kind is PatternKind.Method or PatternKind.Property)
        {
            var dot = body.LastIndexOf('.');
            var members = body.Substring(dot + 1).Split('|').Select(WithoutArity).ToImmutableArray();
            return new ModelPattern(id, kind.Value, body.Substring(0, dot), members, parameters, returns);
        }

        if (kind == PatternKind.Namespace && body.EndsWith(".*", StringComparison.Ordinal))
        {
            body = body.Substring(0, body.Length - 2);
        }

        return new ModelPattern(id, kind.Value, body, ImmutableArray<string>.Empty, null, null);
    }

    private static bool HasKind(ApiRole role) => role is ApiRole.Sink or ApiRole.Proxy or ApiRole.Enqueue;

    private static ModelLine? ParseExclusion(string text, Words words, bool fromUser, out ModelError? error)
    {
        var start = words.Start + 1;
        var id = words.Current.Substring(1);
        if (id.Length == 0)
        {
            // "! M:…" is read as "!M:…".
            if (!words.MoveNext())
            {
                error = new ModelError(start - 1, 1, $"the pattern is missing; {IdHint}");
                return null;
            }

            start = words.Start;
            id = words.Current;
        }

        var pattern = ParsePattern(id, start, out error);
        if (pattern is null || Rest(ref words, out error))
        {
            return null;
        }

        return new ModelLine(pattern, new ApiFact(ApiRole.None, SinkKind.None, fromUser), excludes: true);
    }

    private static bool Rest(ref Words words, out ModelError? error)
    {
        error = words.MoveNext() ? new ModelError(words.Start, words.Length, $"'{words.Current}' follows the pattern; nothing may but a comment") : null;
        return error is not null;
    }

    private static PatternKind? KindOf(string id) => id.Length < 2 || id[1] != ':' ? null : id[0] switch
    {
        'M' => PatternKind.Method,
        'T' => PatternKind.Type,
        'N' => PatternKind.Namespace,
        'P' => PatternKind.Property,
        'A' => PatternKind.Attribute,
        _ => null,
    };

    private static string? CutReturn(ref string body)
    {
        var tilde = body.LastIndexOf('~');
        if (tilde < 0)
        {
            return null;
        }

        var returns = body.Substring(tilde + 1);
        body = body.Substring(0, tilde);
        return returns;
    }

    private static string? CutParameters(ref string body)
    {
        var open = body.IndexOf('(');
        if (open < 0 || !body.EndsWith(")", StringComparison.Ordinal))
        {
            return null;
        }

        var parameters = body.Substring(open + 1, body.Length - open - 2);
        body = body.Substring(0, open);
        return parameters;
    }

    private static string? WhatIsWrong(PatternKind kind, string body, string? parameters, string? returns)
    {
        var isMember = kind is PatternKind.Method or PatternKind.Property;
        if (!isMember && (parameters is not null || returns is not null))
        {
            return "only methods have parameters and a return type";
        }

        if (body.IndexOf('<') >= 0 || body.IndexOf('>') >= 0)
        {
            return "generic types are written with their number of type parameters, as in IProducer`2";
        }

        foreach (var c in body)
        {
            var fits = char.IsLetterOrDigit(c) || c is '_' or '.' or '*' or '`' or '#' || (c == '|' && isMember);
            if (!fits)
            {
                return $"'{c}' cannot stand in it";
            }
        }

        if (returns is { Length: 0 })
        {
            return "the return type after '~' is missing";
        }

        if (body.Split('.', '|').Any(part => part.Length == 0))
        {
            return "a name between two dots is missing";
        }

        if (isMember && body.IndexOf('.') < 0)
        {
            return "a member is written with its type, as in M:My.Client.SendAsync";
        }

        if (kind == PatternKind.Namespace && Glob.IsGlob(body.EndsWith(".*", StringComparison.Ordinal) ? body.Substring(0, body.Length - 2) : body))
        {
            return "a namespace has no '*'; write T: with '*' for types whose names have something in common";
        }

        return isMember && body.LastIndexOf('|') is var bar && bar >= 0 && bar < body.LastIndexOf('.')
            ? "'|' stands between names of members only"
            : null;
    }

    // "Send``1" is the generic Send; a pattern means every method of the name.
    private static string WithoutArity(string member)
    {
        var tick = member.IndexOf('`');
        return tick < 0 ? member : member.Substring(0, tick);
    }

    /// <summary>The words of a line, without its comment.</summary>
    private struct Words
    {
        private readonly string _text;
        private readonly int _end;

        public Words(string text)
        {
            _text = text;
            _end = EndOfCode(text);
            Start = 0;
            End = 0;
        }

        public int Start { get; private set; }

        public int End { get; private set; }

        public readonly int Length => End - Start;

        public readonly string Current => _text.Substring(Start, Length);

        public readonly bool IsLast => IsBlank(End, _end);

        /// <summary>Goes to the next word; behind the last one the word is empty.</summary>
        public bool MoveNext()
        {
            Start = End;
            while (Start < _end && char.IsWhiteSpace(_text[Start]))
            {
                Start++;
            }

            End = Start;
            while (End < _end && !char.IsWhiteSpace(_text[End]))
            {
                End++;
            }

            return End > Start;
        }

        private readonly bool IsBlank(int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                if (!char.IsWhiteSpace(_text[i]))
                {
                    return false;
                }
            }

            return true;
        }

        // "#ctor" is no comment: it has no space before it.
        private static int EndOfCode(string text)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == '#' && (i == 0 || char.IsWhiteSpace(text[i - 1])))
                {
                    return i;
                }
            }

            return text.Length;
        }
    }
}
