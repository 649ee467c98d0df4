using System.Collections.Immutable;
using System.Text.Json;
using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Files.Tests.Results;

public sealed class ManifestTests
{
    internal static readonly Manifest Typical = new()
    {
        Version = "0.1.0+4f2a",
        GitCommit = "4f2a",
        Seed = ulong.MaxValue,
        Drawn = DrawnData.Statistics,
        StudyIdentity = "abc",
        ResultsVersion = 1,
        Status = RunStatus.Complete,
        Scenarios = 2,
        Replicates = 1000,
        Machine = new Machine("Linux", "x64", 2, 512),
        Dotnet = "10.0.1",
        Started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Ended = new DateTimeOffset(2026, 1, 2, 3, 5, 5, TimeSpan.Zero),
        Threads = 2,
        ReplicatesPerSecond = 33.5,
        SolvedConstants = ImmutableSortedDictionary<string, ImmutableArray<double?>>.Empty.Add("therapist-variance", [0.1, null]).Add("Slope", [1, 2]),
        Files = ImmutableSortedDictionary<string, string>.Empty.Add("summary.csv", "00ff"),
    };

    [Fact]
    public void ToJson_OfATypicalManifest_IsAsShownHere() =>
        Assert.Equal(
            """
            {
              "version": "0.1.0+4f2a",
              "git-commit": "4f2a",
              "seed": 18446744073709551615,
              "drawn": "statistics",
              "study-identity": "abc",
              "results-version": 1,
              "status": "complete",
              "scenarios": 2,
              "replicates": 1000,
              "solved-constants": {
                "Slope": [
                  1,
                  2
                ],
                "therapist-variance": [
                  0.1,
                  null
                ]
              },
              "files": {
                "summary.csv": "00ff"
              },
              "machine": {
                "os": "Linux",
                "architecture": "x64",
                "processors": 2,
                "vector-bits": 512
              },
              "dotnet": "10.0.1",
              "started": "2026-01-02T03:04:05+00:00",
              "ended": "2026-01-02T03:05:05+00:00",
              "threads": 2,
              "replicates-per-second": 33.5
            }

            """,
            Typical.ToJson());

    [Fact]
    public void Parse_OfWhatWasWritten_GivesTheSameManifest() => Assert.Equal(Typical.ToJson(), Manifest.Parse(Typical.ToJson()).ToJson());

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("{\"version\": \"1\"")]
    public void Parse_OfWhatIsNoManifest_Throws(string text) => Assert.ThrowsAny<JsonException>(() => Manifest.Parse(text));

    [Fact]
    public void CurrentMachine_IsThisOne()
    {
        Assert.Equal(Environment.ProcessorCount, Machine.Current.Processors);
        Assert.Contains(Machine.Current.VectorBits, (int[])[64, 128, 256, 512]);
    }
}
