using TherapistEffectSim.Design;
using TherapistEffectSim.Tests.Generation;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.Design;

public sealed class RateProblemsTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1e-300, true)]
    [InlineData(9.9e-10, true)]
    [InlineData(1e-9, false)]
    public void Problems_OfRates_NameThoseThatAreNext0(double rate, bool isProblem)
    {
        Scenario plain = StudyFixture.ScoresWorld(10, 5, 0.05, 0, 0, 0);
        (string Path, Scenario World)[] worlds =
        [
            ("attrition.alliance.rate", plain with { Attrition = new() { Alliance = new() { Rate = rate } } }),
            ("attrition.outcome.rate", plain with { Attrition = new() { Outcome = new() { Rate = rate } } }),
            ("retention.drop-out", plain with { Retention = new() { DropOut = rate } }),
            ("outcome.dropout.rate", GrowthWorlds.Published.WithGrowth(g => g with { Dropout = new() { Rate = rate } })),
        ];
        Assert.All(worlds, w => Assert.Equal(isProblem ? [w.Path] : [], w.World.Problems().Select(p => p.Path)));
    }
}
