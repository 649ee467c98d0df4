using System.Reflection;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>The chart library in the assembly: Vega-Lite with what it needs, if Node.js was there at build time.</summary>
internal static class ChartLibrary
{
    private const string Folder = "charts/";

    private static readonly string[] s_scripts = ["vega.min.js", "vega-lite.min.js", "vega-embed.min.js"];
    private static readonly Assembly s_assembly = typeof(ChartLibrary).Assembly;

    /// <summary>Whether the build brought it.</summary>
    public static bool IsThere => Missing is null;

    /// <summary>What to tell somebody who needs it where it is not; <see langword="null"/> where it is.</summary>
    public static string? Missing { get; } = MissingFrom(s_assembly.GetManifestResourceNames());

    /// <summary>What to tell somebody of an assembly with these resources.</summary>
    public static string? MissingFrom(IReadOnlyCollection<string> resources) => s_scripts.All(script => resources.Contains(Folder + script))
        ? null
        : "This build has no chart library, because Node.js was missing when it was built, so that it cannot draw reports. "
            + "Install Node.js 20 or later with npm, and build again: dotnet build -c Release. "
            + "Everything else works, --specs too: the specifications can be drawn by any program that reads Vega-Lite.";

    /// <summary>The scripts, in the order in which they must run.</summary>
    public static IEnumerable<string> Scripts => s_scripts.Select(Text);

    /// <summary>The licence texts, by package.</summary>
    public static IEnumerable<(string Package, string Text)> Licences =>
        s_assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".LICENSE.txt", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name[Folder.Length..^".LICENSE.txt".Length], Text(name[Folder.Length..])));

    // Nothing in a script may end the element that holds it, and there is no map file to look for.
    private static string Text(string name)
    {
        using StreamReader reader = new(s_assembly.GetManifestResourceStream(Folder + name)!);
        IEnumerable<string> lines = reader.ReadToEnd().Split('\n').Where(line => !line.StartsWith("//# sourceMappingURL", StringComparison.Ordinal));
        return string.Join('\n', lines).Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase);
    }
}
