using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Studies;

/// <summary>What a study does with each data set, known before any is drawn.</summary>
/// <param name="Formulas">The models as fitted, by method.</param>
/// <param name="JointTests">The tests that take part in the patterns of joint decisions, in the order of their names; empty if there are fewer than two.</param>
public sealed record StudyOutline(ImmutableArray<KeyValuePair<string, string>> Formulas, ImmutableArray<JointMember> JointTests)
{
    /// <summary>What is done in one scenario.</summary>
    /// <param name="study">The study.</param>
    /// <param name="cell">One of its scenarios.</param>
    /// <exception cref="StudyException">A method or test cannot be carried out.</exception>
    public static StudyOutline Of(Study study, Cell cell) => Of(ScenarioPlanner.Plan(study, cell));

    internal static StudyOutline Of(ScenarioPlan plan) => new(
        [.. plan.Methods.Select(method => new KeyValuePair<string, string>(method.Name, method.Text))],
        [.. plan.JointNames.Select((name, k) => Member(plan, name, plan.Tests[plan.JointTests[k]]))]);

    private static JointMember Member(ScenarioPlan plan, string name, PlannedTest test)
    {
        PlannedTerm term = plan.Terms[test.Term];
        return new(name, plan.MethodOf(term), term.Name, Words.Of(test.Kind));
    }
}
