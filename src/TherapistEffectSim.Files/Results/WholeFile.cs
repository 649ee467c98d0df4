using System.Text;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes files so that a reader never sees half of one.</summary>
public static class WholeFile
{
    /// <summary>Writes a text in UTF-8 under a temporary name beside the file, and then gives it its name; a file that stands there is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    public static void Write(string path, string text)
    {
        string temporary = Path.Join(Path.GetDirectoryName(path), FolderContent.TemporaryName(Path.GetFileName(path)));
        try
        {
            File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
