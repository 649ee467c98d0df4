using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Studies;

/// <summary>What a study does with each data set, known before any is drawn.</summary>
/// <param name="Formulas">The models as fitted, by method.</param>
/// <param name="JointTests">The tests that take part in the patterns of joint decisions, in the order of their names; empty if there are fewer than two.</param>
/// <param name="Bootstraps">The tests by parametric bootstrap, which refit models in every replicate, in the order of the study.</param>
public sealed record StudyOutline(
    ImmutableArray<KeyValuePair<string, string>> Formulas,
    ImmutableArray<JointMember> JointTests,
    ImmutableArray<OutlinedBootstrap> Bootstraps)
{
    /// <summary>What is done in one scenario.</summary>
    /// <param name="study">The study.</param>
    /// <param name="cell">One of its scenarios.</param>
    /// <exception cref="StudyException">A method or test cannot be carried out.</exception>
    public static StudyOutline Of(Study study, Cell cell) => Of(ScenarioPlanner.Plan(study, cell));

    internal static StudyOutline Of(ScenarioPlan plan) => new(
        [.. plan.Methods.Select(method => new KeyValuePair<string, string>(method.Name, method.Text))],
        [.. plan.JointNames.Select((name, k) => Member(plan, name, plan.Tests[plan.JointTests[k]]))],
        [.. plan.Tests.Where(test => test.Bootstrap >= 0).Select(test => Bootstrap(plan, test))]);

    private static JointMember Member(ScenarioPlan plan, string name, PlannedTest test)
    {
        PlannedTerm term = plan.Terms[test.Term];
        return new(name, plan.MethodOf(term), term.Name, Words.Of(test.Kind));
    }

    private static OutlinedBootstrap Bootstrap(ScenarioPlan plan, PlannedTest test)
    {
        PlannedTerm term = plan.Terms[test.Term];
        return new(plan.MethodOf(term), term.Name, PlannedBootstrap.Draws, plan.Bootstraps[test.Bootstrap].Models);
    }
}

/// <summary>A test by parametric bootstrap, with its work in each replicate.</summary>
/// <param name="Method">Name of the method.</param>
/// <param name="Term">What is tested.</param>
/// <param name="MostDataSets">How many data sets are drawn and fitted, unless the outcome is certain before.</param>
/// <param name="Models">How many models are fitted to each: 2, with and without a coefficient, or 1 for a variance, whose fit has both likelihoods.</param>
public sealed record OutlinedBootstrap(string Method, string Term, int MostDataSets, int Models);
