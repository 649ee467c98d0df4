using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Reports.Words;
using TherapistEffectSim.Teaching.World;

namespace TherapistEffectSim.Teaching.Live;

/// <summary>A setting as the page shows it.</summary>
/// <param name="Story">Name of the story.</param>
/// <param name="Question">What the story asks.</param>
/// <param name="Seed">Key of the random numbers.</param>
/// <param name="MostTrial">Largest number of a single trial.</param>
/// <param name="Dials">The dials with their values.</param>
/// <param name="Stories">Names and titles of all stories.</param>
/// <param name="World">The world in words, line by line.</param>
internal sealed record SettingFrame(
    string Story, string Question, string Seed, int MostTrial, ImmutableArray<DialFrame> Dials, ImmutableArray<StoryFrame> Stories, ImmutableArray<WorldLine> World)
{
    public static SettingFrame Of(Setting setting, Study study) => new(
        setting.Story.Name,
        setting.Story.Question,
        $"{setting.Seed}",
        Setting.MostTrial,
        [
            .. TherapistEffectSim.Teaching.World.Dials.All.Select(d => new DialFrame(
                d.Key, d.Group, d.Label, d.Unit, d.Help, Math.Min(d.Min, d.Read(setting.Story.World)), Math.Max(d.Max, d.Read(setting.Story.World)), d.Step, d.IsSwitch, d.IsShare,
                setting.Moved.TryGetValue(d.Key, out double moved) ? moved : d.Read(setting.World), d.Read(setting.Story.World))),
        ],
        [.. TherapistEffectSim.Teaching.World.Story.All.Select(s => new StoryFrame(s.Name, s.Title))],
        [.. DesignTable.Of(study).Select(line => new WorldLine(line.Name, line.Value))]);
}

/// <summary>A dial with its value.</summary>
/// <param name="Key">In links and requests.</param>
/// <param name="Group">What it belongs to.</param>
/// <param name="Label">Its name.</param>
/// <param name="Unit">Behind the number.</param>
/// <param name="Help">What it means.</param>
/// <param name="Min">Smallest value.</param>
/// <param name="Max">Largest value.</param>
/// <param name="Step">Of the slider.</param>
/// <param name="IsSwitch">Whether it is only on or off.</param>
/// <param name="IsShare">Whether it is shown in per cent.</param>
/// <param name="Value">The value.</param>
/// <param name="Own">The value of the story.</param>
internal sealed record DialFrame(
    string Key, string Group, string Label, string Unit, string Help, double Min, double Max, double Step, bool IsSwitch, bool IsShare, double Value, double Own);

/// <summary>A story to choose.</summary>
internal sealed record StoryFrame(string Name, string Title);

/// <summary>Something that is so in the world.</summary>
internal sealed record WorldLine(string Name, string Value);
