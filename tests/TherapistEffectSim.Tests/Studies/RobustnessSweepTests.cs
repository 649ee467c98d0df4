using System.Globalization;

namespace TherapistEffectSim.Tests.Studies;

public sealed class RobustnessSweepTests
{
    private const string Replicates = "TES_SWEEP_REPLICATES";
    private const long UsualReplicates = 800;

    // TES_SWEEP_REPLICATES=1000000 for the long run before a release.
    [Fact]
    public void Run_OfRandomDesigns_FindsNothing()
    {
        long replicates = Environment.GetEnvironmentVariable(Replicates) is { Length: > 0 } text
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : UsualReplicates;

        List<string> defects = RobustnessSweep.Run(replicates);

        Assert.True(defects.Count == 0, $"{defects.Count} defects, the first of them:\n{string.Join('\n', defects.Take(10))}");
    }
}
