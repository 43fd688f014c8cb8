using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace PgTxAnalyzers.Models;

/// <summary>The names of the roles in model files: <c>dispose-transaction</c> for <see cref="ApiRole.DisposeTransaction"/>.</summary>
internal static class ApiRoles
{
    private static readonly Dictionary<string, ApiRole> ByToken = Enum.GetValues(typeof(ApiRole)).Cast<ApiRole>()
        .Where(role => role != ApiRole.None)
        .ToDictionary(role => role.Token());

    /// <summary>All names, for messages.</summary>
    public static string Choices => string.Join(", ", ByToken.Keys);

    public static bool TryParse(string token, out ApiRole role) => ByToken.TryGetValue(token, out role);

    public static string Token(this ApiRole role)
    {
        var text = new StringBuilder();
        foreach (var c in role.ToString())
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
