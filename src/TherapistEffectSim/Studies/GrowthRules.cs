using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>What models of tables may be: rows by week or by patient, and the keys and tests that belong to other models.</summary>
internal static class GrowthRules
{
    /// <summary>Refuses a method that mixes rows, or has a key of other models.</summary>
    /// <exception cref="StudyException">Says which and why.</exception>
    public static void Check(MethodModel method, Scenario scenario)
    {
        if (!method.IsOfTable)
        {
            return;
        }

        if (method.Method.Reliability is not null)
        {
            throw new StudyException($"method {method.Name}: reliability corrects models with a random intercept of therapists and one outcome per patient; leave it out.");
        }

        if (method.IsByWeek && method.OnTherapistMeans)
        {
            throw new StudyException($"method {method.Name}: therapist means are of numbers that a patient has once, such as {GeneratedColumns.Slope}, but {method.Response} is measured at every week.");
        }

        if (!method.IsByWeek
            && method.Formula!.ColumnNames.FirstOrDefault(c => GeneratedColumns.LevelOf(scenario, c) == ColumnLevel.Occasion) is { } byWeek)
        {
            throw new StudyException($"method {method.Name}: {byWeek} differs between the weeks of a patient, but {method.Response} is a number that a patient has once; remove it.");
        }
    }

    /// <summary>Refuses tests that are not available for models of tables.</summary>
    /// <exception cref="StudyException">Says which, and which are.</exception>
    public static void CheckTest(MethodModel method, TestRequest request)
    {
        if (request.Term is not null && request.By is not (TestKind.WaldZ or TestKind.TSatterthwaite or TestKind.TKenwardRoger or TestKind.Lrt or TestKind.JointWald))
        {
            throw new StudyException(
                $"method {method.Name}: {Words.Of(request.By)} is not available for {What(method)}; a coefficient is tested there by wald-z, t-satterthwaite, t-kenward-roger or lrt, several together by joint-wald.");
        }

        bool hasExact = method is { HasRandomIntercept: true, IsByWeek: false };
        bool isExact = hasExact && request.By is (TestKind.FExact or TestKind.RlrtExact);
        if (request.Variance is not null && !isExact && request.By is not (TestKind.LrtMixture or TestKind.RlrtMixture))
        {
            throw new StudyException(
                $"method {method.Name}: {Words.Of(request.By)} is not available for {What(method)}; a variance is tested there by {(hasExact ? "rlrt-mixture, lrt-mixture, f-exact or rlrt-exact" : "rlrt-mixture or lrt-mixture")}.");
        }

        if (request.Variance is not null && request.Alternative == Alternative.Less)
        {
            throw new StudyException($"method {method.Name}: a variance cannot be tested downwards; leave alternative out.");
        }

        if (request is { By: TestKind.Lrt, Alternative: not Alternative.TwoSided })
        {
            throw new StudyException($"method {method.Name}: a likelihood ratio has no side; leave alternative out, or use t-satterthwaite.");
        }
    }

    private static string What(MethodModel method) => method.RandomTerms switch
    {
        { IsEmpty: true } => "growth scenarios",
        _ when method.HasRandomIntercept => "growth scenarios",
        _ => "models with " + string.Join(" + ", method.RandomTerms.Select(t => t.Label)),
    };
}
