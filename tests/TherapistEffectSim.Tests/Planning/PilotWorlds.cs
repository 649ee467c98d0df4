using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Planning;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Planning;

/// <summary>Pilot trials of known worlds.</summary>
internal static class PilotWorlds
{
    /// <summary>A trial of 40 therapists with unequal caseloads, of whom patients are lost at both stages.</summary>
    public static Scenario World(double icc) => new()
    {
        Trial = new() { Arms = ["usual", "new"], Sites = 2, Therapists = 40, Caseload = new DrawnCaseload { Mean = 10, Cv = 0.6 } },
        Therapists = new() { OutcomeIcc = icc },
        Alliance = new() { ObservedTherapistIcc = icc, Severity = -0.2 },
        Outcome = new EndpointOutcome { Severity = -0.3, ResidualSd = 7 },
        Attrition = new()
        {
            Alliance = new() { Rate = 0.2, DependsOn = new() { Severity = 0.5 } },
            Outcome = new() { Rate = 0.25, DependsOn = new() { Severity = 0.4, Alliance = -0.5 } },
        },
    };

    /// <summary>The data sets of a world as pilot data.</summary>
    public static IEnumerable<PilotData> Of(Scenario world, int replicates, ulong seed) => Tables(world, replicates, seed).Select(Data);

    /// <summary>The data sets of a world: those of <c>tes simulate --all-patients</c>.</summary>
    public static IEnumerable<DataTable> Tables(Scenario scenario, int replicates, ulong seed)
    {
        World world = new(scenario);
        return Enumerable.Range(0, replicates).Select(replicate => TrialData.Of(world, StreamKey.ForStudy(seed), replicate, allPatients: true));
    }

    /// <summary>Three assessments of each patient instead of the alliance, of which the second and third may be missing.</summary>
    /// <param name="table">Data with the true alliance, whose variance within therapists is 1 minus that between them.</param>
    /// <param name="withinVariance">σ_W².</param>
    /// <param name="reliability">Of one assessment.</param>
    /// <param name="missing">Share of the second and third that are missing.</param>
    /// <param name="uniform">Random numbers in (0, 1).</param>
    public static PilotData WithAssessments(DataTable table, double withinVariance, double reliability, double missing, Func<double> uniform)
    {
        double errorSd = Math.Sqrt(withinVariance * (1 - reliability) / reliability);
        double[] truth = [.. table.Numeric("true_alliance").Values];
        return Data(table) with
        {
            Alliance =
            [
                .. Enumerable.Range(1, 3).Select(k => NumericColumn.WithGaps($"a{k}", [.. truth.Select(alliance =>
                {
                    double error = errorSd * NormalDistribution.UpperQuantile(uniform());
                    bool isMissing = uniform() < missing && k > 1;
                    return isMissing ? double.NaN : alliance + error + (0.3 * k);
                })])),
            ],
        };
    }

    private static PilotData Data(DataTable table) => new()
    {
        Therapist = table.Column("therapist"),
        Outcome = table.Numeric("outcome"),
        Alliance = [table.Numeric("alliance")],
        Arm = table.Column("arm"),
        Site = table.Column("site"),
        Severity = table.Numeric("severity"),
        ReferenceArm = "usual",
    };
}
