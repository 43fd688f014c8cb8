using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.Effects;

/// <summary>A body, the name by which it is called, and the words in it, as hashes.</summary>
internal sealed class NamedBody
{
    public NamedBody(SyntaxNode declaration, int name, int[] words, bool takesDelegate, bool namesTransaction) =>
        (Declaration, Name, Words, TakesDelegate, NamesTransaction, HasSqlBegin) = (declaration, name, words, takesDelegate, namesTransaction, words.Any(TreeWords.IsSqlBegin));

    public SyntaxNode Declaration { get; }

    /// <summary>0: nobody calls it by a name.</summary>
    public int Name { get; }

    /// <summary>Each once, in no order.</summary>
    public int[] Words { get; }

    public bool Mentions(WordSet names)
    {
        foreach (var word in Words)
        {
            if (names.Contains(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>BEGIN or START is among its words, and may be SQL.</summary>
    public bool HasSqlBegin { get; }

    /// <summary>A parameter of it, or of a lambda in it, may be a transaction.</summary>
    public bool NamesTransaction { get; }

    /// <summary>It can run somebody's delegate: a parameter's.</summary>
    public bool TakesDelegate { get; }
}

/// <summary>
/// The bodies of a file with their words, and what it declares beside them. By the text and the outer syntax alone; made once per tree, so an edit costs one file.
/// </summary>
internal sealed class TreeBodies
{
    /// <summary>The name of every operator and conversion, which are called without one.</summary>
    public static readonly int Operator = TreeWords.Hash("operator ");

    /// <summary>The name of every indexer.</summary>
    public static readonly int Indexer = TreeWords.Hash("this[]");

    /// <summary>The table holds no tree alive: trees are its keys, and what a value holds is its own key.</summary>
    private static readonly ConditionalWeakTable<SyntaxTree, TreeBodies> Trees = new();

    private TreeBodies(List<NamedBody> bodies, List<(string[] Bases, string[] Members)> contracts, List<int> attributed, List<int> delegates, List<(string, NamedBody)> deferred) =>
        (Bodies, Contracts, Attributed, Delegates, Deferred, TakesDelegates) = (bodies, contracts, attributed, delegates, deferred, bodies.Any(b => b.TakesDelegate));

    public IReadOnlyList<NamedBody> Bodies { get; }

    /// <summary>Some body can run somebody's delegate.</summary>
    public bool TakesDelegates { get; }

    /// <summary>Interfaces and classes with bases: the names of those, and of the members.</summary>
    public IReadOnlyList<(string[] Bases, string[] Members)> Contracts { get; }

    /// <summary>Members of interfaces that are attributes only: a library makes their bodies.</summary>
    public IReadOnlyList<int> Attributed { get; }

    /// <summary>Fields, properties and parameters of primary constructors that hold a delegate.</summary>
    public IReadOnlyList<int> Delegates { get; }

    /// <summary>Fields that are a <c>Lazy&lt;T&gt;</c>, each with what it is made from: that runs where the field's value is read.</summary>
    public IReadOnlyList<(string Field, NamedBody Factory)> Deferred { get; }

    public static TreeBodies Of(SyntaxTree tree, CancellationToken cancellation) =>
        Trees.TryGetValue(tree, out var known) ? known : Trees.GetValue(tree, t => Read(t, cancellation));

    private static TreeBodies Read(SyntaxTree tree, CancellationToken cancellation)
    {
        var text = tree.GetText(cancellation);
        var root = tree.GetRoot(cancellation);
        var (words, targetTyped) = (new HashSet<int>(), new List<int>());
        var bodies = new List<NamedBody>();
        foreach (var declaration in NameIndex.Declarations(root))
        {
            words.Clear();
            targetTyped.Clear();
            var namesTransaction = TreeWords.Scan(text, declaration.Span, words, targetTyped);
            words.UnionWith(targetTyped.Select(at => TargetOf(root, at)).OfType<string>().Select(TreeWords.Hash));
            bodies.Add(new NamedBody(declaration, NameOf(declaration), words.ToArray(), TakesDelegate(declaration), namesTransaction));
        }

        var (contracts, attributed, delegates, deferred) = (new List<(string[], string[])>(), new List<int>(), new List<int>(), new List<(string, NamedBody)>());
        foreach (var type in root.DescendantNodes(n => n is not (StatementSyntax or BaseMethodDeclarationSyntax or BasePropertyDeclarationSyntax or BaseFieldDeclarationSyntax)).OfType<TypeDeclarationSyntax>())
        {
            if (type.BaseList is { } bases)
            {
                contracts.Add((bases.Types.Select(b => TargetTyped.LastName(b.Type)).OfType<string>().Append(type.Identifier.ValueText).ToArray(), type.Members.OfType<MethodDeclarationSyntax>().Select(m => m.Identifier.ValueText).ToArray()));
            }

            delegates.AddRange((type.ParameterList?.Parameters ?? default).Where(p => IsDelegate(p.Type)).Select(p => TreeWords.Hash(p.Identifier.ValueText)));
            foreach (var member in type.Members)
            {
                switch (member)
                {
                    case MethodDeclarationSyntax { AttributeLists.Count: > 0 } method when type is InterfaceDeclarationSyntax:
                        attributed.Add(TreeWords.Hash(method.Identifier.ValueText));
                        break;
                    case PropertyDeclarationSyntax property when IsDelegate(property.Type):
                        delegates.Add(TreeWords.Hash(property.Identifier.ValueText));
                        break;
                    case FieldDeclarationSyntax field when IsDelegate(field.Declaration.Type):
                        delegates.AddRange(field.Declaration.Variables.Select(v => TreeWords.Hash(v.Identifier.ValueText)));
                        break;
                    case FieldDeclarationSyntax field when TargetTyped.LastName(field.Declaration.Type) == "Lazy":
                        deferred.AddRange(field.Declaration.Variables.SelectMany(v => DeferredIn(v.Identifier.ValueText, type, text)));
                        break;
                }
            }
        }

        return new TreeBodies(bodies, contracts, attributed, delegates, deferred);
    }

    /// <summary>Whatever is made for a field, in its initialiser or anywhere in its type.</summary>
    private static IEnumerable<(string, NamedBody)> DeferredIn(string field, TypeDeclarationSyntax type, SourceText text) =>
        from made in type.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
        where field == made.Parent switch
        {
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax } variable } => variable.Identifier.ValueText,
            AssignmentExpressionSyntax assignment => TargetTyped.OwnName(assignment.Left),
            _ => null,
        }
        select (field, new NamedBody(made, TreeWords.Hash(field), WordsOf(made, text), takesDelegate: false, namesTransaction: false));

    private static int[] WordsOf(SyntaxNode node, SourceText text)
    {
        var words = new HashSet<int>();
        TreeWords.Scan(text, node.Span, words);
        return words.ToArray();
    }

    /// <summary>What `new(…)` makes counts among the words: the type of a field or a property stands outside of the body.</summary>
    private static string? TargetOf(SyntaxNode root, int at) =>
        root.FindToken(at).Parent?.Parent is ImplicitObjectCreationExpressionSyntax creation ? TargetTyped.NameOf(creation) : null;

    private static int NameOf(SyntaxNode declaration) => declaration switch
    {
        OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax => Operator,
        IndexerDeclarationSyntax => Indexer,
        AccessorDeclarationSyntax { Parent.Parent: IndexerDeclarationSyntax } or ArrowExpressionClauseSyntax { Parent: IndexerDeclarationSyntax } => Indexer,
        AccessorDeclarationSyntax { Parent.Parent: EventDeclarationSyntax } => 0,
        _ => Wrapping.NameOf(declaration) is { } name ? TreeWords.Hash(name) : 0,
    };

    private static bool TakesDelegate(SyntaxNode declaration) =>
        declaration is BaseMethodDeclarationSyntax { ParameterList.Parameters: { Count: > 0 } parameters } && parameters.Any(p => IsDelegate(p.Type));

    private static bool IsDelegate(TypeSyntax? type) => TargetTyped.LastName(type) is { } name
        && (name is "Func" or "Action" or "Predicate" || name.EndsWith("Delegate", StringComparison.Ordinal) || name.EndsWith("Handler", StringComparison.Ordinal) || name.EndsWith("Callback", StringComparison.Ordinal));
}
