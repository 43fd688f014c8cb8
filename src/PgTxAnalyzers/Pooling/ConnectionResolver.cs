using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>Follows an expression for a connection, a data source, a command or a context back to the connection string behind it, as far as it is written down once.</summary>
internal sealed class ConnectionResolver
{
    /// <summary>Variables, members and calls that a connection comes through.</summary>
    private const int MaxSteps = 16;

    private readonly PoolingContext context;
    private readonly CancellationToken cancellation;
    private readonly ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<ConnectionStringText>.Builder strings = ImmutableArray.CreateBuilder<ConnectionStringText>();

    private ConnectionResolver(PoolingContext context, CancellationToken cancellation) => (this.context, this.cancellation) = (context, cancellation);

    public static ConnectionOrigin Resolve(PoolingContext context, ExpressionSyntax? expression, CancellationToken cancellation)
    {
        if (expression is null)
        {
            return ConnectionOrigin.Unknown;
        }

        var resolver = new ConnectionResolver(context, cancellation);
        resolver.Follow(expression, 0);
        foreach (var text in resolver.strings)
        {
            resolver.names.AddRange(text.Hosts(context.Npgsql).Select(host => host.Name));
        }

        return new ConnectionOrigin(resolver.names.ToImmutable(), resolver.strings.ToImmutable());
    }

    private void Follow(ExpressionSyntax expression, int steps)
    {
        cancellation.ThrowIfCancellationRequested();
        if (steps > MaxSteps || context.Model(expression.SyntaxTree) is not { } model)
        {
            return;
        }

        switch (expression)
        {
            case AwaitExpressionSyntax awaited:
                Follow(awaited.Expression, steps + 1);
                break;
            case ParenthesizedExpressionSyntax inner:
                Follow(inner.Expression, steps + 1);
                break;
            case CastExpressionSyntax cast:
                Follow(cast.Expression, steps + 1);
                break;
            case PostfixUnaryExpressionSyntax sure:
                Follow(sure.Operand, steps + 1);
                break;
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } either:
                Follow(either.Left, steps + 1);
                Follow(either.Right, steps + 1);
                break;
            case LiteralExpressionSyntax or InterpolatedStringExpressionSyntax or BinaryExpressionSyntax:
                Text(expression);
                break;
            case BaseObjectCreationExpressionSyntax creation:
                Creation(creation, model, steps);
                break;
            case InvocationExpressionSyntax call:
                Call(call, model, steps);
                break;
            case ElementAccessExpressionSyntax { ArgumentList.Arguments: { Count: 1 } key }:
                Key(key[0].Expression);
                break;
            case IdentifierNameSyntax or MemberAccessExpressionSyntax:
                Name(expression, model, steps);
                break;
        }
    }

    private void Text(ExpressionSyntax expression)
    {
        var text = ConnectionStringText.Parse(context.Read(expression, cancellation).Content);
        if (text.IsWellFormed && !text.Entries.IsEmpty)
        {
            strings.Add(text);
        }
    }

    private void Name(ExpressionSyntax name, SemanticModel model, int steps)
    {
        if (model.GetSymbolInfo(name, cancellation).Symbol is not { } symbol)
        {
            return;
        }

        names.Add(symbol.Name);
        var type = symbol switch { ILocalSymbol l => l.Type, IFieldSymbol f => f.Type, IPropertySymbol p => p.Type, IParameterSymbol p => p.Type, _ => null };
        if (type is { ContainingAssembly: var assembly } && SymbolEqualityComparer.Default.Equals(assembly, model.Compilation.Assembly))
        {
            names.Add(type.Name);
        }

        if (symbol is IFieldSymbol or IPropertySymbol && symbol.ContainingType is { DeclaringSyntaxReferences.IsEmpty: false } owner)
        {
            names.Add(owner.Name);
        }

        if (Definitions.ValueOf(symbol, name, context.Model, cancellation) is { } value)
        {
            Follow(value, steps + 1);
        }
        else if (name is MemberAccessExpressionSyntax { Expression: var receiver } && symbol.DeclaringSyntaxReferences.IsEmpty)
        {
            // db.Database, command.Connection, transaction.Connection, builder.ConnectionString.
            Follow(receiver, steps + 1);
        }
    }

    private void Creation(BaseObjectCreationExpressionSyntax creation, SemanticModel model, int steps)
    {
        if (context.Sites(creation.SyntaxTree).FirstOrDefault(site => site.IsBuilder && site.Node == creation) is { } builder)
        {
            strings.Add(builder.Text);
            return;
        }

        if (model.GetTypeInfo(creation, cancellation).Type is { } type)
        {
            names.Add(type.Name);
        }

        foreach (var argument in creation.ArgumentList?.Arguments ?? default)
        {
            if (Leads(argument.Expression, model, isCommand: creation.ArgumentList!.Arguments.Count > 1))
            {
                Follow(argument.Expression, steps + 1);
            }
        }

        foreach (var assignment in creation.Initializer?.Expressions.OfType<AssignmentExpressionSyntax>() ?? Enumerable.Empty<AssignmentExpressionSyntax>())
        {
            if (assignment.Left is IdentifierNameSyntax { Identifier.ValueText: "Connection" or "ConnectionString" })
            {
                Follow(assignment.Right, steps + 1);
            }
        }
    }

    /// <summary>Of a command's arguments the connection leads on, of a connection's the string.</summary>
    private bool Leads(ExpressionSyntax argument, SemanticModel model, bool isCommand)
    {
        var type = model.GetTypeInfo(argument, cancellation).Type;
        return type is { SpecialType: SpecialType.System_String } ? !isCommand : type is { IsReferenceType: true };
    }

    private void Call(InvocationExpressionSyntax call, SemanticModel model, int steps)
    {
        if (model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol method)
        {
            return;
        }

        var arguments = call.ArgumentList.Arguments;
        if (method.Name is "GetConnectionString" or "GetValue" or "GetSection" or "GetRequiredKeyedService" or "GetKeyedService" && arguments.LastOrDefault() is { } key)
        {
            Key(key.Expression);
            return;
        }

        if (!method.DeclaringSyntaxReferences.IsEmpty)
        {
            names.Add(method.Name);
            if (Definitions.ReturnedBy(method, cancellation) is { } returned)
            {
                Follow(returned, steps + 1);
            }

            return;
        }

        if (method is { Name: "Create", ContainingType.Name: "NpgsqlDataSource" } && arguments.Count > 0)
        {
            Follow(arguments[0].Expression, steps + 1);
        }
        else if (call.Expression is MemberAccessExpressionSyntax { Expression: var receiver })
        {
            // OpenConnection, CreateCommand, Build, BeginTransaction, ConfigureAwait: what is in front of the dot.
            Follow(receiver, steps + 1);
        }
    }

    /// <summary>A key of the configuration: its strings are those of the files.</summary>
    private void Key(ExpressionSyntax key)
    {
        var text = context.Read(key, cancellation);
        if (!text.IsConstant)
        {
            return;
        }

        names.Add(text.Content);
        foreach (var (name, connection) in context.ConfiguredStrings(cancellation))
        {
            if (name.Equals(text.Content, StringComparison.OrdinalIgnoreCase) || name.Equals("ConnectionStrings:" + text.Content, StringComparison.OrdinalIgnoreCase))
            {
                strings.Add(connection);
            }
        }
    }
}
