using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>A column of a model as a function of a therapist and a patient of a <see cref="MixedPopulation"/>.</summary>
internal sealed class MixedColumn
{
    private readonly string[] _variables;

    /// <param name="expression">The column.</param>
    /// <param name="world">The world.</param>
    /// <param name="meanScore">Mean A* in the trial.</param>
    public MixedColumn(ColumnExpression expression, World world, double meanScore)
    {
        _variables = [.. expression.Variables];
        IsOfTherapists = _variables.All(OfTherapists);
        ReadsBothLevels = !IsOfTherapists && _variables.Any(OfTherapists);
        Value = Compile(expression, world, meanScore);

        bool OfTherapists(string variable) => WorldVariables.IsOfTherapists(world.Scenario, variable);
    }

    /// <summary>Value for a patient of a therapist.</summary>
    public Func<MixedTherapist, MixedPatient, double> Value { get; }

    /// <summary>Whether no patient variable is read.</summary>
    public bool IsOfTherapists { get; }

    /// <summary>Whether a variable is read that varies at both levels.</summary>
    public bool ReadsWholeAlliance => _variables.Any(WorldVariables.IsWholeAlliance);

    /// <summary>Whether therapists' and patients' variables are multiplied, or may be.</summary>
    public bool ReadsBothLevels { get; }

    /// <summary>Whether the alliance with both its parts is all that is read.</summary>
    public bool IsWholeAllianceAlone => _variables.Length > 0 && _variables.All(WorldVariables.IsWholeAlliance);

    /// <summary>Whether arms are read.</summary>
    public bool ReadsArm => _variables.Contains(GeneratedColumns.Arm);

    /// <summary>Whether sites are read.</summary>
    public bool ReadsSite => _variables.Contains(GeneratedColumns.Site);

    private static Func<MixedTherapist, MixedPatient, double> Compile(ColumnExpression expression, World world, double meanScore)
    {
        switch (expression)
        {
            case ColumnExpression.Constant constant:
                return (_, _) => constant.Value;
            case ColumnExpression.Variable variable:
                return Variable(variable.Name, world, meanScore);
            case ColumnExpression.Indicator indicator:
                int level = GeneratedColumns.TextLevels(world.Scenario.Trial, indicator.Column)!.Value.IndexOf(indicator.Level);
                return indicator.Column == GeneratedColumns.Arm ? (t, _) => t.Arm == level ? 1 : 0 : (t, _) => t.Site == level ? 1 : 0;
            case ColumnExpression.Negation negation:
                Func<MixedTherapist, MixedPatient, double> operand = Compile(negation.Operand, world, meanScore);
                return (t, p) => -operand(t, p);
            case ColumnExpression.Power power:
                Func<MixedTherapist, MixedPatient, double> root = Compile(power.Base, world, meanScore);
                return (t, p) => Power(root(t, p), power.Exponent);
            case ColumnExpression.Sum(ColumnExpression left, ColumnExpression right):
                return Both(left, right, (a, b) => a + b);
            case ColumnExpression.Difference(ColumnExpression left, ColumnExpression right):
                return Both(left, right, (a, b) => a - b);
            case ColumnExpression.Product(ColumnExpression left, ColumnExpression right):
                return Both(left, right, (a, b) => a * b);
            case ColumnExpression.Quotient(ColumnExpression left, ColumnExpression right):
                return Both(left, right, (a, b) => a / b);
            default:
                throw new ArgumentException($"An expression of the kind {expression.GetType().Name} has no value in the population.", nameof(expression));
        }

        Func<MixedTherapist, MixedPatient, double> Both(ColumnExpression left, ColumnExpression right, Func<double, double, double> operation)
        {
            Func<MixedTherapist, MixedPatient, double> first = Compile(left, world, meanScore);
            Func<MixedTherapist, MixedPatient, double> second = Compile(right, world, meanScore);
            return (t, p) => operation(first(t, p), second(t, p));
        }
    }

    // Observed alliances read as the true ones, on the instrument's scale.
    private static Func<MixedTherapist, MixedPatient, double> Variable(string name, World world, double meanScore)
    {
        double tau = world.Components.AllianceBetweenSd;
        double sigma = world.Components.AllianceWithinSd;
        double scale = world.Components.AllianceScale;
        double origin = world.Scenario.Alliance.Instrument?.Mean ?? 0;
        double effectSd = world.Components.OutcomeTherapistSd;
        int trait = GeneratedColumns.TraitsIn(world.Scenario).IndexOf(name);
        return name switch
        {
            GeneratedColumns.AllianceBetween => (t, _) => scale * tau * (t.Score - meanScore),
            GeneratedColumns.AllianceWithin => (_, p) => scale * sigma * p.Score,
            GeneratedColumns.Alliance => (t, p) => origin + (scale * ((tau * t.Score) + (sigma * p.Score))),
            GeneratedColumns.TrueAllianceBetween => (t, _) => tau * t.Score,
            GeneratedColumns.TrueAllianceWithin => (_, p) => sigma * p.Score,
            GeneratedColumns.TrueAlliance => (t, p) => (tau * t.Score) + (sigma * p.Score),
            GeneratedColumns.TherapistScore => (t, _) => t.Score,
            GeneratedColumns.PatientScore => (_, p) => p.Score,
            GeneratedColumns.TrueTherapistEffect => (t, _) => effectSd * t.Skill,
            GeneratedColumns.Severity => (_, p) => p.Severity,
            GeneratedColumns.Adherence => (t, _) => t.Adherence,
            GeneratedColumns.Retained => (_, p) => p.Retained,
            _ when trait >= 0 => (_, p) => p.Traits >> trait & 1,
            _ => throw new ArgumentException($"The variable {name} has no value in the population.", nameof(name)),
        };
    }

    private static double Power(double x, double exponent)
    {
        double power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= x;
        }

        return power;
    }
}
