using System.Collections.Immutable;
using System.Linq;

namespace PgTxAnalyzers.Flow;

/// <summary>Other names for the objects and the begins of a state, in its places and its values. What has no other name is handed back as it is.</summary>
internal abstract class Renaming
{
    protected abstract Place Of(Place.Made made);

    protected abstract RegionId Of(RegionId id);

    public Place Of(Place place) => place switch
    {
        Place.Made m => Of(m),
        Place.Member m => Of(m.Owner) is var owner && ReferenceEquals(owner, m.Owner) ? m : new Place.Member(owner, m.Symbol),
        Place.Slot s => Of(s.Owner) is var owner && ReferenceEquals(owner, s.Owner) ? s : new Place.Slot(owner, s.Kind),
        Place.Earlier e => Of(e.Was) is var was && ReferenceEquals(was, e.Was) ? e : new Place.Earlier(was),
        _ => place,
    };

    public Value Of(Value value) => value switch
    {
        Value.Transaction t => new Value.Transaction(Of(t.Region)) { On = t.On is { } on ? Of(on) : null },
        Value.Connection c => Of(c.Identity) is var identity && ReferenceEquals(identity, c.Identity) ? c : c with { Identity = identity },
        Value.Instance i => Of(i.Identity) is var identity && ReferenceEquals(identity, i.Identity) ? i : i with { Identity = identity },
        Value.Pending p => p with { Result = Of(p.Result), Reaches = p.Reaches.Select(r => r.Task is { } task ? r with { Task = Of(task) } : r).ToImmutableArray() },
        Value.OpenResult o => new Value.OpenResult(Of(o.Region)),
        Value.Rows r => r with { Source = Of(r.Source) },
        Value.MethodGroup g => g with { Receiver = Of(g.Receiver) },
        Value.Deferred d => new Value.Deferred(Of(d.Factory)),
        _ => value,
    };
}
