using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Cli;

/// <summary>A data file that can be read, but not analysed as asked. The message begins with the file.</summary>
internal sealed class DataException(string file, ModelException inner) : Exception($"{file}: {inner.Message}", inner);
