using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace PgTxAnalyzers.CrossProject;

/// <summary>Facts as text: the version, then a line for each, its kind's letter and its subject. A few dozen bytes.</summary>
internal static class ProjectFactsText
{
    /// <summary>The key of the assembly's metadata.</summary>
    public const string Key = "PgTx.Facts";

    /// <summary>Counted up with each change that an older reader would misunderstand. <see cref="PackedText"/> has a number of its own.</summary>
    private const string Version = "1";

    private const int MaxLength = 1024 * 1024;

    /// <summary>Null: there is nothing to say.</summary>
    public static string? Write(ProjectFacts facts)
    {
        if (facts.All.IsEmpty)
        {
            return null;
        }

        var text = new StringBuilder(Version).Append('\n');
        foreach (var fact in facts.All)
        {
            text.Append((char)fact.Kind).Append(' ').Append(fact.Subject).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Null: there is none, it is of another version, or damaged.</summary>
    public static ProjectFacts? Read(string? text)
    {
        text = PackedText.Unpack(text, Version, MaxLength);
        if (text is null)
        {
            return null;
        }

        var facts = new List<ProjectFact>();
        foreach (var line in text.Substring(Version.Length + 1).Split('\n').Where(l => l.Length > 0))
        {
            if (line.Length < 3 || line[1] != ' ' || !Enum.IsDefined(typeof(FactKind), (int)line[0]))
            {
                return null;
            }

            var fact = new ProjectFact((FactKind)line[0], line.Substring(2));
            if (fact.Kind == FactKind.Behavior && CarriedBehavior.Read(fact.Subject) is null)
            {
                return null;
            }

            facts.Add(fact);
        }

        return new ProjectFacts(facts);
    }
}
