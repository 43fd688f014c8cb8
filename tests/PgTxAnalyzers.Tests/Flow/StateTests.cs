using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>States as values: equal content is equal, whatever way led to it, and the hash that is kept up to date says the same as a new one.</summary>
public class StateTests
{
    private static readonly SyntaxNode[] Sites =
        [.. Enumerable.Range(0, 8).Select(i => (SyntaxNode)SyntaxFactory.ParseExpression($"begin{i}()"))];

    private static readonly Value[] Values =
    [
        Value.Nothing, Value.NullValue, Value.True, Value.False, new Value.Text("COMMIT"), new Value.Transaction(new RegionId(Sites[0])),
        new Value.Connection(Made(1), null, false), new Value.Instance(Made(2), null, true),
    ];

    [Fact]
    public void Two_orders_of_writing_give_one_state()
    {
        var a = State.Empty.Set(Made(0), Value.True).Set(Made(1), Value.NullValue).Begin(Region(0)).Begin(Region(1));
        var b = State.Empty.Set(Made(1), Value.NullValue).Begin(Region(0)).Set(Made(0), Value.True).Begin(Region(1));

        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.Single(new HashSet<State> { a, b });
    }

    [Fact]
    public void The_order_of_the_begins_tells_states_apart() =>
        Assert.NotEqual(State.Empty.Begin(Region(0)).Begin(Region(1)), State.Empty.Begin(Region(1)).Begin(Region(0)));

    [Fact]
    public void A_body_that_is_run_for_its_effect_has_no_resources()
    {
        var probe = Region(0) with { IsProbe = true };
        var reader = Region(1) with { Kind = RegionKind.Resource };

        Assert.Equal(State.Empty.Begin(probe), State.Empty.Begin(probe).Begin(reader));
        Assert.Equal([Sites[0], Sites[1]], State.Empty.Begin(Region(0)).Begin(reader).Regions.Select(r => r.Begin));
        Assert.Equal([Sites[0], Sites[1]], State.Empty.Begin(probe).Begin(Region(1)).Regions.Select(r => r.Begin));
    }

    /// <summary>The sum behind the hash is added to and taken from. After any number of steps it has to be what adding everything up anew gives.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_running_hash_is_the_hash_of_the_content(int seed)
    {
        var random = new Random(seed);
        var state = State.Empty;
        for (var step = 0; step < 2_000; step++)
        {
            var place = random.Next(2) == 0 ? Made(random.Next(8)) : new Place.Slot(Made(random.Next(8)), SlotKind.Elements);
            var region = Region(random.Next(4)) with { Level = (Level)random.Next(4), Changed = random.Next(2) == 0 };
            state = random.Next(7) switch
            {
                0 => state.Remove([place, Made(random.Next(8))]),
                1 => state.Begin(region),
                2 => state.Region(region.Id) is { } live ? state.End(live) : state,
                3 => state.Region(region.Id) is { } old ? state.Replace(old, region) : state,
                4 => state.Remove(place),
                5 => state.With([.. state.Values.Keys.Where(k => k is Place.Slot).Take(1)], [new(place, Value.False), new(Made(random.Next(8)), Value.True)], state.Regions),
                _ => state.Set(place, Values[random.Next(Values.Length)]),
            };
            var anew = State.Empty.With([], [.. state.Values], state.Regions).WithPending(state.Pending);
            Assert.Equal(anew, state);
            Assert.Equal(anew.GetHashCode(), state.GetHashCode());
            Assert.Equal(state.Values.Keys.Count(Garbage.IsPartOfMade), state.Parts);
        }
    }

    [Fact]
    public void Writing_what_is_there_gives_the_state_itself()
    {
        var state = State.Empty.Set(Made(0), Value.True).Begin(Region(0));

        Assert.Same(state, state.Set(Made(0), Value.True));
        Assert.Same(state, state.Remove([Made(7)]));
        Assert.Same(state, state.WithPending(null));
        Assert.Same(state, state.Replace(Region(0), Region(0)));
    }

    [Fact]
    public void A_second_begin_of_the_same_site_takes_the_place_of_the_first()
    {
        var state = State.Empty.Begin(Region(0) with { Level = Level.Locking }).Begin(Region(1)).Begin(Region(0));

        Assert.Equal([Sites[1], Sites[0]], state.Regions.Select(r => r.Begin));
        Assert.Equal(Level.Pinned, state.Regions[1].Level);
    }

    [Fact]
    public void What_opened_a_region_is_for_the_message_and_tells_no_paths_apart()
    {
        var a = Region(0) with { OpenedBy = new Cause(Sites[1], "SELECT"), LockedBy = new Cause(Sites[2], "UPDATE orders") };

        Assert.Equal(Region(0), a);
        Assert.Equal(State.Empty.Begin(Region(0)), State.Empty.Begin(a));
    }

    [Fact]
    public void Everything_that_a_rule_asks_tells_regions_apart()
    {
        Region[] all =
        [
            Region(0), Region(1), Region(0) with { Level = Level.Open }, Region(0) with { Owner = 1 }, Region(0) with { Kind = RegionKind.Sql },
            Region(0) with { Changed = true }, Region(0) with { Intended = true }, Region(0) with { Completed = true }, Region(0) with { Escaped = true },
            Region(0) with { Lost = true }, Region(0) with { Lost = true, LostAt = Sites[5] }, Region(0) with { Connection = Made(0) },
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.Equal(all.Length, all.Select(State.Empty.Begin).Distinct().Count());
    }

    [Fact]
    public void A_lost_or_a_suppressed_region_is_not_live()
    {
        var state = State.Empty.Begin(Region(0) with { Lost = true }).Begin(Region(1) with { Kind = RegionKind.Suppress }).Begin(Region(2));

        Assert.Equal([Sites[2]], state.Live.Select(r => r.Begin));
        Assert.Equal(Level.Locking, state.Update(_ => true, r => r with { Level = Level.Locking }).Regions[2].Level);
        Assert.Equal(Level.Pinned, state.Update(_ => true, r => r with { Level = Level.Locking }).Regions[0].Level);
    }

    private static Place Made(int site) => new Place.Made(Sites[site], 0, null);

    private static Region Region(int site) => new(new RegionId(Sites[site]), RegionKind.Transaction, Level.Pinned, 0);
}
