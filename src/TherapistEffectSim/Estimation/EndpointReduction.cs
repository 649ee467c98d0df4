using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Replicates with one outcome per patient, of whom the columns are kept.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class EndpointReduction<T> : IPatientNumbers<T>
    where T : unmanaged, ILane<T>
{
    private readonly TrialReduction<T> _trials;
    private readonly int _one;

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers.</param>
    /// <param name="columns">The numbers of patients.</param>
    public EndpointReduction(World world, ulong key, AnalysisColumns columns)
    {
        _one = columns.Add(new ColumnExpression.Constant(1));
        columns.RequirePatientRows();
        _trials = new(world, key, columns, Drawing.Patients);
        Therapists = world.Layout.Therapists;
    }

    /// <inheritdoc/>
    public int Therapists { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<int> First => _trials.Rows!.First;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Count => _trials.Rows!.Count;

    /// <inheritdoc/>
    public T AnalysedPatients => _trials.Statistics.Observations;

    /// <inheritdoc/>
    public T AnalysedTherapists => _trials.Statistics.AnalysedTherapists;

    /// <inheritdoc/>
    public void Draw(long first) => _trials.Run(first);

    /// <inheritdoc/>
    public T Included(int position, bool withSlope) => T.LessThan(T.Create(0.5), _trials.Rows!.Column(_one)[position]);

    /// <inheritdoc/>
    public ReadOnlySpan<T> Number(int number) => _trials.Rows!.Column(number);
}
