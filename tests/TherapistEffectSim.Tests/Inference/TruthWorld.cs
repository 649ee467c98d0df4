using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Tests.Inference;

/// <summary>Worlds and models of the tests of true values.</summary>
internal static class TruthWorld
{
    public static Trial TwoArms { get; } = new() { Arms = ["usual", "motivational"], Therapists = 30, Caseload = new FixedCaseload { Patients = 10 } };

    public static World Of(EndpointOutcome outcome, Trial? trial = null, double allianceIcc = 0.1, double outcomeIcc = 0.05, Attrition? attrition = null) =>
        new(new Scenario
        {
            Trial = trial ?? TwoArms,
            Therapists = new TherapistPopulation { OutcomeIcc = outcomeIcc },
            Alliance = new Alliance { TherapistIcc = allianceIcc, Reliability = 0.8 },
            Outcome = outcome,
            Attrition = attrition ?? new Attrition(),
        });

    public static World With(World world, Func<Scenario, Scenario> change) => new(change(world.Scenario));

    public static ImmutableArray<FixedColumn> Columns(World world, string terms) =>
        DesignColumns.FixedColumns(Formula.Parse($"outcome ~ {terms}"), name => GeneratedColumns.TextLevels(world.Scenario.Trial, name));

    public static ModelTruth Truth(World world, string terms, bool hasRandomIntercept = true, bool therapistMeans = false) =>
        TrueValues.Of(world, Columns(world, terms), hasRandomIntercept, therapistMeans);

    public static double? Coefficient(World world, string terms, string name, bool hasRandomIntercept = true, bool therapistMeans = false)
    {
        ImmutableArray<FixedColumn> columns = Columns(world, terms);
        return TrueValues.Of(world, columns, hasRandomIntercept, therapistMeans).Coefficients[columns.IndexOf(columns.Single(c => c.Name == name))];
    }

    public static string Meaning(World world, string terms, string name)
    {
        ImmutableArray<FixedColumn> columns = Columns(world, terms);
        ModelTruth truth = TrueValues.Of(world, columns, hasRandomIntercept: true, therapistMeans: false);
        return name == "var(therapist)"
            ? RejectionMeaning.OfTherapistVariance(world, columns, truth)
            : RejectionMeaning.OfCoefficient(world, columns, truth, columns.IndexOf(columns.Single(c => c.Name == name)));
    }
}
