using System.Text.RegularExpressions;

namespace TherapistEffectSim.Tests.House;

public sealed partial class LayeringTests
{
    // The order in which data flow. A folder may use those before it, never those after it.
    private static readonly string[] s_layers =
        ["Validation", "Design", "Data", "Randomness", "Generation", "Formulas", "Estimation", "Inference", "Performance", "Studies", "Planning"];

    private static string Library => Path.Combine(Repository.Root, "src", "TherapistEffectSim");

    public static TheoryData<string> Folders() => [.. s_layers.Where(layer => Directory.Exists(Path.Combine(Library, layer)))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_UsesOnlyFoldersBeforeIt(string folder)
    {
        int own = Array.IndexOf(s_layers, folder);
        List<string> violations = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Library, folder), "*.cs", SearchOption.AllDirectories))
        {
            foreach (Match use in Use().Matches(File.ReadAllText(file)))
            {
                int used = Array.IndexOf(s_layers, use.Groups["layer"].Value);
                if (used > own || used < 0)
                {
                    violations.Add($"{Path.GetFileName(file)} uses {use.Groups["layer"].Value}");
                }
            }
        }

        Assert.Empty(violations);
    }

    [Fact]
    public void Library_HasNoFoldersBesideTheLayers() =>
        Assert.Empty(Directory.EnumerateDirectories(Library).Select(Path.GetFileName).Except([.. s_layers, "bin", "obj"]));

    // using TherapistEffectSim.Studies; and, inside the namespace, Studies.Words.
    [GeneratedRegex(@"(?:\bTherapistEffectSim\.|(?<![.\w]))(?<layer>Validation|Design|Data|Randomness|Generation|Formulas|Estimation|Inference|Performance|Studies|Planning)\b(?=\s*;|\.[A-Z])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Use();
}
