namespace TherapistEffectSim.Cli;

/// <summary>How a command writes its result to standard output.</summary>
internal enum OutputFormat
{
    /// <summary>For a person: rounded.</summary>
    Table,

    /// <summary>For a program: a number reads back to the same double.</summary>
    Json,

    /// <summary>For a spreadsheet or R: a number reads back to the same double.</summary>
    Csv,
}
