using TherapistEffectSim.Data;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Studies;

/// <summary>Generates replicates as tables and makes the fits that need the rows: repeated measurements, several random effects.</summary>
/// <remarks>One replicate at a time, by the estimator of <see cref="LinearMixedModel"/>: a table of a replicate gives the same numbers there.</remarks>
internal sealed class TableEngine : IReplicateEngine
{
    private const long ReplicatesChecked = 3;

    private readonly ScenarioPlan _plan;
    private readonly GrowthData? _growth;
    private readonly TableFitter _fitter;
    private readonly TableModel?[] _models; // [method]
    private readonly ulong[] _all;          // [fit of tables] 1

    public TableEngine(ScenarioPlan plan)
    {
        _plan = plan;
        _growth = plan.Growth is null ? null : new(plan.Growth, plan.Key);
        _fitter = new(plan);
        _models = [.. plan.Methods.Select(method => method.IsOfTable ? new TableModel(method, plan.Cell.Scenario.Trial) : null)];
        _all = [.. plan.TableFits.Select(_ => 1UL)];
    }

    public void Run(long first, int count, LeafValues values)
    {
        for (int replicate = 0; replicate < count; replicate++)
        {
            Run(first + replicate, replicate, values, _all, 1);
        }
    }

    /// <summary>Makes some fits of one replicate.</summary>
    /// <param name="number">Of the replicate in the scenario, from 0.</param>
    /// <param name="replicate">Of the leaf.</param>
    /// <param name="values">Where they go.</param>
    /// <param name="wanted">[fit of tables] Bits.</param>
    /// <param name="bit">A fit is made if it has this one.</param>
    public void Run(long number, int replicate, LeafValues values, ReadOnlySpan<ulong> wanted, ulong bit)
    {
        DataTable? patients = null;
        bool isDrawn = false;
        for (int m = 0; m < _models.Length; m++)
        {
            ModelData? data = null;
            bool isRead = false;
            for (int f = 0; f < wanted.Length; f++)
            {
                if (_plan.TableFits[f].Method != m || (wanted[f] & bit) == 0)
                {
                    continue;
                }

                if (!isDrawn)
                {
                    _growth?.Draw(number, allPatients: false);
                    patients = _growth is null ? TrialData.Of(_plan.World, _plan.Key, number, allPatients: false) : null;
                    isDrawn = true;
                }

                data = isRead ? data : Numbers(_models[m]!, patients ?? Table(_plan.Methods[m], _models[m]!));
                isRead = true;
                _fitter.Fit(f, data, values, replicate, number);
            }
        }
    }

    /// <summary>Reads the models from the first replicates, to see whether their random parts can be fitted to what the scenario generates.</summary>
    /// <exception cref="StudyException">A model could be read from none of them; says why.</exception>
    public static void Check(ScenarioPlan plan)
    {
        if (plan.TableFits.IsEmpty)
        {
            return;
        }

        TableEngine engine = new(plan);
        for (int m = 0; m < plan.Methods.Length; m++)
        {
            Exception? reason = null;
            bool isRead = !plan.Methods[m].IsOfTable;
            for (long replicate = 0; replicate < ReplicatesChecked && !isRead; replicate++)
            {
                isRead = engine.CanRead(m, replicate, out reason);
            }

            if (!isRead)
            {
                string illustration = reason is FormulaException formula ? "\n" + formula.Illustration : "";
                throw new StudyException($"method {plan.Methods[m].Name}: {reason!.Message}{illustration}", reason);
            }
        }
    }

    private bool CanRead(int m, long replicate, out Exception? reason)
    {
        try
        {
            _growth?.Draw(replicate, allPatients: false);
            _ = _models[m]!.Of(_growth is null ? TrialData.Of(_plan.World, _plan.Key, replicate, allPatients: false) : Table(_plan.Methods[m], _models[m]!));
            reason = null;
            return true;
        }
        catch (Exception e) when (e is ModelException or FormulaException)
        {
            reason = e;
            return false;
        }
    }

    private DataTable Table(MethodModel method, TableModel model) =>
        method.IsByWeek ? _growth!.ByWeek(model.Columns) : _growth!.ByPatient(model.Columns);

    private static ModelData? Numbers(TableModel model, DataTable table)
    {
        try
        {
            return model.Of(table);
        }
        catch (Exception e) when (e is ModelException or FormulaException)
        {
            return null; // too few rows, groups or differences are left in this replicate: not estimable
        }
    }
}

/// <summary>Two engines on the same replicates.</summary>
internal sealed class JoinedEngine(IReplicateEngine first, IReplicateEngine second) : IReplicateEngine, IFitsByTables
{
    /// <inheritdoc/>
    public long FitsByTables => (second as IFitsByTables)?.FitsByTables ?? 0;

    public void Run(long replicate, int count, LeafValues values)
    {
        first.Run(replicate, count, values);
        second.Run(replicate, count, values);
    }
}
