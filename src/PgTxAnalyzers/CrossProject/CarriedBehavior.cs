using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PgTxAnalyzers.Effects;
using PgTxAnalyzers.Flow;

namespace PgTxAnalyzers.CrossProject;

/// <summary>
/// A transaction that a behavior of another project holds around handlers: for requests of which types, and where it begins. The subject of a
/// <see cref="FactKind.Behavior"/>: nine fields, e.g. <c>MediatR|T:Shop.ICommand|||UnitBehavior.Handle|UnitBehavior.cs|12|11x|T:Shop.ShopContext</c>.
/// </summary>
/// <param name="Library">See <see cref="IBehavior.Library"/>.</param>
/// <param name="Markers">What a request must be, by documentation ids: <c>=</c> in front of the one that it must be exactly.</param>
/// <param name="Questions">What the body asks whether the request is.</param>
/// <param name="Answers">For which answers the region is there: a <c>0</c> or <c>1</c> for each question.</param>
/// <param name="Name">The method, as messages name it.</param>
/// <param name="File">Where the transaction begins; the line is counted from 1.</param>
/// <param name="Region">Kind and level as digits, <c>x</c> where it is an EF Core context's.</param>
/// <param name="ConnectionType">Documentation id; empty: not known.</param>
internal sealed record CarriedBehavior(string Library, string Markers, string Questions, string Answers, string Name, string File, int Line, string Region, string ConnectionType)
{
    /// <summary>A longer number of a line is a damaged one: the place stands behind so many line ends.</summary>
    private const int MaxLine = 1_000_000;

    private const int Fields = 9;

    /// <summary>Ids tell types without arguments apart; one with arguments would stand for all of its kind.</summary>
    public static bool CanName(ITypeSymbol type) => type is INamedTypeSymbol { IsGenericType: false, TypeKind: not TypeKind.Error };

    public static CarriedBehavior Of(string library, bool isExact, IEnumerable<ITypeSymbol> markers, IEnumerable<ITypeSymbol> questions, string answers, Region region)
    {
        var begin = SourceLine.Of(region.Begin);
        return new CarriedBehavior(
            library, (isExact ? "=" : "") + Ids(markers), Ids(questions), answers, region.Around!.Name, begin.File, begin.Line,
            $"{(int)region.Kind}{(int)region.Level}{(region.IsContext ? "x" : "")}", region.ConnectionType is { } type && CanName(type) ? ProjectFacts.IdOf(type) : "");
    }

    /// <summary>Null: some name has a character that separates the fields.</summary>
    public string? Write()
    {
        var fields = new[] { Library, Markers, Questions, Answers, Name, File, Line.ToString(CultureInfo.InvariantCulture), Region, ConnectionType };
        return fields.Any(f => f.IndexOfAny(new[] { '|', '\n' }) >= 0) ? null : string.Join("|", fields);
    }

    /// <summary>Null: the text is damaged.</summary>
    public static CarriedBehavior? Read(string text)
    {
        var fields = text.Split('|');
        return fields.Length == Fields && int.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out var line) && line is > 0 and <= MaxLine
            && fields[7].Length is 2 or 3 && KindOf(fields[7]) is RegionKind.Scope or RegionKind.Parameter && fields[7][1] - '0' is >= (int)Level.None and <= (int)Level.Locking
            && fields[3].Length == (fields[2].Length == 0 ? 0 : fields[2].Split(',').Length)
            ? new CarriedBehavior(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], line, fields[7], fields[8])
            : null;
    }

    /// <summary>The step and its transaction, for one compilation.</summary>
    public IBehavior In(Compilation compilation)
    {
        // A region is known by the node of its begin. This one stands where the other project's stands, in a file that is not there.
        var begin = CSharpSyntaxTree.ParseText(new string('\n', Line - 1) + "_", path: File).GetRoot();
        return new Step(this, new Region(new RegionId(begin), KindOf(Region), (Level)(Region[1] - '0'), 0)
        {
            Around = new Flow.Step(Name, begin) { Elsewhere = new SourceLine(File, Line) },
            IsContext = Region.Length == 3,
            ConnectionType = ConnectionType.Length == 0 ? null : DocumentationCommentId.GetFirstSymbolForDeclarationId(ConnectionType, compilation) as ITypeSymbol,
            Escaped = true,
        });
    }

    private static RegionKind KindOf(string region) => (RegionKind)(region[0] - '0');

    private static string Ids(IEnumerable<ITypeSymbol> types) => string.Join(",", types.Select(ProjectFacts.IdOf));

    private bool Fits(ITypeSymbol request)
    {
        var names = new HashSet<string>((request is INamedTypeSymbol named ? Targets.BasesOf(named) : Enumerable.Empty<INamedTypeSymbol>()).Concat(request.AllInterfaces).Select(ProjectFacts.IdOf));
        var stands = Markers.Length > 0 && Markers[0] == '=' ? Markers.Substring(1) == ProjectFacts.IdOf(request) : Listed(Markers).All(names.Contains);
        return stands && Listed(Questions).Select((q, i) => names.Contains(q) == (Answers[i] == '1')).All(fits => fits);
    }

    private static IEnumerable<string> Listed(string ids) => ids.Length == 0 ? Enumerable.Empty<string>() : ids.Split(',');

    private sealed class Step : IBehavior
    {
        private readonly CarriedBehavior carried;
        private readonly ImmutableArray<Region> regions;

        public Step(CarriedBehavior carried, Region region) => (this.carried, regions) = (carried, ImmutableArray.Create(region));

        public string Library => carried.Library;

        public ImmutableArray<Region> RegionsAround(ITypeSymbol request, CancellationToken cancellation) => carried.Fits(request) ? regions : ImmutableArray<Region>.Empty;
    }
}
