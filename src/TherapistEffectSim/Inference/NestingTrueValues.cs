using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>True values where therapists treat in every arm, or where an arm has no therapists.</summary>
/// <remarks>
/// <para>
/// Crossed: arms are balanced within therapists and independent of all else. What a model leaves of the outcome without its arms is
/// therefore uncorrelated with the arms and with their products, at both levels: the other coefficients are those of the same world without
/// arms, the coefficient of the second arm is its effect, and products of an arm with a column of the model are 0, unless the arm moderates
/// the slope on the alliance. Effects of the second arm that differ by τ_Δ between therapists add (τ_Δ/2)² to the variances at both levels.
/// </para>
/// <para>
/// Partial nesting: only the coefficients of arms are known, and only where nothing but the arm can move the mean of an arm, or of another
/// column in it. The rest, and what a therapist variance would be of patients without therapists, depends on the model.
/// </para>
/// </remarks>
internal static class NestingTrueValues
{
    /// <summary>Whether the world's true values are found here.</summary>
    public static bool AreOf(World world) => world.Layout.IsCrossed || world.Layout.IsPartial;

    /// <summary>The true values of a model.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the fixed effects; the response is the outcome.</param>
    /// <param name="hasRandomIntercept">Whether therapists have a random intercept.</param>
    /// <param name="therapistMeans">Whether the rows are therapist means.</param>
    public static ModelTruth Of(World world, ImmutableArray<FixedColumn> columns, bool hasRandomIntercept, bool therapistMeans)
    {
        if (!columns.Any(c => c.Expression is ColumnExpression.Constant))
        {
            return ModelTruth.Unknown(columns.Length);
        }

        return world.Layout.IsPartial
            ? Partial(world, columns)
            : Crossed(world, columns, hasRandomIntercept, therapistMeans);
    }

    private static ModelTruth Partial(World world, ImmutableArray<FixedColumn> columns)
    {
        bool isKnown = world.Scores.IsPlain
            && world.Scenario.Allocation is RandomAllocation
            && world.Scenario.Retention.Outcome == 0
            && columns.All(c => c.Expression is ColumnExpression.Constant or ColumnExpression.Indicator || IsVariableAlikeInAllArms(c.Expression));
        return ModelTruth.Unknown(columns.Length) with
        {
            Coefficients = [.. columns.Select(c => isKnown && IsArm(c.Expression) ? ArmEffect(world, c.Expression) : (double?)null)],
        };
    }

    private static ModelTruth Crossed(World world, ImmutableArray<FixedColumn> columns, bool hasRandomIntercept, bool therapistMeans)
    {
        FixedColumn[] others = [.. columns.Where(c => !c.Expression.Variables.Contains(GeneratedColumns.Arm))];
        bool hasProducts = columns.Any(c => !others.Contains(c) && !IsArm(c.Expression));
        bool productsHaveMainEffects = columns.All(c => others.Contains(c) || IsArm(c.Expression) || IsProductWithArm(c.Expression, others));
        if (!productsHaveMainEffects || (hasProducts && therapistMeans))
        {
            return ModelTruth.Unknown(columns.Length);
        }

        EndpointOutcome outcome = (EndpointOutcome)world.Scenario.Outcome;
        bool isModerated = outcome.Moderations.Arm != 0;
        bool sitesDifferInArms = outcome.SiteByArmSd > 0;
        bool hasArms = columns.Any(c => IsArm(c.Expression));
        bool hasSecondArm = columns.Any(c => IsArm(c.Expression) && ArmOf(world, c.Expression) == 1);
        ModelTruth without = TrueValues.Of(WithoutArms(world), [.. others], hasRandomIntercept, therapistMeans);
        double share = 1.0 / world.Layout.Arms;
        double averaged = hasSecondArm ? 0 : share * world.Components.ArmEffect; // what the intercept takes of the arms
        int next = 0;
        double?[] coefficients = new double?[columns.Length];
        for (int k = 0; k < columns.Length; k++)
        {
            ColumnExpression expression = columns[k].Expression;
            if (others.Contains(columns[k]))
            {
                double? coefficient = without.Coefficients[next++];
                bool isIntercept = expression is ColumnExpression.Constant;
                bool isUnknown = isModerated
                    || (isIntercept && hasArms && therapistMeans)
                    || (sitesDifferInArms && expression.Variables.Contains(GeneratedColumns.Site));
                coefficients[k] = isUnknown ? null : isIntercept ? coefficient + averaged : coefficient;
            }
            else if (!therapistMeans)
            {
                coefficients[k] = IsArm(expression)
                    ? isModerated && !world.Scores.IsPlain ? null : ArmEffect(world, expression)
                    : isModerated || sitesDifferInArms ? null : 0;
            }
        }

        double deviation = world.Scenario.Therapists.ArmEffectSd * world.Scenario.Therapists.ArmEffectSd;
        double arms = hasSecondArm ? 0 : world.Components.ArmEffect * world.Components.ArmEffect;
        bool variancesKnown = !isModerated && !sitesDifferInArms;
        return without with
        {
            Coefficients = [.. coefficients],
            TherapistVariance = variancesKnown ? without.TherapistVariance + (share * share * deviation) : null,
            ResidualVariance = variancesKnown ? without.ResidualVariance + (share * (1 - share) * (deviation + arms)) : null,
        };
    }

    /// <summary>The same world with one arm, for what arms have no part in.</summary>
    private static World WithoutArms(World world)
    {
        Scenario scenario = world.Scenario;
        EndpointOutcome outcome = (EndpointOutcome)scenario.Outcome;
        return new(scenario with
        {
            Trial = scenario.Trial with { Arms = [scenario.Trial.Arms[0]], Nesting = Nesting.WithinArm },
            Therapists = scenario.Therapists with { ArmEffectSd = 0 },
            Outcome = outcome with
            {
                ArmEffect = new(),
                ResidualSd = world.Components.ResidualSd,
                SiteByArmSd = 0,
                Moderations = outcome.Moderations with { Arm = 0 },
            },
            Literature = scenario.Literature with { ArmEffect = 0 },
            Attrition = new(),
        });
    }

    private static bool IsVariableAlikeInAllArms(ColumnExpression expression) => expression is ColumnExpression.Variable
    {
        Name: not (GeneratedColumns.Outcome or GeneratedColumns.Sessions or GeneratedColumns.Retained),
    };

    private static bool IsArm(ColumnExpression expression) => expression is ColumnExpression.Indicator { Column: GeneratedColumns.Arm };

    private static bool IsProductWithArm(ColumnExpression expression, FixedColumn[] others) =>
        expression is ColumnExpression.Product product
        && ((IsArm(product.Left) && others.Any(c => c.Expression.Equals(product.Right)))
            || (IsArm(product.Right) && others.Any(c => c.Expression.Equals(product.Left))));

    private static int ArmOf(World world, ColumnExpression expression) =>
        world.Scenario.Trial.Arms.IndexOf(((ColumnExpression.Indicator)expression).Level);

    private static double ArmEffect(World world, ColumnExpression expression) => ArmOf(world, expression) == 1 ? world.Components.ArmEffect : 0;
}
