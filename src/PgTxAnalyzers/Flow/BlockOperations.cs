using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;

namespace PgTxAnalyzers.Flow;

/// <summary>What a basic block evaluates.</summary>
internal static class BlockOperations
{
    /// <summary>Its operations, and the value of its branch (a condition, what is returned or thrown) behind them.</summary>
    public static IEnumerable<IOperation> Of(BasicBlock block) => block.BranchValue is { } value ? block.Operations.Append(value) : block.Operations;
}
