using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Tests.Generation;

public sealed class TherapistLayoutTests
{
    private static readonly Trial s_twoArms = new() { Arms = ["a", "b"], Therapists = 7, Caseload = new FixedCaseload { Patients = 5 } };

    [Fact]
    public void Of_SeveralArms_DealsRoundRobin()
    {
        TherapistLayout layout = TherapistLayout.Of(s_twoArms);

        Assert.Equal([0, 1, 0, 1, 0, 1, 0], layout.Arm.ToArray());
        Assert.Equal([0, 0, 0, 0, 0, 0, 0], layout.Site.ToArray());
    }

    [Fact]
    public void Of_SeveralArmsAndSites_DealsArmsFirst()
    {
        TherapistLayout layout = TherapistLayout.Of(s_twoArms with { Therapists = 10, Sites = 3 });

        Assert.Equal([0, 1, 0, 1, 0, 1, 0, 1, 0, 1], layout.Arm.ToArray());
        Assert.Equal([0, 0, 1, 1, 2, 2, 0, 0, 1, 1], layout.Site.ToArray());
        Assert.Equal([[0, 6], [1, 7], [2, 8], [3, 9], [4], [5]], layout.Cells.Select(cell => cell.ToArray()));
    }

    [Fact]
    public void Of_UnequalArms_GivesEachArmItsNumber()
    {
        Trial trial = s_twoArms with
        {
            Arms = ["usual", "motivational"],
            Therapists = null,
            PerArm = ImmutableSortedDictionary.CreateRange(new Dictionary<string, int> { ["usual"] = 16, ["motivational"] = 14 }),
        };

        TherapistLayout layout = TherapistLayout.Of(trial);

        Assert.Equal(30, layout.Therapists);
        Assert.Equal(16, layout.Arm.Count(arm => arm == 0));
        Assert.Equal(14, layout.Arm.Count(arm => arm == 1));
        Assert.Equal([0, 1, 0, 1], layout.Arm[..4].ToArray());
        Assert.Equal([0, 0], layout.Arm[^2..].ToArray());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 4)]
    public void Of_ASmallerTrial_IsTheBeginningOfALargerOne(int arms, int sites)
    {
        Trial large = s_twoArms with { Arms = [.. Enumerable.Range(0, arms).Select(a => $"arm {a}")], Sites = sites, Therapists = 30 };
        TherapistLayout layout = TherapistLayout.Of(large);
        for (int therapists = arms; therapists < 30; therapists++)
        {
            TherapistLayout smaller = TherapistLayout.Of(large with { Therapists = therapists });

            Assert.Equal(layout.Arm[..therapists].ToArray(), smaller.Arm.ToArray());
            Assert.Equal(layout.Site[..therapists].ToArray(), smaller.Site.ToArray());
            int[] sizes = [.. Enumerable.Range(0, arms).Select(arm => smaller.Arm.Count(a => a == arm))];
            Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
            Assert.Equal(Enumerable.Range(0, therapists), smaller.Cells.SelectMany(cell => cell).Order());
        }
    }
}
