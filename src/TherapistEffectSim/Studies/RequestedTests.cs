using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Studies;

/// <summary>The tests that a method makes, its own or the default ones, with the rules that hold whatever is tested.</summary>
internal static class RequestedTests
{
    /// <summary>The tests.</summary>
    /// <param name="method">The method.</param>
    /// <param name="alpha">Nominal level.</param>
    /// <exception cref="StudyException">A test breaks a rule.</exception>
    public static ImmutableArray<TestRequest> Of(MethodModel method, double alpha)
    {
        ImmutableArray<TestRequest> requests = DefaultTests.Of(method);
        foreach (TestRequest request in requests)
        {
            if (request.Variance is null == (request.Term is null))
            {
                throw new StudyException($"method {method.Name}: a test takes exactly one of term and variance.");
            }

            CurveTestPlanner.CheckKeys(method, request);
        }

        if (requests.GroupBy(r => (Tested: r.Term ?? r.Variance!, r.By)).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
        {
            throw new StudyException(
                $"method {method.Name}: {twice.Tested} is tested by {Words.Of(twice.By)} twice, and the results would not tell which is which; give the second test to a method of its own name.");
        }

        if (alpha >= 0.5 && requests.Any(r => r.Term is not null && (r.Alternative != Alternative.TwoSided || r.By == TestKind.LindMehlum)))
        {
            throw new StudyException($"method {method.Name}: a one-sided test needs an alpha below 0.5, but alpha is {alpha.ToString(System.Globalization.CultureInfo.InvariantCulture)}.");
        }

        return requests;
    }
}
