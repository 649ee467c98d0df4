using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>The columns of a model that are given by the therapist's arm and site, in trials whose therapists treat in one arm.</summary>
internal sealed class ArmAndSiteColumns
{
    private const double RankTolerance = 1e-9;

    private readonly World _world;
    private readonly List<double[]> _columns = [];
    private readonly List<double[]> _basis = []; // orthonormal

    public ArmAndSiteColumns(World world) => _world = world;

    /// <summary>Their rank.</summary>
    public int Rank => _basis.Count;

    /// <summary>Adds a column, if it is one.</summary>
    /// <returns>Whether it is.</returns>
    public bool TryAdd(ColumnExpression expression)
    {
        double[] column = new double[_world.Layout.Therapists];
        for (int j = 0; j < column.Length; j++)
        {
            column[j] = Value(expression, j);
        }

        if (column.Any(double.IsNaN))
        {
            return false;
        }

        _columns.Add(column);
        double[] rest = Residual(column, _basis);
        double length = Math.Sqrt(rest.Sum(x => x * x));
        if (length > RankTolerance * Math.Sqrt(column.Sum(x => x * x)))
        {
            _basis.Add([.. rest.Select(x => x / length)]);
        }

        return true;
    }

    /// <summary>Whether the columns take up what arms and sites bring about.</summary>
    public bool TakeUpArmsAndSites()
    {
        TherapistLayout layout = _world.Layout;
        bool arms = _world.Components.ArmEffect == 0 || Spans(j => layout.Arm[j] == 1 ? 1 : 0);
        bool sites = _world.Components.SiteSd == 0 || Enumerable.Range(0, layout.Sites).All(site => Spans(j => layout.Site[j] == site ? 1 : 0));
        return arms && sites;
    }

    /// <summary>Variance of the least-squares coefficient of the arm's column over that of a therapist's mean.</summary>
    /// <param name="index">Which of the columns added.</param>
    /// <returns>0 where it depends on the others.</returns>
    public double CoefficientVariance(int index)
    {
        List<double[]> others = [];
        for (int k = 0; k < _columns.Count; k++)
        {
            if (k == index)
            {
                continue;
            }

            double[] rest = Residual(_columns[k], others);
            double length = Math.Sqrt(rest.Sum(x => x * x));
            if (length > RankTolerance * Math.Sqrt(_columns[k].Sum(x => x * x)))
            {
                others.Add([.. rest.Select(x => x / length)]);
            }
        }

        double left = Residual(_columns[index], others).Sum(x => x * x);
        return left > RankTolerance ? 1 / left : 0;
    }

    private bool Spans(Func<int, double> column)
    {
        double[] values = [.. Enumerable.Range(0, _world.Layout.Therapists).Select(column)];
        return Residual(values, _basis).Sum(x => x * x) <= RankTolerance * Math.Max(1, values.Sum(x => x * x));
    }

    private static double[] Residual(double[] column, List<double[]> basis)
    {
        double[] rest = [.. column];
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] unit in basis)
            {
                double projection = 0;
                for (int j = 0; j < rest.Length; j++)
                {
                    projection += unit[j] * rest[j];
                }

                for (int j = 0; j < rest.Length; j++)
                {
                    rest[j] -= projection * unit[j];
                }
            }
        }

        return rest;
    }

    // NaN where something else is read.
    private double Value(ColumnExpression expression, int therapist) => expression switch
    {
        ColumnExpression.Constant constant => constant.Value,
        ColumnExpression.Indicator { Column: GeneratedColumns.Arm, Level: var arm } => _world.Scenario.Trial.Arms[_world.Layout.Arm[therapist]] == arm ? 1 : 0,
        ColumnExpression.Indicator { Column: GeneratedColumns.Site, Level: var site } =>
            GeneratedColumns.SiteName(_world.Layout.Site[therapist] + 1, _world.Layout.Sites) == site ? 1 : 0,
        ColumnExpression.Product(ColumnExpression left, ColumnExpression right) => Value(left, therapist) * Value(right, therapist),
        _ => double.NaN,
    };
}
