namespace TherapistEffectSim.Files.Results;

/// <summary>A result folder that cannot be read. The message is one sentence: where, what is needed, what was found.</summary>
public sealed class StoredResultsException : Exception
{
    internal StoredResultsException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
