using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>The tests of a method that lists none.</summary>
internal static class DefaultTests
{
    /// <summary>The method's own tests; else the three correlations, the variance in the null model, the alliance terms of the other presets, and all coefficients but the intercept of a formula.</summary>
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

        string[] controls = [DesignColumns.Intercept, GeneratedColumns.Arm, GeneratedColumns.Site, .. method.Method.Adjust];
        return
        [
            .. method.Columns
                .Where(c => method.Method.Preset is null ? c.Name != DesignColumns.Intercept : !controls.Contains(c.TermLabel) && c.Name != DesignColumns.Intercept)
                .Select(c => new TestRequest { Term = c.Name, By = TestKind.TSatterthwaite }),
        ];
    }
}
