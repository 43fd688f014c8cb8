using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace PgTxAnalyzers.Flow;

/// <summary>C#'s expressions: what each is on a path.</summary>
internal sealed partial class BodyRun
{
    /// <summary>Nesting beyond which an expression is not looked into: such code is generated, and the stack is finite.</summary>
    private const int MaxNesting = 200;

    /// <summary>Paths through one expression beyond which they are dropped, as those of a block are.</summary>
    private const int MaxPaths = GraphWalker.MaxStatesPerBlock;

    private int nesting;

    public IReadOnlyList<Outcome> Evaluate(IOperation operation, State state)
    {
        if (++nesting > MaxNesting)
        {
            nesting--;
            return Single(state, Value.Nothing);
        }

        try
        {
            return Distinct(Dispatch(operation, state));
        }
        finally
        {
            nesting--;
        }
    }

    /// <summary>Equal paths are one: in a chain of calls, each of which can come back in two ways, there would be twice as many behind each.</summary>
    private static IReadOnlyList<Outcome> Distinct(IReadOnlyList<Outcome> paths) => paths.Count < 2 ? paths : paths.Distinct().Take(MaxPaths).ToList();

    public static IReadOnlyList<Outcome> Single(State state, Value value) => new[] { new Outcome(state, value) };

    private IReadOnlyList<Outcome> Dispatch(IOperation operation, State state)
    {
        if (operation.ConstantValue is { HasValue: true, Value: var constant } && operation.Kind != OperationKind.SimpleAssignment)
        {
            return Single(state, Constant(constant));
        }

        // The most frequent ones, by their kind: each test of an interface below costs as much as a look into the state.
        switch (operation.Kind)
        {
            case OperationKind.ExpressionStatement: return Evaluate(((IExpressionStatementOperation)operation).Operation, state);
            case OperationKind.FlowCaptureReference: return Single(state, state.Find(new Place.Capture(Frame.Graph, ((IFlowCaptureReferenceOperation)operation).Id)) ?? Value.Nothing);
            case OperationKind.LocalReference: return Single(state, Read(state, new Place.Variable(((ILocalReferenceOperation)operation).Local), operation.Type));
            case OperationKind.ParameterReference: return Single(state, Read(state, PlaceOf((IParameterReferenceOperation)operation), operation.Type));
            case OperationKind.FieldReference: return Field((IFieldReferenceOperation)operation, state);
            case OperationKind.PropertyReference: return Property((IPropertyReferenceOperation)operation, state);
            case OperationKind.SimpleAssignment: return Assign(((ISimpleAssignmentOperation)operation).Target, ((ISimpleAssignmentOperation)operation).Value, state);
            case OperationKind.Conversion: return Conversion((IConversionOperation)operation, state);
            case OperationKind.Await: return Await((IAwaitOperation)operation, state);
            case OperationKind.Invocation: return Invocation((IInvocationOperation)operation, state);
            case OperationKind.ObjectCreation: return Creation((IObjectCreationOperation)operation, state);
        }

        if (operation is IIsNullOperation or IBinaryOperation or IIsPatternOperation && AskedForNull(operation, state) is { } answers)
        {
            return answers;
        }

        switch (operation)
        {
            case IParenthesizedOperation o: return Evaluate(o.Operand, state);
            case IFlowCaptureOperation o: return Capture(o, state);
            case IInstanceReferenceOperation o: return Single(state, o.ReferenceKind == InstanceReferenceKind.ContainingTypeInstance ? Frame.Self : Value.Nothing);
            case ICompoundAssignmentOperation o: return Compound(o, state);
            case IIncrementOrDecrementOperation o: return Increment(o, state);
            case IDeconstructionAssignmentOperation o: return Deconstruct(o, state);
            case IDelegateCreationOperation o: return Delegate(o, state);
            case IIsNullOperation o: return Map(Evaluate(o.Operand, state), NullTest);
            case IBinaryOperation { OperatorMethod: { } method } o when IsOwn(method): return Operated(o, method, new[] { o.LeftOperand, o.RightOperand }, state);
            case IBinaryOperation o: return Binary(o, state);
            case IUnaryOperation { OperatorMethod: { } method } o when IsOwn(method): return Operated(o, method, new[] { o.Operand }, state);
            case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } o: return Map(Evaluate(o.Operand, state), Negate);
            case IIsTypeOperation o: return Map(Evaluate(o.ValueOperand, state), v => o.IsNegated ? Negate(TypeTests.Of(v, o.TypeOperand)) : TypeTests.Of(v, o.TypeOperand));
            case IIsPatternOperation o: return Pattern(o, state);
            case ITranslatedQueryOperation o: return Evaluate(o.Operation, state);
            case IReturnOperation { Kind: OperationKind.YieldReturn } o: return Yield(o, state);
            case IArrayCreationOperation { Initializer: null, Type: IArrayTypeSymbol { ElementType: var element } type } o when Waiting.IsTask(element):
                return Map(Children(o, state), _ => new Value.Instance(new Place.Made(o.Syntax, Frame.Depth, null), type, Exact: true));
            case { Type: { } type, Syntax: CollectionExpressionSyntax } and not IConversionOperation when Waiting.HoldsTasks(type): return Collected(operation, type, state);
            case ITupleOperation o: return Tuple(o, state);
            case IArrayCreationOperation or IArrayInitializerOperation or IArgumentOperation: return Merged(operation, state);
            case IInterpolatedStringOperation o: return Single(Last(Children(o, state), state), SqlLiteral.Of(o));

            // `tx?.DisposeAsync()` where there is no tx: a value type's null is no constant.
            case IDefaultValueOperation { Type.OriginalDefinition.SpecialType: SpecialType.System_Nullable_T }: return Single(state, Value.NullValue);
            case IFlowAnonymousFunctionOperation or IAnonymousFunctionOperation or INameOfOperation or ITypeOfOperation: return Single(state, Value.Nothing);
            case IInvalidOperation o: return Invalid(o, state);
            default: return operation.Kind.ToString() == "CollectionExpression" ? Merged(operation, state) : Map(Children(operation, state), _ => Value.Nothing);
        }
    }

    private static Value Constant(object? constant) => constant switch
    {
        null => Value.NullValue,
        true => Value.True,
        false => Value.False,
        string text => SqlLiteral.Of(text),
        _ => Value.Nothing,
    };

    private Value Read(State state, Place place, ITypeSymbol? type) =>
        state.Find(place) ?? (type is null ? Value.Nothing : calls.Shared(place, type, state) ?? calls.Initial(place, type));

    private IReadOnlyList<Outcome> Capture(IFlowCaptureOperation capture, State state)
    {
        // `x ??= y` captures the variable itself and assigns through the capture.
        if (capture.Value is ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation or IPropertyReferenceOperation)
        {
            targets[capture.Id] = capture.Value;
        }
        else if (capture.Value is IFlowCaptureReferenceOperation { Id: var inner } && targets.TryGetValue(inner, out var variable))
        {
            targets[capture.Id] = variable;
        }

        return Evaluate(capture.Value, state).Select(o => new Outcome(o.State.Set(new Place.Capture(Frame.Graph, capture.Id), o.Value), o.Value)).ToList();
    }

    private Place PlaceOf(IParameterReferenceOperation reference)
    {
        // A primary constructor's parameter that a member uses is a field of the object.
        var parameter = reference.Parameter;
        return parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
            && !SymbolEqualityComparer.Default.Equals(constructor, Frame.Method) && Frame.Self is Value.Instance self
            ? new Place.Member(self.Identity, parameter)
            : new Place.Variable(parameter);
    }

    private IReadOnlyList<Outcome> Field(IFieldReferenceOperation reference, State state)
    {
        if (reference.Instance is null)
        {
            return Single(state, Read(state, new Place.Variable(reference.Field), reference.Type));
        }

        return Map2(Evaluate(reference.Instance, state), o =>
            o.Value is Value.Instance i ? Read(o.State, new Place.Member(i.Identity, FieldOf(reference)), reference.Type) : Value.Nothing);
    }

    private IReadOnlyList<Outcome> Property(IPropertyReferenceOperation reference, State state)
    {
        var result = new List<Outcome>();
        foreach (var (s, receiver) in Operands(reference.Instance, reference.Arguments, state))
        {
            Add(result, calls.Property(this, reference, receiver, s) ?? Single(s, ReadProperty(reference, receiver, s)));
        }

        return result;
    }

    private Value ReadProperty(IPropertyReferenceOperation reference, Value receiver, State state) =>
        reference.Instance is null ? Read(state, new Place.Variable(reference.Property), reference.Type)
        : receiver is Value.Instance i && reference.Arguments.IsEmpty ? Read(state, new Place.Member(i.Identity, reference.Property), reference.Type)
        : reference.Type?.SpecialType == SpecialType.System_Boolean && PlaceOf(reference) is { } flag && state.Find(flag) is { } known ? known
        : Value.Nothing;

    private IEnumerable<Outcome> Operands(IOperation? instance, ImmutableArray<IArgumentOperation> arguments, State state)
    {
        IReadOnlyList<Outcome> paths = instance is null ? Single(state, Value.Nothing) : Evaluate(instance, state);
        foreach (var argument in arguments)
        {
            paths = paths.SelectMany(p => Evaluate(argument.Value, p.State).Select(a => new Outcome(a.State, p.Value))).ToList();
        }

        return paths;
    }

    private IReadOnlyList<Outcome> Assign(IOperation target, IOperation value, State state)
    {
        var result = new List<Outcome>();
        foreach (var before in TargetOperands(target, state))
        {
            foreach (var outcome in Evaluate(value, before))
            {
                result.AddRange(Written(target, outcome.Value, outcome.State).Select(s => new Outcome(s, outcome.Value)));
            }
        }

        return result;
    }

    /// <summary>Evaluates what an assignment's target reads: the receiver of a member, the index of an element.</summary>
    private IEnumerable<State> TargetOperands(IOperation target, State state) => target switch
    {
        ILocalReferenceOperation or IParameterReferenceOperation or IFlowCaptureReferenceOperation or IDiscardOperation => new[] { state },
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } or IPropertyReferenceOperation { Instance: null or IInstanceReferenceOperation } => new[] { state },
        _ => Children(target, state).Select(o => o.State),
    };

    private State Write(IOperation target, Value value, State state)
    {
        switch (target)
        {
            case IFlowCaptureReferenceOperation capture:
                return targets.TryGetValue(capture.Id, out var real) ? Write(real, value, state) : state.Set(new Place.Capture(Frame.Graph, capture.Id), value);
            case ILocalReferenceOperation local:
                return Store(state, new Place.Variable(local.Local), value, local.Type);
            case IDeclarationExpressionOperation { Expression: { } inner }:
                return Write(inner, value, state);
            case IParameterReferenceOperation parameter:
                return Store(state, PlaceOf(parameter), value, parameter.Type);
            case IFieldReferenceOperation { Instance: null } field:
                return Store(Escape(state, value), new Place.Variable(field.Field), value, field.Type);
            case IFieldReferenceOperation field when Peek(field.Instance!, state) is Value.Instance i:
                return Store(Escape(state, value), new Place.Member(i.Identity, FieldOf(field)), value, field.Type);
            case IPropertyReferenceOperation { Instance: null } property:
                return Store(Escape(state, value), new Place.Variable(property.Property), value, property.Type);
            case IPropertyReferenceOperation property:
                var receiver = Peek(property.Instance!, state);
                state = property.Arguments.IsEmpty ? state : Put(receiver, Reaches.WithoutTasks(value), state);
                return calls.Write(property, receiver, value, state)
                    ?? (receiver is Value.Instance o ? Store(Escape(state, value), new Place.Member(o.Identity, property.Property), value, property.Type) : Escape(state, value));
            case IArrayElementReferenceOperation element:
                return Put(Peek(element.ArrayReference, state), Reaches.WithoutTasks(value), Escape(state, value));
            default:
                return state;
        }
    }

    /// <summary>A receiver's value where evaluating it again has no effect.</summary>
    private Value Peek(IOperation receiver, State state) => receiver switch
    {
        IInstanceReferenceOperation or ILocalReferenceOperation or IParameterReferenceOperation or IFlowCaptureReferenceOperation or IFieldReferenceOperation
            or IConversionOperation or IPropertyReferenceOperation => Evaluate(receiver, state) is { Count: > 0 } paths ? paths[0].Value : Value.Nothing,
        _ => Value.Nothing,
    };

    /// <summary>Keeps what can matter: a value that is nothing to anybody, in a place of a type that could hold nothing else, is not kept.</summary>
    private State Store(State state, Place place, Value value, ITypeSymbol? type)
    {
        var plain = value is Value.Unknown or Value.Null or Value.Bool;
        var matters = value switch
        {
            Value.Bool => place is not Place.Variable v || Flags.IsAsked(Frame.Graph, v.Symbol),
            Value.Null or Value.Present when type is not null && calls.IsTransaction(type) => true,
            Value.Null or Value.Present when state.HasRegion && place is Place.Variable v && Flags.IsAskedForNull(Frame.Graph, v.Symbol) => true,
            _ => type is null || calls.Initial(place, type) is not Value.Unknown,
        };
        return plain && !matters ? state.Remove(place) : state.Set(place, value);
    }

    /// <summary>A transaction that goes into a field or an element can be ended by somebody else.</summary>
    public static State Escape(State state, Value value) =>
        value is Value.Transaction t && state.Region(t.Region) is { } region ? state.Replace(region, region with { Escaped = true }) : state;

    private IReadOnlyList<Outcome> Conversion(IConversionOperation conversion, State state)
    {
        // `x as T` may be null although x is not; a user's own conversion makes something new.
        return conversion.OperatorMethod is { } method
            ? IsOwn(method) ? Operated(conversion, method, new[] { conversion.Operand }, state) : Map(Evaluate(conversion.Operand, state), _ => Value.Nothing)
            : Evaluate(conversion.Operand, state);
    }

    private IReadOnlyList<Outcome> Delegate(IDelegateCreationOperation creation, State state)
    {
        makesDelegates = true;
        switch (creation.Target)
        {
            case IFlowAnonymousFunctionOperation lambda:
                calls.Created(lambda);
                return Single(state, new Value.Lambda(lambda, Frame.Graph));
            case IMethodReferenceOperation method:
                var receivers = method.Instance is null ? Single(state, Value.Nothing) : Evaluate(method.Instance, state);
                return Map(receivers, r => new Value.MethodGroup(method.Method, r, method) { Owner = method.Method.MethodKind == MethodKind.LocalFunction ? Frame.Graph : null });
            default:
                return Evaluate(creation.Target, state);
        }
    }

    private IReadOnlyList<Outcome> Binary(IBinaryOperation operation, State state)
    {
        var result = new List<Outcome>();
        foreach (var left in Evaluate(operation.LeftOperand, state))
        {
            foreach (var right in Evaluate(operation.RightOperand, left.State))
            {
                if (operation is { OperatorKind: BinaryOperatorKind.Add, Type.SpecialType: SpecialType.System_String })
                {
                    result.Add(new(right.State, SqlLiteral.Of(operation, left.Value)));
                    continue;
                }

                var equal = left.Value is Value.Null ? NullTest(right.Value) : right.Value is Value.Null ? NullTest(left.Value)
                    : left.Value is Value.OpenState ? Value.OpenState.Is(left.Value, operation.RightOperand) : Value.OpenState.Is(right.Value, operation.LeftOperand);
                result.Add(new(right.State, operation.OperatorKind switch
                {
                    BinaryOperatorKind.Equals => equal,
                    BinaryOperatorKind.NotEquals => Negate(equal),
                    _ => Value.Nothing,
                }));
            }
        }

        return result;
    }

    private IReadOnlyList<Outcome> Pattern(IIsPatternOperation operation, State state)
    {
        var result = new List<Outcome>();
        foreach (var (s, value) in Evaluate(operation.Value, state))
        {
            // `connection is { State: … }` asks whether it is open.
            var at = value is Value.FromFactory && operation.Pattern.DescendantsAndSelf().Any(p => p is IPropertySubpatternOperation) ? s.Forget(value) : s;
            foreach (var declared in Declared(operation.Pattern))
            {
                at = at.Set(new Place.Variable(declared), value);
            }

            result.Add(new(at, Matches(operation.Pattern, value)));
        }

        return result;
    }

    /// <summary>The pattern's variables that hold the very value that is matched; those of subpatterns hold its members.</summary>
    private static IEnumerable<ISymbol> Declared(IPatternOperation pattern) => pattern switch
    {
        IDeclarationPatternOperation { DeclaredSymbol: { } whole } => new[] { whole },
        IRecursivePatternOperation { DeclaredSymbol: { } whole } => new[] { whole },
        INegatedPatternOperation negated => Declared(negated.Pattern),
        IBinaryPatternOperation both => Declared(both.LeftPattern).Concat(Declared(both.RightPattern)),
        _ => Array.Empty<ISymbol>(),
    };

    private static Value Matches(IPatternOperation pattern, Value value) => pattern switch
    {
        IConstantPatternOperation { Value.ConstantValue: { HasValue: true, Value: null } } => NullTest(value),
        IConstantPatternOperation constant when value is Value.OpenState => Value.OpenState.Is(value, constant.Value),
        INegatedPatternOperation negated => Negate(Matches(negated.Pattern, value)),
        IRecursivePatternOperation { DeconstructionSubpatterns.IsEmpty: true, PropertySubpatterns.IsEmpty: true } r when SymbolEqualityComparer.Default.Equals(r.MatchedType, r.InputType) => Negate(NullTest(value)),
        ITypePatternOperation type when value is Value.Instance => TypeTests.Of(value, type.MatchedType),
        IDeclarationPatternOperation { MatchedType: { } type } when value is Value.Instance => TypeTests.Of(value, type),
        IRecursivePatternOperation { DeconstructionSubpatterns.IsEmpty: true, PropertySubpatterns.IsEmpty: true } r when value is Value.Instance => TypeTests.Of(value, r.MatchedType),
        _ when value is Value.Null && pattern is IDeclarationPatternOperation or ITypePatternOperation or IRecursivePatternOperation => Value.False,
        _ => Value.Nothing,
    };

    private static Value NullTest(Value value) => value is Value.Null ? Value.True : value.IsNotNull ? Value.False : Value.Nothing;

    private static Value Negate(Value value) => value is Value.Bool b ? (b.Is ? Value.False : Value.True) : Value.Nothing;

    /// <summary>Evaluates the parts in order; what is pending in any of them is pending in the whole.</summary>
    private IReadOnlyList<Outcome> Merged(IOperation operation, State state)
    {
        IReadOnlyList<Outcome> paths = Single(state, Value.Nothing);
        foreach (var child in operation.ChildOperations)
        {
            paths = paths.SelectMany(p => Evaluate(child, p.State).Select(c => new Outcome(c.State, Reaches.Merge(p.Value, c.Value)))).ToList();
        }

        return paths;
    }

    private IReadOnlyList<Outcome> Children(IOperation operation, State state)
    {
        IReadOnlyList<Outcome> paths = Single(state, Value.Nothing);
        foreach (var child in operation.ChildOperations)
        {
            paths = paths.Count == 1 ? Evaluate(child, paths[0].State) : paths.SelectMany(p => Evaluate(child, p.State)).ToList();
        }

        return paths;
    }

    private static State Last(IReadOnlyList<Outcome> paths, State state) => paths.Count > 0 ? paths[paths.Count - 1].State : state;

    private static IReadOnlyList<Outcome> Map(IReadOnlyList<Outcome> paths, Func<Value, Value> map) =>
        paths.Count == 1 ? Single(paths[0].State, map(paths[0].Value)) : paths.Select(p => new Outcome(p.State, map(p.Value))).ToList();

    private static IReadOnlyList<Outcome> Map2(IReadOnlyList<Outcome> paths, Func<Outcome, Value> map) =>
        paths.Count == 1 ? Single(paths[0].State, map(paths[0])) : paths.Select(p => new Outcome(p.State, map(p))).ToList();

    private static IReadOnlyList<Outcome> Then(IReadOnlyList<Outcome> paths, Func<State, State> change) =>
        paths.Count == 1 ? Single(change(paths[0].State), paths[0].Value) : paths.Select(p => new Outcome(change(p.State), p.Value)).ToList();
}
