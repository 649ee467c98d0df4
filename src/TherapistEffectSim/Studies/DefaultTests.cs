using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>The tests of a method that lists none.</summary>
internal static class DefaultTests
{
    /// <summary>The method's own tests; else the three correlations, the variance in the null model, what the other presets ask about the alliance, and all coefficients but the intercept of a formula.</summary>
    public static ImmutableArray<TestRequest> Of(MethodModel method)
    {
        if (!method.Method.Tests.IsEmpty)
        {
            return method.Method.Tests;
        }

        if (method.Method.Preset == MethodPreset.NullModel)
        {
            return
            [
                new() { Variance = GeneratedColumns.Therapist, By = TestKind.FExact },
                new() { Variance = GeneratedColumns.Therapist, By = TestKind.RlrtMixture },
                new() { Variance = GeneratedColumns.Therapist, By = TestKind.LrtMixture },
            ];
        }

        if (method.IsCorrelations)
        {
            return [.. CorrelationPlanner.Terms.Select(term => new TestRequest { Term = term, By = TestKind.TCorrelation })];
        }

        return
        [
            .. method.Columns
                .Where(c => method.Method.Preset is null ? c.Name != DesignColumns.Intercept : method.IsTestedByPreset(c))
                .Select(c => new TestRequest { Term = c.Name, By = TestKind.TSatterthwaite }),
        ];
    }
}
