using System.Collections.Immutable;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>Generated data with two effects that vary between therapists, and slopes whose variance is sometimes 0.</summary>
internal static class SlopeTrials
{
    /// <summary>One trial: y on (1, x, z, x·z), x of patients and z of therapists.</summary>
    /// <param name="therapists">Number of therapists.</param>
    /// <param name="caseload">Patients of each, or the mean if they are unequal.</param>
    /// <param name="slopeSd">SD of the slopes.</param>
    /// <param name="unequal">Whether caseloads differ, from 1.</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    /// <param name="seed">Of the numbers.</param>
    public static NestedModel Of(int therapists, int caseload, double slopeSd, bool unequal, bool reml, int seed)
    {
        RawTrial trial = Raw(therapists, caseload, slopeSd, unequal, seed);
        return trial.Model([[trial.X[0], trial.X[1]]], null, reml);
    }

    /// <summary>The data of <see cref="Of"/>.</summary>
    public static RawTrial Raw(int therapists, int caseload, double slopeSd, bool unequal, int seed)
    {
        Random random = new(seed);
        List<int> groups = [];
        List<double>[] columns = [[], [], [], []];
        List<double> outcome = [];
        for (int j = 0; j < therapists; j++)
        {
            double z = Normal(random);
            double intercept = 0.5 * Normal(random);
            double slope = slopeSd * ((0.5 * intercept / 0.5) + Normal(random));
            int n = unequal ? 1 + random.Next((2 * caseload) - 1) : caseload;
            for (int i = 0; i < n; i++)
            {
                double x = Normal(random);
                groups.Add(j);
                columns[0].Add(1);
                columns[1].Add(x);
                columns[2].Add(z);
                columns[3].Add(x * z);
                outcome.Add(1 + (0.5 * x) + (0.2 * z) + intercept + (slope * x) + Normal(random));
            }
        }

        return new([.. columns.Select(c => c.ToArray())], [.. outcome], [], [.. groups], []);
    }

    /// <summary>One trial of visits: y on (1, week, arm, week·arm), intercept and slope varying between therapists and between patients.</summary>
    /// <param name="therapists">Number of therapists.</param>
    /// <param name="caseload">Patients of each.</param>
    /// <param name="patterns">Patterns of visits: of eight weeks the first ones.</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    /// <param name="seed">Of the numbers.</param>
    /// <param name="patternOf">Pattern of each patient.</param>
    public static NestedModel ThreeLevels(int therapists, int caseload, int patterns, bool reml, int seed, out int[] patternOf)
    {
        RawTrial trial = RawThreeLevels(therapists, caseload, 8, patterns, 1, seed);
        patternOf = trial.PatternOf;
        return trial.Model([[trial.X[0], trial.X[1]]], [[trial.X[0], trial.X[1]]], reml);
    }

    /// <summary>The data of <see cref="ThreeLevels"/>, with some number of weeks, and the therapists' SDs times <paramref name="scale"/>.</summary>
    public static RawTrial RawThreeLevels(int therapists, int caseload, int weeks, int patterns, double scale, int seed)
    {
        Random random = new(seed);
        List<int> therapist = [];
        List<int> patient = [];
        List<double>[] columns = [[], [], [], []];
        List<double> outcome = [];
        int[] patternOf = new int[therapists * caseload];
        for (int number = 0; number < patternOf.Length; number++)
        {
            int j = number / caseload;
            patternOf[number] = (7 * number) % patterns;
            Random own = new((1000 * seed) + j);
            double intercept = (scale * 0.6 * Normal(own)) + Normal(random);
            double slope = (scale * 0.2 * Normal(own)) + (0.2 * Normal(random));
            for (int week = 0; week < weeks - (2 * patternOf[number]); week++)
            {
                therapist.Add(j);
                patient.Add(number);
                columns[0].Add(1);
                columns[1].Add(week);
                columns[2].Add(j % 2);
                columns[3].Add(j % 2 * week);
                outcome.Add(5 + intercept + ((slope - 0.3) * week) + Normal(random));
            }
        }

        return new([.. columns.Select(c => c.ToArray())], [.. outcome], [.. patient], [.. therapist], patternOf);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

/// <summary>The rows of a trial.</summary>
/// <param name="X">Fixed-effects columns: 1 and the one that slopes belong to first.</param>
/// <param name="Y">Outcome.</param>
/// <param name="Patients">Patient of each row; empty if every row is one.</param>
/// <param name="Therapists">Therapist of each row.</param>
/// <param name="PatternOf">Pattern of each patient.</param>
internal sealed record RawTrial(double[][] X, double[] Y, int[] Patients, int[] Therapists, int[] PatternOf)
{
    /// <summary>A model of these data.</summary>
    /// <param name="inner">Terms of patients, or of therapists where every row is a patient.</param>
    /// <param name="outer">Terms of therapists.</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    public NestedModel Model(ImmutableArray<double[][]> inner, ImmutableArray<double[][]>? outer, bool reml) =>
        NestedModel.Of(X, Y, Level(Patients.Length > 0 ? Patients : Therapists, inner), outer is null ? null : Level(Therapists, outer.Value), reml);

    /// <summary>What lanes read: intercept and slope together, no columns turned.</summary>
    public NestedStatistics Statistics() => Patients.Length > 0
        ? NestedStatistics.Of(Level(Patients, [[X[0], X[1]]]), Level(Therapists, [[X[0], X[1]]]), [.. X, Y])
        : NestedStatistics.Of(Level(Therapists, [[X[0], X[1]]]), null, [.. X, Y]);

    private static GroupingLevel Level(int[] groups, ImmutableArray<double[][]> terms) => new(groups, groups.Max() + 1, terms);
}
