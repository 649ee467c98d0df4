using System.CommandLine;
using System.CommandLine.Parsing;
using TherapistEffectSim.Files.Tables;

namespace TherapistEffectSim.Cli;

/// <summary>Options that take a number.</summary>
internal static class Numbers
{
    /// <summary>An option whose value is checked in words.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="helpName">What stands for the value in the help.</param>
    /// <param name="usual">The default; <see langword="null"/> for an option that must be given.</param>
    /// <param name="isAccepted">Whether a finite number is accepted.</param>
    /// <param name="accepted">What is, in words that follow "must be".</param>
    public static Option<double> Option(
        string name, string description, string helpName, double? usual, Predicate<double> isAccepted, string accepted)
    {
        Option<double> option = new(name)
        {
            Description = description,
            HelpName = helpName,
            Required = usual is null,
            CustomParser = result => Parsed(result, isAccepted, accepted),
        };
        if (usual is double value)
        {
            option.DefaultValueFactory = _ => value;
        }

        return option;
    }

    private static double Parsed(ArgumentResult result, Predicate<double> isAccepted, string accepted)
    {
        string word = result.Tokens[0].Value;
        if (NumberCell.TryParse(word, out double value) && isAccepted(value))
        {
            return value;
        }

        result.AddError($"{((OptionResult)result.Parent!).Option.Name} must be {accepted}, but was '{word}'.");
        return default;
    }
}
