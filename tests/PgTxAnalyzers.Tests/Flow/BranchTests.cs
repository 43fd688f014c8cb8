using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Flow;

/// <summary>What if, switch, loops, jumps and returns do to a region: a call is found exactly where some path holds it.</summary>
public class BranchTests
{
    private const string Begin = """
        await using var tx = await conn.BeginTransactionAsync(ct);
        await conn.QueryAsync("SELECT 1");

        """;

    private static readonly Dictionary<string, string> Bodies = new()
    {
        ["committed in one arm, called in the other"] = """
            if (url.Length > 3)
                await tx.CommitAsync(ct);
            else
                await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["committed in one arm, called after both"] = """
            if (url.Length > 3)
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["committed in both arms"] = """
            if (url.Length > 3)
                await tx.CommitAsync(ct);
            else
                await tx.RollbackAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["left in the arm that did not commit"] = """
            if (url.Length > 3)
                await tx.CommitAsync(ct);
            else
                return;
            await http.GetStringAsync(url, ct);
            """,
        ["thrown in the arm that did not commit"] = """
            if (url.Length > 3)
                await tx.CommitAsync(ct);
            else
                throw new InvalidOperationException();
            await http.GetStringAsync(url, ct);
            """,
        ["a condition that calls"] = """
            if ((await http.GetStringAsync(url, ct)).Length > 3) // expect: PGTX101
                await tx.CommitAsync(ct);
            """,
        ["the second of two conditions"] = """
            if (url.Length > 3 && (await http.GetStringAsync(url, ct)).Length > 3) // expect: PGTX101
                await tx.CommitAsync(ct);
            """,
        ["a conditional expression"] = """
            var text = url.Length > 3
                ? await http.GetStringAsync(url, ct) // expect: PGTX101
                : "";
            """,
        ["a constant condition"] = """
            if (false)
            #pragma warning disable CS0162
                await http.GetStringAsync(url, ct);
            #pragma warning restore CS0162
            """,
        ["a switch with one case that commits"] = """
            switch (url.Length)
            {
                case 1:
                    await tx.CommitAsync(ct);
                    break;
                case 2:
                    await http.GetStringAsync(url, ct); // expect: PGTX101
                    break;
                default:
                    return;
            }

            await http.PostAsync(url, null, ct); // expect: PGTX101
            """,
        ["a switch whose every case commits"] = """
            switch (url.Length)
            {
                case 1 or 2:
                    await tx.CommitAsync(ct);
                    break;
                case > 9 when url.Contains('x'):
                    throw new InvalidOperationException();
                default:
                    await tx.RollbackAsync(ct);
                    break;
            }

            await http.GetStringAsync(url, ct);
            """,
        ["goto case"] = """
            switch (url.Length)
            {
                case 1:
                    goto case 2;
                case 2:
                    await tx.CommitAsync(ct);
                    goto default;
                case 3:
                    return;
                default:
                    await http.GetStringAsync(url, ct); // expect: PGTX101
                    break;
            }
            """,
        ["a switch expression"] = """
            var text = url.Length switch
            {
                1 => await http.GetStringAsync(url, ct), // expect: PGTX101
                2 => "",
                _ => throw new InvalidOperationException(),
            };
            """,
        ["a while loop that commits on its way out"] = """
            while (true)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
                if (url.Length > 3)
                {
                    await tx.CommitAsync(ct);
                    break;
                }
            }

            await http.PostAsync(url, null, ct);
            """,
        ["a commit inside the loop"] = """
            foreach (var c in url)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
                await tx.CommitAsync(ct);
                await http.PostAsync(url, null, ct);
            }
            """,
        ["a loop that may not run at all"] = """
            for (var i = 0; i < url.Length; i++)
                await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a do loop, which runs once at least"] = """
            do
                await tx.CommitAsync(ct);
            while (url.Length > 3);
            await http.GetStringAsync(url, ct);
            """,
        ["continue past the commit"] = """
            foreach (var c in url)
            {
                if (c == 'x')
                    continue;
                await tx.CommitAsync(ct);
                return;
            }

            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a begin in each turn"] = """
            await tx.CommitAsync(ct);
            foreach (var c in url)
            {
                await http.GetStringAsync(url, ct);
                await using var own = await source.OpenConnectionAsync(ct);
                await using var inner = await own.BeginTransactionAsync(ct);
                await own.QueryAsync("SELECT 1");
                if (c == 'x')
                    continue;
                await http.PostAsync(url, null, ct); // expect: PGTX101
                if (c == 'y')
                    break;
                await inner.CommitAsync(ct);
            }

            await http.DeleteAsync(url, ct);
            """,
        ["a transaction that lives from one turn to the next"] = """
            await tx.CommitAsync(ct);
            NpgsqlTransaction? last = null;
            foreach (var c in url)
            {
                await http.GetStringAsync(url, ct); // expect: PGTX101
                last = await conn.BeginTransactionAsync(ct); // expect: PGTX703
                await conn.QueryAsync("SELECT 1");
            }
            """,
        ["break out of two loops by goto"] = """
            foreach (var a in url)
            {
                foreach (var b in url)
                {
                    await tx.CommitAsync(ct);
                    goto done;
                }

                return;
            }

            return;
            done:
            await http.GetStringAsync(url, ct);
            """,
        ["goto back to the call"] = """
            again:
            await http.GetStringAsync(url, ct); // expect: PGTX101
            if (url.Length > 3)
                goto again;
            await tx.CommitAsync(ct);
            if (url.Length > 5)
                return;
            await http.PostAsync(url, null, ct);
            """,
        ["goto past the commit"] = """
            if (url.Length > 3)
                goto end;
            await tx.CommitAsync(ct);
            end:
            await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a return in front of everything"] = """
            if (url.Length == 0)
                return;
            await tx.CommitAsync(ct);
            await http.GetStringAsync(url, ct);
            """,
        ["a flag that goes with the commit"] = """
            var done = false;
            if (url.Length > 3)
            {
                await tx.CommitAsync(ct);
                done = true;
            }

            if (done)
                await http.GetStringAsync(url, ct);
            """,
        ["the other side of a flag"] = """
            var done = false;
            if (url.Length > 3)
            {
                await tx.CommitAsync(ct);
                done = true;
            }

            if (!done)
                await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
        ["a parameter that is asked twice"] = """
            var early = url.Length > 3;
            if (early)
                await tx.CommitAsync(ct);
            if (early)
                await http.GetStringAsync(url, ct);
            """,
        ["a flag that changes between the questions"] = """
            var early = url.Length > 3;
            if (early)
                await tx.CommitAsync(ct);
            early = url.Length > 5;
            if (early)
                await http.GetStringAsync(url, ct); // expect: PGTX101
            """,
    };

    public static TheoryData<string> Shapes => [.. Bodies.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public Task A_call_is_found_where_some_path_holds_it(string shape) => TestCode.Method(Begin + Bodies[shape]).HasMarkedFindings();
}
