using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Planning;

/// <summary>A study cut down to what a target asks for: its methods make no other tests, so that a replicate costs no more than it must.</summary>
internal static class TargetStudy
{
    /// <summary>The study with only the target's methods and tests, on common random numbers.</summary>
    /// <exception cref="StudyException">No method makes a test of the target, or it does not fit.</exception>
    public static Study Of(Study study, PlanTarget target)
    {
        (int Method, TestRequest Test)[] made =
        [
            .. study.Methods.SelectMany((method, m) => RequestedTests.Of(MethodModel.Of(method, study.Cells[0].Scenario), study.Alpha).Select(test => (m, test))),
        ];
        (int Method, TestRequest Test)[] wanted = target.Tests.IsEmpty ? Only(study, made) : [.. target.Tests.Select(test => Find(study, made, test))];
        if (wanted.Distinct().Count() < wanted.Length)
        {
            throw new StudyException("plan.target.tests lists the same test twice.");
        }

        if (target.Power is null && target.Mcse is null && wanted.Length > 1)
        {
            throw new StudyException($"plan.target: {target.Measure.Replace('_', '-')} is that of one test, but {wanted.Length} are listed.");
        }

        if ((target.IntervalWidth is not null || target.Coverage is not null) && !LeafTests.HasInterval(wanted[0].Test.By))
        {
            throw new StudyException($"plan.target: {Words.Of(wanted[0].Test.By)} has no confidence interval; a target of {target.Measure.Replace('_', '-')} takes wald-z, t-satterthwaite, t-kenward-roger, t-hc3 or t-cr2.");
        }

        return study with
        {
            Methods = [.. wanted.GroupBy(w => w.Method).OrderBy(g => g.Key).Select(g => study.Methods[g.Key] with { Tests = [.. g.Select(w => w.Test)] })],
            Joint = [],
            RandomNumbers = RandomNumbers.Common,
            Precision = null,
        };
    }

    private static (int Method, TestRequest Test)[] Only(Study study, (int Method, TestRequest Test)[] made) =>
        made.Length == 1
            ? made
            : throw new StudyException($"plan.target.tests is missing, and the methods make {made.Length} tests; list those that are meant, of {List(study, made)}.");

    private static (int Method, TestRequest Test) Find(Study study, (int Method, TestRequest Test)[] made, TargetTest test)
    {
        foreach ((int Method, TestRequest Test) candidate in made)
        {
            if (NameOf(study, candidate.Method) == test.Method && candidate.Test.Term == test.Term && candidate.Test.Variance == test.Variance && candidate.Test.By == test.By)
            {
                return candidate;
            }
        }

        throw new StudyException(
            $"plan.target: no method {test.Method} tests {(test.Variance is null ? test.Term : $"the variance of {test.Variance}")} by {Words.Of(test.By)}. The methods make {List(study, made)}.");
    }

    private static string List(Study study, IEnumerable<(int Method, TestRequest Test)> tests) => string.Join(
        "; ", tests.Select(t => $"{{method: {NameOf(study, t.Method)}, {(t.Test.Variance is null ? $"term: {t.Test.Term}" : $"variance: {t.Test.Variance}")}, by: {Words.Of(t.Test.By)}}}"));

    private static string NameOf(Study study, int method) => study.Methods[method] switch
    {
        { Name: { } name } => name,
        { Preset: { } preset } => Words.Of(preset),
        _ => "",
    };
}
