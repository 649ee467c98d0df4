using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Tests.Planning;

/// <summary>
/// How often the 95 % intervals hold the truth of worlds that pilot data were simulated from. The share of 500 data sets must be within four MCSEs of what is
/// nominal: a correct interval fails with probability 6e-5 over seeds, one that covers .905 or less is seen 99 times in 100.
/// </summary>
public sealed class CalibrationCoverageTests
{
    private const int Replicates = 500;

    /// <summary>The exact F interval of a share of 0, with its lower end cut off at 0, holds it unless the pivot is in the upper tail alone.</summary>
    private const double NominalAtZero = 0.975;

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    [InlineData(0.10)]
    public void Intervals_OfAKnownWorld_HoldItsNumbers(double icc)
    {
        Coverage coverage = new();
        foreach (PilotData data in PilotWorlds.Of(PilotWorlds.World(icc), Replicates, seed: 77))
        {
            coverage.Add(PilotCalibration.Of(data, 0.95));
        }

        double share = icc == 0 ? NominalAtZero : 0.95;
        coverage.AssertNominal(PilotQuantity.OutcomeIcc, icc, share);
        coverage.AssertNominal(PilotQuantity.AllianceIcc, icc, share);
        coverage.AssertNominal(PilotQuantity.ResidualSd, 7);
        coverage.AssertNominal(PilotQuantity.OutcomeSeverity, -0.3);
        coverage.AssertNominal(PilotQuantity.AllianceSeverity, -0.2);
        coverage.AssertNominal(PilotQuantity.CaseloadMean, 10);
        coverage.AssertNominal(PilotQuantity.CaseloadCv, 0.6);
        coverage.AssertNominal(PilotQuantity.AllianceLossRate, 0.2);
        coverage.AssertNominal(PilotQuantity.AllianceLossBySeverity, 0.5);
        coverage.AssertNominal(PilotQuantity.OutcomeLossRate, 0.25);
        coverage.AssertNominal(PilotQuantity.OutcomeLossBySeverity, 0.4);
        coverage.AssertNominal(PilotQuantity.OutcomeLossByAlliance, -0.5);

        // The profile likelihood stands in where the exact interval is empty: at a share of 0 in one of forty data sets.
        Assert.All(coverage.MethodsOf(PilotQuantity.OutcomeIcc), method => Assert.Matches("; exact F interval|; profile-likelihood interval", method.Key));
        double profiles = coverage.MethodsOf(PilotQuantity.OutcomeIcc).Where(m => m.Key.Contains("profile", StringComparison.Ordinal)).Sum(m => m.Value);
        Assert.InRange(profiles / Replicates, 0, 0.025 + (4 * Math.Sqrt(0.025 * 0.975 / Replicates)));
    }

    [Fact]
    public void Intervals_OfThreeAssessments_HoldTheirReliability()
    {
        const double icc = 0.1;
        const double reliability = 0.6;
        Scenario world = PilotWorlds.World(icc) with
        {
            Alliance = new() { TherapistIcc = icc, Severity = -0.3 },
            Attrition = new(),
        };
        MathNet.Numerics.Random.MersenneTwister random = new(99);
        Coverage coverage = new();
        foreach (DataTable table in PilotWorlds.Tables(world, Replicates, seed: 78))
        {
            coverage.Add(PilotCalibration.Of(PilotWorlds.WithAssessments(table, 1 - icc, reliability, missing: 0.25, random.NextDouble), 0.95));
        }

        coverage.AssertNominal(PilotQuantity.Reliability, reliability);
        coverage.AssertNominal(PilotQuantity.MissingAssessments, 0.25);
        coverage.AssertNominal(PilotQuantity.AllianceSeverity, -0.3);

        // Therapist share of the mean of what assessments there are; its error variance differs with their number, so that the interval is nearly exact.
        double errorVariance = (1 - icc) * (1 - reliability) / reliability / new Alliance { Assessments = 3, MissingAssessments = 0.25 }.EffectiveAssessments;
        coverage.AssertNominal(PilotQuantity.AllianceIcc, icc / (1 + errorVariance));
    }

    private sealed class Coverage
    {
        private readonly Dictionary<PilotQuantity, List<CalibratedNumber>> _numbers = [];

        public void Add(Calibration calibration)
        {
            foreach (CalibratedNumber number in calibration.Numbers)
            {
                if (!_numbers.TryGetValue(number.Quantity, out List<CalibratedNumber>? all))
                {
                    _numbers.Add(number.Quantity, all = []);
                }

                all.Add(number);
            }
        }

        public Dictionary<string, int> MethodsOf(PilotQuantity quantity) =>
            _numbers[quantity].GroupBy(n => n.Method).ToDictionary(g => g.Key, g => g.Count());

        public void AssertNominal(PilotQuantity quantity, double truth, double nominal = 0.95)
        {
            List<CalibratedNumber> all = _numbers[quantity];
            double share = all.Count(n => n.Interval.Holds(truth)) / (double)all.Count;
            double mcse = Math.Sqrt(nominal * (1 - nominal) / all.Count);

            Assert.Equal(Replicates, all.Count);
            Assert.True(Math.Abs(share - nominal) <= 4 * mcse, $"{quantity}: {share:F3} of the intervals hold {truth}, nominal {nominal} +- {4 * mcse:F3}");
        }
    }
}
