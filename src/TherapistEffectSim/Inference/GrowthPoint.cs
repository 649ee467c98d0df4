using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>A patient at a point of the quadrature over a growth world, at a week.</summary>
internal sealed record GrowthPoint
{
    /// <summary>The world.</summary>
    public required GrowthWorld World { get; init; }

    /// <summary>Index of the arm.</summary>
    public required int Arm { get; init; }

    /// <summary>Index of the site.</summary>
    public required int Site { get; init; }

    /// <summary>Which of the points of therapists.</summary>
    public required int TherapistIndex { get; init; }

    /// <summary>A*.</summary>
    public required double Score { get; init; }

    /// <summary>Mean of A* over the trial's therapists.</summary>
    public required double MeanScore { get; init; }

    /// <summary>z; SDs.</summary>
    public required double Severity { get; init; }

    /// <summary>What neither severity nor traits bring about in the alliance; its own SDs.</summary>
    public required double Deviation { get; init; }

    /// <summary>Names of the patient's traits.</summary>
    public required ImmutableArray<string> Traits { get; init; }

    /// <summary>The week; 0 of no meaning where rows are patients.</summary>
    public double Week { get; init; }

    /// <summary>Weight; all add up to 1.</summary>
    public double Share { get; init; }

    /// <summary>Expected response.</summary>
    public double Expected { get; init; }

    private VarianceComponents Components => World.Base.Components;

    /// <summary>W; alliance SDs.</summary>
    private double Within
    {
        get
        {
            double within = (World.Scenario.Alliance.Severity * Severity) + (Components.AllianceDeviationSd * Deviation);
            foreach ((string name, PatientTrait trait) in World.Scenario.Traits)
            {
                within += trait.Alliance * ((Traits.Contains(name) ? 1 : 0) - trait.Share);
            }

            return within;
        }
    }

    private double PatientScore => Components.AllianceWithinSd > 0 ? Within / Components.AllianceWithinSd : 0;

    /// <summary>Expected outcome at an occasion.</summary>
    public double ExpectedAt(int occasion)
    {
        GrowthOutcome outcome = World.Outcome;
        double level = World.Course[occasion] + (outcome.Severity * Severity);
        foreach (string trait in Traits)
        {
            level += World.Scenario.Traits[trait].Outcome;
        }

        bool hasArmEffect = Arm == 1 && (outcome.ArmEffectFor is null || Traits.Contains(outcome.ArmEffectFor));
        double effect = World.Between.At(Score) + World.Within.At(PatientScore) + (outcome.SeveritySlope * Severity) + (hasArmEffect ? World.Components.ArmSlope : 0);
        return level + (effect * World.AfterOnset[occasion]);
    }

    /// <summary>A column here.</summary>
    public double Value(ColumnExpression expression) => expression switch
    {
        ColumnExpression.Constant constant => constant.Value,
        ColumnExpression.Variable variable => Variable(variable.Name),
        ColumnExpression.Indicator indicator => indicator.Level == LevelOf(indicator.Column) ? 1 : 0,
        ColumnExpression.Sum(ColumnExpression left, ColumnExpression right) => Value(left) + Value(right),
        ColumnExpression.Difference(ColumnExpression left, ColumnExpression right) => Value(left) - Value(right),
        ColumnExpression.Product(ColumnExpression left, ColumnExpression right) => Value(left) * Value(right),
        ColumnExpression.Quotient(ColumnExpression left, ColumnExpression right) => Value(left) / Value(right),
        ColumnExpression.Power power => ColumnValues.Power(Value(power.Base), power.Exponent),
        ColumnExpression.Negation negation => -Value(negation.Operand),
        _ => throw new InvalidOperationException($"An expression of the kind {expression.GetType().Name} has no value."),
    };

    private string LevelOf(string column) =>
        column == GeneratedColumns.Site ? GeneratedColumns.SiteName(Site + 1, World.Base.Layout.Sites) : World.Scenario.Trial.Arms[Arm];

    private double Variable(string name) => name switch
    {
        GeneratedColumns.Week => Week,
        GeneratedColumns.AfterOnset => Math.Max(0, Week - World.Outcome.OnsetWeek),
        GeneratedColumns.Severity => Severity,
        GeneratedColumns.TherapistScore => Score,
        GeneratedColumns.AllianceBetween => Components.AllianceBetweenSd * (Score - MeanScore),
        GeneratedColumns.TrueAllianceBetween => Components.AllianceBetweenSd * Score,
        GeneratedColumns.AllianceWithin or GeneratedColumns.TrueAllianceWithin => Within,
        GeneratedColumns.PatientScore => PatientScore,
        GeneratedColumns.Alliance or GeneratedColumns.TrueAlliance => (Components.AllianceBetweenSd * Score) + Within,
        _ => Traits.Any(trait => PatientTrait.ColumnOf(trait) == name) ? 1 : 0,
    };
}
