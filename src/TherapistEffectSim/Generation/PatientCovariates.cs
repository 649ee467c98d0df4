namespace TherapistEffectSim.Generation;

/// <summary>Patients of a world over whom expectations are taken when its constants are solved: what loss and drop-out can depend on.</summary>
internal sealed class PatientCovariates
{
    private double[] _outcome;
    private double[] _alliance;
    private double[] _trueAlliance;
    private double[] _severity;
    private double[] _share;

    /// <param name="capacity">Expected number of patients.</param>
    public PatientCovariates(int capacity)
    {
        _outcome = new double[capacity];
        _alliance = new double[capacity];
        _trueAlliance = new double[capacity];
        _severity = new double[capacity];
        _share = new double[capacity];
    }

    /// <summary>Number of patients.</summary>
    public int Count { get; private set; }

    /// <summary>[patient] Outcome units.</summary>
    public ReadOnlySpan<double> Outcome => _outcome.AsSpan(0, Count);

    /// <summary>[patient] The alliance as measured, in the unit in which it is recorded.</summary>
    public ReadOnlySpan<double> Alliance => _alliance.AsSpan(0, Count);

    /// <summary>[patient] Alliance SDs.</summary>
    public ReadOnlySpan<double> TrueAlliance => _trueAlliance.AsSpan(0, Count);

    /// <summary>[patient] SDs.</summary>
    public ReadOnlySpan<double> Severity => _severity.AsSpan(0, Count);

    /// <summary>[patient] Weight: probability that the patient's therapist is in the trial.</summary>
    public ReadOnlySpan<double> Share => _share.AsSpan(0, Count);

    /// <summary>Adds a patient.</summary>
    public void Add(double outcome, double alliance, double trueAlliance, double severity, double share)
    {
        if (Count == _outcome.Length)
        {
            int capacity = 2 * Math.Max(Count, 1);
            Array.Resize(ref _outcome, capacity);
            Array.Resize(ref _alliance, capacity);
            Array.Resize(ref _trueAlliance, capacity);
            Array.Resize(ref _severity, capacity);
            Array.Resize(ref _share, capacity);
        }

        _outcome[Count] = outcome;
        _alliance[Count] = alliance;
        _trueAlliance[Count] = trueAlliance;
        _severity[Count] = severity;
        _share[Count] = share;
        Count++;
    }
}
