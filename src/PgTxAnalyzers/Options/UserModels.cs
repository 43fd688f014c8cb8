using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using Microsoft.CodeAnalysis;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.Options;

/// <summary>The user's model lines: from <c>pgtx.safe_calls</c>, <c>pgtx.external_calls</c> and the models files, in this order.</summary>
internal static class UserModels
{
    public static ImmutableArray<ModelLine> Read(PgTxOptions options, ImmutableArray<AdditionalText> files, CancellationToken cancellation)
    {
        var lines = ImmutableArray.CreateBuilder<ModelLine>();
        Add(options.SafeCalls, new ApiFact(ApiRole.Neutral, SinkKind.None, fromUser: true));
        Add(options.ExternalCalls, new ApiFact(ApiRole.Sink, SinkKind.External, fromUser: true));
        foreach (var file in files)
        {
            if (ModelsFile.Is(file))
            {
                lines.AddRange(ModelsFile.Read(file, cancellation).Lines);
            }
        }

        return lines.ToImmutable();

        void Add(IEnumerable<string> ids, ApiFact fact)
        {
            foreach (var id in ids)
            {
                if (ModelParser.ParsePattern(id, 0, out _) is { } pattern)
                {
                    lines.Add(new ModelLine(pattern, fact));
                }
            }
        }
    }
}
