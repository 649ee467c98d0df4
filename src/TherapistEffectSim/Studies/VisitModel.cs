using System.Collections.Immutable;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>A model of repeated measurements that lanes can fit: intercepts and slopes over one number of the week, of therapists and of patients.</summary>
internal sealed record VisitModel
{
    private const int PatientLevel = 0;
    private const int TherapistLevel = 1;
    private const int Elements = 3; // of a level

    private VisitModel()
    {
    }

    /// <summary>The fixed effects.</summary>
    public required ImmutableArray<GrowthColumn> Columns { get; init; }

    /// <summary>[occasion] The number of the week whose slopes vary, in units of <see cref="Unit"/>.</summary>
    public required double[] Weeks { get; init; }

    /// <summary>A power of 2 near the spread of the number of the week, so that slopes are as large as intercepts.</summary>
    public required double Unit { get; init; }

    /// <summary>Which elements of the Λ of patients, then of therapists, are estimated; as <see cref="ThreeLevelFit{T}"/> takes them.</summary>
    public required ImmutableArray<bool> Free { get; init; }

    /// <summary>[random effect, as the plan counts them] Place of its variance: level × 2, the slope one more.</summary>
    public required ImmutableArray<int> Places { get; init; }

    /// <summary>[level: patients, therapists] Most effects that a term has there; 0 if nothing varies between its groups.</summary>
    public required ImmutableArray<int> EffectsOfTerms { get; init; }

    /// <summary>Whether there is nothing but an intercept of one level, of which θ and the criterion without it are stored.</summary>
    public bool IsOneIntercept => Free.Count(free => free) == 1 && (Free[0] || Free[Elements]);

    /// <summary>Whether nothing varies between groups.</summary>
    public bool IsFixed => !Free.Contains(true);

    /// <summary>The free elements without those of a random effect: its variance, and its covariance with the other.</summary>
    /// <param name="effect">As the plan counts them.</param>
    public ImmutableArray<bool> FreeWithout(int effect)
    {
        int level = Places[effect] / 2 * Elements;
        bool isSlope = Places[effect] % 2 == 1;
        return Free.SetItem(level + 1, false).SetItem(isSlope ? level + 2 : level, false);
    }

    /// <summary>Writes a method's model so.</summary>
    /// <param name="method">Of a growth world.</param>
    /// <param name="world">The world.</param>
    /// <param name="columns">Takes the columns.</param>
    /// <returns><see langword="null"/> if the model is another.</returns>
    public static VisitModel? Of(MethodModel method, GrowthWorld world, GrowthColumns columns)
    {
        if (!method.IsByWeek || !method.IsOfOutcome || method.Formula!.FixedTerms.Any(t => t.Factors.Any(f => f.Expression.Variables.Contains(GeneratedColumns.Slope))))
        {
            return null; // a patient's slope stands in its first row alone
        }

        GrowthColumn?[] fixedEffects = [.. method.Columns.Select(c => columns.Add(c.Expression))];
        List<(int Level, GrowthColumn? Column, int Term)> effects = [];
        for (int t = 0; t < method.RandomTerms.Length; t++)
        {
            int level = LevelOf(method.RandomTerms[t]);
            effects.AddRange(DesignColumns.RandomColumns(method.RandomTerms[t], column => GeneratedColumns.TextLevels(world.Scenario.Trial, column))
                .Select(c => (level, columns.Add(c.Expression), t)));
        }

        bool isPossible = fixedEffects.All(c => c is not null)
            && effects.All(e => e.Level >= 0 && e.Column is { Patient: 0 })
            && effects.Select(e => (e.Level, e.Column)).Distinct().Count() == effects.Count
            && method.RandomTerms.GroupBy(LevelOf).All(level => level.Select(t => t.GroupName).Distinct().Count() == 1);
        int[] slopes = [.. effects.Select(e => e.Column?.Occasion ?? 0).Where(o => o > 0).Distinct()];
        if (!isPossible || slopes.Length > 1)
        {
            return null;
        }

        double[] weeks = slopes.Length == 1 ? columns.OfOccasions[slopes[0]].Values : [.. world.Outcome.Weeks];
        double unit = UnitOf(weeks);
        bool[] free = new bool[2 * Elements];
        foreach ((int level, GrowthColumn? column, int term) in effects)
        {
            free[(level * Elements) + (column!.Value.Occasion == 0 ? 0 : 2)] = true;
            free[(level * Elements) + 1] |= effects.Count(e => e.Term == term) == 2;
        }

        return new()
        {
            Columns = [.. fixedEffects.Select(c => c!.Value)],
            Weeks = [.. weeks.Select(w => w / unit)],
            Unit = unit,
            Free = [.. free],
            Places = [.. effects.Select(e => (2 * e.Level) + (e.Column!.Value.Occasion == 0 ? 0 : 1))],
            EffectsOfTerms = [MostEffects(PatientLevel), MostEffects(TherapistLevel)],
        };

        int MostEffects(int level) => effects.Where(e => e.Level == level).GroupBy(e => e.Term).Select(e => e.Count()).DefaultIfEmpty().Max();
    }

    private static int LevelOf(RandomTerm term) => term.Grouping switch
    {
        [GeneratedColumns.Therapist] => TherapistLevel,
        [GeneratedColumns.Patient] or [GeneratedColumns.Therapist, GeneratedColumns.Patient] or [GeneratedColumns.Patient, GeneratedColumns.Therapist] => PatientLevel,
        _ => -1,
    };

    private static double UnitOf(double[] weeks)
    {
        double mean = weeks.Average();
        double spread = Math.Sqrt(weeks.Average(w => (w - mean) * (w - mean)));
        return spread > 0 ? Math.ScaleB(1, Math.ILogB(spread)) : 1;
    }
}
