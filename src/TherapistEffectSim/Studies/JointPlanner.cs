using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>Finds the tests whose decisions are counted together.</summary>
internal sealed class JointPlanner(
    Study study, ImmutableArray<MethodModel> methods, IReadOnlyList<PlannedTerm> terms, List<PlannedTest> tests)
{
    /// <summary>Names and indices of the joint tests; none if there are fewer than two.</summary>
    /// <exception cref="StudyException">A joint test is made by no method.</exception>
    public (ImmutableArray<string> Names, ImmutableArray<int> Tests) Plan()
    {
        if (study.Joint.IsEmpty)
        {
            (string Name, int Test)[] usual =
            [
                ("therapist-variance", FirstTest(MethodPreset.NullModel, ScenarioPlanner.TherapistVariance)),
                ("linear", FirstTest(MethodPreset.Linear, GeneratedColumns.AllianceBetween)),
                ("curve", FirstTest(MethodPreset.Quadratic, $"I({GeneratedColumns.AllianceBetween}^2)")),
            ];
            (string Name, int Test)[] present = [.. usual.Where(u => u.Test >= 0)];
            return present.Length < 2 ? ([], []) : ([.. present.Select(p => p.Name)], [.. present.Select(p => p.Test)]);
        }

        return ([.. study.Joint.Select(j => j.Name)], [.. study.Joint.Select(JointTest)]);
    }

    private int FirstTest(MethodPreset preset, string term) => tests.FindIndex(t =>
        methods[terms[t.Term].Method].Method.Preset is { } own
        && (own == preset || (preset == MethodPreset.Linear && own == MethodPreset.BetweenWithin))
        && terms[t.Term].Name == term);

    private int JointTest(JointTest joint)
    {
        string term = joint.Variance is null ? joint.Term ?? "" : $"var({joint.Variance})";
        int test = tests.FindIndex(t => methods[terms[t.Term].Method].Name == joint.Method && terms[t.Term].Name == term && t.Kind == joint.By);
        return test >= 0
            ? test
            : throw new StudyException($"joint {joint.Name}: no method {joint.Method} tests {(joint.Variance is null ? term : $"the variance of {joint.Variance}")} by {Words.Of(joint.By)}.");
    }
}
