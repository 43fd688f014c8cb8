namespace PgTxAnalyzers.CrossProjectSample;

/// <summary>docs/samples/Layers: what a build of the whole, of each project alone, and an IDE have to find in it.</summary>
internal static class LayersSample
{
    public const string Folder = "docs/samples/Layers";

    /// <summary>The projects in the order of their references.</summary>
    public static readonly (string Name, string[] References)[] Projects =
        [("Domain", []), ("Application", ["Domain"]), ("Infrastructure", ["Domain"]), ("Api", ["Domain", "Application", "Infrastructure"])];

    public static readonly string[] Findings = ["Program.cs:18 PGTX101", "RefundEndpoint.cs:13 PGTX101"];
}
