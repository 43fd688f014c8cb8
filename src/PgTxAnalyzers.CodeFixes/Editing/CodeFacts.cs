using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>How a stretch of code uses an object that others may change.</summary>
[System.Flags]
internal enum ObjectUse
{
    /// <summary>It reads a value from it.</summary>
    Looks = 1,

    /// <summary>It calls a method on it, as on a service.</summary>
    Calls = 2,

    /// <summary>It hands it on, or writes to it.</summary>
    Acts = 4,
}

/// <summary>
/// What a stretch of code reads, writes and does, as far as its place among other statements depends on it.
/// Variables come from the compiler's data flow; objects, fields and calls, of which the compiler says nothing, are judged here and in doubt count.
/// </summary>
internal sealed class CodeFacts
{
    public HashSet<ISymbol> Reads { get; } = new(SymbolEqualityComparer.Default);

    public HashSet<ISymbol> Writes { get; } = new(SymbolEqualityComparer.Default);

    public HashSet<ISymbol> Declares { get; } = new(SymbolEqualityComparer.Default);

    /// <summary>Everything that is named: locals, parameters, fields, properties of this object.</summary>
    public HashSet<ISymbol> Mentions { get; } = new(SymbolEqualityComparer.Default);

    public HashSet<ISymbol> MemberReads { get; } = new(SymbolEqualityComparer.Default);

    public HashSet<ISymbol> MemberWrites { get; } = new(SymbolEqualityComparer.Default);

    public Dictionary<ISymbol, ObjectUse> Objects { get; } = new(SymbolEqualityComparer.Default);

    public Reach Reach { get; private set; }

    public bool CallsOwnMethods { get; private set; }

    /// <summary>It changes an object that others hold as well: what is called may read it there.</summary>
    public bool ChangesShared { get; private set; }

    /// <summary>Control may leave by return, throw, break, continue or goto.</summary>
    public bool Jumps { get; private set; }

    /// <summary>Control may leave other than by throw.</summary>
    public bool JumpsWithoutThrow { get; private set; }

    /// <summary>The compiler could not say what it does.</summary>
    public bool IsUnclear { get; private set; }

    public bool UsesDatabase => (Reach & Reach.Database) != 0;

    /// <summary>It calls a check that throws: nothing may come before it that would not have come to run.</summary>
    public bool Checks => (Reach & Reach.Checks) != 0;

    public bool HasEffect => (Reach & Reach.Effect) != 0;

    public static CodeFacts Of(IEnumerable<SyntaxNode> nodes, SemanticModel model, CallReach calls, CancellationToken cancellationToken)
    {
        var facts = new CodeFacts();
        var walk = new Walk(facts, model, calls, cancellationToken);
        foreach (var node in nodes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            walk.Add(node);
        }

        return facts;
    }

    /// <summary>
    /// True where the two stretches cannot change places. <paramref name="other"/> is the one that stays: the moved one must not
    /// come to run, or not run, because of a jump in it.
    /// </summary>
    public bool ConflictsWith(CodeFacts other) =>
        IsUnclear || other.IsUnclear || other.Jumps || JumpsWithoutThrow
        || (HasEffect && other.HasEffect)

        // A header that is set for the call, and set back behind it.
        || (HasEffect && other.ChangesShared) || (ChangesShared && other.HasEffect)

        // A question is printed before its answer is read.
        || Has(Reach.Asks, other, Reach.Prints) || other.Has(Reach.Asks, this, Reach.Prints)
        || Reads.Overlaps(other.Writes) || Writes.Overlaps(other.Writes) || Writes.Overlaps(other.Reads) || Declares.Overlaps(other.Mentions) || Mentions.Overlaps(other.Declares)
        || MembersConflict(this, other) || MembersConflict(other, this)
        || Objects.Any(pair => other.Objects.TryGetValue(pair.Key, out var use) && ((pair.Value | use) & ~ObjectUse.Looks) != 0)
        || LooksIntoChanges(this, other) || LooksIntoChanges(other, this);

    private bool Has(Reach own, CodeFacts other, Reach theirs) => (Reach & own) != 0 && (other.Reach & theirs) != 0;

    private static bool MembersConflict(CodeFacts reader, CodeFacts writer)
    {
        var ownState = (writer.Reach & Reach.State) != 0;
        return reader.MemberReads.Overlaps(writer.MemberWrites)
            || (reader.MemberReads.Count > 0 && ownState)
            || (reader.CallsOwnMethods && (ownState || writer.MemberWrites.Count > 0));
    }

    /// <summary>One side sees an object from inside while the other changes some object: it may be the same one, under another name.</summary>
    private static bool LooksIntoChanges(CodeFacts reader, CodeFacts writer)
    {
        var seen = (writer.Reach & Reach.Tracked) != 0 || writer.MemberWrites.Count > 0 ? ObjectUse.Looks | ObjectUse.Acts
            : (writer.Reach & Reach.Loaded) != 0 ? ObjectUse.Acts
            : 0;

        // What EF Core fills is an entity, no list of numbers.
        return reader.Objects.Any(pair => (pair.Value & seen) != 0 && !reader.Declares.Contains(pair.Key) && (writer.MemberWrites.Count > 0 || !ImmutableTypes.AreIn(TypeOf(pair.Key))));
    }

    private static ITypeSymbol? TypeOf(ISymbol symbol) => symbol switch
    {
        ILocalSymbol local => local.Type,
        IParameterSymbol parameter => parameter.Type,
        IFieldSymbol field => field.Type,
        IPropertySymbol property => property.Type,
        _ => null,
    };

    private sealed class Walk(CodeFacts facts, SemanticModel model, CallReach calls, CancellationToken cancellationToken)
    {
        private readonly HashSet<ISymbol> _functions = new(SymbolEqualityComparer.Default);

        public void Add(SyntaxNode node)
        {
            AddVariables(node);
            AddJumps(node);
            if (model.GetOperation(node, cancellationToken) is { } operation)
            {
                Visit(operation);
            }
            else if (node is not LocalFunctionStatementSyntax and not EmptyStatementSyntax)
            {
                facts.IsUnclear = true;
            }
        }

        private void AddVariables(SyntaxNode node)
        {
            var flow = node switch
            {
                LocalFunctionStatementSyntax => null,
                StatementSyntax statement => model.AnalyzeDataFlow(statement),
                ExpressionSyntax expression => model.AnalyzeDataFlow(expression),
                _ => null,
            };
            if (flow is null)
            {
                return;
            }

            if (!flow.Succeeded)
            {
                facts.IsUnclear = true;
                return;
            }

            facts.Reads.UnionWith(flow.ReadInside.Where(IsVariable));
            facts.Writes.UnionWith(flow.WrittenInside.Where(IsVariable));
            facts.Declares.UnionWith(flow.VariablesDeclared);
        }

        private void AddJumps(SyntaxNode node)
        {
            if (node is StatementSyntax statement and not LocalFunctionStatementSyntax)
            {
                var flow = model.AnalyzeControlFlow(statement);
                facts.IsUnclear |= flow is not { Succeeded: true } || !flow.EntryPoints.IsEmpty;
                facts.JumpsWithoutThrow |= flow is { Succeeded: true } && (!flow.ExitPoints.IsEmpty || !flow.ReturnStatements.IsEmpty);
            }

            var own = node.DescendantNodesAndSelf(inner => !SyntaxSearch.IsFunction(inner) || inner == node).ToList();
            facts.JumpsWithoutThrow |= own.Any(inner => inner is YieldStatementSyntax);
            facts.Jumps |= facts.JumpsWithoutThrow || own.Any(inner => inner is ThrowStatementSyntax or ThrowExpressionSyntax);
        }

        private static bool IsVariable(ISymbol symbol) => symbol is ILocalSymbol or IParameterSymbol { IsThis: false } or IRangeVariableSymbol;

        private void Visit(IOperation operation)
        {
            switch (operation)
            {
                case ILocalFunctionOperation:
                case INameOfOperation:
                    return;
                case IInvocationOperation call:
                    // `jobs.Enqueue<Job>(job => job.RunAsync(id))` says what is to be called later, and calls nothing.
                    if (!IsDescribed(call))
                    {
                        AddCall(call);
                    }

                    break;
                case IMethodReferenceOperation { Method.MethodKind: MethodKind.LocalFunction } reference:
                    AddLocalFunction(reference.Method);
                    break;
                case IObjectCreationOperation creation when DataLibrary.IsDataType(creation.Type):
                    facts.Reach |= Reach.Database;
                    break;
                case IDynamicInvocationOperation or IDynamicMemberReferenceOperation or ILockOperation or IEventAssignmentOperation or IFunctionPointerInvocationOperation:
                    facts.Reach |= Reach.Effect | Reach.Unknown;
                    break;
                case ILocalReferenceOperation local:
                    AddObject(local, local.Local, local.Type);
                    break;
                case IParameterReferenceOperation parameter:
                    AddObject(parameter, parameter.Parameter, parameter.Type);
                    break;
                case IMemberReferenceOperation { Instance: IInstanceReferenceOperation { ReferenceKind: not InstanceReferenceKind.ContainingTypeInstance } }:
                    // The member of an object that is just being made, or tested by a pattern.
                    return;
                case IMemberReferenceOperation { Instance: null or IInstanceReferenceOperation, Member: IFieldSymbol or IPropertySymbol } member:
                    AddMember(member);
                    return;
                case IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol } inner when IsWritten(inner):
                    facts.MemberWrites.Add(inner.Member);
                    facts.ChangesShared |= ObjectUses.IsShared(inner.Instance);
                    break;
                case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }:
                    facts.CallsOwnMethods = true;
                    break;
            }

            foreach (var child in operation.ChildOperations)
            {
                Visit(child);
            }
        }

        /// <summary>It is called on the parameter of an expression tree.</summary>
        private static bool IsDescribed(IInvocationOperation call)
        {
            if (call.Instance is not IParameterReferenceOperation { Parameter: { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.LambdaMethod } lambda } })
            {
                return false;
            }

            for (var around = call.Parent; around is not null; around = around.Parent)
            {
                if (around is IAnonymousFunctionOperation function && SymbolEqualityComparer.Default.Equals(function.Symbol, lambda))
                {
                    return function.Parent is IConversionOperation { Type: { Name: "Expression" } type } && DataLibrary.IsIn(type, ["System.Linq.Expressions"]);
                }
            }

            return false;
        }

        private void AddCall(IInvocationOperation call)
        {
            var reach = calls.Of(call);
            facts.Reach |= reach;

            // What a repository notes of its work is no message to the service that is called behind it.
            facts.ChangesShared |= (reach & Reach.OwnState) != 0 && (reach & Reach.Database) == 0 && ObjectUses.IsShared(call.Instance);
            if (call.TargetMethod.MethodKind == MethodKind.LocalFunction)
            {
                AddLocalFunction(call.TargetMethod);
            }
        }

        /// <summary>A local function does its work where it is called, with the variables of its method.</summary>
        private void AddLocalFunction(IMethodSymbol function)
        {
            if (!_functions.Add(function.OriginalDefinition))
            {
                return;
            }

            facts.Reach |= calls.OfLocalFunction(function);
            foreach (var reference in function.DeclaringSyntaxReferences)
            {
                if (reference.GetSyntax(cancellationToken) is LocalFunctionStatementSyntax local && local.SyntaxTree == model.SyntaxTree)
                {
                    var body = (SyntaxNode?)local.Body ?? local.ExpressionBody?.Expression;
                    if (body is not null && model.GetOperation(body, cancellationToken) is { } operation)
                    {
                        AddVariables(body);
                        Visit(operation);
                    }
                }
            }
        }

        private void AddMember(IMemberReferenceOperation member)
        {
            if (member.Type is { } type && DataLibrary.IsDataType(type))
            {
                AddObject(member, member.Member, type);
                return;
            }

            if (IsWritten(member))
            {
                facts.MemberWrites.Add(member.Member);
                facts.ChangesShared |= member is { Instance: null, Member.ContainingType: var owner } && !SymbolEqualityComparer.Default.Equals(owner, model.GetEnclosingSymbol(member.Syntax.SpanStart, cancellationToken)?.ContainingType);
            }

            if (ImmutableTypes.Contains(member.Type))
            {
                facts.Mentions.Add(member.Member);
                var isFixed = member.Member is IFieldSymbol { IsReadOnly: true } or IFieldSymbol { IsConst: true } or IPropertySymbol { SetMethod: null };
                if (!isFixed)
                {
                    facts.MemberReads.Add(member.Member);
                }
            }
            else
            {
                AddObject(member, member.Member, member.Type);
            }
        }

        private void AddObject(IOperation reference, ISymbol symbol, ITypeSymbol? type)
        {
            facts.Mentions.Add(symbol);
            if (DataLibrary.IsDataType(type) || IsDeferredCommand(symbol, type))
            {
                facts.Reach |= Reach.Database | (DataLibrary.IsForeign(type) ? Reach.Effect : Reach.Nothing);
            }
            else if (!ImmutableTypes.Contains(type) && !IsLogger(type))
            {
                facts.Objects.TryGetValue(symbol, out var use);
                facts.Objects[symbol] = use | ObjectUses.Of(reference) | (HoldsData(type) ? ObjectUse.Looks : use);
            }
        }

        /// <summary>A task, a query or a delegate that was made of a connection: to wait for it is to run the command.</summary>
        private bool IsDeferredCommand(ISymbol symbol, ITypeSymbol? type)
        {
            if (symbol is not ILocalSymbol || type is null || !IsDeferred(type) || (type.Name == "IEnumerable" && BufferedQuery.IsIn(symbol, model, cancellationToken)))
            {
                return false;
            }

            return symbol.DeclaringSyntaxReferences.Any(reference =>
                reference.SyntaxTree == model.SyntaxTree
                && reference.GetSyntax(cancellationToken) is VariableDeclaratorSyntax { Initializer.Value: { } value }
                && model.GetOperation(value, cancellationToken)?.DescendantsAndSelf().Any(inner => DataLibrary.IsDataType(inner.Type)) == true);
        }

        private static bool IsDeferred(ITypeSymbol type) =>
            type.TypeKind == TypeKind.Delegate || type.Name is "Task" or "ValueTask" or "IEnumerable" or "IAsyncEnumerable" or "Lazy" or "List" or "ConfiguredTaskAwaitable"
            || type is IArrayTypeSymbol { ElementType.Name: "Task" or "ValueTask" };

        /// <summary>An object with properties to set is data, not a service: a method of it speaks of what it holds.</summary>
        private static bool HoldsData(ITypeSymbol? type) =>
            type is { TypeKind: TypeKind.Class } && !type.DeclaringSyntaxReferences.IsEmpty
            && type.GetMembers().Any(member => member is IPropertySymbol { IsStatic: false, DeclaredAccessibility: Accessibility.Public, SetMethod: { IsInitOnly: false, DeclaredAccessibility: Accessibility.Public } });

        private static bool IsLogger(ITypeSymbol? type) => type is not null && DataLibrary.IsIn(type, ["Microsoft.Extensions.Logging"]);

        private static bool IsWritten(IOperation reference) => ObjectUses.IsWritten(reference);
    }
}
