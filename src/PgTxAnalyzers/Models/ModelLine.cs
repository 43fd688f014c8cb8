namespace PgTxAnalyzers.Models;

/// <summary>One line of a model file: a pattern of members, and what they do (or, for a line with <c>!</c>, that other lines do not mean them).</summary>
internal sealed class ModelLine
{
    public ModelLine(ModelPattern pattern, ApiFact fact, bool excludes = false, bool followsDerived = false)
    {
        Pattern = pattern;
        Fact = fact;
        Excludes = excludes;
        FollowsDerived = followsDerived;
    }

    public ModelPattern Pattern { get; }

    public ApiFact Fact { get; }

    public bool Excludes { get; }

    /// <summary>
    /// Whether the line also decides about methods that are written in the analysed source, in a type that derives from the one it names. Otherwise
    /// their bodies decide. For generated clients (gRPC), whose bodies say less than their shape.
    /// </summary>
    public bool FollowsDerived { get; }
}

/// <summary>What is wrong with a model line, and where in it.</summary>
internal sealed class ModelError
{
    public ModelError(int start, int length, string message)
    {
        Start = start;
        Length = length;
        Message = message;
    }

    /// <summary>Offset from the beginning of the text that was parsed.</summary>
    public int Start { get; }

    public int Length { get; }

    public string Message { get; }
}
