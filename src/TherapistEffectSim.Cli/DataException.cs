namespace TherapistEffectSim.Cli;

/// <summary>A file that cannot be used as asked. The message begins with the file.</summary>
internal sealed class DataException(string file, Exception inner) : Exception($"{file}: {inner.Message}", inner);
