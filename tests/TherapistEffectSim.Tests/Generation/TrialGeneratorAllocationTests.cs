using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Generation;

public sealed class TrialGeneratorAllocationTests
{
    [Fact]
    public void FixedCaseloads_DoNotAllocate() => AssertNoAllocation(Worlds.Plain);

    [Fact]
    public void DrawnCaseloadsWithLossThatDependsOnAll_DoNotAllocate() => AssertNoAllocation(Worlds.Full);

    [Fact]
    public void DrawnCaseloadsOfManyTherapists_DoNotAllocate() =>
        AssertNoAllocation(Worlds.Full with { Trial = Worlds.Full.Trial with { Therapists = 200 } });

    [Fact]
    public void SharedCaseloads_DoNotAllocate() => AssertNoAllocation(Worlds.Sparse);

    [Fact]
    public void AllMechanismsAtOnce_DoNotAllocate() => AssertNoAllocation(Worlds.Everything);

    [Fact]
    public void AllMechanismsAtOnceWithNarrowedTherapists_DoNotAllocate() => AssertNoAllocation(Worlds.EverythingNarrowed with { Attrition = new() });

    private static void AssertNoAllocation(Scenario scenario)
    {
        World world = new(scenario);
        AssertNoAllocation<Lane8>(world);
        AssertNoAllocation<Lane2>(world);
        AssertNoAllocation<Lane1>(world);
    }

    // The warm-up sees the same replicates, so that the buffers have grown to the largest caseload. The runtime itself allocates a few bytes
    // while it compiles hot code anew; what the code allocates it allocates in every pass.
    private static void AssertNoAllocation<T>(World world)
        where T : unmanaged, ILane<T>
    {
        TrialGenerator<T> generator = new(world, Worlds.Key, severityIsUsed: true);
        TrialBatch<T> batch = new(world);
        Generate(generator, batch, world.Layout.Therapists);

        long fewest = long.MaxValue;
        for (int pass = 0; pass < 4; pass++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Generate(generator, batch, world.Layout.Therapists);
            fewest = Math.Min(fewest, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, fewest);
    }

    private static void Generate<T>(TrialGenerator<T> generator, TrialBatch<T> batch, int therapists)
        where T : unmanaged, ILane<T>
    {
        for (int first = 0; first < 400; first += T.Width)
        {
            generator.Therapists(first, batch);
            int position = 0;
            for (int j = 0; j < therapists; j++)
            {
                position += generator.Patients(j, position, batch);
            }
        }
    }
}
