namespace TherapistEffectSim.Cli;

/// <summary>What the program returns.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>It ran, and a check that was asked for, or a resource such as the disk, failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage, or a file that cannot be used.</summary>
    public const int InvalidInput = 2;

    /// <summary>The output folder belongs to another study.</summary>
    public const int OtherStudy = 3;

    /// <summary>A fault of the program.</summary>
    public const int Fault = 70;

    /// <summary>Ended by a signal; what was finished is kept.</summary>
    public const int Interrupted = 130;
}
