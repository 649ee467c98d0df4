using System.CommandLine;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli;

/// <summary>An option that takes one of a few words; the first is the default.</summary>
internal sealed class Choice<T>
{
    private readonly (string Word, T Value)[] _choices;

    /// <param name="name">Name of the option, with its dashes.</param>
    /// <param name="description">For the help.</param>
    /// <param name="choices">The words and what they mean.</param>
    public Choice(string name, string description, params (string Word, T Value)[] choices)
    {
        _choices = choices;
        string[] words = [.. choices.Select(choice => choice.Word)];
        Option = new Option<string>(name)
        {
            Description = description,
            DefaultValueFactory = _ => words[0],
            HelpName = string.Join('|', words),
        };
        Option.CompletionSources.Add(words);
        Option.Validators.Add(result =>
        {
            string word = result.Tokens.Count > 0 ? result.Tokens[0].Value : words[0];
            if (!words.Contains(word))
            {
                result.AddError($"{name} must be {Wording.List(words, "or")}, but was '{word}'.");
            }
        });
    }

    public Option<string> Option { get; }

    public T In(ParseResult parsed)
    {
        string word = parsed.GetRequiredValue(Option);
        return _choices.First(choice => choice.Word == word).Value;
    }
}

/// <summary>Options that several commands have.</summary>
internal static class Choices
{
    public static Choice<OutputFormat> Format() => new(
        "--format",
        "How the result is written.",
        ("table", OutputFormat.Table),
        ("json", OutputFormat.Json),
        ("csv", OutputFormat.Csv));

    /// <summary>Null: as the study file says.</summary>
    public static Choice<Sampling?> Sampling() => new(
        "--sampling",
        "How data are drawn, instead of the file's way. automatic: without patients where no analysis sees more than means and sums within therapists; patients: always one by one",
        ("study", null),
        ("automatic", Design.Sampling.Automatic),
        ("patients", Design.Sampling.Patients));
}
