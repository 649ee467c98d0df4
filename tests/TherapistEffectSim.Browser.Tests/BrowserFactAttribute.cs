using TherapistEffectSim.Reports.Charts;

namespace TherapistEffectSim.Browser.Tests;

/// <summary>A test in a browser: needs Chromium, and what <c>npm ci</c> brings. Skipped elsewhere, but not where <c>TES_BROWSER_TESTS=required</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("TES_BROWSER_TESTS") is not "required")
        {
            Skip = Chromium.Path is null ? "There is no Chromium: apt-get install chromium, or say where one is in TES_CHROMIUM."
                : !ChartLibrary.IsThere ? "The chart library is not in this build: install Node.js 20 or later and build again."
                : Accessibility.Checker is null ? "axe-core is missing: install Node.js 20 or later and build again."
                : null;
        }
    }
}
