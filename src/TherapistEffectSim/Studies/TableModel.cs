using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Studies;

/// <summary>Makes the numbers of a method's model from a table of the rows it analyses.</summary>
internal sealed class TableModel
{
    private readonly MethodModel _method;
    private readonly Design.Trial _trial;

    public TableModel(MethodModel method, Design.Trial trial)
    {
        _method = method;
        _trial = trial;
        Columns = [.. method.Formula!.ColumnNames.Concat(method.OnTherapistMeans ? [GeneratedColumns.Therapist] : []).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Names of the columns of the table.</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>The random effects of a formula, factor by factor.</summary>
    /// <param name="terms">The random terms.</param>
    /// <param name="trial">For levels of text columns.</param>
    /// <exception cref="FormulaException">A text column has one level.</exception>
    public static ImmutableArray<ImmutableArray<RandomEffectName>> Effects(ImmutableArray<RandomTerm> terms, Design.Trial trial) =>
        [.. terms.Select(term => ImmutableArray.CreateRange(
            DesignColumns.RandomColumns(term, column => GeneratedColumns.TextLevels(trial, column)).Select(column => new RandomEffectName(term.GroupName, column.Name))))];

    /// <summary>The numbers.</summary>
    /// <param name="table">With <see cref="Columns"/>.</param>
    /// <exception cref="FormulaException">The random part is not available.</exception>
    /// <exception cref="ModelException">There are too few rows or groups.</exception>
    public ModelData Of(DataTable table)
    {
        ModelData data = ModelData.Of(table, _method.Formula!, _method.Columns, column => GeneratedColumns.TextLevels(_trial, column));
        return _method.OnTherapistMeans ? Means(data, table) : data;
    }

    // Unweighted means over the patients of each therapist.
    private static ModelData Means(ModelData patients, DataTable table)
    {
        TextColumn therapist = table.CompleteIn(table.Columns.Select(c => c.Name)).Table.AsFactor(GeneratedColumns.Therapist);
        int therapists = therapist.Levels.Length;
        double[] counts = new double[therapists];
        foreach (int code in therapist.Codes)
        {
            counts[code]++;
        }

        if (therapists <= patients.Columns.Length)
        {
            throw new ModelException($"the model needs more rows than columns, but has {patients.Columns.Length} columns for the means of {therapists} therapists.");
        }

        return patients with
        {
            Columns = [.. patients.Columns.Select(Mean)],
            Outcome = Mean(patients.Outcome),
        };

        double[] Mean(double[] values)
        {
            double[] means = new double[therapists];
            for (int i = 0; i < values.Length; i++)
            {
                means[therapist.Codes[i]] += values[i];
            }

            for (int j = 0; j < therapists; j++)
            {
                means[j] /= counts[j];
            }

            return means;
        }
    }
}
