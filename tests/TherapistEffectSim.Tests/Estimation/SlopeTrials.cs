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

        double[][] x4 = [.. columns.Select(c => c.ToArray())];
        return NestedModel.Of(x4, [.. outcome], new GroupingLevel([.. groups], therapists, [[x4[0], x4[1]]]), null, reml);
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
        Random random = new(seed);
        List<int> therapist = [];
        List<int> patient = [];
        List<double>[] columns = [[], [], [], []];
        List<double> outcome = [];
        patternOf = new int[therapists * caseload];
        for (int number = 0; number < patternOf.Length; number++)
        {
            int j = number / caseload;
            patternOf[number] = (7 * number) % patterns;
            Random own = new((1000 * seed) + j);
            double intercept = (0.6 * Normal(own)) + Normal(random);
            double slope = (0.2 * Normal(own)) + (0.2 * Normal(random));
            for (int week = 0; week < 8 - (2 * patternOf[number]); week++)
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

        double[][] x4 = [.. columns.Select(c => c.ToArray())];
        return NestedModel.Of(
            x4,
            [.. outcome],
            new GroupingLevel([.. patient], patternOf.Length, [[x4[0], x4[1]]]),
            new GroupingLevel([.. therapist], therapists, [[x4[0], x4[1]]]),
            reml);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
