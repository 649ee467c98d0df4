using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Cli;

/// <summary>Says why a command ended early, and gives its exit code. The only place where exceptions end.</summary>
internal static class FailureReport
{
    /// <summary>Writes a message to the error stream.</summary>
    /// <returns>The exit code.</returns>
    public static int Of(Exception exception, TextWriter error)
    {
        switch (exception)
        {
            case FormulaException formula:
                error.WriteLine($"formula: {formula.Message}");
                error.WriteLine($"  {formula.Illustration.Replace("\n", "\n  ", StringComparison.Ordinal)}");
                return ExitCode.InvalidInput;
            case CsvTableException or DataException or StudyFileException or ResultRecordException:
                error.WriteLine(exception.Message);
                return ExitCode.InvalidInput;
            case ResultFolderException:
                error.WriteLine(exception.Message);
                return ExitCode.OtherStudy;
            case OperationCanceledException:
                error.WriteLine("Interrupted.");
                return ExitCode.Interrupted;
            case IOException or UnauthorizedAccessException or OutOfMemoryException:
                error.WriteLine($"tes: {exception.Message}");
                return ExitCode.Failed;
            default:
                error.WriteLine($"tes: this is a fault of the program, {ProductVersion.Text}. Please report it, with the command and these lines.");
                error.WriteLine(exception);
                return ExitCode.Fault;
        }
    }
}
