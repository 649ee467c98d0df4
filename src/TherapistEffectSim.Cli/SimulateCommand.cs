using System.CommandLine;
using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes simulate</c>: the data of one replicate.</summary>
internal static class SimulateCommand
{
    public static Command Create(Streams streams)
    {
        Argument<string> study = new("STUDY") { Description = "A study file (YAML or JSON); - reads standard input." };
        Option<int> scenario = WholeNumber.Of<int>("--scenario", 1, int.MaxValue, "Number of the scenario, from 1", "N");
        scenario.DefaultValueFactory = _ => 1;
        Option<long> replicate = WholeNumber.Of<long>("--replicate", 1, long.MaxValue, "Number of the replicate, from 1", "R");
        replicate.DefaultValueFactory = _ => 1;
        Option<ulong?> seed = WholeNumber.Seed();
        Option<bool> all = new("--all-patients") { Description = "All randomised patients, NA where not measured, instead of those analysed" };
        Choice<Sampling?> sampling = Choices.Sampling();
        ExplainedCommand command = new("simulate", "Writes the data of one replicate as CSV: exactly those that a run analyses.")
        {
            Notes =
            [
                "The columns therapist_score to true_therapist_effect are truths that no trial could observe.",
                "In R, name the reference arm: factor(arm, levels = c(\"usual\", \"motivational\")).",
            ],
            Examples =
            [
                "tes simulate experiments/quickstart.yaml --replicate 17 > replicate17.csv",
                "tes fit replicate17.csv --formula \"outcome ~ alliance_between + alliance_within + (1 | therapist)\"",
            ],
        };
        command.Arguments.Add(study);
        foreach (Option option in new Option[] { scenario, replicate, seed, sampling.Option, all })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => streams.UntilInterrupted(() => Run(
            parsed.GetRequiredValue(study),
            parsed.GetValue(seed),
            sampling.In(parsed),
            parsed.GetValue(scenario),
            parsed.GetValue(replicate),
            parsed.GetValue(all),
            streams)));
        return command;
    }

    /// <summary>Writes one data set.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string path, ulong? seed, Sampling? sampling, int scenario, long replicate, bool allPatients, Streams streams)
    {
        StudySource source = StudySource.Load(path, seed, sampling, streams);
        Study study = source.Study(replicates: null);
        if (scenario > study.Cells.Count)
        {
            string range = string.Create(CultureInfo.InvariantCulture, $"--scenario must be in [1, {study.Cells.Count}], but was {scenario}.");
            streams.Say($"{source.Name}: {range}");
            return ExitCode.InvalidInput;
        }

        if (source.SeedWasDrawn)
        {
            streams.Say($"No seed is given; drew {source.Seed}. Add --seed {source.Seed} to have the same data again.");
        }

        DataTable data = ReplicateData.Of(study, scenario, replicate, allPatients);
        DataTableCsv.Write(data, streams.Output);
        return ExitCode.Done;
    }
}
