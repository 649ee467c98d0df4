using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>Whatever a file holds, the program takes it or says what is wrong: no fault, no hang. TES_MUTATIONS asks for more than the thousand of every build.</summary>
public sealed partial class MutatedInputTests
{
    private const int MostPatients = 3000;
    private const int MostCells = 12;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly int s_mutations =
        int.TryParse(Environment.GetEnvironmentVariable("TES_MUTATIONS"), CultureInfo.InvariantCulture, out int asked) ? asked : 1000;

    private static readonly string[] s_stories =
        [.. Directory.GetFiles(Path.GetDirectoryName(StudyText.Experiment("quickstart"))!, "*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText), StudyText.Grid, StudyText.Line];

    private static readonly string[] s_numbers =
        ["0", "1", "-1", "2", "3", "0.5", "0.999999", "1e-300", "-0.0", "1e9", "1e300", "99999999999999999999", ".inf", ".nan", "null", "true", "[]", "{}", "[1, 2]", "~", "\"7\"", "0x1F", "1_000", "5.", ""];

    // Words of all stories: keys and values, so that they meet where nobody put them.
    private static readonly string[] s_words = [.. s_stories.SelectMany(story => Word().Matches(story).Select(m => m.Value)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    [Fact]
    public void Study_Mutated_IsTakenOrRefused()
    {
        using TemporaryFolder folder = new();
        int taken = 0;
        int run = 0;
        Prop.ForAll(Studies(), text =>
        {
            string path = folder.At("study.yaml");
            File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text)); // half a surrogate pair becomes another letter
            CommandRun validated = Within(["validate", path], "", text);
            if (validated.ExitCode != ExitCode.Done)
            {
                return;
            }

            taken++;
            if (IsSmall(path))
            {
                run++;
                Within(["run", path, "--replicates", "3", "--threads", "1", "--out", folder.At($"out-{run}")], "", text);
                Within(["simulate", path, "--replicate", "2"], "", text);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(s_mutations * 3 / 10).WithReplay(2009, 7));

        // The mutations neither all miss nor all destroy.
        Assert.InRange(taken, s_mutations / 50, s_mutations * 3 / 10);
        Assert.InRange(run, s_mutations / 100, s_mutations * 3 / 10);
    }

    [Fact]
    public void Formula_Mutated_IsTakenOrRefused()
    {
        string data = CommandRun.Of("simulate", StudyText.Experiment("quickstart"), "--scenario", "1").Output;
        string some = string.Join('\n', data.Split('\n').Take(61)) + "\n";
        int taken = 0;
        Prop.ForAll(Formulas(), formula => taken += Within(["fit", "-", $"--formula={formula}"], some, formula).ExitCode == ExitCode.Done ? 1 : 0)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(s_mutations * 9 / 20).WithReplay(2009, 9));

        Assert.InRange(taken, s_mutations / 100, s_mutations * 9 / 20);
    }

    [Fact]
    public void Table_Mutated_IsTakenOrRefused()
    {
        string pilot = string.Join('\n', File.ReadLines(Path.ChangeExtension(StudyText.Experiment("pilot"), "csv")).Take(60)) + "\n";
        string estimates = "estimate,std_error,df,p_value,method\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"{i / 50.0},0.1,{i},0.{i},m{i % 2}\n"));
        int taken = 0;
        Prop.ForAll(
            Gen.Choose(0, 2).Zip(Mutations()).ToArbitrary(),
            drawn =>
            {
                (int command, int[] ops) = drawn;
                string text = Mutated(command == 2 ? estimates : pilot, ops);
                string[] args = command switch
                {
                    0 => ["fit", "-", "--formula", "outcome ~ arm + severity + (1 | therapist)"],
                    1 => ["calibrate", "-"],
                    _ => ["summarise", "-", "--true", "0.3"],
                };
                taken += Within(args, text, text).ExitCode == ExitCode.Done ? 1 : 0;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(s_mutations / 4).WithReplay(2009, 11));

        Assert.InRange(taken, s_mutations / 100, s_mutations / 4);
    }

    private static Arbitrary<string> Studies() =>
        (from story in Gen.Elements(s_stories)
         from ops in Mutations()
         select Mutated(story, ops)).ToArbitrary();

    // Terms that make sense, put together in ways that may not, and then mutated or not.
    private static Arbitrary<string> Formulas()
    {
        string[] good = ["alliance", "alliance_between", "severity", "arm", "I(alliance^2)", "arm:alliance", "1", "(1 | therapist)"];
        string[] terms =
            ["alliance", "alliance_between", "alliance_within", "severity", "arm", "site", "therapist", "1", "0", "I(alliance^2)", "I(severity*2-1)", "arm:alliance", "arm*severity", "(1 | therapist)",
             "(1 + alliance | therapist)", "(alliance || therapist)", "(0 + arm | therapist)", "(1 | arm/therapist)", "patient", "outcome", "log(severity)", "no_such", "(severity + arm)", "I(", "|", "-1"];
        return (from response in Gen.Elements("outcome", "outcome", "outcome", "alliance", "arm", "1", "")
                from ordinary in Gen.Choose(0, 1)
                from count in Gen.Choose(1, 4)
                from parts in Gen.Elements(ordinary == 1 ? good : terms).ListOf(count)
                from signs in Gen.Elements(" + ", " + ", " + ", " * ", ":", " - ", " ").ListOf()
                from mutated in Gen.Choose(0, 2)
                from ops in Mutations()
                select Formula(response, [.. parts], [.. signs], mutated == 0 ? ops : []))
            .ToArbitrary();
    }

    private static string Formula(string response, string[] parts, string[] signs, int[] ops)
    {
        StringBuilder text = new($"{response} ~ {parts[0]}");
        for (int i = 1; i < parts.Length; i++)
        {
            text.Append(i - 1 < signs.Length ? signs[i - 1] : " + ").Append(parts[i]);
        }

        return Mutated(text.ToString(), ops).Replace("\n", " ", StringComparison.Ordinal);
    }

    // Up to four changes, three numbers each: which kind, where, what.
    private static Gen<int[]> Mutations() =>
        Gen.Choose(1, 4).SelectMany(count => Gen.Choose(0, 1_000_000).ArrayOf(3 * count));

    private static string Mutated(string text, int[] ops)
    {
        for (int i = 0; i + 2 < ops.Length; i += 3)
        {
            text = Mutated(text, ops[i] % 9, ops[i + 1], ops[i + 2]);
        }

        return text;
    }

    private static string Mutated(string text, int kind, int where, int what)
    {
        List<string> lines = [.. text.Split('\n')];
        int line = where % lines.Count;
        switch (kind)
        {
            case 0 or 1:
                return Replaced(text, Number(), where, s_numbers[what % s_numbers.Length]);
            case 2:
                return Replaced(text, Word(), where, s_words[what % s_words.Length]);
            case 3:
                lines.RemoveAt(line);
                break;
            case 4:
                lines.Insert(what % (lines.Count + 1), lines[line]);
                break;
            case 5:
                lines[line] = what % 2 == 0 ? "  " + lines[line] : lines[line].TrimStart();
                break;
            case 6:
                int cut = text.Length == 0 ? 0 : where % text.Length;
                return text.Remove(cut, Math.Min(what % 20, text.Length - cut));
            case 7:
                return text.Insert(text.Length == 0 ? 0 : where % text.Length, "{}[]:,-?&*!|>'\"%@`#\t\0\u00e9\ud83d\ude00 "[what % 24].ToString());
            default:
                return text[..(where % (text.Length + 1))];
        }

        return string.Join('\n', lines);
    }

    private static string Replaced(string text, Regex pattern, int where, string with)
    {
        MatchCollection found = pattern.Matches(text);
        if (found.Count == 0)
        {
            return text + with;
        }

        Match one = found[where % found.Count];
        return string.Concat(text.AsSpan(0, one.Index), with, text.AsSpan(one.Index + one.Length));
    }

    private static bool IsSmall(string path)
    {
        Study study = StudyFile.Load(path).ToStudy(1);
        return study.Cells.Count <= MostCells && study.Cells.All(cell => Patients(cell.Scenario.Trial) <= MostPatients);
    }

    private static double Patients(Trial trial) => trial.PatientsWithoutTherapist + trial.Caseload switch
    {
        FixedCaseload each => (double)each.Patients * trial.TherapistCount,
        ListedCaseload listed => listed.Patients.Sum(n => (double)n),
        DrawnCaseload drawn => drawn.Mean * trial.TherapistCount,
        SharedCaseload shared => shared.Total,
        _ => double.PositiveInfinity,
    };

    private static CommandRun Within(string[] args, string input, string text)
    {
        Task<CommandRun> run = Task.Run(() => CommandRun.OfInput(input, args));
        Assert.True(run.Wait(s_patience), $"tes {string.Join(' ', args)} has not ended after {s_patience.TotalSeconds} s. Input:\n{text}");
        Assert.True(run.Result.ExitCode is ExitCode.Done or ExitCode.InvalidInput, $"tes {string.Join(' ', args)} returned {run.Result.ExitCode}:\n{run.Result.Error}\nInput:\n{text}");
        return run.Result;
    }

    [GeneratedRegex(@"-?[0-9]+(\.[0-9]+)?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Number();

    [GeneratedRegex("[a-z][a-z-]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Word();
}
