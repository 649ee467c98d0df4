using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Teaching.Safety;

namespace TherapistEffectSim.Teaching.World;

/// <summary>What the page shows: a story with some dials moved, and the seed.</summary>
/// <param name="Story">The story.</param>
/// <param name="Moved">Values by dial, of those that were moved.</param>
/// <param name="Seed">Key of all random numbers.</param>
internal sealed record Setting(Story Story, ImmutableDictionary<string, double> Moved, ulong Seed)
{
    /// <summary>Trials that are simulated for the rates.</summary>
    public const int Trials = 100_000;

    /// <summary>Largest number of a single trial that can be shown.</summary>
    public const int MostTrial = 1000;

    private const ulong UsualSeed = 2009;
    private const string StoryKey = "story";
    private const string SeedKey = "seed";

    /// <summary>The parameters of links and requests that make a setting.</summary>
    public static IEnumerable<string> Keys => [StoryKey, SeedKey, .. Dials.All.Select(d => d.Key)];

    /// <summary>The world.</summary>
    public Scenario World
    {
        get
        {
            Scenario world = Story.World;
            foreach (Dial dial in Dials.All)
            {
                if (Moved.TryGetValue(dial.Key, out double value) && value != dial.Read(world))
                {
                    world = dial.Write(world, value);
                }
            }

            return world;
        }
    }

    /// <summary>Reads a setting.</summary>
    /// <param name="parameters">Texts by key.</param>
    /// <param name="others">Keys that may be there too.</param>
    /// <exception cref="BadRequestException">A parameter is unknown, comes twice, or is not accepted; the message has all mistakes.</exception>
    public static Setting Parse(IEnumerable<KeyValuePair<string, string[]>> parameters, params string[] others)
    {
        List<string> mistakes = [];
        Dictionary<string, string> texts = [];
        foreach ((string key, string[] values) in parameters)
        {
            if (!Keys.Contains(key) && !others.Contains(key))
            {
                mistakes.Add($"'{key}' is no parameter; known are {string.Join(", ", Keys.Concat(others))}.");
            }
            else if (values.Length != 1)
            {
                mistakes.Add($"{key} must be given once, but was given {values.Length} times.");
            }
            else
            {
                texts[key] = values[0];
            }
        }

        Story? story = texts.TryGetValue(StoryKey, out string? name) ? Story.Find(name) : Story.All[0];
        if (story is null)
        {
            mistakes.Add($"story must be one of {string.Join(", ", Story.All.Select(s => s.Name))}, but was '{name}'.");
        }

        ulong seed = UsualSeed;
        if (texts.TryGetValue(SeedKey, out string? seedText) && !ulong.TryParse(seedText, NumberStyles.None, CultureInfo.InvariantCulture, out seed))
        {
            mistakes.Add($"seed must be a whole number in [0, {ulong.MaxValue}], but was '{seedText}'.");
        }

        Dictionary<string, double> moved = [];
        foreach (Dial dial in Dials.All.Where(d => story is not null && texts.ContainsKey(d.Key)))
        {
            if (dial.Refuse(texts[dial.Key], dial.Read(story!.World), out double value) is string mistake)
            {
                mistakes.Add(mistake);
            }

            moved[dial.Key] = value;
        }

        return mistakes.Count == 0 ? new(story!, moved.ToImmutableDictionary(), seed) : throw new BadRequestException(string.Join('\n', mistakes));
    }

    /// <summary>The setting as a study that <c>tes run</c> runs.</summary>
    /// <exception cref="BadRequestException">There can be no such world, or no such analysis of it.</exception>
    public StudyFile ToStudyFile()
    {
        try
        {
            StudyFile file = StudyFile.Of(Moved.IsEmpty ? Story.Name : $"{Story.Name}-changed", Story.Question, Seed, Trials, World);
            StudyRunner.Check(file.ToStudy(Seed));
            return file;
        }
        catch (StudyFileException e)
        {
            throw new BadRequestException(string.Join('\n', e.Problems.Select(p => p.Message)));
        }
        catch (Exception e) when (e is StudyException or ArgumentOutOfRangeException)
        {
            throw new BadRequestException(e.Message);
        }
    }
}
