using MathNet.Numerics.Distributions;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>A small unbalanced data set, different for every number.</summary>
internal sealed class RandomTrial
{
    private static readonly double[] s_therapistSds = [0, 0.3, 1, 3];

    /// <param name="number">Chooses therapist SD, columns and the kind of random term in turn.</param>
    public RandomTrial(int number)
    {
        Random random = new(1000 + number);
        int groups = random.Next(4, 11);
        int[] caseload = [.. Enumerable.Range(0, groups).Select(_ => random.Next(1, number % 7 == 6 ? 3 : 9))];
        caseload[0] += 4;
        Group = [.. Enumerable.Range(0, groups).SelectMany(g => Enumerable.Repeat(g, caseload[g]))];
        int n = Group.Length;
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => Normal.Sample(random, 0, 1))];
        double[] byGroup = Draw(groups);
        double[] effect = Draw(groups);
        double[] noise = Draw(n);
        double[] within = Draw(n);
        double[] mixed = [.. Draw(n).Select((x, i) => x + byGroup[Group[i]])];
        RandomColumn = (number % 4) switch
        {
            3 => [.. Enumerable.Range(0, groups).Select(g => g % 3 == 0 ? 0 : 1.0)], // partial nesting: (0 + arm | therapist)
            2 when number % 8 == 2 => [.. Draw(groups).Select(x => 1 + (x / 3))],
            _ => [.. Enumerable.Repeat(1.0, groups)],
        };
        double[] one = [.. Enumerable.Repeat(1.0, n)];
        double[] between = [.. Group.Select(g => byGroup[g])];
        Columns = (number % 5) switch
        {
            0 => [one],
            1 => [one, between],
            2 => [one, between, within],
            3 => [one, mixed, [.. mixed.Select(x => x * x)]],
            _ => [one, mixed, [.. mixed.Select(x => 3 - (2 * x))], within], // the third depends on the first two
        };
        Dropped = number % 5 == 4 ? [2] : [];
        double sd = s_therapistSds[number % s_therapistSds.Length];
        Outcome = [.. noise.Select((e, i) => 2 + (0.5 * mixed[i]) + (sd * RandomColumn[Group[i]] * effect[Group[i]]) + e)];
    }

    public IReadOnlyList<double[]> Columns { get; }

    /// <summary>Columns that depend on those before them.</summary>
    public int[] Dropped { get; }

    public double[] Outcome { get; }

    public int[] Group { get; }

    /// <summary>[group] Column of the random term.</summary>
    public double[] RandomColumn { get; }

    public IReadOnlyList<double[]> KeptColumns => [.. Columns.Where((_, c) => !Dropped.Contains(c))];
}
