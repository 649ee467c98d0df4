using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>Where a column of a model varies in the population.</summary>
internal enum TermLevel
{
    /// <summary>Constant within therapists.</summary>
    Therapist,

    /// <summary>Within therapists only: all therapists have the same mean.</summary>
    Patient,

    /// <summary>Both, under one coefficient.</summary>
    Conflated,
}

/// <summary>A column of a model as a function of the population's therapists and patients.</summary>
internal sealed class PopulationColumn
{
    private readonly ColumnProgram _program;
    private readonly (int Input, string Name)[] _variables;
    private readonly Lane1[] _inputs;
    private readonly Lane1[] _stack = new Lane1[ColumnProgram.StackDepth];

    /// <param name="expression">The column.</param>
    /// <param name="world">The world.</param>
    public PopulationColumn(ColumnExpression expression, World world)
    {
        _program = ColumnProgram.Compile(expression, world.Scenario);
        _inputs = new Lane1[GeneratedColumns.InputsIn(world.Scenario)];
        string[] variables = [.. expression.Variables];
        _variables = [.. variables
            .Where(name => name is not (GeneratedColumns.Arm or GeneratedColumns.Site))
            .Select(name => (GeneratedColumns.InputOf(world.Scenario, name), name))];
        IsConstantWithinTherapists = variables.All(name => GeneratedColumns.LevelOf(world.Scenario, name) == ColumnLevel.Therapist);
        ReadsBothLevels = variables.Any(name => name is GeneratedColumns.Alliance or GeneratedColumns.TrueAlliance);
        Reads = new(
            variables.Contains(GeneratedColumns.Arm),
            variables.Contains(GeneratedColumns.Site),
            ReadsBothLevels || variables.Any(name => name is GeneratedColumns.AllianceBetween or GeneratedColumns.TherapistScore or GeneratedColumns.TrueAllianceBetween),
            variables.Contains(GeneratedColumns.TrueTherapistEffect));
    }

    /// <summary>Whether no patient variable is read.</summary>
    public bool IsConstantWithinTherapists { get; }

    /// <summary>Whether a variable is read that varies at both levels.</summary>
    public bool ReadsBothLevels { get; }

    /// <summary>The therapist variables that are read.</summary>
    public TherapistVariables Reads { get; }

    /// <summary>Value for a patient of a therapist.</summary>
    public double Value(TrialPopulation population, TherapistPoint therapist, PatientPoint patient)
    {
        foreach ((int input, string name) in _variables)
        {
            _inputs[input] = Lane1.Create(population.Value(name, therapist, patient));
        }

        return _program.Run<Lane1>(_inputs, therapist.Arm, therapist.Site, _stack)[0];
    }

    /// <summary>Highest power of a variable, at most.</summary>
    public static double Degree(ColumnExpression expression) => expression switch
    {
        ColumnExpression.Variable or ColumnExpression.Indicator => 1,
        ColumnExpression.Sum(ColumnExpression left, ColumnExpression right) => Math.Max(Degree(left), Degree(right)),
        ColumnExpression.Difference(ColumnExpression left, ColumnExpression right) => Math.Max(Degree(left), Degree(right)),
        ColumnExpression.Product(ColumnExpression left, ColumnExpression right) => Degree(left) + Degree(right),
        ColumnExpression.Quotient(ColumnExpression left, _) => Degree(left),
        ColumnExpression.Power power => power.Exponent * Degree(power.Base),
        ColumnExpression.Negation negation => Degree(negation.Operand),
        _ => 0,
    };
}
