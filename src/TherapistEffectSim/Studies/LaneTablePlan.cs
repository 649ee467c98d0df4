using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Which fits of tables lanes make, and what they make them from.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class LaneTablePlan<T>
    where T : unmanaged, ILane<T>
{
    private readonly ScenarioPlan _plan;
    private readonly List<ITakesReplicates> _statistics = [];

    /// <param name="plan">The plan.</param>
    public LaneTablePlan(ScenarioPlan plan)
    {
        _plan = plan;
        Fits = new IFitOnLanes<T>?[plan.TableFits.Length];
        if (plan.Growth is { } growth)
        {
            GrowthColumns columns = new(growth);
            VisitModel?[] visits = [.. plan.Methods.Select((method, m) => IsAnyOnLanes(m) ? VisitModel.Of(method, growth, columns) : null)];
            RowModel?[] rows = RowModels(expression => columns.Add(expression) is { Occasion: 0 } column ? column.Patient : null);
            GrowthReduction<T> trials = new(growth, plan.Key, columns);
            IReadOnlyList<double[]> occasions = [.. columns.OfOccasions.Select(o => o.Values)];
            for (int m = 0; m < visits.Length; m++)
            {
                if (visits[m] is { } model)
                {
                    VisitStatistics<T> data = new(trials, new(model.Weeks, trials.SomeAreLost), model.Columns, occasions);
                    Add(m, data, f => new VisitFit<T>(plan, f, model, trials, data));
                }
            }

            AddRows(rows, trials);
            Trials = trials;
        }
        else
        {
            AnalysisColumns columns = new(plan.World);
            RowModel?[] rows = RowModels(expression => Number(columns, expression));
            Trials = new EndpointReduction<T>(plan.World, plan.Key, columns);
            AddRows(rows, Trials);
        }
    }

    /// <summary>The replicates.</summary>
    public IPatientNumbers<T> Trials { get; }

    /// <summary>What is made from each draw.</summary>
    public IReadOnlyList<ITakesReplicates> Statistics => _statistics;

    /// <summary>[fit of tables] <see langword="null"/>: by tables.</summary>
    public IFitOnLanes<T>?[] Fits { get; }

    private static int? Number(AnalysisColumns columns, ColumnExpression expression)
    {
        try
        {
            return columns.Add(expression);
        }
        catch (NotSupportedException)
        {
            return null; // such a column is made from tables, row by row
        }
    }

    private bool IsOnLanes(int fit) => _plan.TableFits[fit] is { NeedsKenwardRoger: false, NeedsJointWald: false, NeedsExactNull: false };

    private bool IsAnyOnLanes(int method) => FitsOf(method).Any(IsOnLanes);

    private IEnumerable<int> FitsOf(int method) => Enumerable.Range(0, Fits.Length).Where(f => _plan.TableFits[f].Method == method);

    private RowModel?[] RowModels(Func<ColumnExpression, int?> add) =>
        [.. _plan.Methods.Select((method, m) => IsAnyOnLanes(m) ? RowModel.Of(method, _plan.Cell.Scenario, add) : null)];

    private void AddRows(RowModel?[] models, IPatientNumbers<T> trials)
    {
        for (int m = 0; m < models.Length; m++)
        {
            if (models[m] is { Slope: >= 0 } withSlope)
            {
                SlopeRowStatistics<T> data = new(trials, withSlope.Columns, withSlope.Slope);
                Add(m, data, f => new SlopeRowFit<T>(_plan, f, withSlope, data));
            }
            else if (models[m] is { } model)
            {
                RowStatistics<T> data = new(trials, model.Columns, model.OnTherapistMeans, model.Effect);
                Add(m, data, f => new RowFit<T>(_plan, f, model, data));
            }
        }
    }

    private void Add(int method, ITakesReplicates data, Func<int, IFitOnLanes<T>> fit)
    {
        _statistics.Add(data);
        foreach (int f in FitsOf(method).Where(IsOnLanes))
        {
            Fits[f] = fit(f);
        }
    }
}
