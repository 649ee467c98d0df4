using System.CommandLine;
using System.Globalization;

namespace TherapistEffectSim.Cli;

/// <summary>Options that take a whole number.</summary>
internal static class WholeNumber
{
    private const ulong MostReplicates = 1_000_000_000; // as in study files
    private const ulong MostThreads = 1024;

    public static Option<ulong?> Seed() => Of<ulong?>("--seed", 0, ulong.MaxValue, "Key of all random numbers, instead of the file's", "N");

    public static Option<int?> Replicates() => Of<int?>("--replicates", 1, MostReplicates, "Replicates per scenario, instead of the file's", "N");

    public static Option<int?> Threads() => Of<int?>(
        "--threads", 1, MostThreads, "Threads [default: SLURM_CPUS_PER_TASK, else the processors]; no result depends on it", "N");

    /// <summary>Threads where none are asked for.</summary>
    public static int DefaultThreads() =>
        int.TryParse(Environment.GetEnvironmentVariable("SLURM_CPUS_PER_TASK"), NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads > 0
            ? threads
            : Environment.ProcessorCount;

    /// <summary>An option whose value is checked in words.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="least">Smallest value accepted.</param>
    /// <param name="most">Largest value accepted.</param>
    /// <param name="description">For the help.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    public static Option<T> Of<T>(string name, ulong least, ulong most, string description, string helpName)
    {
        Option<T> option = new(name) { Description = description, HelpName = helpName };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1
                && !(ulong.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
                    && number >= least
                    && number <= most))
            {
                string accepted = string.Create(CultureInfo.InvariantCulture, $"a whole number in [{least}, {most}]");
                result.AddError($"{name} must be {accepted}, but was '{result.Tokens[0].Value}'.");
            }
        });
        return option;
    }
}
