using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Studies;

/// <summary>Several coefficients of a fit that are tested together.</summary>
/// <param name="Fit">Index of the fit.</param>
/// <param name="Positions">Positions of the coefficients among its fixed effects.</param>
internal sealed record PlannedJointWald(int Fit, ImmutableArray<int> Positions);

/// <summary>Reads what joint-wald tests.</summary>
internal static class JointWaldPlanner
{
    private const char Separator = '&';

    /// <summary>The names of the coefficients.</summary>
    /// <exception cref="StudyException">Fewer than two are named, one is named twice, or the request has a side.</exception>
    public static ImmutableArray<string> Terms(MethodModel method, TestRequest request)
    {
        ImmutableArray<string> terms = [.. request.Term!.Split(Separator, StringSplitOptions.TrimEntries)];
        if (terms.Length < 2)
        {
            throw new StudyException(
                $"method {method.Name}: joint-wald tests several coefficients together, joined by &, as in term: \"alliance_between & alliance_within\"; {request.Term} alone is tested by wald-z.");
        }

        if (terms.GroupBy(term => term).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new StudyException($"method {method.Name}: {request.Term} names {twice.Key} twice.");
        }

        return request.Alternative == Alternative.TwoSided
            ? terms
            : throw new StudyException($"method {method.Name}: joint-wald has no side; leave alternative out.");
    }

    /// <summary>Plans the test of several coefficients together: what is computed, its term, and its test.</summary>
    /// <param name="plan">What is planned so far, to be added to.</param>
    /// <param name="m">Index of the method.</param>
    /// <param name="term">As the study names it.</param>
    /// <param name="fit">Index of the fit.</param>
    /// <param name="positions">Positions of the coefficients among its fixed effects.</param>
    /// <param name="each">What the rejection of each alone would mean.</param>
    public static void Add(
        (List<PlannedJointWald> JointWalds, List<PlannedTerm> Terms, List<PlannedTest> Tests) plan,
        int m,
        string term,
        int fit,
        ImmutableArray<int> positions,
        IReadOnlyCollection<string> each)
    {
        plan.JointWalds.Add(new(fit, positions));
        int together = plan.JointWalds.Count - 1;
        plan.Terms.Add(new()
        {
            Method = m,
            Name = term,
            Fit = fit,
            Coefficient = -1,
            JointWald = together,
            TrueValue = null,
            RejectionMeans = Meaning(each),
        });
        plan.Tests.Add(new()
        {
            Term = plan.Terms.Count - 1,
            Kind = TestKind.JointWald,
            Alternative = Alternative.TwoSided,
            Fit = fit,
            Coefficient = -1,
            JointWald = together,
            JointCoefficients = positions.Length,
        });
    }

    /// <summary>What the rejection of all the coefficients together means, from what that of each would.</summary>
    private static string Meaning(IReadOnlyCollection<string> each)
    {
        if (each.Contains(RejectionMeaning.Power))
        {
            return RejectionMeaning.Power;
        }

        if (each.Contains(RejectionMeaning.None))
        {
            return RejectionMeaning.None;
        }

        string[] mechanisms =
        [
            .. each.Where(meaning => meaning != RejectionMeaning.TypeOne)
                .SelectMany(meaning => meaning[RejectionMeaning.FalsePositive.Length..].Split(", "))
                .Distinct(),
        ];
        return mechanisms.Length == 0 ? RejectionMeaning.TypeOne : RejectionMeaning.FalsePositive + string.Join(", ", mechanisms);
    }
}
