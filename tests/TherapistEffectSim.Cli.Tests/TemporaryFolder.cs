namespace TherapistEffectSim.Cli.Tests;

/// <summary>A folder of its own, so that every file that a command leaves behind is seen.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tes-run-");

    public string Path => _folder.FullName;

    /// <summary>All files and folders, by their paths from here, in order.</summary>
    public string[] Content =>
        [.. Directory.GetFileSystemEntries(Path, "*", SearchOption.AllDirectories).Select(e => System.IO.Path.GetRelativePath(Path, e).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public string At(string name) => System.IO.Path.Join(Path, name);

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
