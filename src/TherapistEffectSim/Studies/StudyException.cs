namespace TherapistEffectSim.Studies;

/// <summary>A study that cannot be run: its methods and tests do not fit each other or the worlds.</summary>
public sealed class StudyException : Exception
{
    /// <summary>Says what was found and what is accepted.</summary>
    public StudyException(string message)
        : base(message)
    {
    }

    /// <summary>Says what was found and what is accepted.</summary>
    public StudyException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
