using System.CommandLine;
using System.Globalization;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>The option that takes a shard as K/M.</summary>
internal static class ShardOption
{
    public static Option<string?> Create(string description)
    {
        Option<string?> option = new("--shard") { Description = description, HelpName = "K/M" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && Parse(result.Tokens[0].Value) is null)
            {
                result.AddError(string.Create(
                    CultureInfo.InvariantCulture,
                    $"--shard must be K/M, whole numbers with 1 <= K <= M <= {Shard.Most}, but was '{result.Tokens[0].Value}'."));
            }
        });
        return option;
    }

    /// <summary>The shard that was asked for.</summary>
    public static Shard? In(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is string text ? Parse(text) : null;

    private static Shard? Parse(string text) =>
        text.Split('/') is [string k, string m]
        && int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && int.TryParse(m, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
        && number >= 1 && number <= count && count <= Shard.Most
            ? new Shard(number, count)
            : null;
}
