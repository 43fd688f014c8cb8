using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.CodeTexts;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Models;
using PgTxAnalyzers.Postgres;

namespace PgTxAnalyzers.Pooling;

/// <summary>Finds the connection strings and builders of one file.</summary>
internal sealed class ConnectionSites
{
    private const string StringBuilder = "NpgsqlConnectionStringBuilder";

    private static readonly string[] DataSourceBuilders = { "NpgsqlDataSourceBuilder", "NpgsqlSlimDataSourceBuilder" };

    private static readonly int[] BuilderWord = { TreeWords.Hash(StringBuilder) };

    private readonly Func<SyntaxTree, SemanticModel?> models;
    private readonly CancellationToken cancellation;

    public ConnectionSites(Func<SyntaxTree, SemanticModel?> models, CancellationToken cancellation) => (this.models, this.cancellation) = (models, cancellation);

    public ImmutableArray<ConnectionSite> In(SyntaxTree tree)
    {
        var sites = ImmutableArray.CreateBuilder<ConnectionSite>();
        var seen = new HashSet<SyntaxNode>();
        var root = tree.GetRoot(cancellation);
        foreach (var position in TreeLiterals.Of(tree, cancellation).ConnectionTexts)
        {
            if (TextPlaces.LiteralAt(root, position) is { } literal && TextPlaces.Whole(literal) is var whole && seen.Add(whole) && FromText(literal, whole) is { } site)
            {
                sites.Add(site);
            }
        }

        if (!NameIndex.WordsOf(tree, cancellation).ContainsAny(BuilderWord))
        {
            return sites.ToImmutable();
        }

        foreach (var name in TextPlaces.Identifiers(tree, StringBuilder, cancellation))
        {
            if (name.Parent is TypeSyntax type && CreationOf(type) is { } creation && seen.Add(creation) && FromBuilder(creation) is { } site)
            {
                sites.Add(site);
            }
        }

        return sites.ToImmutable();
    }

    private ConnectionSite? FromText(ExpressionSyntax literal, ExpressionSyntax whole)
    {
        // Data of a test, an example in an attribute's text: nobody connects with it.
        if (whole.FirstAncestorOrSelf<AttributeSyntax>() is not null)
        {
            return null;
        }

        if (whole.Parent is ArgumentSyntax { Parent.Parent: BaseObjectCreationExpressionSyntax creation } && IsBuilder(creation, out var ofDataSource))
        {
            return ofDataSource ? FromBuilder(creation) : null;
        }

        var text = new CodeTextReader(models, cancellation).Read(whole);
        var parsed = ConnectionStringText.Parse(text.Content);
        return parsed.IsConnection()
            ? ConnectionSite.Of(whole, literal.GetLocation(), text, parsed, Variable(whole) is { } name && IsPieceElsewhere(name, whole), IsForTools(whole))
            : null;
    }

    private bool IsForTools(SyntaxNode place) =>
        models(place.SyntaxTree) is { } model && (ToolCode.IsTestProject(model.Compilation) || ToolCode.IsDesignTime(place, model, cancellation));

    /// <summary>The variable or constant that holds the text.</summary>
    private static string? Variable(ExpressionSyntax whole) => whole.Parent switch
    {
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } => variable.Identifier.ValueText,
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        ArrowExpressionClauseSyntax { Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        _ => null,
    };

    private bool IsPieceElsewhere(string name, ExpressionSyntax whole)
    {
        if (models(whole.SyntaxTree) is not { } model)
        {
            return false;
        }

        foreach (var tree in model.Compilation.SyntaxTrees)
        {
            foreach (var token in TextPlaces.Identifiers(tree, name, cancellation))
            {
                var use = token.Parent as ExpressionSyntax;
                use = use?.Parent is MemberAccessExpressionSyntax access && access.Name == use ? access : use;
                if (use is not null && (TextPlaces.Whole(use) != use || (use.Parent is ArgumentSyntax { Parent.Parent: BaseObjectCreationExpressionSyntax creation } && IsBuilder(creation, out _))))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static BaseObjectCreationExpressionSyntax? CreationOf(TypeSyntax type) => type.Parent switch
    {
        ObjectCreationExpressionSyntax creation when creation.Type == type => creation,
        QualifiedNameSyntax { Parent: ObjectCreationExpressionSyntax creation } => creation,
        VariableDeclarationSyntax { Variables: { Count: 1 } variables } => variables[0].Initializer?.Value as ImplicitObjectCreationExpressionSyntax,
        _ => null,
    };

    private bool IsBuilder(BaseObjectCreationExpressionSyntax creation, out bool ofDataSource)
    {
        var name = creation is ObjectCreationExpressionSyntax { Type: var type } ? type.ToString() : models(creation.SyntaxTree)?.GetTypeInfo(creation, cancellation).Type?.Name ?? "";
        name = name.Substring(name.LastIndexOf('.') + 1);
        ofDataSource = DataSourceBuilders.Contains(name);
        return ofDataSource || name == StringBuilder;
    }

    private ConnectionSite? FromBuilder(BaseObjectCreationExpressionSyntax creation)
    {
        if (models(creation.SyntaxTree) is { } model && model.GetTypeInfo(creation, cancellation).Type is not { ContainingNamespace.Name: "Npgsql" })
        {
            return null;
        }

        var content = new StringBuilder();
        if (creation.ArgumentList?.Arguments.FirstOrDefault()?.Expression is { } given)
        {
            content.Append(new CodeTextReader(models, cancellation).Read(given).Content);
        }

        foreach (var assignment in creation.Initializer?.Expressions.OfType<AssignmentExpressionSyntax>() ?? Enumerable.Empty<AssignmentExpressionSyntax>())
        {
            Append(content, assignment);
        }

        var openEnded = false;
        if (creation.Parent is EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: LocalDeclarationStatementSyntax or UsingStatementSyntax } variable } && Definitions.BodyOf(creation) is { } body)
        {
            openEnded = ReadUses(content, body, variable.Identifier.ValueText, creation.Span.End);
        }
        else if (creation.Parent is not (MemberAccessExpressionSyntax or ArgumentSyntax))
        {
            openEnded = true;
        }

        var parsed = ConnectionStringText.Parse(content.ToString());
        var place = creation is ObjectCreationExpressionSyntax named ? Location.Create(creation.SyntaxTree, Microsoft.CodeAnalysis.Text.TextSpan.FromBounds(creation.SpanStart, named.Type.Span.End)) : creation.GetLocation();
        return parsed.Find(ConnectionKeyword.Host) is null && parsed.Find(ConnectionKeyword.Port) is null && !parsed.IsPartial
            ? null
            : new ConnectionSite(parsed, place, _ => null) { Node = creation, IsOpenEnded = openEnded, IsBuilder = true, IsForTools = IsForTools(creation) };
    }

    /// <summary>What is set behind the creation. True: the builder goes where nobody looks, and more may be set there.</summary>
    private static bool ReadUses(StringBuilder content, SyntaxNode body, string name, int behind)
    {
        var openEnded = false;
        foreach (var use in body.DescendantNodes().OfType<IdentifierNameSyntax>().Where(n => n.Identifier.ValueText == name && n.SpanStart >= behind))
        {
            switch (use.Parent)
            {
                case MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConnectionStringBuilder", Parent: MemberAccessExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } outer } when assignment.Left == outer:
                    Append(content, assignment);
                    break;
                case MemberAccessExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } access when assignment.Left == access:
                    Append(content, assignment);
                    break;
                case ElementAccessExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } element when assignment.Left == element:
                    Append(content, assignment);
                    break;
                case MemberAccessExpressionSyntax:
                    break;
                case ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Create", Expression: IdentifierNameSyntax { Identifier.ValueText: "NpgsqlDataSource" } } } }:
                    break;
                default:
                    openEnded = true;
                    break;
            }
        }

        return openEnded;
    }

    private static void Append(StringBuilder content, AssignmentExpressionSyntax assignment)
    {
        var key = assignment.Left switch
        {
            IdentifierNameSyntax name => name.Identifier.ValueText,
            MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
            ImplicitElementAccessSyntax { ArgumentList.Arguments: { Count: 1 } index } => Text(index[0].Expression),
            ElementAccessExpressionSyntax { ArgumentList.Arguments: { Count: 1 } index } => Text(index[0].Expression),
            _ => null,
        };
        if (key is null || ConnectionKeywords.Find(key) is not { } keyword)
        {
            return;
        }

        var value = Text(assignment.Right) is { } known && !keyword.IsSecret ? known : SqlScanner.Hole.ToString();
        content.Append(';').Append(keyword.Name).Append("=\"").Append(value.Replace("\"", "\"\"")).Append('"');
    }

    private static string? Text(ExpressionSyntax value) => value switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.TrueLiteralExpression) => "true",
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.FalseLiteralExpression) => "false",
        LiteralExpressionSyntax literal => literal.Token.ValueText,
        _ => null,
    };
}
