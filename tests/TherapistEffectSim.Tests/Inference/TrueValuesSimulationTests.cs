using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Tests.Design;
using static TherapistEffectSim.Tests.Inference.TruthWorld;

namespace TherapistEffectSim.Tests.Inference;

/// <summary>
/// True values against least squares on 2 million simulated structural outcomes, a therapist each, in seven random worlds,
/// two of them with kinks in their curves.
/// </summary>
/// <remarks>
/// About 125 differences, each within 5 heteroscedasticity-consistent standard errors: false-alarm rate about 7e-5 (the seeds are fixed).
/// Standard errors are near 0.002 per SD of a column: a defect of 0.01 outcome units per SD is found.
/// </remarks>
public sealed class TrueValuesSimulationTests
{
    private const int Rows = 400_000;
    private const double Bound = 5;

    private static readonly ImmutableArray<(string Terms, Func<Row, double[]> Columns)> s_models =
    [
        ("arm + alliance_between + alliance_within", r => [1, r.Arm, r.Between, r.Within]),
        ("alliance_between + I(alliance_between^2) + severity", r => [1, r.Between, r.Between * r.Between, r.Severity]),
        ("arm*alliance_between + I(patient_score^2)", r => [1, r.Arm, r.Between, r.WithinScore * r.WithinScore, r.Arm * r.Between]),
        ("true_therapist_effect + I((therapist_score - 1)^3) + alliance_between:alliance_within + severity:alliance_within",
            r => [1, r.Effect, (r.Score - 1) * (r.Score - 1) * (r.Score - 1), r.Between * r.Within, r.Within * r.Severity]),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Of_RandomWorld_AgreesWithLeastSquaresOnSimulatedPatients(int seed)
    {
        Random random = new(seed);
        World world = RandomWorld(random, kinked: seed >= 6);
        VarianceComponents components = world.Components;
        double armShare = world.Layout.Arm.Average();
        Row[] rows = new Row[Rows];
        for (int i = 0; i < Rows; i++)
        {
            rows[i] = new(components, random.NextDouble() < armShare ? 1 : 0, Normal(random), Normal(random), Normal(random), Normal(random));
        }

        foreach ((string terms, Func<Row, double[]> columns) in s_models)
        {
            ModelTruth truth = Truth(world, terms, hasRandomIntercept: seed % 2 == 0);
            (Vector<double> estimates, Vector<double> errors) = LeastSquares(rows, columns);
            for (int k = 0; k < estimates.Count; k++)
            {
                Assert.True(
                    Math.Abs(estimates[k] - truth.Coefficients[k]!.Value) <= Bound * errors[k],
                    $"{terms}, column {k}: simulated {estimates[k]:G6} ± {errors[k]:G3}, computed {truth.Coefficients[k]:G6}");
            }

            CheckVariance($"{terms}, residual", truth.ResidualVariance!.Value - (components.ResidualSd * components.ResidualSd), rows, truth, r => r.WithinOutcome, Patient(columns));
            CheckVariance($"{terms}, therapist", truth.TherapistVariance!.Value, rows, truth, r => r.BetweenOutcome, r => Therapist(columns, r));
        }
    }

    // Variance of what the computed coefficients leave of the outcome at one level.
    private static void CheckVariance(
        string what, double expected, Row[] rows, ModelTruth truth, Func<Row, double> outcome, Func<Row, double[]> parts)
    {
        double sum = 0;
        double squares = 0;
        foreach (Row row in rows)
        {
            double rest = outcome(row) - parts(row).Zip(truth.Coefficients, (x, b) => x * b!.Value).Sum();
            sum += rest * rest;
            squares += rest * rest * rest * rest;
        }

        double mean = sum / Rows;
        double error = Math.Sqrt(((squares / Rows) - (mean * mean)) / Rows);
        Assert.True(Math.Abs(mean - expected) <= (Bound * error) + 1e-12, $"{what}: simulated {mean:G6} ± {error:G3}, computed {expected:G6}");
    }

    // Mean of the columns over the patients of the row's therapist: no column is of higher degree than 2 in the patient's values,
    // so the four patients at ±1 have the mean of all.
    private static double[] Therapist(Func<Row, double[]> columns, Row row)
    {
        double[] mean = new double[columns(row).Length];
        foreach ((double score, double severity) in new[] { (1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0) })
        {
            double[] values = columns(row with { WithinScore = score, Severity = severity });
            for (int k = 0; k < mean.Length; k++)
            {
                mean[k] += values[k] / 4;
            }
        }

        return mean;
    }

    private static Func<Row, double[]> Patient(Func<Row, double[]> columns) =>
        row => [.. columns(row).Zip(Therapist(columns, row), (x, mean) => x - mean)];

    private static (Vector<double> Estimates, Vector<double> Errors) LeastSquares(Row[] rows, Func<Row, double[]> columns)
    {
        int p = columns(rows[0]).Length;
        Matrix<double> gram = Matrix<double>.Build.Dense(p, p);
        Vector<double> products = Vector<double>.Build.Dense(p);
        foreach (Row row in rows)
        {
            double[] x = columns(row);
            Add(gram, x, 1);
            double outcome = row.BetweenOutcome + row.WithinOutcome;
            for (int k = 0; k < p; k++)
            {
                products[k] += x[k] * outcome;
            }
        }

        Matrix<double> inverse = gram.Inverse();
        Vector<double> estimates = inverse * products;
        Matrix<double> middle = Matrix<double>.Build.Dense(p, p);
        foreach (Row row in rows)
        {
            double[] x = columns(row);
            double rest = row.BetweenOutcome + row.WithinOutcome - x.Zip(estimates, (value, b) => value * b).Sum();
            Add(middle, x, rest * rest);
        }

        return (estimates, (inverse * middle * inverse).Diagonal().PointwiseSqrt());
    }

    private static void Add(Matrix<double> sum, double[] x, double weight)
    {
        for (int k = 0; k < x.Length; k++)
        {
            for (int l = 0; l < x.Length; l++)
            {
                sum[k, l] += weight * x[k] * x[l];
            }
        }
    }

    private static World RandomWorld(Random random, bool kinked)
    {
        int treated = random.Next(3, 30);
        return Of(
            new EndpointOutcome
            {
                Between = kinked
                    ? new PlateauShape { Slope = Uniform(-1, 1), Knee = Uniform(-1, 1) }
                    : new QuadraticShape { Linear = Uniform(-1, 1), Curvature = Uniform(-0.5, 0.5) },
                Within = kinked
                    ? ResponseCurveTests.Points([(-1, Uniform(-1, 1)), (0.2, Uniform(-1, 1)), (0.6, Uniform(-1, 1)), (2, Uniform(-1, 1))])
                    : new QuadraticShape { Curvature = Uniform(-0.5, 0.5), Optimum = Uniform(-1, 1) },
                ArmEffect = new ArmEffect { D = Uniform(-1, 1) },
                Severity = Uniform(-1, 0),
                ResidualSd = Uniform(0.5, 2),
            },
            TwoArms with { Therapists = null, PerArm = TwoArms.PerArm.Add("usual", 10).Add("motivational", treated) },
            allianceIcc: Uniform(0.05, 0.6),
            outcomeIcc: Uniform(0, 0.3));

        double Uniform(double low, double high) => low + ((high - low) * random.NextDouble());
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private readonly record struct Row(
        VarianceComponents World, double Arm, double Score, double StandardEffect, double WithinScore, double Severity)
    {
        public double Between => World.AllianceBetweenSd * Score;

        public double Within => World.AllianceWithinSd * WithinScore;

        public double Effect => World.OutcomeTherapistSd * StandardEffect;

        public double BetweenOutcome =>
            (World.ArmEffect * Arm) + World.Between.At(Score) + Effect;

        public double WithinOutcome =>
            World.Within.At(WithinScore) + (World.Severity * Severity);
    }
}
