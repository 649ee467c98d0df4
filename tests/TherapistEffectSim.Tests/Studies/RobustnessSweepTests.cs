using System.Globalization;

namespace TherapistEffectSim.Tests.Studies;

public sealed class RobustnessSweepTests
{
    private const long UsualReplicates = 800;

    // Before a release: TES_SWEEP_REPLICATES=50000 and TES_SWEEP_FIRST_DESIGN=0, 1250, 2500, ... until there are a million.
    [Fact]
    public void Run_OfRandomDesigns_FindsNothing()
    {
        long replicates = Setting("TES_SWEEP_REPLICATES") ?? UsualReplicates;
        long firstDesign = Setting("TES_SWEEP_FIRST_DESIGN") ?? 0;

        List<string> defects = RobustnessSweep.Run(replicates, (int)firstDesign);

        Assert.True(defects.Count == 0, $"{defects.Count} defects, the first of them:\n{string.Join('\n', defects.Take(10))}");
    }

    private static long? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;
}
