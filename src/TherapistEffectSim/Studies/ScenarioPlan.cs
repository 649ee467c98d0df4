using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>All that is done with each replicate of one scenario: fits, tests, and what is counted. Immutable once planned, shared by all threads.</summary>
internal sealed class ScenarioPlan
{
    /// <summary>The scenario and its place in the grid.</summary>
    public required Cell Cell { get; init; }

    /// <summary>The world.</summary>
    public required World World { get; init; }

    /// <summary>Key of its random numbers.</summary>
    public required ulong Key { get; init; }

    /// <summary>What is drawn: patients, or statistics from their exact distribution.</summary>
    public required Drawing Drawing { get; init; }

    /// <summary>Nominal level of the tests.</summary>
    public required double Alpha { get; init; }

    /// <summary>The models.</summary>
    public required ImmutableArray<MethodModel> Methods { get; init; }

    /// <summary>The columns of the statistics.</summary>
    public required AnalysisColumns Columns { get; init; }

    /// <summary>The fits, each once.</summary>
    public required ImmutableArray<PlannedFit> Fits { get; init; }

    /// <summary>The fits of tables, each once; their indices follow those of <see cref="Fits"/>.</summary>
    public required ImmutableArray<PlannedTableFit> TableFits { get; init; }

    /// <summary>The world with repeated measurements; <see langword="null"/> for endpoint worlds.</summary>
    public required GrowthWorld? Growth { get; init; }

    /// <summary>What is estimated.</summary>
    public required ImmutableArray<PlannedTerm> Terms { get; init; }

    /// <summary>What is tested, by method, in the order in which the study lists it.</summary>
    public required ImmutableArray<PlannedTest> Tests { get; init; }

    /// <summary>Quadratics whose vertex is followed.</summary>
    public required ImmutableArray<PlannedCurve> Curves { get; init; }

    /// <summary>Tests of curves by two slopes.</summary>
    public required ImmutableArray<PlannedCurveTest> CurveTests { get; init; }

    /// <summary>Coefficients that are tested together.</summary>
    public required ImmutableArray<PlannedJointWald> JointWalds { get; init; }

    /// <summary>Likelihood ratios by parametric bootstrap.</summary>
    public required ImmutableArray<PlannedBootstrap> Bootstraps { get; init; }

    /// <summary>What is correlated; <see langword="null"/> if nothing is.</summary>
    public required PlannedCorrelations? Correlations { get; init; }

    /// <summary>Corrections for the unreliability of the observed therapist means.</summary>
    public required ImmutableArray<PlannedCorrection> Corrections { get; init; }

    /// <summary>What their reliability is computed from; <see langword="null"/> if nothing is corrected.</summary>
    public required ReliabilityData? Reliability { get; init; }

    /// <summary>Names of the joint tests; empty if there are fewer than two.</summary>
    public required ImmutableArray<string> JointNames { get; init; }

    /// <summary>Index of the test of each joint name.</summary>
    public required ImmutableArray<int> JointTests { get; init; }

    /// <summary>The random effects of a method that is fitted to tables.</summary>
    public ImmutableArray<RandomEffectName> Effects(int method) => [.. TableModel.Effects(Methods[method].RandomTerms, Cell.Scenario.Trial).SelectMany(e => e)];

    /// <summary>Whether a fit has random effects, and so a bound to be on.</summary>
    public bool HasRandomEffects(int fit) =>
        fit < Fits.Length ? Fits[fit].Model.HasRandomIntercept : !Methods[TableFits[fit - Fits.Length].Method].RandomTerms.IsEmpty;

    /// <summary>Constants that were solved at set-up, by name.</summary>
    public IEnumerable<KeyValuePair<string, double>> SolvedConstants() => Growth?.SolvedConstants() ?? World.SolvedConstants();

    /// <summary>Name of the method of a term.</summary>
    public string MethodOf(PlannedTerm term) => Methods[term.Method].Name;

    /// <summary>Which columns can vary between the rows' therapists; the response of the fit counts as one, whatever it is.</summary>
    public bool[] HasBetween(PlannedFit fit)
    {
        bool[] between = fit.OnTherapistMeans ? [.. Columns.Columns.Select(_ => true)] : Columns.HasBetween();
        between[fit.Model.Columns[^1]] = true;
        return between;
    }

    /// <summary>Which columns can vary within the rows' therapists.</summary>
    public bool[] HasWithin(PlannedFit fit) =>
        fit.OnTherapistMeans ? [.. Columns.Columns.Select(_ => false)] : Columns.HasWithin();
}
