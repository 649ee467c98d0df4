namespace TherapistEffectSim.Cli;

/// <summary>A file that a command is asked to write.</summary>
internal static class OutputFile
{
    /// <summary>Why a file may not be written; <see langword="null"/> if it may.</summary>
    /// <param name="path">The file.</param>
    /// <param name="replace">Whether a file that exists is replaced.</param>
    public static string? Refusal(string path, bool replace) =>
        string.IsNullOrWhiteSpace(path) || Directory.Exists(path) ? $"--out must name a file, but was '{path}'."
        : Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder) ? $"{path}: there is no folder {folder}."
        : !replace && File.Exists(path) ? $"{path}: exists already; --force replaces it."
        : null;
}
