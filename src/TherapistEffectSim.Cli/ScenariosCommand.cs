using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Spectre.Console;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes scenarios</c>: the built-in stories, as a list, to read, and as files of one's own.</summary>
internal static class ScenariosCommand
{
    private const int Width = 80; // of a terminal that nobody has widened

    public static Command Create(Streams streams)
    {
        Choice<OutputFormat> format = Choices.Format();
        ExplainedCommand command = new("scenarios", "Lists the built-in stories: studies to read, to run and to begin one's own from.")
        {
            Notes = ["Each is a study file with its question, its source and its assumptions in comments."],
            Examples = ["tes scenarios", "tes scenarios show quickstart", "tes scenarios copy quickstart"],
        };
        command.Options.Add(format.Option);
        command.Subcommands.Add(CreateShow(streams));
        command.Subcommands.Add(CreateCopy(streams));
        command.SetAction(parsed => List(format.In(parsed), streams));
        return command;
    }

    /// <summary>Lists names and questions.</summary>
    /// <returns>The exit code.</returns>
    public static int List(OutputFormat format, Streams streams)
    {
        ImmutableArray<StudyFile> stories = [.. BuiltInStory.All.Select(Read)];
        switch (format)
        {
            case OutputFormat.Json:
                WriteJson(stories, streams.Output);
                break;
            case OutputFormat.Csv:
                WriteCsv(stories, streams.Output);
                break;
            default:
                WriteTable(stories, streams);
                streams.Say("To read one: tes scenarios show NAME. To have it as a file: tes scenarios copy NAME");
                break;
        }

        return ExitCode.Done;
    }

    /// <summary>Prints a story's file as it is.</summary>
    /// <returns>The exit code.</returns>
    public static int Show(BuiltInStory story, Streams streams)
    {
        using StreamReader text = new(story.Open());
        streams.Output.Write(text.ReadToEnd());
        return ExitCode.Done;
    }

    /// <summary>Writes a story's file.</summary>
    /// <param name="story">The story.</param>
    /// <param name="path">A file, or an existing folder; <see langword="null"/> for a file of the story's name here.</param>
    /// <param name="replace">Whether a file that exists is replaced.</param>
    /// <param name="streams">Where it says what it did.</param>
    /// <returns>The exit code.</returns>
    public static int Copy(BuiltInStory story, string? path, bool replace, Streams streams)
    {
        string file = Directory.Exists(path) ? Path.Join(path, story.FileName) : path ?? story.FileName;
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder && !Directory.Exists(folder))
        {
            streams.Say($"{file}: there is no folder {folder}.");
            return ExitCode.InvalidInput;
        }

        if (!replace && Path.Exists(file))
        {
            streams.Say($"{file}: exists already; --force replaces it.");
            return ExitCode.InvalidInput;
        }

        using (Stream content = story.Open())
        using (FileStream copy = new(file, replace ? FileMode.Create : FileMode.CreateNew))
        {
            content.CopyTo(copy);
        }

        streams.Say($"Wrote {file}. Next: tes run {(file.Contains(' ', StringComparison.Ordinal) ? $"\"{file}\"" : file)}");
        return ExitCode.Done;
    }

    private static ExplainedCommand CreateShow(Streams streams)
    {
        Argument<BuiltInStory> story = Story();
        ExplainedCommand command = new("show", "Prints the file of a built-in story, comments included.")
        {
            Examples = ["tes scenarios show quickstart", "tes scenarios show quickstart | tes validate -"],
        };
        command.Arguments.Add(story);
        command.SetAction(parsed => Show(parsed.GetRequiredValue(story), streams));
        return command;
    }

    private static ExplainedCommand CreateCopy(Streams streams)
    {
        Argument<BuiltInStory> story = Story();
        Argument<string?> path = new("PATH")
        {
            Description = "The file to write, or a folder for it [default: NAME.yaml here]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        path.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && (string.IsNullOrWhiteSpace(given) || given is Streams.StandardName))
            {
                result.AddError($"PATH must name a file or a folder, but was '{given}'. To print a story: tes scenarios show NAME");
            }
        });
        Option<bool> force = new("--force") { Description = "Replace a file that exists" };
        ExplainedCommand command = new("copy", "Writes the file of a built-in story, to be run and changed.")
        {
            Notes = ["The result folder is called after the study's name: key, not after its file; change both."],
            Examples = ["tes scenarios copy quickstart", "tes scenarios copy met-cau-2009 my-trial.yaml"],
        };
        command.Arguments.Add(story);
        command.Arguments.Add(path);
        command.Options.Add(force);
        command.SetAction(parsed => Copy(parsed.GetRequiredValue(story), parsed.GetValue(path), parsed.GetValue(force), streams));
        return command;
    }

    private static Argument<BuiltInStory> Story()
    {
        Argument<BuiltInStory> argument = new("NAME")
        {
            Description = "Name of a story; tes scenarios lists them.",
            HelpName = "NAME", // not the list of all
            CustomParser = StoryOf,
        };
        argument.CompletionSources.Add([.. BuiltInStory.All.Select(story => story.Name)]);
        return argument;
    }

    private static BuiltInStory? StoryOf(ArgumentResult result)
    {
        string name = result.Tokens[0].Value;
        BuiltInStory? story = BuiltInStory.Find(name);
        if (story is null)
        {
            ImmutableArray<string> near = BuiltInStory.NearestNames(name);
            result.AddError($"'{name}' is no built-in story. {(near.IsEmpty ? "To list them: tes scenarios" : $"Did you mean {Wording.List(near, "or")}?")}");
        }

        return story;
    }

    private static StudyFile Read(BuiltInStory story)
    {
        using StreamReader text = new(story.Open());
        return StudyFile.Read(text, story.FileName);
    }

    private static void WriteTable(IEnumerable<StudyFile> stories, Streams streams)
    {
        Table table = PlainTable.Create("Name");
        table.AddWrappedColumn("Question");
        foreach (StudyFile story in stories)
        {
            table.AddTexts(story.Name, story.Question);
        }

        streams.Write(table, Width);
    }

    private static void WriteCsv(IEnumerable<StudyFile> stories, TextWriter output)
    {
        CsvRow csv = new(output);
        csv.Add(["name", "question"]).End();
        foreach (StudyFile story in stories)
        {
            csv.Add(story.Name).Add(story.Question).End();
        }
    }

    private static void WriteJson(IEnumerable<StudyFile> stories, TextWriter output) => JsonText.Write(output, json =>
    {
        json.WriteStartArray();
        foreach (StudyFile story in stories)
        {
            json.WriteStartObject();
            json.WriteString("name", story.Name);
            json.WriteString("question", story.Question);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
