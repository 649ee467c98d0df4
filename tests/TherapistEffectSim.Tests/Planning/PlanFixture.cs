using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;
using TherapistEffectSim.Tests.ClosedForms;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.Planning;

/// <summary>Plans whose answer is known exactly.</summary>
internal static class PlanFixture
{
    private const double TherapistVariance = 0.03;
    private const double ResidualVariance = 0.95;

    /// <summary>Power .80 of the exact F test of therapists, as a question about their number.</summary>
    public static PlanProblem Variance(int patients, double icc, ulong seed, int most = 2000) =>
        Problem(VarianceMethod, seed, most, therapists => StudyFixture.ScoresWorld(therapists, patients, icc, 0, 0, 0));

    /// <summary>Least squares of therapist means on known scores.</summary>
    public static Method SlopeMethod { get; } =
        StudyFixture.Own("means", "outcome ~ therapist_score", StudyFixture.Term("therapist_score", TestKind.TSatterthwaite)) with { Rows = AnalysisRows.TherapistMeans };

    /// <summary>The exact F test of therapists.</summary>
    public static Method VarianceMethod { get; } = new() { Preset = MethodPreset.NullModel, Tests = [StudyFixture.Variance(TestKind.FExact)] };

    /// <summary>Power .80 of the slope of therapist means on known scores, as a question about their number.</summary>
    public static PlanProblem Slope(int patients, double slope, ulong seed, int most = 2000) => Problem(
        SlopeMethod,
        seed,
        most,
        therapists => SlopeWorld(therapists, patients, slope));

    /// <summary>The smallest J with a power of the F test.</summary>
    public static int SmallestForVariance(int patients, double icc, double power = 0.8) => Smallest(therapists => ExactRates.FPower(therapists, patients, icc), power, first: 2);

    /// <summary>The smallest J with a power of the slope.</summary>
    public static int SmallestForSlope(int patients, double slope, double power = 0.8) =>
        Smallest(therapists => ExactRates.SlopePower(therapists, slope, TherapistVariance + (ResidualVariance / patients)), power, first: 4);

    public static PlanDimension Therapists(int first, int last) => new("trial_therapists", first, 1, last - first + 1, PlanDirection.Up);

    public static PlanResult Plan(PlanProblem problem, int threads = 2, int? lanes = null) =>
        TrialPlanner.Plan(problem, new() { Threads = threads, Lanes = lanes }, CancellationToken.None);

    public static PlanProblem Problem(Method method, ulong seed, int most, Func<int, Scenario> at) => new()
    {
        Study = StudyFixture.Study(1, seed, [method], at(10)),
        Target = new() { Power = 0.8 },
        Dimensions = [Therapists(4, most)],
        At = values => at((int)values[0]),
    };

    private static int Smallest(Func<int, double> powerOf, double power, int first)
    {
        int low = first - 1;
        int high = first;
        for (; powerOf(high) < power; high *= 2)
        {
            low = high;
        }

        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            (low, high) = powerOf(middle) < power ? (middle, high) : (low, middle);
        }

        return high;
    }

    public static Scenario SlopeWorld(int therapists, int patients, double slope) => new()
    {
        Trial = new() { Therapists = therapists, Caseload = new FixedCaseload { Patients = patients } },
        Therapists = new() { OutcomeIcc = TherapistVariance / (TherapistVariance + ResidualVariance) },
        Alliance = new() { TherapistIcc = 0.1 },
        Outcome = new EndpointOutcome { Between = new LinearShape { Slope = slope }, ResidualSd = Math.Sqrt(ResidualVariance) },
    };
}
