using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;
using PgTxAnalyzers.Models;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// The awaitable members of interfaces that methods call without a retry, and that only a later project can implement: a repository's, in an application layer. Found where a class is
/// given the interface by its constructor, and by declarations alone: no body is bound for it.
/// </summary>
internal sealed class OpenCalls
{
    /// <summary>Members of one method; who calls more is a façade, and more than these say nothing new.</summary>
    private const int MaxMembers = 16;

    /// <summary>Methods that one is followed into.</summary>
    private const int MaxMethods = 200;

    private readonly CompilationContext context;
    private readonly CancellationToken cancellation;
    private readonly ConcurrentDictionary<IMethodSymbol, ImmutableArray<string>> known = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<IMethodSymbol, (MethodDeclarationSyntax Body, List<string> Members, List<IMethodSymbol> Calls)> methods = new(SymbolEqualityComparer.Default);

    public OpenCalls(CompilationContext context, CancellationToken cancellation)
    {
        (this.context, this.cancellation) = (context, cancellation);
        foreach (var tree in context.Compilation.SyntaxTrees)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var type in tree.GetRoot(cancellation).DescendantNodes(n => n is not (MemberDeclarationSyntax and not (BaseTypeDeclarationSyntax or BaseNamespaceDeclarationSyntax))).OfType<TypeDeclarationSyntax>().Where(IsGivenInterfaces))
            {
                Read(type);
            }
        }
    }

    /// <summary>Those that may call such a member, in however many steps.</summary>
    public IEnumerable<SyntaxNode> Bodies => methods.Values.Select(m => m.Body);

    /// <summary>The members, nearest first.</summary>
    public ImmutableArray<string> Of(IMethodSymbol method) => methods.ContainsKey(method) ? known.GetOrAdd(method, Find) : ImmutableArray<string>.Empty;

    private ImmutableArray<string> Find(IMethodSymbol method)
    {
        var members = new List<string>();
        var seen = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default) { method };
        var queue = new Queue<IMethodSymbol>(seen);
        while (queue.Count > 0 && seen.Count < MaxMethods)
        {
            var (_, own, calls) = methods[queue.Dequeue()];
            members.AddRange(own.Where(m => !members.Contains(m)));
            foreach (var target in calls.SelectMany(c => context.Targets.Of(c, Value.Nothing, false, cancellation)).Where(t => methods.ContainsKey(t) && seen.Add(t)))
            {
                queue.Enqueue(target);
            }
        }

        return members.Take(MaxMembers).ToImmutableArray();
    }

    /// <summary>By the words of a constructor: nearly all interfaces begin with an I, and one that does not costs a finding.</summary>
    private static bool IsGivenInterfaces(TypeDeclarationSyntax type) =>
        type.Members.OfType<ConstructorDeclarationSyntax>().Select(c => c.ParameterList).Append(type.ParameterList).Any(p => p?.Parameters.Any(IsInterface) == true);

    private static bool IsInterface(ParameterSyntax parameter) =>
        parameter.Type is SimpleNameSyntax { Identifier.ValueText: { Length: > 1 } name } && name[0] == 'I' && char.IsUpper(name[1]);

    private void Read(TypeDeclarationSyntax type)
    {
        var model = context.Bodies.Model(type.SyntaxTree);
        var given = type.Members.OfType<ConstructorDeclarationSyntax>().Select(c => c.ParameterList).Append(type.ParameterList).OfType<ParameterListSyntax>().SelectMany(p => p.Parameters).Where(IsInterface)
            .Select(p => model.GetTypeInfo(p.Type!, cancellation).Type).OfType<INamedTypeSymbol>().ToList();
        var isOpen = given.Any(i => i.TypeKind == TypeKind.Interface && Members(i).Any(IsOpen));
        foreach (var body in type.Members.OfType<MethodDeclarationSyntax>().Where(m => m.Body is not null || m.ExpressionBody is not null))
        {
            if (model.GetDeclaredSymbol(body, cancellation) is not IMethodSymbol method)
            {
                continue;
            }

            var declarations = new DeclaredTypes(method, body);
            var (members, calls) = (new List<string>(), new List<IMethodSymbol>());
            foreach (var call in body.DescendantNodes().OfType<InvocationExpressionSyntax>())
            {
                if (declarations.Resolve(call) is not var (called, _))
                {
                    continue;
                }

                var definition = (called.ReducedFrom ?? called).OriginalDefinition;
                var id = isOpen && IsOpen(definition) ? definition.GetDocumentationCommentId() : null;
                if ((id is null && context.Targets.Of(definition, Value.Nothing, false, cancellation).IsEmpty) || context.Retry.Unprotected.IsProtected(call, body, cancellation))
                {
                    continue;
                }

                if (id is not null)
                {
                    members.Add(id);
                }
                else
                {
                    calls.Add(definition);
                }
            }

            if (members.Count > 0 || calls.Count > 0)
            {
                methods[method] = (body, members, calls);
            }
        }
    }

    private static IEnumerable<IMethodSymbol> Members(INamedTypeSymbol contract) =>
        contract.AllInterfaces.Append(contract).SelectMany(i => i.GetMembers()).OfType<IMethodSymbol>().Select(m => m.OriginalDefinition);

    /// <summary>Nobody in sight implements it, and no library that the models know.</summary>
    private bool IsOpen(IMethodSymbol member) =>
        Names.IsAwaitable(member.ReturnType) && LooseEnds.CanBeImplementedLater(member) && context.Models.Find(member).Role == ApiRole.None
        && context.Targets.Of(member, Value.Nothing, false, cancellation).IsEmpty && context.Foreign.WorkOf(member).IsEmpty && !context.Foreign.Matters(member);
}
