using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Tests.Design;
using static TherapistEffectSim.Tests.Inference.TruthWorld;

namespace TherapistEffectSim.Tests.Inference;

/// <summary>
/// True values of linked worlds against least squares on structural outcomes of 12,000 therapists with four patients each, simulated here from
/// the equations: over all patients, and over deviations from therapists' means, whose slopes do not depend on the caseload.
/// </summary>
/// <remarks>
/// About 200 differences, each within 5 standard errors that allow for therapists: false-alarm rate about 1e-4 (the seeds are fixed).
/// Standard errors are near 0.007 per SD of a column: a defect of 0.04 outcome units per SD is found.
/// </remarks>
public sealed class MixedTrueValuesSimulationTests
{
    private const int Therapists = 12_000;
    private const int Patients = 4;
    private const double Bound = 5;

    private static readonly ImmutableArray<(string Terms, Func<Row, double[]> Columns)> s_models =
    [
        ("arm + true_alliance_between + alliance_within", r => [1, r.Arm, r.Between, r.Within]),
        ("true_alliance + true_alliance_between + severity + prior_treatment", r => [1, r.Alliance, r.Between, r.Severity, r.Trait]),
        ("severity*true_alliance + true_alliance_between", r => [1, r.Severity, r.Alliance, r.Between, r.Severity * r.Alliance]),
        ("adherence + I(adherence^2) + patient_score + I(patient_score^2) + adherence:severity",
            r => [1, r.Adherence, r.Adherence * r.Adherence, r.Score, r.Score * r.Score, r.Adherence * r.Severity]),
        ("arm*severity + true_therapist_effect + retained", r => [1, r.Arm, r.Severity, r.Effect, r.Retained, r.Arm * r.Severity]),
    ];

    private static readonly Scenario s_base = new()
    {
        Trial = TwoArms with { Therapists = null, PerArm = TwoArms.PerArm.Add("usual", 10).Add("motivational", 20) },
        Therapists = new() { OutcomeIcc = 0.1 },
        Alliance = new() { TherapistIcc = 0.3, Severity = -0.3 },
        Traits = ImmutableSortedDictionary<string, PatientTrait>.Empty.Add("prior-treatment", new() { Share = 0.4, Outcome = 0.5, Alliance = -0.4, ByAlliance = 0.3 }),
        Outcome = new EndpointOutcome
        {
            Between = new QuadraticShape { Linear = 0.2, Curvature = 0.2 },
            Within = new QuadraticShape { Linear = -0.3, Curvature = 0.15 },
            ArmEffect = new ArmEffect { D = 0.4 },
            Severity = -0.4,
            Moderations = new() { Severity = -0.2, Arm = 0.3 },
            Adherence = new() { Linear = 0.2, Curvature = 0.1, CurvatureByAlliance = -0.15, BySeverity = 0.25 },
        },
    };

    public static TheoryData<string> Worlds() => ["selected", "case-mix of a toxic tail", "case-mix by outcome", "sorted trait and retention", "sorted severity and kinks", "sorted by outcome"];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Of_LinkedWorld_AgreesWithLeastSquaresOnSimulatedPatients(string name)
    {
        World world = new(ScenarioOf(name));
        Row[][] rows = Simulate(world.Scenario, world.Components, new Random(name.Length));
        int compared = 0;
        foreach ((string terms, Func<Row, double[]> columns) in s_models)
        {
            ModelTruth total = Truth(world, terms, hasRandomIntercept: false);
            ModelTruth within = Truth(world, terms, hasRandomIntercept: true);
            compared += Compare($"{name}, {terms}, all patients", rows, columns, r => r, total);
            compared += Compare($"{name}, {terms}, within therapists", rows, columns, Deviations, within);
            CompareVariances($"{name}, {terms}", world, rows, columns, total);
            CompareVariances($"{name}, {terms}", world, rows, columns, within);
        }

        Assert.True(compared >= 25, $"only {compared} true values");
    }

    private static Scenario ScenarioOf(string name)
    {
        EndpointOutcome outcome = (EndpointOutcome)s_base.Outcome;
        return name switch
        {
            "selected" => s_base with
            {
                Therapists = new()
                {
                    OutcomeIcc = 0.1,
                    Correlations = new() { AllianceAdherence = 0.4, OutcomeAdherence = -0.3, AllianceOutcome = 0.2 },
                    Selection = new() { By = TherapistTrait.Adherence, Keep = 0.6 },
                },
                Outcome = outcome with { Within = new QuadraticShape { Curvature = 0.15, SlopeSd = 0.3, SlopeCorrelation = 0.6 } },
            },
            "case-mix of a toxic tail" => s_base with
            {
                Therapists = new() { OutcomeIcc = 0.1, Contamination = new() { Share = 0.1, Mean = -2, Sd = 0.5 } },
                Allocation = new CaseMixAllocation { With = AllocationScore.Alliance, Correlation = 0.5 },
            },
            "case-mix by outcome" => s_base with
            {
                Therapists = new() { OutcomeIcc = 0.1, Correlations = new() { AllianceOutcome = -0.4 } },
                Allocation = new CaseMixAllocation { With = AllocationScore.Outcome, Correlation = -0.4 },
            },
            "sorted trait and retention" => s_base with
            {
                Allocation = new SortedAllocation { Of = "prior-treatment" },
                Retention = new() { DropOut = 0.4, Alliance = -0.6, Severity = 0.4, Outcome = 0.7, Sessions = 8 },
                Outcome = outcome with { Adherence = new() },
            },
            "sorted severity and kinks" => s_base with
            {
                Allocation = new SortedAllocation { By = AllocationScore.Alliance },
                Outcome = outcome with { Between = new PlateauShape { Slope = 0.5, Knee = 0.4 } },
            },
            _ => s_base with
            {
                Allocation = new SortedAllocation { By = AllocationScore.Outcome },
                Alliance = new() { TherapistIcc = 0.3 },
                Traits = s_base.Traits.SetItem("prior-treatment", new() { Share = 0.4, Outcome = 0.5 }),
                Outcome = outcome with { Within = ResponseCurveTests.Points([(-1, -0.3), (0.2, 0.4), (0.6, 0.1)]) },
            },
        };
    }

    // Rows of each therapist. No residual.
    private static Row[][] Simulate(Scenario scenario, VarianceComponents components, Random random)
    {
        EndpointOutcome outcome = (EndpointOutcome)scenario.Outcome;
        PatientTrait trait = scenario.Traits["prior-treatment"];
        double tau = components.AllianceBetweenSd;
        double sigma = components.AllianceWithinSd;
        double[][] scores = Scores(scenario.Therapists, random);
        Contamination tail = scenario.Therapists.Contamination;
        double mean = tail.Share * tail.Mean;
        double sd = Math.Sqrt(1 - tail.Share + (tail.Share * ((tail.Sd * tail.Sd) + (tail.Mean * tail.Mean))) - (mean * mean));
        var made = new (double Arm, double[] Score, double Slope, (double Severity, double Trait, double W)[] Patients)[Therapists];
        for (int j = 0; j < Therapists; j++)
        {
            double[] score = scores[j];
            double r = outcome.Within.SlopeCorrelation;
            double slope = outcome.Within.SlopeSd * ((r * score[1]) + (Math.Sqrt(1 - (r * r)) * Normal(random)));
            double referral = Normal(random);
            double by = MatchedBy(scenario.Allocation) switch
            {
                AllocationScore.Alliance => (score[0] - mean) / sd,
                AllocationScore.Outcome => score[1],
                _ => referral,
            };
            double arm = random.NextDouble() < 2.0 / 3 ? 1 : 0;
            made[j] = (arm, score, slope, [.. Enumerable.Range(0, Patients).Select(_ => Patient(by))]);
        }

        (double Severity, double Trait, double W) Patient(double by)
        {
            double z = Normal(random);
            double share = trait.Share;
            switch (scenario.Allocation)
            {
                case CaseMixAllocation caseMix:
                    z = (-caseMix.Correlation * by) + (Math.Sqrt(1 - (caseMix.Correlation * caseMix.Correlation)) * z);
                    break;
                case SortedAllocation { Of: SortedAllocation.Severity }:
                    z = by > 0 ? -Math.Abs(z) : Math.Abs(z);
                    break;
                case SortedAllocation:
                    share = by > 0 ? Math.Min(1, 2 * share) : Math.Max(0, (2 * share) - 1);
                    break;
            }

            double p = random.NextDouble() < share ? 1 : 0;
            return (z, p, (scenario.Alliance.Severity * z) + (trait.Alliance * (p - trait.Share)) + (components.AllianceDeviationSd * Normal(random)));
        }

        Retention retention = scenario.Retention;
        double intercept = LogHazard(retention, [.. made.SelectMany(t => t.Patients.Select(p =>
            (retention.Alliance * ((tau * t.Score[0]) + p.W)) + (retention.Severity * p.Severity)))]);
        return [.. made.Select(t => t.Patients.Select(p =>
        {
            double a = (tau * t.Score[0]) + p.W;
            double s = p.W / sigma;
            double c = t.Score[2];
            double hazard = retention.DropOut == 0 ? 0 : Math.Exp(intercept + (retention.Alliance * a) + (retention.Severity * p.Severity));
            double sessions = hazard == 0 ? retention.Sessions : Math.Min(retention.Sessions, 1 + Math.Floor(-Math.Log(1 - random.NextDouble()) / hazard));
            double retained = sessions == retention.Sessions ? 1 : 0;
            AdherenceEffect adherence = outcome.Adherence;
            double y = (components.ArmEffect * t.Arm) + components.Between.At(t.Score[0]) + (components.OutcomeTherapistSd * t.Score[1])
                + (adherence.Linear * c) - (adherence.Curvature * ((c * c) - 1))
                + components.Within.At(s) + (t.Slope * s) + (outcome.Severity * p.Severity) + (trait.Outcome * p.Trait)
                + (a * ((outcome.Moderations.Severity * p.Severity) + (outcome.Moderations.Arm * t.Arm) + (trait.ByAlliance * p.Trait)
                    - (adherence.CurvatureByAlliance * ((c * c) - 1))))
                + (adherence.BySeverity * c * p.Severity) + (retention.Outcome * retained);
            return new Row(t.Arm, tau * t.Score[0], p.W, a, s, p.Severity, p.Trait, c, components.OutcomeTherapistSd * t.Score[1], retained, y);
        }).ToArray())];
    }

    private static AllocationScore MatchedBy(Allocation allocation) => allocation switch
    {
        CaseMixAllocation caseMix => caseMix.With,
        SortedAllocation sorted => sorted.By,
        _ => AllocationScore.Referral,
    };

    // Candidates of whom the top share is kept.
    private static double[][] Scores(TherapistPopulation population, Random random)
    {
        ScoreCorrelations r = population.Correlations;
        Matrix<double> factor = Matrix<double>.Build.DenseOfArray(new[,]
        {
            { 1, r.AllianceOutcome, r.AllianceAdherence },
            { r.AllianceOutcome, 1, r.OutcomeAdherence },
            { r.AllianceAdherence, r.OutcomeAdherence, 1 },
        }).Cholesky().Factor;
        double[][] candidates = new double[(int)Math.Round(Therapists / population.Selection.Keep)][];
        for (int i = 0; i < candidates.Length; i++)
        {
            double[] score = [.. factor * Vector<double>.Build.Dense([Normal(random), Normal(random), Normal(random)])];
            if (random.NextDouble() < population.Contamination.Share)
            {
                int of = (int)population.Contamination.Of;
                score[of] = population.Contamination.Mean + (population.Contamination.Sd * score[of]);
            }

            candidates[i] = score;
        }

        return population.Selection.Keep == 1
            ? candidates
            : [.. candidates.OrderByDescending(c => c[(int)population.Selection.By]).Take(Therapists).OrderBy(_ => random.Next())];
    }

    private static double LogHazard(Retention retention, double[] ratios)
    {
        (double low, double high) = (-20, 20);
        for (int i = 0; i < 40 && retention.DropOut > 0; i++)
        {
            double middle = (low + high) / 2;
            double retained = ratios.Average(x => Math.Exp(-(retention.Sessions - 1) * Math.Exp(middle + x)));
            (low, high) = retained > 1 - retention.DropOut ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    private static double[][] Deviations(double[][] columns)
    {
        double[] mean = [.. Enumerable.Range(0, columns[0].Length).Select(k => columns.Average(x => x[k]))];
        return [.. columns.Select(x => x.Zip(mean, (value, m) => value - m).ToArray())];
    }

    // Coefficients of the columns that vary, with standard errors from the sums of products of each therapist.
    private static int Compare(string what, Row[][] rows, Func<Row, double[]> columns, Func<double[][], double[][]> transform, ModelTruth truth)
    {
        double[][][] data = [.. rows.Select(patients => transform([.. patients.Select(r => columns(r).Append(r.Outcome).ToArray())]))];
        int all = truth.Coefficients.Length;
        int[] used = [.. Enumerable.Range(0, all).Where(k => data.Sum(t => t.Sum(x => x[k] * x[k])) > 1e-6)];
        Matrix<double> gram = Matrix<double>.Build.Dense(used.Length, used.Length);
        Vector<double> products = Vector<double>.Build.Dense(used.Length);
        foreach (double[] x in data.SelectMany(t => t))
        {
            for (int k = 0; k < used.Length; k++)
            {
                products[k] += x[used[k]] * x[all];
                for (int l = 0; l < used.Length; l++)
                {
                    gram[k, l] += x[used[k]] * x[used[l]];
                }
            }
        }

        if (gram.ConditionNumber() > 1e10)
        {
            return 0; // nobody drops out: retained is the intercept
        }

        Matrix<double> inverse = gram.Inverse();
        Vector<double> estimates = inverse * products;
        Matrix<double> middle = Matrix<double>.Build.Dense(used.Length, used.Length);
        foreach (double[][] therapist in data)
        {
            Vector<double> score = Vector<double>.Build.Dense(used.Length);
            foreach (double[] x in therapist)
            {
                double rest = x[all] - used.Select((k, i) => x[k] * estimates[i]).Sum();
                score += Vector<double>.Build.Dense([.. used.Select(k => x[k] * rest)]);
            }

            middle += score.OuterProduct(score);
        }

        Vector<double> errors = (inverse * middle * inverse).Diagonal().PointwiseSqrt();
        int compared = 0;
        for (int i = 0; i < used.Length; i++)
        {
            if (truth.Coefficients[used[i]] is { } value)
            {
                compared++;
                Assert.True(
                    Math.Abs(estimates[i] - value) <= (Bound * errors[i]) + 1e-9,
                    $"{what}, column {used[i]}: simulated {estimates[i]:G6} ± {errors[i]:G3}, computed {value:G6}");
            }
        }

        return compared;
    }

    // Products of what the true values leave of two patients of a therapist have the variance between as their mean.
    private static void CompareVariances(string what, World world, Row[][] rows, Func<Row, double[]> columns, ModelTruth truth)
    {
        if (truth.TherapistVariance is not { } between || truth.ResidualVariance is not { } within || truth.Coefficients.Any(b => b is null))
        {
            return;
        }

        double[][] rest = [.. rows.Select(t => t.Select(r => r.Outcome - columns(r).Zip(truth.Coefficients, (x, b) => x * b!.Value).Sum()).ToArray())];
        Check("therapists", between, [.. rest.Select(e => ((e.Sum() * e.Sum()) - e.Sum(x => x * x)) / (Patients * (Patients - 1)))]);
        double residual = world.Components.ResidualSd * world.Components.ResidualSd;
        Check("all", between + within - residual, [.. rest.Select(e => e.Sum(x => x * x) / Patients)]);

        void Check(string which, double expected, double[] values)
        {
            double mean = values.Average();
            double error = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean))) / values.Length;
            Assert.True(Math.Abs(mean - expected) <= Bound * error, $"{what}, variance of {which}: simulated {mean:G6} ± {error:G3}, computed {expected:G6}");
        }
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private readonly record struct Row(
        double Arm, double Between, double Within, double Alliance, double Score, double Severity, double Trait, double Adherence,
        double Effect, double Retained, double Outcome);
}
