using System.Diagnostics;
using TherapistEffectSim.Reports.Charts;

namespace TherapistEffectSim.Reports.Tests;

/// <summary>A test that draws charts: needs Node.js, and a build that had it. Skipped elsewhere, but not where <c>TES_BROWSER_TESTS=required</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    private static readonly string? s_missing = Missing();

    public NodeFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("TES_BROWSER_TESTS") is not "required")
        {
            Skip = s_missing;
        }
    }

    private static string? Missing()
    {
        if (!ChartLibrary.IsThere)
        {
            return "The chart library is not in this build: install Node.js 20 or later and build again.";
        }

        try
        {
            using Process node = Process.Start(new ProcessStartInfo("node", "--version") { UseShellExecute = false, RedirectStandardOutput = true })!;
            node.WaitForExit();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "There is no node on the PATH: install Node.js 20 or later.";
        }
    }
}

/// <summary>A test of whole reports: needs a build that had Node.js.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReportFactAttribute : FactAttribute
{
    public ReportFactAttribute()
    {
        if (!ChartLibrary.IsThere && Environment.GetEnvironmentVariable("TES_BROWSER_TESTS") is not "required")
        {
            Skip = "The chart library is not in this build: install Node.js 20 or later and build again.";
        }
    }
}
