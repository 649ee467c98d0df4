using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Makes the scenarios of a plan from values at its paths.</summary>
internal sealed class PlanScenarios(ScenarioCells cells, PlanPaths plan)
{
    /// <summary>The scenario with these values of the paths that vary.</summary>
    public Scenario At(ImmutableArray<double> values) => cells.With(Changes(values));

    /// <summary>An axis as what varies around an answer.</summary>
    public PlanVariation Variation(Axis axis) => new(
        axis.FactorName, [.. axis.Values.Select(v => v.Text)], (values, index) => cells.With([.. Changes(values), .. axis.Values[index].Changes]));

    /// <summary>Adds the mistakes of both ends of what varies, and of the other assumptions at the large end.</summary>
    public void Check(ProblemList problems)
    {
        foreach (PlanPath path in plan.Paths)
        {
            cells.Check(Changes(path, path.Dimension[0]), problems);
            cells.Check(Changes(path, path.Dimension.Highest), problems);
        }

        cells.Check(Changes([.. plan.Paths.Select(p => p.Dimension[0])]), problems);
        Entry[] largest = [.. Changes([.. plan.Paths.Select(p => p.Dimension.Highest)])];
        cells.Check(largest, problems);
        foreach (AxisValue value in plan.Curves.Concat(plan.Assumptions).SelectMany(axis => axis.Values))
        {
            cells.Check([.. largest, .. value.Changes], problems);
        }
    }

    private Entry[] Changes(ImmutableArray<double> values) => [.. plan.Paths.SelectMany((path, d) => Changes(path, values[d]))];

    private static Entry[] Changes(PlanPath path, double value) =>
        [Change(path.Path, value, path), .. path.Range.Tied.Select(tied => Change(tied.Key, (double)((decimal)tied.Value * (decimal)value), path))];

    private static Entry Change(string key, double value, PlanPath path) =>
        new(key, path.Position, new ScalarNode(CoreScalar.ToText(value), plain: true, path.Position));
}
