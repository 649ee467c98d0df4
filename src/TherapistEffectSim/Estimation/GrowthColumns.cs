using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>A column of repeated measurements: a number of the patient times a number of the week.</summary>
/// <param name="Patient">Index among <see cref="GrowthColumns.OfPatients"/>.</param>
/// <param name="Occasion">Index among <see cref="GrowthColumns.OfOccasions"/>.</param>
internal readonly record struct GrowthColumn(int Patient, int Occasion);

/// <summary>A number that a patient has once.</summary>
/// <param name="Expression">What it is.</param>
/// <param name="Program">Its arithmetic.</param>
/// <param name="IsOfTherapist">Whether all patients of a therapist have the same.</param>
internal sealed record PatientNumber(ColumnExpression Expression, ColumnProgram Program, bool IsOfTherapist);

/// <summary>The columns that the models of a growth world use, parted into numbers of patients and numbers of weeks, each once.</summary>
internal sealed class GrowthColumns
{
    private readonly GrowthWorld _world;
    private readonly List<PatientNumber> _patients = [];
    private readonly List<(ColumnExpression Expression, double[] Values)> _occasions = [];

    /// <param name="world">The world.</param>
    public GrowthColumns(GrowthWorld world)
    {
        _world = world;
        ColumnExpression one = new ColumnExpression.Constant(1);
        _ = Patient(one);
        _ = Occasion(one);
    }

    /// <summary>Numbers of patients; the first is 1.</summary>
    public IReadOnlyList<PatientNumber> OfPatients => _patients;

    /// <summary>[number][occasion] Numbers of weeks; the first is 1.</summary>
    public IReadOnlyList<(ColumnExpression Expression, double[] Values)> OfOccasions => _occasions;

    /// <summary>Whether a number of patients is the slope of their own measurements, which takes two of them.</summary>
    public bool ReadsSlope(int patient) => _patients[patient].Expression.Variables.Contains(GeneratedColumns.Slope);

    /// <summary>Adds a column, or finds it.</summary>
    /// <returns><see langword="null"/> if it is not a product of a patient's number and a week's, or its arithmetic can give what is not finite.</returns>
    public GrowthColumn? Add(ColumnExpression expression)
    {
        if (SeparableExpression.Of(expression, IsOfOccasion) is not { } parted)
        {
            return null;
        }

        try
        {
            return new(Patient(parted.OfPatient), Occasion(parted.OfOccasion));
        }
        catch (NotSupportedException)
        {
            return null; // such a column is made from tables, row by row
        }
    }

    private bool IsOfOccasion(string variable) => GeneratedColumns.LevelOf(_world.Scenario, variable) == ColumnLevel.Occasion;

    private int Patient(ColumnExpression expression)
    {
        int known = _patients.FindIndex(p => p.Expression.Equals(expression));
        if (known >= 0)
        {
            return known;
        }

        bool isOfTherapist = expression.Variables.All(v => GeneratedColumns.LevelOf(_world.Scenario, v) == ColumnLevel.Therapist);
        _patients.Add(new(expression, ColumnProgram.Compile(expression, _world.Scenario), isOfTherapist));
        return _patients.Count - 1;
    }

    private int Occasion(ColumnExpression expression)
    {
        int known = _occasions.FindIndex(o => o.Expression.Equals(expression));
        if (known >= 0)
        {
            return known;
        }

        ColumnProgram program = ColumnProgram.Compile(expression, _world.Scenario);
        Lane1[] inputs = new Lane1[GeneratedColumns.InputsIn(_world.Scenario)];
        Lane1[] stack = new Lane1[ColumnProgram.StackDepth];
        int week = GeneratedColumns.InputOf(_world.Scenario, GeneratedColumns.Week);
        int afterOnset = GeneratedColumns.InputOf(_world.Scenario, GeneratedColumns.AfterOnset);
        double[] values = new double[_world.Outcome.Weeks.Length];
        for (int t = 0; t < values.Length; t++)
        {
            inputs[week] = Lane1.Create(_world.Outcome.Weeks[t]);
            inputs[afterOnset] = Lane1.Create(_world.AfterOnset[t]);
            values[t] = program.Run<Lane1>(inputs, 0, 0, stack)[0];
        }

        _occasions.Add((expression, values));
        return _occasions.Count - 1;
    }
}
