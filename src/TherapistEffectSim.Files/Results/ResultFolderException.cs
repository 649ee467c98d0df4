namespace TherapistEffectSim.Files.Results;

/// <summary>A result folder that must not be written to. The message is one sentence with its path and what was found there.</summary>
public sealed class ResultFolderException : Exception
{
    internal ResultFolderException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Exit code of the command: the folder belongs to something else.</summary>
    public int ExitCode { get; } = 3;
}
