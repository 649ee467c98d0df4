using System.Collections.Immutable;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>A model with a row per patient, or per therapist, that lanes can fit: least squares, one random effect of therapists, or an intercept and a slope.</summary>
internal sealed record RowModel
{
    private RowModel()
    {
    }

    /// <summary>Columns of [X y].</summary>
    public required PatientColumns Columns { get; init; }

    /// <summary>Whether rows are therapists' means.</summary>
    public required bool OnTherapistMeans { get; init; }

    /// <summary>Number whose effect varies between therapists beside an intercept or alone; −1 if none does that differs within therapists.</summary>
    public required int Slope { get; init; }

    /// <summary>Number of which therapists have the one random effect, where it is the same for all their patients; −1 if there is no such effect.</summary>
    public required int Effect { get; init; }

    /// <summary>[random effect, as the plan counts them] Whether it is the slope.</summary>
    public required ImmutableArray<bool> IsSlope { get; init; }

    /// <summary>Which elements of Λ are estimated where there is a slope; as <see cref="RandomSlopeFit{T}"/> takes them.</summary>
    public required ImmutableArray<bool> Free { get; init; }

    /// <summary>Most effects of a term.</summary>
    public required int EffectsOfTerms { get; init; }

    /// <summary>The free elements without those of a random effect: its variance, and its covariance with the other.</summary>
    /// <param name="effect">As the plan counts them.</param>
    public ImmutableArray<bool> FreeWithout(int effect) => Free.SetItem(1, false).SetItem(IsSlope[effect] ? 2 : 0, false);

    /// <summary>Writes a method's model so.</summary>
    /// <param name="method">The method.</param>
    /// <param name="scenario">The world.</param>
    /// <param name="add">Number of the patients that an expression is; <see langword="null"/> if lanes cannot work it out.</param>
    /// <returns><see langword="null"/> if the model is another.</returns>
    public static RowModel? Of(MethodModel method, Design.Scenario scenario, Func<ColumnExpression, int?> add)
    {
        if (method.IsByWeek || method.RandomTerms.Any(t => t.Grouping is not [GeneratedColumns.Therapist]))
        {
            return null;
        }

        ColumnExpression[] expressions = [.. method.Columns.Select(c => c.Expression), new ColumnExpression.Variable(method.Response)];
        ImmutableArray<ImmutableArray<FixedColumn>> terms =
            [.. method.RandomTerms.Select(t => DesignColumns.RandomColumns(t, column => GeneratedColumns.TextLevels(scenario.Trial, column)))];
        ColumnExpression[] effects = [.. terms.SelectMany(t => t.Select(c => c.Expression))];
        int?[] numbers = [.. expressions.Select(add)];
        int?[] random = [.. effects.Select(add)];
        if (numbers.Concat(random).Any(number => number is null) || effects.Distinct().Count() < effects.Length)
        {
            return null;
        }

        int[] slopes = [.. Enumerable.Range(0, effects.Length).Where(e => !IsOfTherapist(effects[e]))];
        bool isOne = effects.Length == 1 && slopes.Length == 0;
        if (effects.Length > 0 && !isOne && (slopes.Length != 1 || effects.Any(e => IsOfTherapist(e) && e is not ColumnExpression.Constant { Value: 1 })))
        {
            return null;
        }

        return new()
        {
            Columns = new(
                [.. numbers.Select(number => number!.Value)],
                [.. expressions.Select(IsOfTherapist)],
                expressions.Concat(effects).Any(e => e.Variables.Contains(GeneratedColumns.Slope))),
            OnTherapistMeans = method.OnTherapistMeans,
            Slope = slopes.Length == 1 ? random[slopes[0]]!.Value : -1,
            Effect = isOne ? random[0]!.Value : -1,
            IsSlope = [.. effects.Select(e => !IsOfTherapist(e))],
            Free = slopes.Length == 1 ? [effects.Length == 2, terms.Any(t => t.Length == 2), true] : [],
            EffectsOfTerms = terms.Select(t => t.Length).DefaultIfEmpty().Max(),
        };

        bool IsOfTherapist(ColumnExpression e) => e.Variables.All(v => method.LevelOf(v) == ColumnLevel.Therapist);
    }
}
