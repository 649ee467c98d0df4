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

    /// <summary>What the rejection of all the coefficients together means, from what that of each would.</summary>
    public static string Meaning(IReadOnlyCollection<string> each)
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
