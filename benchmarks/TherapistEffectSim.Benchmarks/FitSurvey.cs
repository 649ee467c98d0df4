using System.Globalization;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Benchmarks;

/// <summary>
/// Fits many generated data sets and says what share did not converge and how large the slope at the minimum is; a sample is fitted again by the general estimator from other
/// starts, which must not find a lower criterion.
/// </summary>
internal static class FitSurvey
{
    private const double LowerCriterion = 1e-6;

    /// <param name="args">What is fitted, the design, the number of data sets, and how many of them are fitted again.</param>
    /// <returns>Exit code.</returns>
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["slopes", string therapists, string caseload, string slopeSd, string sets, string again]:
                Slopes(Number(therapists), Number(caseload), double.Parse(slopeSd, CultureInfo.InvariantCulture), Number(sets), Number(again));
                return 0;
            case ["levels", string therapists, string caseload, string patterns, string sets, string again]:
                Levels(Number(therapists), Number(caseload), Number(patterns), Number(sets), Number(again));
                return 0;
            case ["caseloads", string sets]:
                return CaseloadSurvey.Run(Number(sets));
            case ["study", string file, string replicates]:
                return StudySurvey.Run(file, Number(replicates));
            default:
                Console.Error.WriteLine("usage: survey slopes THERAPISTS CASELOAD SLOPE_SD DATA_SETS FITTED_AGAIN");
                Console.Error.WriteLine("       survey levels THERAPISTS CASELOAD PATTERNS DATA_SETS FITTED_AGAIN");
                Console.Error.WriteLine("       survey caseloads DATA_SETS");
                Console.Error.WriteLine("       survey study STUDY REPLICATES");
                return 2;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static void Slopes(int therapists, int caseload, double slopeSd, int sets, int again)
    {
        SlopeStatistics<Lane8> data = new(therapists, 4);
        RandomSlopeFit<Lane8> fit = new(therapists, 4, reml: true);
        NestedModel[] models = new NestedModel[8];
        Counts counts = default;
        for (int first = 0; first < sets; first += 8)
        {
            for (int lane = 0; lane < 8; lane++)
            {
                models[lane] = FitData.Slopes(therapists, caseload, first + lane, slopeSd);
                data.SetLane(lane, models[lane].Criterion.Data);
            }

            fit.Fit(data);
            for (int lane = 0; lane < 8; lane++)
            {
                counts.Add(
                    BitConverter.DoubleToUInt64Bits(fit.Converged[lane]) != 0,
                    fit.Theta.L3[lane] < 1e-4 || fit.Theta.L1[lane] < 1e-4,
                    first + lane < again ? fit.Criterion[lane] + models[lane].Criterion.LogDeterminantShift : double.NaN,
                    models[lane],
                    first + lane);
            }
        }

        counts.Write();
    }

    private static void Levels(int therapists, int caseload, int patterns, int sets, int again)
    {
        ThreeLevelStatistics<Lane8> data = new(therapists, patterns, 5);
        ThreeLevelFit<Lane8> fit = new(therapists, patterns, 5, reml: true);
        NestedModel[] models = new NestedModel[8];
        Counts counts = default;
        for (int first = 0; first < sets; first += 8)
        {
            for (int lane = 0; lane < 8; lane++)
            {
                models[lane] = FitData.ThreeLevels(therapists, caseload, patterns, first + lane, out int[] patternOf);
                data.SetLane(lane, models[lane].Criterion.Data, patternOf);
            }

            fit.Fit(data);
            for (int lane = 0; lane < 8; lane++)
            {
                counts.Add(
                    BitConverter.DoubleToUInt64Bits(fit.Converged[lane]) != 0,
                    fit.Theta[0][lane] < 1e-4 || fit.Theta[2][lane] < 1e-4 || fit.Theta[3][lane] < 1e-4 || fit.Theta[5][lane] < 1e-4,
                    first + lane < again ? fit.Criterion[lane] + models[lane].Criterion.LogDeterminantShift : double.NaN,
                    models[lane],
                    first + lane);
            }
        }

        counts.Write();
    }

    private struct Counts
    {
        private int _all;
        private int _notConverged;
        private int _singular;
        private int _again;
        private int _lower;
        private double _largestDifference;

        public void Add(bool converged, bool singular, double criterion, NestedModel model, int number)
        {
            _all++;
            _singular += singular ? 1 : 0;
            if (!converged)
            {
                _notConverged++;
                Console.Error.WriteLine($"# not converged: {number}");
            }

            if (double.IsNaN(criterion) || !converged)
            {
                return;
            }

            model.Minimise();
            _again++;
            double difference = criterion - model.CriterionValue;
            _largestDifference = Math.Max(_largestDifference, Math.Abs(difference));
            _lower += difference > LowerCriterion ? 1 : 0;
            if (difference > LowerCriterion)
            {
                Console.Error.WriteLine($"# lower by {difference:E2}: {number}");
            }
        }

        public readonly void Write() => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_all} fits, {_notConverged} not converged, {_singular} singular; {_again} fitted again, {_lower} lower, largest difference {_largestDifference:E1}"));
    }
}
