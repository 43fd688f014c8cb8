using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Options;

/// <summary>The additional file in which users describe their own libraries. What cannot be read is left out and reported; the rest counts.</summary>
internal sealed class ModelsFile
{
    public const string FileName = "PgTx.Models.txt";

    /// <summary>A larger file is not read at all: nobody writes a million characters by hand, and every build would read them.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>After so many findings in one file the next one says how many more there are.</summary>
    public const int MaxProblems = 50;

    private ModelsFile(ImmutableArray<ModelLine> lines, ImmutableArray<ConfigurationProblem> problems)
    {
        Lines = lines;
        Problems = problems;
    }

    public ImmutableArray<ModelLine> Lines { get; }

    public ImmutableArray<ConfigurationProblem> Problems { get; }

    public static bool Is(AdditionalText file) =>
        Path.GetFileName(file.Path.Replace('\\', '/')).Equals(FileName, StringComparison.OrdinalIgnoreCase);

    public static ModelsFile Read(AdditionalText file, CancellationToken cancellation)
    {
        var text = TextOf(file, cancellation);
        if (text is null)
        {
            return Whole(file, "the file cannot be read; nothing in it counts");
        }

        if (text.Length > MaxLength)
        {
            return Whole(file, $"the file has {text.Length} characters, more than {MaxLength}; nothing in it counts");
        }

        return ReadLines(file.Path, text, cancellation);
    }

    private static ModelsFile ReadLines(string path, SourceText text, CancellationToken cancellation)
    {
        var lines = ImmutableArray.CreateBuilder<ModelLine>();
        var problems = ImmutableArray.CreateBuilder<ConfigurationProblem>();
        var first = new Dictionary<string, (ModelLine Line, int Number)>();
        var more = 0;
        foreach (var textLine in text.Lines)
        {
            cancellation.ThrowIfCancellationRequested();
            var content = textLine.ToString();
            var line = ModelParser.ParseLine(content, fromUser: true, out var error);
            if (line is not null)
            {
                error = Contradiction(line, textLine.LineNumber, content, first);
                lines.Add(line);
            }

            if (error is not null && problems.Count < MaxProblems)
            {
                problems.Add(new ConfigurationProblem(LocationOf(path, textLine, error), error.Message));
            }
            else if (error is not null)
            {
                more++;
            }
        }

        if (more > 0)
        {
            problems.Add(new ConfigurationProblem(StartOf(path), $"{more} more lines of this file are wrong"));
        }

        return new ModelsFile(lines.ToImmutable(), problems.ToImmutable());
    }

    // Two lines that say different things of the same pattern: the first one counts.
    private static ModelError? Contradiction(ModelLine line, int number, string content, Dictionary<string, (ModelLine Line, int Number)> first)
    {
        var pattern = line.Pattern.Text;
        if (!first.TryGetValue(pattern, out var earlier))
        {
            first.Add(pattern, (line, number));
            return null;
        }

        var same = earlier.Line.Fact.Role == line.Fact.Role && earlier.Line.Fact.Kind == line.Fact.Kind && earlier.Line.Excludes == line.Excludes;
        return same ? null : new ModelError(content.IndexOf(pattern, StringComparison.Ordinal), pattern.Length, $"line {earlier.Number + 1} says something else of '{pattern}'");
    }

    private static ModelsFile Whole(AdditionalText file, string message) =>
        new(ImmutableArray<ModelLine>.Empty, ImmutableArray.Create(new ConfigurationProblem(StartOf(file.Path), message)));

    private static Location StartOf(string path) => Location.Create(path, default, default);

    private static Location LocationOf(string path, TextLine line, ModelError error)
    {
        var start = new LinePosition(line.LineNumber, error.Start);
        var end = new LinePosition(line.LineNumber, error.Start + error.Length);
        return Location.Create(path, new TextSpan(line.Start + error.Start, error.Length), new LinePositionSpan(start, end));
    }

    private static SourceText? TextOf(AdditionalText file, CancellationToken cancellation)
    {
        try
        {
            return file.GetText(cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            // A host may read the file only now, and fail.
            return null;
        }
    }
}
