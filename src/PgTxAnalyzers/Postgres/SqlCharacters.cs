namespace PgTxAnalyzers.Postgres;

/// <summary>PostgreSQL's classes of characters.</summary>
internal static class SqlCharacters
{
    public static bool IsWhiteSpace(char c) => c < Ascii && (Classes[c] & Space) != 0;

    public static bool IsDigit(char c) => c is >= '0' and <= '9';

    public static bool IsDigit(char c, int radix)
        => radix == 16 ? IsDigit(c) || (c | ' ') is >= 'a' and <= 'f' : c >= '0' && c < '0' + radix;

    /// <summary>PostgreSQL takes every character beyond ASCII as a letter, a no-break space and our hole included.</summary>
    public static bool IsIdentifierStart(char c) => c >= Ascii || (Classes[c] & Letter) != 0;

    public static bool IsIdentifierPart(char c) => c >= Ascii || (Classes[c] & (Letter | Digit | Dollar)) != 0;

    /// <summary>As Npgsql has it, but for the dot that it also takes: <c>@row.id</c> is a field far more often than a name.</summary>
    public static bool IsParameterName(char c) => c == '_' || c == SqlScanner.Hole || char.IsLetterOrDigit(c);

    public static bool IsOperator(char c) => c < Ascii && (Classes[c] & OperatorPart) != 0;

    private const int Ascii = 128;
    private const byte Letter = 1, Digit = 2, Dollar = 4, Space = 8, OperatorPart = 16;

    // What an ASCII character is. Written once, here.
    private static readonly byte[] Classes = CreateClasses();

    private static byte[] CreateClasses()
    {
        var classes = new byte[Ascii];
        for (char c = 'a'; c <= 'z'; c++)
            classes[c] = classes[char.ToUpperInvariant(c)] = Letter;
        for (char c = '0'; c <= '9'; c++)
            classes[c] = Digit;
        foreach (char c in " \t\n\r\f\v")
            classes[c] = Space;
        foreach (char c in "~!@#^&|`?+-*/%<>=")
            classes[c] = OperatorPart;
        classes['_'] = Letter;
        classes['$'] = Dollar;
        return classes;
    }
}
