using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace PgTxAnalyzers.CodeFixes.Editing;

/// <summary>
/// What has to run again when the connection is lost: one awaited call whose session is not in sight, or the statements from the opening of the connection to the end of
/// its block. Null where what would run again is more than a unit: a polling loop, a yield, a local function.
/// </summary>
internal sealed class RetryUnit
{
    private RetryUnit(ExpressionSyntax? expression, IReadOnlyList<StatementSyntax> statements, SyntaxNode function, bool isAsync, RetryToken token)
    {
        (Expression, Statements, Function, IsAsync, Token) = (expression, statements, function, isAsync, token);
        var nodes = Nodes().ToList();
        Returns = nodes.OfType<ReturnStatementSyntax>().ToList();
        Jumps = nodes.Any(n => n is BreakStatementSyntax or ContinueStatementSyntax && !IsCaught(n));
        Configured = nodes.OfType<InvocationExpressionSyntax>().Any(ConfiguredAwait.Is);
    }

    /// <summary>The call with its await, where it is a unit by itself.</summary>
    public ExpressionSyntax? Expression { get; }

    /// <summary>The statements of the unit; of an expression the one that it stands in, if any.</summary>
    public IReadOnlyList<StatementSyntax> Statements { get; }

    /// <summary>The method, local function or lambda.</summary>
    public SyntaxNode Function { get; }

    public bool IsAsync { get; }

    public RetryToken Token { get; }

    public IReadOnlyList<ReturnStatementSyntax> Returns { get; }

    /// <summary>A <c>break</c> or <c>continue</c> leaves the unit.</summary>
    public bool Jumps { get; }

    /// <summary>It awaits with <c>ConfigureAwait(false)</c>.</summary>
    public bool Configured { get; }

    /// <summary>Nothing of the function is behind it: what it returns is the function's result.</summary>
    public bool EndsFunction => Statements.Count > 0 && Statements[Statements.Count - 1] is { } last && last.Siblings().Last() == last
        && (last.Parent is BlockSyntax { Parent: var parent } && parent == Function);

    public TextSpan Span => Expression?.Span ?? TextSpan.FromBounds(Statements[0].SpanStart, Statements[Statements.Count - 1].Span.End);

    /// <summary>Makes its own session, and gives it back whatever happens: the opening of the connection is inside.</summary>
    public bool OpensSession(SemanticModel model) => Statements.Any(s => s is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } or UsingStatementSyntax
        && s.DescendantNodes().OfType<VariableDeclaratorSyntax>().Any(v => model.GetDeclaredSymbol(v) is ILocalSymbol local && IsConnection(local.Type)));

    /// <summary>
    /// It opens a connection that nothing gives back when the unit fails: no <c>using</c>, no <c>finally</c>. Each attempt would keep one of the pool.
    /// </summary>
    public bool KeepsSession(SemanticModel model, CancellationToken cancellationToken) => Statements.SelectMany(s => s.DescendantNodesAndSelf(InFunction)).OfType<LocalDeclarationStatementSyntax>()
        .Where(declaration => declaration.UsingKeyword == default).SelectMany(declaration => declaration.Declaration.Variables)
        .Any(variable => model.GetDeclaredSymbol(variable, cancellationToken) is ILocalSymbol local && IsConnection(local.Type) && Opens(variable, local) && !IsGivenBack(local, model, cancellationToken));

    /// <summary><c>var c = await source.OpenConnectionAsync()</c>, or <c>c.Open()</c> behind it. One that Dapper opens for a call it closes as well.</summary>
    private bool Opens(VariableDeclaratorSyntax variable, ILocalSymbol local) =>
        variable.Initializer is { } made && made.DescendantNodes(InFunction).OfType<InvocationExpressionSyntax>().Any(call => IsOpening(call.Expression is MemberAccessExpressionSyntax access ? access.Name : call.Expression))
        || Nodes().OfType<MemberAccessExpressionSyntax>().Any(access => IsOpening(access.Name) && access.Expression is IdentifierNameSyntax name && name.Identifier.ValueText == local.Name);

    private static bool IsOpening(SyntaxNode name) => name is SimpleNameSyntax { Identifier.ValueText: var text } && text.StartsWith("Open", System.StringComparison.Ordinal);

    private bool IsGivenBack(ILocalSymbol local, SemanticModel model, CancellationToken cancellationToken) => Nodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == local.Name
        && name.Ancestors().TakeWhile(around => !SyntaxSearch.IsFunction(around)).Any(around => around is FinallyClauseSyntax
            || (around is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } && name.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" } or EqualsValueClauseSyntax)
            || (around is UsingStatementSyntax { Expression: { } given } && given.Span.Contains(name.Span)))
        && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol, local));

    /// <summary>
    /// It works on a session that somebody else has opened. After a lost connection that one is closed; only Dapper opens it anew for a call.
    /// </summary>
    public bool UsesOthersSession(SemanticModel model, CancellationToken cancellationToken) => Nodes().OfType<IdentifierNameSyntax>().Any(name =>
        model.GetSymbolInfo(name, cancellationToken).Symbol is { } symbol and (IFieldSymbol or IPropertySymbol or IParameterSymbol or ILocalSymbol)
        && SessionTypes.Is(model.GetTypeInfo(name, cancellationToken).Type) && !DataLibrary.IsContextType(model.GetTypeInfo(name, cancellationToken).Type)
        && (symbol is IFieldSymbol or IPropertySymbol || symbol.DeclaringSyntaxReferences.All(r => !Statements.Any(s => s.Span.Contains(r.Span))))
        && !(name.Parent is MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } && model.GetSymbolInfo(call, cancellationToken).Symbol is IMethodSymbol { ContainingNamespace.Name: "Dapper" }));

    /// <summary>All of its text that runs in this function.</summary>
    public IEnumerable<SyntaxNode> Nodes() => (Expression is null ? Statements : (IEnumerable<SyntaxNode>)new SyntaxNode[] { Expression }).SelectMany(n => n.DescendantNodesAndSelf(InFunction));

    /// <param name="work">The call that the finding is about: an opening, a command, a begin, or a method that does it.</param>
    /// <param name="model">The model of its document.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static RetryUnit? Of(ExpressionSyntax work, SemanticModel model, CancellationToken cancellationToken)
    {
        if (work.EnclosingFunction() is not { } function || function is BaseTypeDeclarationSyntax or BaseFieldDeclarationSyntax)
        {
            return null;
        }

        var isAsync = work.IsInAsync();
        if (work.ListStatement() is not { } first)
        {
            // `=> store.SaveAsync(order)`.
            return Body(function) is { } body && body.Span.Contains(work.Span) ? new RetryUnit(body, [], function, isAsync, RetryToken.Of([body], function, model, cancellationToken)) : null;
        }

        var (list, from, to) = Extent(first, model, cancellationToken);
        var statements = list.Skip(from).Take(to - from + 1).ToList();
        if (statements.SelectMany(s => s.DescendantNodesAndSelf(InFunction)).Any(n => n is YieldStatementSyntax or GotoStatementSyntax or LabeledStatementSyntax or LocalFunctionStatementSyntax || GoesOnForEver(n, model, cancellationToken)))
        {
            return null;
        }

        var expression = statements.Count == 1 && statements[0] == first ? Alone(work, first, isAsync, model, cancellationToken) : null;
        return expression is null && statements.Count == 1 && IsHeader(work, first) ? null
            : new RetryUnit(expression, statements, function, isAsync, RetryToken.Of(expression is null ? statements : [expression], function, model, cancellationToken));
    }

    /// <summary>From the sessions that the work names to the end of the block that disposes of them.</summary>
    private static (IReadOnlyList<StatementSyntax> List, int From, int To) Extent(StatementSyntax first, SemanticModel model, CancellationToken cancellationToken)
    {
        first = Outermost(first, model, cancellationToken);
        while (true)
        {
            var list = first.Siblings();
            var from = CallPath.Position(list, first);
            var to = from;
            var outer = default(StatementSyntax);
            for (var changed = true; changed && outer is null;)
            {
                changed = false;

                // A scope is ambient: nothing names it.
                var scope = list.Take(from).FirstOrDefault(s => s is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } && Declared(s, model).Any(l => l.Type.Name == "TransactionScope"));
                foreach (var session in list.Skip(from).Take(to - from + 1).SelectMany(s => s.DescendantNodesAndSelf()).OfType<IdentifierNameSyntax>()
                             .Select(n => model.GetSymbolInfo(n, cancellationToken).Symbol).OfType<ILocalSymbol>().Where(l => SessionTypes.Is(l.Type)).Distinct<ILocalSymbol>(SymbolEqualityComparer.Default))
                {
                    if (session.DeclaringSyntaxReferences[0].GetSyntax(cancellationToken).ListStatement() is not { } declaration || declaration.EnclosingFunction() != first.EnclosingFunction())
                    {
                        continue;
                    }

                    var place = CallPath.Position(list, declaration);
                    if (place < 0 && !first.Span.Contains(declaration.Span))
                    {
                        outer = first.Ancestors().OfType<StatementSyntax>().FirstOrDefault(a => a.IsInList() && CallPath.Position(a.Siblings(), declaration) >= 0);
                    }
                    else if (place >= 0 && place < from)
                    {
                        (from, changed) = (place, true);
                    }
                }

                if (scope is not null)
                {
                    (from, changed) = (CallPath.Position(list, scope), true);
                }

                if (to < list.Count - 1 && (list.Skip(from).Take(to - from + 1).Any(s => s is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 }) || (to > from && Escapes(list, from, to, model, cancellationToken))
                                            || UsesSessionsBehind(list, from, to, model, cancellationToken)))
                {
                    (to, changed) = (list.Count - 1, true);
                }
            }

            if (outer is null)
            {
                return (list, from, to);
            }

            first = Outermost(outer, model, cancellationToken);
        }
    }

    /// <summary>The statement itself, or the outermost <c>using</c> of a session around it.</summary>
    private static StatementSyntax Outermost(StatementSyntax statement, SemanticModel model, CancellationToken cancellationToken)
    {
        var found = statement;
        foreach (var ancestor in statement.AncestorsAndSelf().TakeWhile(a => !SyntaxSearch.IsFunction(a)))
        {
            if (ancestor is UsingStatementSyntax held && (held.Declaration?.Variables.Any(v => model.GetDeclaredSymbol(v, cancellationToken) is ILocalSymbol local && SessionTypes.Is(local.Type)) == true
                                                          || (held.Expression is { } expression && SessionTypes.Is(model.GetTypeInfo(expression, cancellationToken).Type)))
                && held.ListStatement() is { } whole)
            {
                found = whole;
            }
        }

        return found;
    }

    /// <summary>A local of the stretch is named behind it.</summary>
    private static bool Escapes(IReadOnlyList<StatementSyntax> list, int from, int to, SemanticModel model, CancellationToken cancellationToken) =>
        Behind(list, to, list.Skip(from).Take(to - from + 1).SelectMany(s => Declared(s, model)), model, cancellationToken);

    private static bool UsesSessionsBehind(IReadOnlyList<StatementSyntax> list, int from, int to, SemanticModel model, CancellationToken cancellationToken) =>
        Behind(list, to, list.Skip(from).Take(to - from + 1).SelectMany(s => Declared(s, model)).Where(l => SessionTypes.Is(l.Type)), model, cancellationToken);

    private static bool Behind(IReadOnlyList<StatementSyntax> list, int to, IEnumerable<ILocalSymbol> locals, SemanticModel model, CancellationToken cancellationToken)
    {
        var declared = new HashSet<ISymbol>(locals, SymbolEqualityComparer.Default);
        return declared.Count > 0 && list.Skip(to + 1).SelectMany(s => s.DescendantNodes()).OfType<IdentifierNameSyntax>().Any(n => model.GetSymbolInfo(n, cancellationToken).Symbol is { } symbol && declared.Contains(symbol));
    }

    /// <summary>The locals whose scope is the list of the statement.</summary>
    public static IEnumerable<ILocalSymbol> Declared(StatementSyntax statement, SemanticModel model) => statement switch
    {
        LocalDeclarationStatementSyntax declaration => declaration.Declaration.Variables.Select(v => model.GetDeclaredSymbol(v)).OfType<ILocalSymbol>().Concat(Designated(declaration, model)),
        ExpressionStatementSyntax expression => Designated(expression, model),
        _ => [],
    };

    private static IEnumerable<ILocalSymbol> Designated(SyntaxNode node, SemanticModel model) =>
        node.DescendantNodes(InFunction).OfType<SingleVariableDesignationSyntax>().Select(d => model.GetDeclaredSymbol(d)).OfType<ILocalSymbol>();

    /// <summary>The awaited call, where nothing but its value matters to what is around it; a statement that is nothing else counts as well.</summary>
    private static ExpressionSyntax? Alone(ExpressionSyntax work, StatementSyntax statement, bool isAsync, SemanticModel model, CancellationToken cancellationToken)
    {
        // The opening alone is no unit: what is done on the connection fails with it.
        if (statement is LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } or UsingStatementSyntax)
        {
            return null;
        }

        ExpressionSyntax call = work;
        while (call.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax configured })
        {
            call = configured;
        }

        if (call.Parent is AwaitExpressionSyntax wait)
        {
            return wait;
        }

        // A result that is a session itself has to be made inside, with what is done with it.
        var isTask = IsTask(model.GetTypeInfo(work, cancellationToken).Type);
        return isTask && (isAsync || statement is not ReturnStatementSyntax { Expression: { } returned } || returned != work) ? null : work;
    }

    /// <summary>The condition of an <c>if</c>, the source of a loop: the statement around it is no unit.</summary>
    private static bool IsHeader(ExpressionSyntax work, StatementSyntax statement) => statement switch
    {
        IfStatementSyntax branch => branch.Condition.Span.Contains(work.Span),
        WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax or SwitchStatementSyntax => !work.Ancestors().TakeWhile(a => a != statement).Any(a => a is StatementSyntax),
        _ => false,
    };

    /// <summary>A loop that ends with the program: to run it again is no retry.</summary>
    private static bool GoesOnForEver(SyntaxNode node, SemanticModel model, CancellationToken cancellationToken)
    {
        var condition = node switch
        {
            WhileStatementSyntax loop => loop.Condition,
            DoStatementSyntax loop => loop.Condition,
            ForStatementSyntax loop => loop.Condition ?? (ExpressionSyntax)SyntaxFactory.LiteralExpression(SyntaxKind.TrueLiteralExpression),
            _ => null,
        };
        return condition is not null && (condition.IsKind(SyntaxKind.TrueLiteralExpression) || condition.DescendantNodesAndSelf().OfType<ExpressionSyntax>().Any(e => RetryToken.IsToken(model.GetTypeInfo(e, cancellationToken).Type)));
    }

    public static bool IsTask(ITypeSymbol? type) => type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks" } };

    private static bool IsConnection(ITypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.Name == "DbConnection")
            {
                return true;
            }
        }

        return type.Name == "IDbConnection" || type.AllInterfaces.Any(i => i.Name == "IDbConnection");
    }

    private static ExpressionSyntax? Body(SyntaxNode function) => function switch
    {
        AnonymousFunctionExpressionSyntax lambda => lambda.ExpressionBody,
        MethodDeclarationSyntax method => method.ExpressionBody?.Expression,
        LocalFunctionStatementSyntax local => local.ExpressionBody?.Expression,
        _ => null,
    };

    private bool IsCaught(SyntaxNode jump) => jump.Ancestors().TakeWhile(a => Statements.Any(s => s.Span.Contains(a.Span)))
        .Any(a => a is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax || (jump is BreakStatementSyntax && a is SwitchStatementSyntax));

    private static bool InFunction(SyntaxNode node) => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax);
}
