using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Benchmarks;

/// <summary>The data of the peers' workloads W4 and W5.</summary>
internal static class FitData
{
    /// <summary>W4: y on (1, abar, awithin), intercept and slope of awithin varying between therapists.</summary>
    public static NestedModel Slopes(int therapists, int caseload, int seed, double slopeSd = 0.3, bool reml = true)
    {
        Random random = new(seed);
        int rows = therapists * caseload;
        int[] group = [.. Enumerable.Range(0, rows).Select(i => i / caseload)];
        double[] alliance = new double[rows];
        double[] outcome = new double[rows];
        for (int j = 0; j < therapists; j++)
        {
            double skill = Normal(random);
            double first = Normal(random);
            double intercept = 0.4 * first;
            double slope = slopeSd * ((0.2 * first) + (Math.Sqrt(1 - 0.04) * Normal(random)));
            for (int i = j * caseload; i < (j + 1) * caseload; i++)
            {
                double patient = Normal(random);
                alliance[i] = (Math.Sqrt(0.1) * skill) + (Math.Sqrt(0.9) * patient);
                outcome[i] = (0.3 * skill) + intercept + ((0.2 + slope) * patient) + Normal(random);
            }
        }

        double[] means = [.. Enumerable.Range(0, therapists).Select(j => alliance.Skip(j * caseload).Take(caseload).Average())];
        double[] one = [.. Enumerable.Repeat(1.0, rows)];
        double[] between = [.. group.Select(j => means[j])];
        double[] within = [.. alliance.Select((a, i) => a - between[i])];
        return NestedModel.Of([one, between, within], outcome, new GroupingLevel(group, therapists, [[one, within]]), null, reml);
    }

    /// <summary>W5: y on (1, time, arm, time · arm), intercept and slope of time varying between therapists and between patients, eight weeks.</summary>
    /// <param name="therapists">Number of therapists.</param>
    /// <param name="caseload">Patients of each.</param>
    /// <param name="patterns">1 for complete visits; more: the patients leave after different weeks, the last pattern after the first three.</param>
    /// <param name="seed">Of the numbers.</param>
    /// <param name="patternOf">Pattern of each patient.</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    public static NestedModel ThreeLevels(int therapists, int caseload, int patterns, int seed, out int[] patternOf, bool reml = true)
    {
        const int weeks = 8;
        Random random = new(seed);
        List<int> therapist = [];
        List<int> patient = [];
        List<double> time = [];
        List<double> arm = [];
        List<double> outcome = [];
        patternOf = new int[therapists * caseload];
        for (int j = 0; j < therapists; j++)
        {
            double treated = j >= therapists / 2 ? 1 : 0;
            double intercept = 0.4 * Normal(random);
            double slope = 0.1 * Normal(random);
            for (int i = 0; i < caseload; i++)
            {
                int number = (j * caseload) + i;
                double own = intercept + Normal(random);
                double ownSlope = slope + (0.2 * Normal(random));
                patternOf[number] = ((7 * j) + (3 * i)) % patterns;
                int seen = patterns == 1 ? weeks : Math.Max(1, weeks - patternOf[number]);
                for (int week = 0; week < seen; week++)
                {
                    therapist.Add(j);
                    patient.Add(number);
                    time.Add(week);
                    arm.Add(treated);
                    outcome.Add(5 + ((-0.3 - (0.1 * treated) + ownSlope) * week) + own + Normal(random));
                }
            }
        }

        double[] t = [.. time];
        double[] one = [.. t.Select(_ => 1.0)];
        return NestedModel.Of(
            [one, t, [.. arm], [.. t.Select((week, row) => week * arm[row])]],
            [.. outcome],
            new GroupingLevel([.. patient], therapists * caseload, [[one, t]]),
            new GroupingLevel([.. therapist], therapists, [[one, t]]),
            reml);
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
