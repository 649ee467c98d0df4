using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Studies;

/// <summary>Columns of the statistics that are correlated.</summary>
internal sealed record PlannedCorrelations(int Alliance, int Outcome);

/// <summary>Works out the terms and tests of the preset <see cref="MethodPreset.Correlations"/>.</summary>
internal static class CorrelationPlanner
{
    /// <summary>What the preset estimates, in place of a formula.</summary>
    public const string Text = $"cor({GeneratedColumns.Alliance}, {GeneratedColumns.Outcome})";

    /// <summary>Levels by the names of their terms, in the order of the results.</summary>
    private static readonly ImmutableArray<(string Term, CorrelationLevel Level)> s_levels =
        [("cor(total)", CorrelationLevel.Total), ("cor(between)", CorrelationLevel.Between), ("cor(within)", CorrelationLevel.Within)];

    /// <summary>Names of the terms.</summary>
    public static ImmutableArray<string> Terms { get; } = [.. s_levels.Select(l => l.Term)];

    /// <summary>Refuses keys that belong to models.</summary>
    /// <exception cref="StudyException">Says which key and why.</exception>
    public static void CheckKeys(Method method, string name)
    {
        if (method.Formula is not null)
        {
            throw new StudyException($"method {name}: takes exactly one of preset and formula, but has both.");
        }

        if (!method.Adjust.IsEmpty)
        {
            throw new StudyException($"method {name}: {Preset} are not adjusted for other columns; remove adjust ({string.Join(", ", method.Adjust)}).");
        }

        if (method.Rows is { } rows)
        {
            throw new StudyException($"method {name}: {Preset} are over patients and over therapist means at once; remove rows: {Words.Of(rows)}.");
        }

        if (method.Reliability is { } reliability)
        {
            throw new StudyException($"method {name}: {Preset} are not corrected for the unreliability of the means; remove reliability: {Words.Of(reliability)}.");
        }

        if (method.Estimate != Criterion.Reml)
        {
            throw new StudyException($"method {name}: {Preset} minimise no criterion; remove estimate: {Words.Of(method.Estimate)}.");
        }

        foreach ((string term, double value) in method.True)
        {
            _ = LevelOf(name, term);
            if (!(value is > -1 and < 1))
            {
                throw new StudyException(
                    $"method {name}: the true value of {term} must be in (-1, 1), but was {value.ToString(CultureInfo.InvariantCulture)}.");
            }
        }
    }

    /// <summary>Adds the three terms and the tests asked for.</summary>
    /// <param name="m">Index of the method.</param>
    /// <param name="method">The method.</param>
    /// <param name="world">The world.</param>
    /// <param name="requests">The tests.</param>
    /// <param name="terms">Terms planned so far.</param>
    /// <param name="tests">Tests planned so far.</param>
    /// <exception cref="StudyException">A test is not one of a correlation.</exception>
    public static void Plan(
        int m, MethodModel method, World world, ImmutableArray<TestRequest> requests, List<PlannedTerm> terms, List<PlannedTest> tests)
    {
        int first = terms.Count;
        foreach ((string term, CorrelationLevel level) in s_levels)
        {
            double? truth = method.Method.True.TryGetValue(term, out double given) ? given : TrueCorrelations.Of(world, level);
            terms.Add(new()
            {
                Method = m,
                Name = term,
                Fit = -1,
                Coefficient = -1,
                Correlation = level,
                TrueValue = truth,
                RejectionMeans = RejectionMeaning.OfCorrelation(world, truth, level),
            });
        }

        foreach (TestRequest request in requests)
        {
            if (request.Variance is not null || request.By != TestKind.TCorrelation)
            {
                throw new StudyException(
                    $"method {method.Name}: {Words.Of(request.By)} is not a test of a correlation; {string.Join(", ", Terms)} are tested by {Words.Of(TestKind.TCorrelation)}.");
            }

            int term = first + (int)LevelOf(method.Name, request.Term!);
            tests.Add(new() { Term = term, Kind = request.By, Alternative = request.Alternative, Fit = -1, Coefficient = -1 });
        }
    }

    private static string Preset => Words.Of(MethodPreset.Correlations);

    private static CorrelationLevel LevelOf(string method, string term)
    {
        int known = Terms.IndexOf(term);
        if (known >= 0)
        {
            return s_levels[known].Level;
        }

        string nearest = NearestName.Find(term, Terms) is { } near ? $"; did you mean {near}?" : ".";
        throw new StudyException($"method {method}: {Preset} have no term {term}. Their terms are {string.Join(", ", Terms)}{nearest}");
    }
}
