using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Retry;

namespace PgTxAnalyzers.Rules.Retry;

/// <summary>
/// PGTX210: a unit under a strategy inserts rows whose keys are generated. The reply to its COMMIT is lost, the strategy runs it again, and the rows
/// are there twice.
/// </summary>
internal sealed class PGTX210CommitNotVerified : RetryRule
{
    public static readonly DiagnosticDescriptor Rule = new(
        "PGTX210",
        "Outcome of a lost commit is not verified",
        "When the reply to the commit is lost, {0} is inserted twice: '{1}' runs the unit again without asking whether it was committed",
        "Retry",
        DiagnosticSeverity.Hidden,
        isEnabledByDefault: true,
        "After a COMMIT whose reply is lost, nobody knows whether it happened. ExecuteInTransactionAsync asks its verifySucceeded before it repeats; a key of the caller's makes the second insert fail instead.",
        RuleHelp.LinkFor("PGTX210"));

    /// <summary>Methods from the delegate down in which the insert is looked for.</summary>
    private const int MaxDepth = 2;

    public override DiagnosticDescriptor Descriptor => Rule;

    public override ImmutableArray<string> Words { get; } = ImmutableArray.Create("CreateExecutionStrategy", "IExecutionStrategy");

    public override IEnumerable<Diagnostic> Examine(RetryFile file)
    {
        foreach (var call in file.Calls("Execute", "ExecuteAsync").OfType<InvocationExpressionSyntax>())
        {
            if (file.Retry.FactOf(call, out var method, file.Cancellation).Role != ApiRole.StrategyRunner || Verifies(call, method!))
            {
                continue;
            }

            foreach (var argument in call.ArgumentList.Arguments)
            {
                var unit = new Unit(file);
                unit.Look(argument.Expression, 0);
                if (unit is { Saves: true, Inserted: { } entity })
                {
                    yield return Diagnostic.Create(Rule, RetryText.PlaceOf(call), entity.Name, method!.Name);
                    break;
                }
            }
        }
    }

    private static bool Verifies(InvocationExpressionSyntax call, IMethodSymbol method) => call.ArgumentList.Arguments.Any(a =>
        RetryScopes.ParameterOf(method, a) is { Name: "verifySucceeded" } && !a.Expression.ToString().Equals("null", System.StringComparison.Ordinal));

    /// <summary>What the repeated unit does, in its own text and a little below.</summary>
    private sealed class Unit
    {
        private readonly RetryFile file;

        public Unit(RetryFile file) => this.file = file;

        public bool Saves { get; private set; }

        /// <summary>An entity whose key nobody states.</summary>
        public ITypeSymbol? Inserted { get; private set; }

        public void Look(SyntaxNode code, int depth)
        {
            var model = file.Retry.Model(code);
            foreach (var call in code.DescendantNodesAndSelf().OfType<InvocationExpressionSyntax>())
            {
                var fact = file.Retry.FactOf(call, out var method, file.Cancellation);
                Saves |= fact.Role == ApiRole.Save;
                if (method is null)
                {
                    continue;
                }

                if (method.Name is "Add" or "AddAsync" or "AddRange" or "AddRangeAsync" && KnownTypes.IsEfCore(method))
                {
                    Inserted ??= call.ArgumentList.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
                        .Select(creation => (Creation: creation, Type: model.GetTypeInfo(creation, file.Cancellation).Type))
                        .FirstOrDefault(c => c.Type is not null && HasGeneratedKey(c.Type, c.Creation)).Type;
                }
                else if (fact.Role == ApiRole.None && depth < MaxDepth)
                {
                    foreach (var target in file.Retry.Compilation.Targets.Of(method, Flow.Value.Nothing, false, file.Cancellation))
                    {
                        foreach (var reference in target.DeclaringSyntaxReferences)
                        {
                            Look(reference.GetSyntax(file.Cancellation), depth + 1);
                        }
                    }
                }
            }
        }

        /// <summary>By EF Core's convention the key is <c>Id</c> or <c>OrderId</c>; numbers and Guids are generated where the program states none.</summary>
        private static bool HasGeneratedKey(ITypeSymbol entity, BaseObjectCreationExpressionSyntax creation)
        {
            if (creation.ArgumentList is { Arguments.Count: > 0 })
            {
                return false;
            }

            for (var type = entity; type is not null; type = type.BaseType)
            {
                foreach (var property in type.GetMembers().OfType<IPropertySymbol>())
                {
                    if ((property.Name == "Id" || property.Name == entity.Name + "Id")
                        && (property.Type.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_Int16 || KnownTypes.Is(property.Type, "System", "Guid")))
                    {
                        return creation.Initializer?.Expressions.OfType<AssignmentExpressionSyntax>().Any(a => a.Left is IdentifierNameSyntax name && name.Identifier.ValueText == property.Name) != true;
                    }
                }
            }

            return false;
        }
    }
}
