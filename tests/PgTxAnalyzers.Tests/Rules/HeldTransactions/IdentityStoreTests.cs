using PgTxAnalyzers.Tests.Verification;

namespace PgTxAnalyzers.Tests.Rules.HeldTransactions;

/// <summary>What ASP.NET Core Identity does to a transaction: its managers work through a store over a context of theirs.</summary>
public class IdentityStoreTests
{
    [Theory]
    [InlineData("await users.CreateAsync(member, \"pw\");", "PGTX101")]
    [InlineData("await users.AddToRoleAsync(member, \"member\");", "PGTX101")]
    [InlineData("var known = await users.FindByEmailAsync(\"a@example.com\");", "PGTX101")]
    [InlineData("await roles.CreateAsync(new IdentityRole(\"member\"));", "PGTX101")]
    [InlineData("await HelpAsync(member);", "PGTX101")]
    [InlineData("var token = await users.GenerateEmailConfirmationTokenAsync(member);", "PGTX103")]
    public Task In_a_transaction_on_its_context_it_is_a_command(string statement, string rule) => Code("MemberContext", statement, rule).HasMarkedFindings();

    [Fact]
    public Task In_a_transaction_on_another_context_it_is_none() => Code("ShopContext", "await users.CreateAsync(member, \"pw\");", "PGTX103").HasMarkedFindings();

    [Fact]
    public async Task The_message_names_the_manager()
    {
        var found = await Code("MemberContext", "await users.CreateAsync(member, \"pw\");", "PGTX101").Findings();
        Assert.Contains("holding the row locks of UserManager.CreateAsync (line 17)", Assert.Single(found).GetMessage(), StringComparison.Ordinal);
    }

    private static TestCode Code(string context, string statement, string rule) => TestCode.Of($$"""
        using System.Net.Http;
        using System.Threading.Tasks;
        using Microsoft.AspNetCore.Identity;
        using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
        using Microsoft.EntityFrameworkCore;

        public class Member : IdentityUser;
        public class MemberContext(DbContextOptions<MemberContext> options) : IdentityDbContext<Member>(options);
        public class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options);

        public class SignUp({{context}} db, UserManager<Member> users, RoleManager<IdentityRole> roles, HttpClient http)
        {
            public async Task RunAsync(Member member)
            {
                await using var tx = await db.Database.BeginTransactionAsync();

                {{statement}}
                await http.PostAsync("/welcome", null); // expect: {{rule}}
                await tx.CommitAsync();
            }

            private Task HelpAsync(Member member) => users.UpdateAsync(member);
        }
        """);
}
