using TherapistEffectSim.Design;
using TherapistEffectSim.Teaching.World;

namespace TherapistEffectSim.Teaching.Tests;

[Collection(RunningServer.Name)]
public sealed class DialTests
{
    public static TheoryData<string> Stories() => [.. Story.All.Select(s => s.Name)];

    /// <summary>A dial that is moved reads back, leaves the others where they are, and makes a world that can be run.</summary>
    [Theory]
    [MemberData(nameof(Stories))]
    public void Dial_Moved_ReadsBackAndLeavesTheOthers(string name)
    {
        Story story = Story.Find(name)!;
        foreach (Dial dial in Dials.All)
        {
            double own = dial.Read(story.World);
            double value = dial.IsWhole ? Math.Floor((dial.Min + (3 * dial.Max)) / 4) : (dial.Min + dial.Max) / 2;
            value = dial.IsSwitch ? 1 - own : value == own ? dial.Min : value;
            Scenario moved = dial.Write(story.World, value);

            Assert.Equal(value, dial.Read(moved), 1e-9);
            foreach (Dial other in Dials.All.Where(o => o.Key != dial.Key))
            {
                Assert.Equal(other.Read(story.World), other.Read(moved), 0.05); // shared caseloads are whole numbers of patients
            }

            new Setting(story, System.Collections.Immutable.ImmutableDictionary<string, double>.Empty.Add(dial.Key, value), Seed: 1).ToStudyFile();
        }
    }

    [Fact]
    public void Setting_WithNothingMoved_IsTheStoryItself() =>
        Assert.All(Story.All, story => Assert.Same(story.World, new Setting(story, [], Seed: 1).World));
}
