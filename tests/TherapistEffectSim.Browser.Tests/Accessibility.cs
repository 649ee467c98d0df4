using System.Text.Json;
using Microsoft.Playwright;

namespace TherapistEffectSim.Browser.Tests;

/// <summary>The rules of accessible pages, as axe-core checks them.</summary>
internal static class Accessibility
{
    /// <summary>Text of axe-core, which the build brings with the chart library; <see langword="null"/> if it is not there.</summary>
    public static string? Checker { get; } = File.Exists(CheckerPath) ? File.ReadAllText(CheckerPath) : null;

    private static string CheckerPath =>
        Path.Join(Repository.Root, "src", "TherapistEffectSim.Reports", "obj", "npm", "node_modules", "axe-core", "axe.min.js");

    /// <summary>No serious or critical violation is on the page as it stands.</summary>
    public static async Task AssertAsync(IPage page)
    {
        await page.EvaluateAsync($"() => {{ {Checker}; return 1; }}");
        JsonElement violations = (await page.EvaluateAsync<JsonElement>(
            "() => axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map(v => ({ id: v.id, impact: v.impact, nodes: v.nodes.map(n => n.html + ' ' + n.failureSummary).slice(0, 3) })))"))!;
        string[] serious = [.. violations.EnumerateArray().Where(v => v.GetProperty("impact").GetString() is "serious" or "critical").Select(v => v.ToString())];
        Assert.True(serious.Length == 0, string.Join('\n', serious));
    }
}
