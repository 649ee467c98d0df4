using System.CommandLine;
using System.Globalization;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes validate</c>: checks a study file without running it.</summary>
internal static class ValidateCommand
{
    public static Command Create(Streams streams)
    {
        Argument<string> study = new("STUDY") { Description = "A study file (YAML or JSON); - reads standard input." };
        ExplainedCommand command = new("validate", "Checks a study file: all mistakes at once, with their places.")
        {
            Notes = ["Exit code 0: the study can be run. 2: it cannot, and standard error says why."],
            Examples = ["tes validate experiments/quickstart.yaml"],
        };
        command.Arguments.Add(study);
        command.SetAction(parsed => streams.UntilInterrupted(() => Run(parsed.GetRequiredValue(study), streams)));
        return command;
    }

    /// <summary>Checks.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string path, Streams streams)
    {
        StudySource source = StudySource.Load(path, seed: null, sampling: null, streams);
        Study study = source.Study(replicates: null);
        string seed = source.SeedWasDrawn ? "no seed (one is drawn at each run)" : $"seed {source.Seed}";
        streams.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{source.Name} is a valid study: {Wording.LongCount(study.Cells.Count, "scenario")}, {Wording.Count(study.Methods.Length, "method")}, {Wording.Replicates(study)}, {seed}."));
        foreach (string note in TestNotes.OfSmallestTrial(study))
        {
            streams.Say($"Note: {note}");
        }

        return ExitCode.Done;
    }
}
