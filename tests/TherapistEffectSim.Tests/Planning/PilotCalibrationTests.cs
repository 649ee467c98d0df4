using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Tests.Planning;

public sealed class PilotCalibrationTests
{
    [Fact]
    public void Of_EqualCaseloadsWithoutLoss_GivesTheAnalysisOfVariance()
    {
        // Dyestuff (Davies & Goldsmith 1972): REML 1764.05 between and 2451.25 within.
        double[] yield =
        [
            1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560,
            1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445,
        ];

        Calibration calibration = PilotCalibration.Of(Data(30, i => $"T{i / 5}", i => yield[i]), 0.95);

        Assert.Equal(1764.05 / (1764.05 + 2451.25), calibration.Find(PilotQuantity.OutcomeIcc)!.Estimate, 6);
        CalibratedNumber residual = calibration.Find(PilotQuantity.ResidualSd)!;
        Assert.Equal(Math.Sqrt(2451.25), residual.Estimate, 8);
        Assert.Equal(Math.Sqrt(2451.25 * 24 / MathNet.Numerics.Distributions.ChiSquared.InvCDF(24, 0.975)), residual.Interval.Low, 7);
        Assert.Equal(Math.Sqrt(2451.25 * 24 / MathNet.Numerics.Distributions.ChiSquared.InvCDF(24, 0.025)), residual.Interval.High, 7);
        Assert.Equal((5.0, 0.0), (calibration.Find(PilotQuantity.CaseloadMean)!.Estimate, calibration.Find(PilotQuantity.CaseloadCv)!.Estimate));
        Assert.Equal(new FixedCaseload { Patients = 5 }, CalibratedScenario.Of(calibration, null).Trial.Caseload);
    }

    // As tes simulate writes them, each patient without a therapist is on their own.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_AnArmWithoutTherapists_CountsItsPatients(bool isNamed)
    {
        Calibration calibration = PilotCalibration.Of(
            Data(60, i => i >= 20 ? $"T{i / 5}" : isNamed ? $"alone{i}" : null, Noise) with { Arm = Text("arm", 60, i => i < 20 ? "waiting" : "treated"), ReferenceArm = "waiting" }, 0.95);

        Trial trial = CalibratedScenario.Of(calibration, null).Trial;

        Assert.Equal("waiting, treated", string.Join(", ", trial.Arms));
        Assert.Equal((8, 20, 20), (trial.Therapists, trial.WithoutTherapists["waiting"], trial.PatientsWithoutTherapist));
        Assert.Equal("40 patients of 8 therapists", calibration.Find(PilotQuantity.OutcomeIcc)!.Basis);
        Assert.Empty(calibration.Notes);
    }

    [Fact]
    public void Of_TherapistsWhoTreatInEveryArm_IsCrossed()
    {
        Calibration calibration = PilotCalibration.Of(
            Data(60, i => $"T{i / 6}", Noise) with { Arm = Text("arm", 60, i => i % 2 == 0 ? "a" : "b") }, 0.95);

        Trial trial = CalibratedScenario.Of(calibration, null).Trial;

        Assert.Equal((Nesting.Crossed, 10), (trial.Nesting, trial.Therapists));
    }

    [Fact]
    public void Of_ArmsThatDifferInSize_GivesTheTherapistsOfEach()
    {
        Calibration calibration = PilotCalibration.Of(
            Data(60, i => $"T{i / 6:D2}", Noise) with { Arm = Text("arm", 60, i => i < 18 ? "a" : "b") }, 0.95);

        Trial trial = CalibratedScenario.Of(calibration, null).Trial;

        Assert.Equal((3, 7, null), (trial.PerArm["a"], trial.PerArm["b"], trial.Therapists));
    }

    // The ends of the intervals are within what a study accepts, whatever the data: also where nothing agrees, and where everything does.
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 1e-4)]
    [InlineData(30, 1)]
    public void Scenario_OfAnyAssessments_HasNoProblems(double agreement, double error)
    {
        NumericColumn[] assessments = [.. Enumerable.Range(0, 3).Select(k =>
            NumericColumn.WithGaps($"a{k}", [.. Enumerable.Range(0, 90).Select(i => (agreement * Noise(i + 1000)) + (error * Noise((100 * k) + i + 5000)) + (i % 7 == k ? double.NaN : 0))]))];
        PilotData data = Data(90, i => $"T{i % 11}", Noise) with
        {
            Alliance = [.. assessments],
            Severity = NumericColumn.WithGaps("severity", [.. Enumerable.Range(0, 90).Select(i => Noise(i + 1000) + (0.01 * Noise(i + 9000)))]),
        };

        Calibration calibration = PilotCalibration.Of(data, 0.95);

        foreach (PlanningQuestion? question in new PlanningQuestion?[] { null, PlanningQuestion.TherapistVariance, PlanningQuestion.Alliance, PlanningQuestion.ArmEffect })
        {
            Assert.Empty(CalibratedScenario.Of(calibration, question).Problems());
        }
    }

    [Fact]
    public void Reliability_OfTwoCompleteAssessments_IsThatOfTheTwoMeanSquares()
    {
        // Patients within therapists: with k complete assessments, occasions taken out, θ = (MS_patients/MS_residual − 1)/k.
        double[] first = [.. Enumerable.Range(0, 60).Select(i => Noise(i + 1000) + (0.5 * Noise(i + 2000)))];
        double[] second = [.. Enumerable.Range(0, 60).Select(i => Noise(i + 1000) + (0.5 * Noise(i + 3000)) + 1)];
        PilotData data = Data(60, i => $"T{i / 6}", Noise) with { Alliance = [NumericColumn.WithGaps("a", [.. first]), NumericColumn.WithGaps("b", [.. second])] };
        double betweenSum = 0;
        double[] differences = [.. first.Zip(second, (a, b) => a - b)];
        double residualSum = differences.Sum(d => (d - differences.Average()) * (d - differences.Average())) / 2;
        for (int therapist = 0; therapist < 10; therapist++)
        {
            double[] means = [.. Enumerable.Range(6 * therapist, 6).Select(i => (first[i] + second[i]) / 2)];
            betweenSum += 2 * means.Sum(m => (m - means.Average()) * (m - means.Average()));
        }

        double theta = ((betweenSum / 50 / (residualSum / 59)) - 1) / 2;

        Assert.Equal(theta / (1 + theta), PilotCalibration.Of(data, 0.95).Find(PilotQuantity.Reliability)!.Estimate, 6);
    }

    [Fact]
    public void CaseloadCv_OfTwoSizes_HasTheJackknifeInterval()
    {
        int[] caseloads = [4, 4, 4, 10, 10];
        double[] without = [.. caseloads.Select((_, left) => Math.Log(Cv([.. caseloads.Where((_, i) => i != left)])))];
        double[] pseudo = [.. without.Select(w => (5 * Math.Log(Cv(caseloads))) - (4 * w))];
        double error = Math.Sqrt(pseudo.Sum(p => (p - pseudo.Average()) * (p - pseudo.Average())) / 4 / 5);
        double t = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, 4, 0.975);

        CalibratedNumber cv = CaseloadSpread.Cv(caseloads, 0.95);

        Assert.Equal(Cv(caseloads), cv.Estimate, 12);
        Assert.Equal(Math.Exp(pseudo.Average() - (t * error)), cv.Interval.Low, 9);
        Assert.Equal(Math.Exp(pseudo.Average() + (t * error)), cv.Interval.High, 9);
    }

    [Fact]
    public void Safeguard_OfEachQuantityAndQuestion_IsAnEndOfTheIntervalOrTheEstimate()
    {
        foreach (PilotQuantity quantity in Enum.GetValues<PilotQuantity>())
        {
            foreach (PlanningQuestion question in Enum.GetValues<PlanningQuestion>())
            {
                CalibratedNumber number = new(quantity, -0.1, new(-0.3, 0.2), "", "");
                double expected = Safeguard.For(quantity, question).End switch
                {
                    UnfavourableEnd.Low or UnfavourableEnd.FartherFromZero => -0.3,
                    UnfavourableEnd.High => 0.2,
                    _ => -0.1,
                };
                Assert.Equal(expected, Safeguard.For(quantity, question).ValueOf(number));
            }
        }

        Assert.Equal(UnfavourableEnd.Low, Safeguard.For(PilotQuantity.OutcomeIcc, PlanningQuestion.TherapistVariance).End);
        Assert.Equal(UnfavourableEnd.High, Safeguard.For(PilotQuantity.OutcomeIcc, PlanningQuestion.Alliance).End);
        Assert.Equal(UnfavourableEnd.Low, Safeguard.For(PilotQuantity.Reliability, PlanningQuestion.Alliance).End);
        Assert.Equal(UnfavourableEnd.Neither, Safeguard.For(PilotQuantity.Reliability, PlanningQuestion.ArmEffect).End);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(20)]
    public void WilsonInterval_HasEndsAtWhichTheScoreTestJustRejects(int count)
    {
        const double z = 1.959963984540054;

        ConfidenceInterval interval = WilsonInterval.Of(count, 20, z);

        foreach (double end in new[] { interval.Low, interval.High }.Where(e => e is > 0 and < 1))
        {
            Assert.Equal(z, Math.Abs((count / 20.0) - end) / Math.Sqrt(end * (1 - end) / 20), 9);
        }
    }

    private static double Cv(int[] caseloads)
    {
        double mean = caseloads.Average();
        return Math.Sqrt(caseloads.Sum(c => (c - mean) * (c - mean)) / (caseloads.Length - 1)) / mean;
    }

    private static PilotData Data(int rows, Func<int, string?> therapist, Func<int, double> outcome) => new()
    {
        Therapist = Text("therapist", rows, therapist),
        Outcome = NumericColumn.WithGaps("outcome", [.. Enumerable.Range(0, rows).Select(outcome)]),
    };

    private static TextColumn Text(string name, int rows, Func<int, string?> cell) => TextColumn.FromCells(name, Enumerable.Range(0, rows).Select(cell));

    // Numbers that look random, the same everywhere: the normal quantiles of multiples of the golden ratio.
    private static double Noise(int i) =>
        TherapistEffectSim.Randomness.NormalDistribution.UpperQuantile((((i + 1) * 0.6180339887498949) + (i * (double)i * 0.1234567)) % 1);
}
