using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Pooling;

/// <summary>A place where a text goes to a command.</summary>
/// <param name="Sql">The expression that is the text.</param>
/// <param name="Call">The call, creation or assignment that takes it.</param>
/// <param name="Connection">An expression that leads to the connection; null: not in sight.</param>
/// <param name="IsBatchPart">Others of the same batch run in the same implicit transaction.</param>
internal sealed record SqlSink(ExpressionSyntax Sql, SyntaxNode Call, ExpressionSyntax? Connection, bool IsBatchPart);

/// <summary>Says, by symbols, whether a call or assignment gives a text to a command: Npgsql, ADO.NET, Dapper, EF Core, and the project's own helpers in front of them.</summary>
internal sealed class SqlSinks
{
    /// <summary>Helpers that pass the text on to one another.</summary>
    private const int MaxHelpers = 3;

    /// <summary>The types whose parameters of these names are SQL. Migrations are not among them: they run on a connection of their own.</summary>
    private static readonly ImmutableHashSet<string> Types = ImmutableHashSet.Create(
        "Npgsql.NpgsqlCommand", "Npgsql.NpgsqlBatchCommand", "Npgsql.NpgsqlDataSource", "Npgsql.NpgsqlDataAdapter", "System.Data.Common.DbDataSource",
        "Dapper.SqlMapper", "Dapper.CommandDefinition",
        "Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions", "Microsoft.EntityFrameworkCore.RelationalQueryableExtensions",
        "LinqToDB.Data.DataConnectionExtensions", "LinqToDB.Data.CommandInfo", "RepoDb.DbConnectionExtension");

    private static readonly ImmutableHashSet<string> Parameters = ImmutableHashSet.Create("sql", "commandText", "cmdText", "selectCommandText");

    private readonly CompilationContext flow;
    private readonly Func<SyntaxTree, SemanticModel?> models;
    private readonly CancellationToken cancellation;

    public SqlSinks(PoolingContext context, CancellationToken cancellation) : this(context.Flow, context.Model, cancellation)
    {
    }

    public SqlSinks(CompilationContext flow, Func<SyntaxTree, SemanticModel?> models, CancellationToken cancellation) => (this.flow, this.models, this.cancellation) = (flow, models, cancellation);

    public IEnumerable<SqlSink> Of(SyntaxNode place)
    {
        if (models(place.SyntaxTree) is not { } model)
        {
            return Enumerable.Empty<SqlSink>();
        }

        return place switch
        {
            AssignmentExpressionSyntax assignment => Assigned(assignment, model),
            InvocationExpressionSyntax call => Called(call, call.ArgumentList, model),
            BaseObjectCreationExpressionSyntax creation => Called(creation, creation.ArgumentList, model),
            ConstructorInitializerSyntax initializer => Called(initializer, initializer.ArgumentList, model),
            _ => Enumerable.Empty<SqlSink>(),
        };
    }

    private IEnumerable<SqlSink> Assigned(AssignmentExpressionSyntax assignment, SemanticModel model)
    {
        if (model.GetSymbolInfo(assignment.Left, cancellation).Symbol is not IPropertySymbol { Name: "CommandText" } property || !property.DeclaringSyntaxReferences.IsEmpty)
        {
            yield break;
        }

        ExpressionSyntax? command = assignment.Left switch
        {
            MemberAccessExpressionSyntax access => access.Expression,
            _ when assignment.Parent is InitializerExpressionSyntax { Parent: BaseObjectCreationExpressionSyntax creation } => creation,
            _ => null,
        };
        var type = command is null ? null : model.GetTypeInfo(command, cancellation).Type;
        var isBatch = Inherits(type, "DbBatchCommand");
        if (command is not null && (isBatch || flow.Shapes.Of(type) == Shape.Command))
        {
            yield return new SqlSink(assignment.Right, assignment, isBatch ? Batch(command) : command, isBatch);
        }
    }

    private IEnumerable<SqlSink> Called(SyntaxNode call, BaseArgumentListSyntax? arguments, SemanticModel model)
    {
        if (arguments is null || model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol method)
        {
            yield break;
        }

        foreach (var argument in arguments.Arguments)
        {
            if (ParameterOf(argument, arguments, method) is not { } parameter || !IsSql(parameter, 0))
            {
                continue;
            }

            var (connection, isBatch) = ConnectionOf(call, method, arguments, model);

            // Another server's connection: Dapper and ADO.NET's base types are for all of them.
            if (connection is null || !IsForeign(connection, model))
            {
                yield return new SqlSink(argument.Expression, call, connection, isBatch);
            }
        }
    }

    private static IParameterSymbol? ParameterOf(ArgumentSyntax argument, BaseArgumentListSyntax list, IMethodSymbol method)
    {
        if (argument.NameColon is { Name.Identifier.ValueText: var name })
        {
            return method.Parameters.FirstOrDefault(p => p.Name == name);
        }

        var index = list.Arguments.IndexOf(argument);
        return index >= 0 && index < method.Parameters.Length ? method.Parameters[index] : null;
    }

    private bool IsSql(IParameterSymbol parameter, int helpers)
    {
        if (parameter.ContainingSymbol is not IMethodSymbol { ContainingType: { } type } method
            || !(parameter.Type.SpecialType == SpecialType.System_String || parameter.Type.Name == "FormattableString"))
        {
            return false;
        }

        return parameter.DeclaringSyntaxReferences.IsEmpty
            ? (Parameters.Contains(parameter.Name) && Types.Contains(FullName(type))) || IsCommandFactory(method, parameter)
            : helpers < MaxHelpers && parameter.Type.SpecialType == SpecialType.System_String && PassesOn(parameter, method, helpers);
    }

    /// <summary>A library's own <c>connection.CreateCommand(text)</c>, such as Weasel's: what takes a connection and its first text, and gives a command, makes it of that text.</summary>
    private bool IsCommandFactory(IMethodSymbol method, IParameterSymbol parameter) =>
        flow.Shapes.Of(method.ReturnType) == Shape.Command
        && (method.ReducedFrom ?? method).Parameters is { Length: > 1 } all && flow.Shapes.Of(all[0].Type) is Shape.Connection or Shape.Transaction
        && all.First(p => p.Type.SpecialType == SpecialType.System_String).Name == parameter.Name;

    /// <summary>The helper gives its parameter to a command, as it is or with something around it.</summary>
    private bool PassesOn(IParameterSymbol parameter, IMethodSymbol method, int helpers)
    {
        var declaration = (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        if (declaration is not (MethodDeclarationSyntax or LocalFunctionStatementSyntax) || models(declaration.SyntaxTree) is not { } model)
        {
            return false;
        }

        foreach (var name in declaration.DescendantNodes().OfType<IdentifierNameSyntax>().Where(n => n.Identifier.ValueText == parameter.Name))
        {
            switch (TextPlaces.Whole(name).Parent)
            {
                case AssignmentExpressionSyntax { Left: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CommandText" } } assignment when Assigned(assignment, model).Any():
                case AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "CommandText" } } inner when Assigned(inner, model).Any():
                    return true;
                case ArgumentSyntax { Parent: BaseArgumentListSyntax { Parent: { } call } list } argument
                    when model.GetSymbolInfo(call, cancellation).Symbol is IMethodSymbol called && ParameterOf(argument, list, called) is { } next
                        && !SymbolEqualityComparer.Default.Equals(called.OriginalDefinition, method.OriginalDefinition) && IsSql(next, helpers + 1):
                    return true;
            }
        }

        return false;
    }

    private (ExpressionSyntax? Connection, bool IsBatch) ConnectionOf(SyntaxNode call, IMethodSymbol method, BaseArgumentListSyntax arguments, SemanticModel model)
    {
        var type = method.MethodKind == MethodKind.Constructor ? method.ContainingType : null;
        if (type is not null && Inherits(type, "DbBatchCommand"))
        {
            return (call is ExpressionSyntax made ? Batch(made) : null, true);
        }

        foreach (var argument in arguments.Arguments)
        {
            if (flow.Shapes.Of(model.GetTypeInfo(argument.Expression, cancellation).Type) is Shape.Connection or Shape.Context)
            {
                return (argument.Expression, false);
            }
        }

        // A command without one may be given it in its initialiser, or later: the command itself leads on.
        if (type is not null)
        {
            return (call as ExpressionSyntax, false);
        }

        return (call is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } ? access.Expression : null, false);
    }

    /// <summary>The batch that a command is added to: <c>batch.BatchCommands.Add(new(…))</c>.</summary>
    private static ExpressionSyntax? Batch(ExpressionSyntax command)
    {
        if (command.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "BatchCommands" } commands } } })
        {
            return commands.Expression;
        }

        return command.FirstAncestorOrSelf<BaseObjectCreationExpressionSyntax>(creation => creation != command && creation.Initializer is not null);
    }

    private bool IsForeign(ExpressionSyntax connection, SemanticModel model) =>
        model.GetTypeInfo(connection, cancellation).Type is { } type && Inherits(type, "DbConnection") && flow.Shapes.Of(type) == Shape.Other;

    private static bool Inherits(ITypeSymbol? type, string name)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (t.Name == name && t.ContainingNamespace is { Name: "Common" } && t.DeclaringSyntaxReferences.IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    private static string FullName(INamedTypeSymbol type) => type.ContainingNamespace.ToDisplayString() + "." + type.Name;
}
