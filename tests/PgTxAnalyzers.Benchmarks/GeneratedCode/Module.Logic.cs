namespace PgTxAnalyzers.Benchmarks.GeneratedCode;

/// <summary>The parts that decide something and talk to others.</summary>
internal sealed partial class Module
{
    private string Client() => $$"""
        namespace Shop.{{name}}s;

        public sealed record {{name}}Offer(string Partner, decimal Price, int Days);

        public sealed class {{name}}Client(HttpClient http, ILogger<{{name}}Client> log)
        {
            public async Task<IReadOnlyList<{{name}}Offer>> OffersAsync(int id, CancellationToken ct)
            {
                for (var attempt = 1; ; attempt++)
                {
                    using var answer = await http.GetAsync($"partners/{{Table}}/{id}/offers", ct);
                    if (answer.IsSuccessStatusCode)
                        return await answer.Content.ReadFromJsonAsync<List<{{name}}Offer>>(ct) ?? [];
                    if (attempt == 3)
                        throw new InvalidOperationException($"No offers for {id}: {(int)answer.StatusCode}");
                    log.LogWarning("Attempt {Attempt} for {Id} failed with {Status}", attempt, id, answer.StatusCode);
                    await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), ct);
                }
            }

            public async Task<bool> BookAsync(int id, {{name}}Offer offer, CancellationToken ct)
            {
                using var answer = await http.PostAsJsonAsync($"partners/{{Table}}/{id}/bookings", offer, ct);
                return answer.IsSuccessStatusCode;
            }
        }
        """;

    private string Pricing() => $$"""
        namespace Shop.{{name}}s;

        public static class {{name}}Pricing
        {
            public static decimal Total({{name}} item, IEnumerable<{{name}}Offer> offers, DateTimeOffset now)
            {
                var total = 0m;
                foreach (var offer in offers.OrderBy(offer => offer.Price))
                {
                    total += offer.Days switch
                    {
                        <= 1 => offer.Price * 1.5m,
                        <= 3 => offer.Price * 1.2m,
                        <= 7 => offer.Price,
                        _ => offer.Price * 0.9m,
                    };
                }

                total -= Discount(item, now);
                return Math.Max(0, total);
            }

            private static decimal Discount({{name}} item, DateTimeOffset now)
            {
                var discount = 0m;
        {{Each(Fields.Where(field => field % 4 == 1), field => $$"""
                    if (item.Field{{field}} > {{50 + field}})
                        discount += item.Field{{field}} / {{field + 10}};
            """)}}
        {{Each(Fields.Where(field => field % 4 == 2), field => $$"""
                    if (item.Field{{field}}.AddDays({{field + 3}}) < now)
                        discount += {{field}};
            """)}}
                return discount;
            }

            public static string Band(decimal total)
            {
                if (total < {{10 + index % 5}})
                    return "small";
                if (total < {{100 + index % 50}})
                    return "medium";
                return total < {{1000 + index % 500}} ? "large" : "special";
            }

            public static IReadOnlyDictionary<string, decimal> Summary(IEnumerable<{{name}}Offer> offers)
            {
                return offers
                    .GroupBy(offer => offer.Partner)
                    .ToDictionary(group => group.Key, group => group.Sum(offer => offer.Price));
            }
        }
        """;

    private string Service() => $$"""
        namespace Shop.{{name}}s;

        public sealed class {{name}}Service(I{{name}}Repository repository, {{name}}Client client, {{name}}Validator validator, ILogger<{{name}}Service> log)
        {
            public async Task<{{name}}Response?> GetAsync(int id, CancellationToken ct)
            {
                var item = await repository.FindAsync(id, ct);
                return item?.ToResponse(Notes(item));
            }

            public async Task<IReadOnlyList<{{name}}Response>> SearchAsync({{name}}Filter filter, CancellationToken ct)
            {
                var items = await repository.ListAsync(filter, ct);
                return [.. items.Where(item => filter.Since is null || item.Version > 0).Select(item => item.ToResponse(Notes(item)))];
            }

            public async Task<{{name}}Response> SaveAsync(int id, {{name}}Request request, CancellationToken ct)
            {
                var errors = validator.Validate(request);
                if (errors.Count > 0)
                    throw new ArgumentException(string.Join(" ", errors), nameof(request));

                var item = await repository.FindAsync(id, ct) ?? new {{name}} { Id = id };
                var before = item.Status;
                item.Apply(request);
                await repository.SaveAsync(item, ct);
                if (before != item.Status)
                    log.LogInformation("{{name}} {Id} went from {Before} to {After}", id, before, item.Status);
                return item.ToResponse(Notes(item));
            }

            public async Task<decimal> QuoteAsync(int id, DateTimeOffset now, CancellationToken ct)
            {
                var item = await repository.FindAsync(id, ct);
                if (item is null)
                    return 0;

                try
                {
                    var offers = await client.OffersAsync(id, ct);
                    var total = {{name}}Pricing.Total(item, offers, now);
                    log.LogDebug("{Id} is {Band}", id, {{name}}Pricing.Band(total));
                    return total;
                }
                catch (HttpRequestException failure)
                {
                    log.LogError(failure, "No quote for {Id}", id);
                    return -1;
                }
            }

            public async Task<int> BookAllAsync({{name}}Filter filter, CancellationToken ct)
            {
                var booked = 0;
                foreach (var item in await repository.ListAsync(filter, ct))
                {
                    if (!item.IsOpen)
                        continue;
                    var offers = await client.OffersAsync(item.Id, ct);
                    var best = offers.MinBy(offer => offer.Price);
                    if (best is null || !await client.BookAsync(item.Id, best, ct))
                        continue;
                    item.Status = "booked";
                    await repository.SaveAsync(item, ct);
                    booked++;
                }

                return booked;
            }

            public async Task<bool> CloseAsync(int id, CancellationToken ct)
            {
                var item = await repository.FindAsync(id, ct);
                switch (item?.Status)
                {
                    case null:
                        return false;
                    case "booked":
                        item.Status = "closed";
                        break;
                    case "new" when item.Version == 0:
                        return await repository.DeleteAsync(id, ct);
                    default:
                        item.Status = "cancelled";
                        break;
                }

                await repository.SaveAsync(item, ct);
                return true;
            }

            private static IReadOnlyList<string> Notes({{name}} item)
            {
                var notes = new List<string>();
                if (!item.IsOpen)
                    notes.Add("closed");
        {{Each(Fields.Where(field => field % 4 == 3), field => $$"""
                    if (item.Field{{field}} > {{field * 10}})
                        notes.Add($"Field{{field}} is {item.Field{{field}}}");
            """)}}
                return notes;
            }
        }
        """;

    private string Controller() => $$"""
        namespace Shop.{{name}}s;

        [ApiController]
        [Route("{{Table}}")]
        public sealed class {{name}}Controller({{name}}Service service) : ControllerBase
        {
            [HttpGet("{id:int}")]
            public async Task<ActionResult<{{name}}Response>> Get(int id, CancellationToken ct)
            {
                var found = await service.GetAsync(id, ct);
                return found is null ? NotFound() : Ok(found);
            }

            [HttpGet]
            public async Task<ActionResult<IReadOnlyList<{{name}}Response>>> Search([FromQuery] string? status, [FromQuery] int skip, CancellationToken ct)
            {
                return Ok(await service.SearchAsync(new {{name}}Filter(status, null, skip), ct));
            }

            [HttpPut("{id:int}")]
            public async Task<ActionResult<{{name}}Response>> Put(int id, [FromBody] {{name}}Request request, CancellationToken ct)
            {
                try
                {
                    return Ok(await service.SaveAsync(id, request, ct));
                }
                catch (ArgumentException failure)
                {
                    return BadRequest(failure.Message);
                }
            }

            [HttpPost("{id:int}/quote")]
            public async Task<ActionResult<decimal>> Quote(int id, CancellationToken ct)
            {
                return Ok(await service.QuoteAsync(id, DateTimeOffset.UtcNow, ct));
            }

            [HttpPost("book")]
            public async Task<ActionResult<int>> Book([FromQuery] string? status, CancellationToken ct)
            {
                return Ok(await service.BookAllAsync(new {{name}}Filter(status, null), ct));
            }

            [HttpDelete("{id:int}")]
            public async Task<IActionResult> Delete(int id, CancellationToken ct)
            {
                return await service.CloseAsync(id, ct) ? NoContent() : NotFound();
            }
        }
        """;
}
