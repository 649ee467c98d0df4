using System.Collections.Immutable;
using System.Reflection;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Cli;

/// <summary>A study file that the program carries with it: those of the folder <c>experiments</c> when it was built.</summary>
/// <param name="Name">Name of the study, and of its file without the ending.</param>
internal sealed record BuiltInStory(string Name)
{
    private const string Folder = "experiments/"; // of the resources' names
    private const string Ending = ".yaml";

    private static readonly Assembly s_program = typeof(BuiltInStory).Assembly;

    /// <summary>All, by name.</summary>
    public static ImmutableArray<BuiltInStory> All { get; } =
    [
        .. s_program.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(Folder, StringComparison.Ordinal))
            .Select(resource => new BuiltInStory(resource[Folder.Length..^Ending.Length]))
            .OrderBy(story => story.Name, StringComparer.Ordinal),
    ];

    /// <summary>Name of the file.</summary>
    public string FileName => Name + Ending;

    /// <summary>The story of exactly this name, or <see langword="null"/>.</summary>
    public static BuiltInStory? Find(string name) => All.FirstOrDefault(story => story.Name == name);

    /// <summary>The story that a file of this name would hold, in whatever folder and with or without the ending, or <see langword="null"/>.</summary>
    public static BuiltInStory? OfFile(string path)
    {
        string name = Path.GetFileName(path);
        return Find(name.EndsWith(Ending, StringComparison.Ordinal) ? name[..^Ending.Length] : name);
    }

    /// <summary>The names that someone may have meant: those that hold what was typed, else the nearest.</summary>
    public static ImmutableArray<string> NearestNames(string typed)
    {
        string[] known = [.. All.Select(story => story.Name)];
        string[] holding = [.. known.Where(name => name.Contains(typed, StringComparison.OrdinalIgnoreCase))];
        return holding is [] && NearestName.Find(typed, known) is string nearest ? [nearest] : [.. holding];
    }

    /// <summary>The file as it is.</summary>
    public Stream Open() => s_program.GetManifestResourceStream(Folder + FileName)!;
}
