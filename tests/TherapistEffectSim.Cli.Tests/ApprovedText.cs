namespace TherapistEffectSim.Cli.Tests;

/// <summary>Compares a text with the one in <c>Approved/</c>. <c>TES_APPROVE=1</c> in the environment writes the file instead.</summary>
internal static class ApprovedText
{
    public static void AssertEqual(string name, string actual)
    {
        string path = Path.Combine(Folder(), $"{name}.txt");
        if (Environment.GetEnvironmentVariable("TES_APPROVE") is "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        string[] expected = (File.Exists(path) ? File.ReadAllText(path) : "").ReplaceLineEndings("\n").Split('\n');
        string[] lines = actual.Split('\n');
        List<string> differences = [];
        for (int i = 0; i < Math.Max(expected.Length, lines.Length); i++)
        {
            string approved = i < expected.Length ? expected[i] : "(no line)";
            string found = i < lines.Length ? lines[i] : "(no line)";
            if (approved != found)
            {
                differences.Add($"line {i + 1}\n  approved: {approved}\n  now:      {found}");
            }
        }

        Assert.True(
            differences.Count == 0,
            $"The text differs from Approved/{name}.txt. If the new one is right, run the tests with TES_APPROVE=1.\n{string.Join('\n', differences)}");
    }

    private static string Folder() => Path.Combine(StudyText.Repository(), "tests", "TherapistEffectSim.Cli.Tests", "Approved");
}
