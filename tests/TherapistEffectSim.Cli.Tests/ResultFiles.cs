using System.Text.Json.Nodes;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>The files of a result folder that must not depend on how it came about.</summary>
internal static class ResultFiles
{
    private static readonly string[] s_mayDiffer = ["started", "ended", "machine", "threads", "replicates-per-second"];

    /// <summary>All files but checkpoints, by name: text, the manifest without times, machine, threads and rate.</summary>
    public static SortedDictionary<string, string> Of(string folder)
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (string path in Directory.GetFiles(folder).Where(f => !f.EndsWith(".bin", StringComparison.Ordinal)))
        {
            string text = File.ReadAllText(path);
            files.Add(Path.GetFileName(path), Path.GetFileName(path) == "manifest.json" ? WithoutChance(text) : text);
        }

        return files;
    }

    private static string WithoutChance(string manifest)
    {
        JsonObject json = JsonNode.Parse(manifest)!.AsObject();
        Array.ForEach(s_mayDiffer, name => json.Remove(name));
        return json.ToJsonString();
    }
}
