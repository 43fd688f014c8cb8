namespace PgTxAnalyzers.Tests.RandomPrograms;

/// <summary>The ways to write a command and an external call, and what else is called with it: any call of a library may throw, and of the others nobody knows what.</summary>
internal static class Spelling
{
    public const int Commands = 10;
    public const int Calls = 8;

    public static string Command(int form, string connection, string name, string sql) => (form / 2) switch
    {
        1 => $"await {connection}.ExecuteAsync(\"{sql}\");",
        2 => $"await using (var {name} = new NpgsqlCommand(\"{sql}\", {connection})) await {name}.ExecuteScalarAsync();",
        3 => $"await using (var {name} = {connection}.CreateCommand()) {{ {name}.CommandText = \"{sql}\"; await {name}.ExecuteNonQueryAsync(); }}",
        4 => $"new NpgsqlCommand(\"{sql}\", {connection}).ExecuteNonQuery();",
        _ => $"await new NpgsqlCommand(\"{sql}\", {connection}).ExecuteNonQueryAsync();",
    };

    public static bool CommandHasDisposal(int form) => form / 2 is 2 or 3;

    public static string Call(int form, string name) => form switch
    {
        1 => $"var {name} = await http.GetStringAsync(\"/\").ConfigureAwait(false);",
        2 => "using (await http.PostAsync(\"/\", null)) { }",
        3 => "(await http.GetAsync(\"/\")).EnsureSuccessStatusCode();",
        4 => "http.Send(new HttpRequestMessage());",
        5 => "http.GetAsync(\"/\").GetAwaiter().GetResult();",
        6 => $"var {name} = Maybe() ? await http.GetAsync(\"/\") : null;",
        7 => "await Task.WhenAll(http.GetAsync(\"/1\"), http.GetAsync(\"/2\"));",
        _ => "await http.GetAsync(\"/\");",
    };

    public static bool CallHasMore(int form) => form is 3 or 4;

    /// <summary>To the engine the property of <c>?? Task.CompletedTask</c> is one that may throw, whether or not it is read.</summary>
    public static bool EndHasMore(Statement end) => end is { MayBeNull: true, Form: 2 };
}
