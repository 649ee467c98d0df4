namespace TherapistEffectSim.Teaching.Safety;

/// <summary>A request that asks for something that cannot be; the message is for the one who asked.</summary>
internal sealed class BadRequestException(string message) : Exception(message);
