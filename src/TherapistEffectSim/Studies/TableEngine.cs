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
    private readonly ModelData?[] _data;    // [method] of the replicate

    public TableEngine(ScenarioPlan plan)
    {
        _plan = plan;
        _growth = plan.Growth is null ? null : new(plan.Growth, plan.Key);
        _fitter = new(plan);
        _models = [.. plan.Methods.Select(method => method.IsOfTable ? new TableModel(method, plan.Cell.Scenario.Trial) : null)];
        _data = new ModelData?[_models.Length];
    }

    public void Run(long first, int count, LeafValues values)
    {
        for (int replicate = 0; replicate < count; replicate++)
        {
            Draw(first + replicate);
            if (_growth is not null)
            {
                values.Patients[replicate] = _growth.Patients;
                values.Therapists[replicate] = _growth.Therapists;
            }

            for (int f = 0; f < _plan.TableFits.Length; f++)
            {
                _fitter.Fit(f, _data[_plan.TableFits[f].Method], values, replicate, first + replicate);
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

    private void Draw(long replicate)
    {
        _growth?.Draw(replicate, allPatients: false);
        DataTable? patients = _growth is null ? TrialData.Of(_plan.World, _plan.Key, replicate, allPatients: false) : null;
        for (int m = 0; m < _models.Length; m++)
        {
            if (_models[m] is { } model)
            {
                _data[m] = Numbers(model, patients ?? Table(_plan.Methods[m], model));
            }
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
internal sealed class JoinedEngine(IReplicateEngine first, IReplicateEngine second) : IReplicateEngine
{
    public void Run(long replicate, int count, LeafValues values)
    {
        first.Run(replicate, count, values);
        second.Run(replicate, count, values);
    }
}
