using System.Numerics;

namespace TherapistEffectSim.Performance;

/// <summary>Everything that the performance measures of one test of one term need, summed over consecutive replicates.</summary>
/// <remarks>
/// <para>
/// Terms that are dropped, not estimable or not converged have no estimate; their tests count as failures and as no rejection, and the
/// denominator of every rate is all replicates. Sums over estimates run over ok and singular replicates.
/// </para>
/// <para>
/// Estimates enter as d = θ̂ − centre, the centre being the true value, or 0 if there is none: with small bias the variance
/// Σd² − (Σd)²/n then loses no digits.
/// </para>
/// <para>Not thread-safe. Adding allocates nothing.</para>
/// </remarks>
/// <param name="trueValue">The value that the estimates aim at, finite; <see langword="null"/> if nobody knows it.</param>
internal sealed class EstimateSums(double? trueValue) : IJoinable<EstimateSums>
{
    private readonly double _centre = trueValue ?? 0;
    private readonly int _trueSign = Math.Sign(trueValue ?? 0);
    private readonly long[] _statuses = new long[Enum.GetValues<TermStatus>().Length]; // replicates per status

    public double? TrueValue => trueValue;

    /// <summary>What is taken off the estimates: the true value, or 0.</summary>
    public double Centre => _centre;

    /// <summary>All replicates, those without an estimate included.</summary>
    public long Replicates { get; private set; }

    /// <summary>Replicates with an estimate: ok or singular.</summary>
    public long Estimates => Count(TermStatus.Ok) + Count(TermStatus.Singular);

    /// <summary>Replicates in which the term has no estimate.</summary>
    public long FailedEstimates => Replicates - Estimates;

    /// <summary>Replicates in which the test was made.</summary>
    public long Decisions { get; private set; }

    /// <summary>Replicates in which the test could not be made, for want of an estimate or of a reference distribution.</summary>
    public long FailedTests => Replicates - Decisions;

    public long Rejections { get; private set; }

    /// <summary>Rejections with an estimate on the side of the true value.</summary>
    public long RejectionsTrueSign { get; private set; }

    /// <summary>Rejections with an estimate on the other side.</summary>
    public long RejectionsWrongSign { get; private set; }

    /// <summary>Estimates below 0.</summary>
    public long Negatives { get; private set; }

    /// <summary>Replicates with an interval and a true value.</summary>
    public long Intervals { get; private set; }

    public long Covered { get; private set; }

    /// <summary>Replicates with a standard error.</summary>
    public long StandardErrors { get; private set; }

    /// <summary>Σd.</summary>
    public double SumD { get; private set; }

    /// <summary>Σd².</summary>
    public double SumD2 { get; private set; }

    /// <summary>Σd⁴.</summary>
    public double SumD4 { get; private set; }

    /// <summary>Σse².</summary>
    public double SumSe2 { get; private set; }

    /// <summary>Σse⁴.</summary>
    public double SumSe4 { get; private set; }

    /// <summary>Σ|θ̂| over rejections.</summary>
    public double SumAbsRejected { get; private set; }

    /// <summary>Σθ̂² over rejections.</summary>
    public double SumSquareRejected { get; private set; }

    public long Count(TermStatus status) => _statuses[(int)status];

    /// <summary>Adds one replicate.</summary>
    /// <exception cref="InvalidOperationException">The outcome contradicts itself: a fault of the program.</exception>
    public void Add(in TestOutcome outcome)
    {
        bool estimated = outcome.Status is TermStatus.Ok or TermStatus.Singular;
        Check(outcome, estimated);

        Replicates++;
        _statuses[(int)outcome.Status]++;
        if (!estimated)
        {
            return;
        }

        Negatives += outcome.Estimate < 0 ? 1 : 0;
        double d = outcome.Estimate - _centre;
        double d2 = d * d;
        SumD += d;
        SumD2 += d2;
        SumD4 += d2 * d2;
        if (!double.IsNaN(outcome.StandardError))
        {
            double se2 = outcome.StandardError * outcome.StandardError;
            StandardErrors++;
            SumSe2 += se2;
            SumSe4 += se2 * se2;
        }

        if (outcome.Coverage != IntervalCoverage.None)
        {
            Intervals++;
            Covered += outcome.Coverage == IntervalCoverage.Covered ? 1 : 0;
        }

        Decisions += outcome.Decision == Decision.NotMade ? 0 : 1;
        if (outcome.Decision == Decision.Rejected)
        {
            AddRejection(outcome.Estimate);
        }
    }

    /// <summary>Adds up to 64 replicates, in their order.</summary>
    /// <param name="masks">What became of them.</param>
    /// <param name="moments">Sums over those of <paramref name="masks"/> that have an estimate, about this centre.</param>
    /// <param name="estimates">θ̂ of all.</param>
    public void Add(in OutcomeMasks masks, in EstimateMoments moments, ReadOnlySpan<double> estimates)
    {
        Replicates += BitOperations.PopCount(masks.All);
        for (int status = 0; status < _statuses.Length; status++)
        {
            _statuses[status] += masks.Count((TermStatus)status);
        }

        Negatives += moments.Negatives;
        SumD += moments.SumD;
        SumD2 += moments.SumD2;
        SumD4 += moments.SumD4;
        StandardErrors += moments.StandardErrors;
        SumSe2 += moments.SumSe2;
        SumSe4 += moments.SumSe4;
        Intervals += BitOperations.PopCount(masks.WithInterval);
        Covered += BitOperations.PopCount(masks.Covered);
        Decisions += BitOperations.PopCount(masks.Made);
        AddRejections(masks.Rejected, estimates);
    }

    /// <inheritdoc/>
    public void Append(EstimateSums next)
    {
        if (!Nullable.Equals(TrueValue, next.TrueValue))
        {
            throw new InvalidOperationException("Sums about different true values cannot be joined.");
        }

        for (int i = 0; i < _statuses.Length; i++)
        {
            _statuses[i] += next._statuses[i];
        }

        Replicates += next.Replicates;
        Decisions += next.Decisions;
        Rejections += next.Rejections;
        RejectionsTrueSign += next.RejectionsTrueSign;
        RejectionsWrongSign += next.RejectionsWrongSign;
        Negatives += next.Negatives;
        Intervals += next.Intervals;
        Covered += next.Covered;
        StandardErrors += next.StandardErrors;
        SumD += next.SumD;
        SumD2 += next.SumD2;
        SumD4 += next.SumD4;
        SumSe2 += next.SumSe2;
        SumSe4 += next.SumSe4;
        SumAbsRejected += next.SumAbsRejected;
        SumSquareRejected += next.SumSquareRejected;
    }

    /// <inheritdoc/>
    public EstimateSums Copy()
    {
        EstimateSums copy = new(TrueValue);
        copy.Append(this);
        return copy;
    }

    /// <summary>Sets every sum to 0, so that the memory serves another leaf.</summary>
    public void Clear()
    {
        Array.Clear(_statuses);
        Replicates = Decisions = Rejections = RejectionsTrueSign = RejectionsWrongSign = Negatives = Intervals = Covered = StandardErrors = 0;
        SumD = SumD2 = SumD4 = SumSe2 = SumSe4 = SumAbsRejected = SumSquareRejected = 0;
    }

    /// <summary>Writes all sums, bit for bit.</summary>
    public void Write(BinaryWriter writer)
    {
        foreach (long count in (ReadOnlySpan<long>)
            [.. _statuses, Decisions, Rejections, RejectionsTrueSign, RejectionsWrongSign, Negatives, Intervals, Covered, StandardErrors])
        {
            writer.Write(count);
        }

        foreach (double sum in (ReadOnlySpan<double>)[SumD, SumD2, SumD4, SumSe2, SumSe4, SumAbsRejected, SumSquareRejected])
        {
            writer.Write(sum);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static EstimateSums Read(BinaryReader reader, double? trueValue)
    {
        EstimateSums sums = new(trueValue);
        for (int i = 0; i < sums._statuses.Length; i++)
        {
            sums._statuses[i] = reader.ReadInt64();
            sums.Replicates += sums._statuses[i];
        }

        sums.Decisions = reader.ReadInt64();
        sums.Rejections = reader.ReadInt64();
        sums.RejectionsTrueSign = reader.ReadInt64();
        sums.RejectionsWrongSign = reader.ReadInt64();
        sums.Negatives = reader.ReadInt64();
        sums.Intervals = reader.ReadInt64();
        sums.Covered = reader.ReadInt64();
        sums.StandardErrors = reader.ReadInt64();
        sums.SumD = reader.ReadDouble();
        sums.SumD2 = reader.ReadDouble();
        sums.SumD4 = reader.ReadDouble();
        sums.SumSe2 = reader.ReadDouble();
        sums.SumSe4 = reader.ReadDouble();
        sums.SumAbsRejected = reader.ReadDouble();
        sums.SumSquareRejected = reader.ReadDouble();
        return sums;
    }

    private static void Check(in TestOutcome outcome, bool estimated)
    {
        if (estimated && !double.IsFinite(outcome.Estimate))
        {
            throw new InvalidOperationException($"A term with status {outcome.Status} has the estimate {outcome.Estimate}.");
        }

        if (estimated && (outcome.StandardError < 0 || double.IsInfinity(outcome.StandardError)))
        {
            throw new InvalidOperationException($"A term with status {outcome.Status} has the standard error {outcome.StandardError}.");
        }

        if (!estimated && (outcome.Decision != Decision.NotMade || outcome.Coverage != IntervalCoverage.None))
        {
            throw new InvalidOperationException($"A term with status {outcome.Status} has a test or an interval.");
        }
    }

    private void AddRejections(ulong rejected, ReadOnlySpan<double> estimates)
    {
        double size = 0;
        double square = 0;
        int above = 0;
        int below = 0;
        for (ulong left = rejected; left != 0; left &= left - 1)
        {
            double estimate = estimates[BitOperations.TrailingZeroCount(left)];
            size += Math.Abs(estimate);
            square += estimate * estimate;
            above += estimate > 0 ? 1 : 0;
            below += estimate < 0 ? 1 : 0;
        }

        Rejections += BitOperations.PopCount(rejected);
        SumAbsRejected += size;
        SumSquareRejected += square;
        RejectionsTrueSign += _trueSign > 0 ? above : _trueSign < 0 ? below : 0;
        RejectionsWrongSign += _trueSign > 0 ? below : _trueSign < 0 ? above : 0;
    }

    private void AddRejection(double estimate)
    {
        Rejections++;
        SumAbsRejected += Math.Abs(estimate);
        SumSquareRejected += estimate * estimate;
        int sign = Math.Sign(estimate) * _trueSign;
        RejectionsTrueSign += sign > 0 ? 1 : 0;
        RejectionsWrongSign += sign < 0 ? 1 : 0;
    }
}
