namespace TherapistEffectSim.Cli;

/// <summary>A file that can be read, but not used as asked. The message begins with the file.</summary>
internal sealed class DataException(string file, Exception inner) : Exception($"{file}: {inner.Message}", inner);
