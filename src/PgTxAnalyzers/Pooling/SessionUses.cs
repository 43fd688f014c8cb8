using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.Effects;

namespace PgTxAnalyzers.Pooling;

/// <summary>Finds the uses of session features in one file.</summary>
internal sealed class SessionUses
{
    /// <summary>Locals that a text is handed through, and texts that one of them may have.</summary>
    private const int MaxHands = 3;
    private const int MaxTexts = 8;

    private readonly PoolingContext context;
    private readonly CancellationToken cancellation;
    private readonly SqlSinks sinks;
    private readonly SessionFlows flows;

    public SessionUses(PoolingContext context, CancellationToken cancellation)
    {
        (this.context, this.cancellation) = (context, cancellation);
        sinks = new SqlSinks(context, cancellation);
        flows = new SessionFlows(context, cancellation);
    }

    public IEnumerable<SessionUse> In(SyntaxTree tree)
    {
        var gate = context.Gate(cancellation);
        foreach (var place in context.Places(tree, cancellation))
        {
            // Without a pooler, and with sessions that are reset, only EF Core's way of giving connections back is of interest.
            if (!gate.IsOn && !gate.AnyStringKeepsSessions && !IsEfCore(place))
            {
                continue;
            }

            foreach (var sink in sinks.Of(place))
            {
                foreach (var expression in TextPlaces.Alternatives(sink.Sql))
                {
                    foreach (var (text, isSure) in Texts(expression, 0))
                    {
                        var origin = ConnectionResolver.Resolve(context, sink.Connection, cancellation);
                        var use = SessionUse.OfText(sink with { Sql = expression }, text, context.Flow.Sql(text.Content), origin, flows.Of);
                        if (isSure || use.Flow.IsGiven(sink.Call, text.Content))
                        {
                            yield return use;
                        }
                    }
                }
            }
        }

        if (gate.IsOn)
        {
            foreach (var use in SessionMembers.In(tree, context, cancellation))
            {
                yield return use;
            }
        }
    }

    /// <summary>The text; or those that a local may have, of which flow has to say whether the command is ever given them: one may be overwritten before.</summary>
    private IEnumerable<(CodeText Text, bool IsSure)> Texts(ExpressionSyntax expression, int hands)
    {
        var text = context.Read(expression, cancellation);
        if (!text.IsUnknown)
        {
            return new[] { (text, hands == 0) };
        }

        return hands < MaxHands && expression is IdentifierNameSyntax && context.Model(expression.SyntaxTree)?.GetSymbolInfo(expression, cancellation).Symbol is ILocalSymbol local
            ? Definitions.ValuesOf(local, expression, context.Model, cancellation).SelectMany(TextPlaces.Alternatives).Take(MaxTexts).SelectMany(value => Texts(value, hands + 1))
            : Enumerable.Empty<(CodeText, bool)>();
    }

    private static bool IsEfCore(SyntaxNode place) =>
        place is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } } && name.StartsWith("ExecuteSql", System.StringComparison.Ordinal);
}

/// <summary>Members of libraries that are bound to the session.</summary>
internal static class SessionMembers
{
    private static readonly string[] Names =
    {
        "Prepare", "PrepareAsync", "Wait", "WaitAsync", "Notification",
        "PostgresDistributedLock", "PostgresDistributedReaderWriterLock", "PostgresDistributedSynchronizationProvider",
    };

    private static readonly (string Name, int[] Hash)[] Hashed = Names.Select(name => (name, new[] { TreeWords.Hash(name) })).ToArray();

    public static IEnumerable<SessionUse> In(SyntaxTree tree, PoolingContext context, CancellationToken cancellation)
    {
        var words = NameIndex.WordsOf(tree, cancellation);
        foreach (var (name, hash) in Hashed)
        {
            if (!words.ContainsAny(hash) || context.Model(tree) is not { } model)
            {
                continue;
            }

            foreach (var token in TextPlaces.Identifiers(tree, name, cancellation))
            {
                if (Use(token, name, model, context, cancellation) is { } use)
                {
                    yield return use;
                }
            }
        }
    }

    private static SessionUse? Use(SyntaxToken token, string name, SemanticModel model, PoolingContext context, CancellationToken cancellation)
    {
        if (name.StartsWith("Postgres", System.StringComparison.Ordinal))
        {
            return Lock(token, name, model, context, cancellation);
        }

        // connection?.Wait(): the receiver stands in front of the conditional access.
        ExpressionSyntax? access = token.Parent?.Parent switch
        {
            MemberAccessExpressionSyntax member when member.Name == token.Parent => member,
            MemberBindingExpressionSyntax binding => binding,
            _ => null,
        };
        var receiver = access switch
        {
            MemberAccessExpressionSyntax member => member.Expression,
            MemberBindingExpressionSyntax => access.FirstAncestorOrSelf<ConditionalAccessExpressionSyntax>()?.Expression,
            _ => null,
        };
        if (access is null || receiver is null)
        {
            return null;
        }

        if (name == "Notification")
        {
            return access.Parent is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression } && model.GetSymbolInfo(access, cancellation).Symbol is IEventSymbol { ContainingType: { Name: "NpgsqlConnection", ContainingNamespace.Name: "Npgsql" } }
                ? SessionUse.OfMember(access.Parent, SessionApi.Notification, "NpgsqlConnection.Notification", ConnectionResolver.Resolve(context, receiver, cancellation))
                : null;
        }

        if (access.Parent is not InvocationExpressionSyntax call || model.GetSymbolInfo(call, cancellation).Symbol is not IMethodSymbol method || !(method.DeclaringSyntaxReferences.IsEmpty || method.OverriddenMethod is not null))
        {
            return null;
        }

        // A command that wraps another one hands the call on: whoever calls it is told.
        if (model.GetEnclosingSymbol(call.SpanStart, cancellation) is IMethodSymbol { OverriddenMethod: not null } caller && caller.Name == name)
        {
            return null;
        }

        var isWait = name.StartsWith("Wait", System.StringComparison.Ordinal);
        if (isWait ? method.ContainingType is not { Name: "NpgsqlConnection", ContainingNamespace.Name: "Npgsql" } : context.Flow.Shapes.Of(model.GetTypeInfo(receiver, cancellation).Type) != Shape.Command)
        {
            return null;
        }

        return SessionUse.OfMember(call, isWait ? SessionApi.Notification : SessionApi.Prepare, PgTxAnalyzers.Effects.Names.Of(method), ConnectionResolver.Resolve(context, receiver, cancellation));
    }

    /// <summary>A lock whose options say nothing of a transaction. Options that come from elsewhere may say it.</summary>
    private static SessionUse? Lock(SyntaxToken token, string name, SemanticModel model, PoolingContext context, CancellationToken cancellation)
    {
        var creation = token.Parent?.Parent switch
        {
            ObjectCreationExpressionSyntax made => made,
            QualifiedNameSyntax { Parent: ObjectCreationExpressionSyntax made } => made,
            _ => (BaseObjectCreationExpressionSyntax?)null,
        };
        creation ??= (token.Parent?.Parent switch
        {
            // PostgresDistributedLock Year() => new(…); and a variable or field of the type.
            MethodDeclarationSyntax { ReturnType: var type, ExpressionBody.Expression: var value } when type == token.Parent => value,
            PropertyDeclarationSyntax { Type: var type } property when type == token.Parent => property.ExpressionBody?.Expression ?? property.Initializer?.Value,
            VariableDeclarationSyntax { Variables: { Count: > 0 } variables } => variables[0].Initializer?.Value,
            _ => null,
        }) as ImplicitObjectCreationExpressionSyntax;
        if (creation is null || model.GetTypeInfo(creation, cancellation).Type is not INamedTypeSymbol { ContainingNamespace: var space } made2 || made2.Name != name
            || space.ToDisplayString() != "Medallion.Threading.Postgres")
        {
            return null;
        }

        foreach (var argument in creation.ArgumentList?.Arguments ?? default)
        {
            var isOptions = model.GetTypeInfo(argument.Expression, cancellation).ConvertedType is { TypeKind: TypeKind.Delegate };
            if (isOptions && (argument.Expression is not AnonymousFunctionExpressionSyntax options
                || options.DescendantNodes().OfType<SimpleNameSyntax>().Any(n => n.Identifier.ValueText == "UseTransaction" && n.Parent?.Parent is InvocationExpressionSyntax)))
            {
                return null;
            }
        }

        var connection = creation.ArgumentList?.Arguments.Select(a => a.Expression).FirstOrDefault(e =>
            model.GetTypeInfo(e, cancellation).Type is { } type && (type.SpecialType == SpecialType.System_String || type.Name.EndsWith("DataSource", System.StringComparison.Ordinal) || context.Flow.Shapes.Of(type) == Shape.Connection));
        return SessionUse.OfMember(creation, SessionApi.DistributedLock, "new " + name, ConnectionResolver.Resolve(context, connection, cancellation));
    }
}
