using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace TherapistEffectSim.Performance;

/// <summary>Decisions of several tests on the same data sets: how often each pattern occurs.</summary>
/// <remarks>A test that could not be made counts as no rejection, and its replicate as a failure. Not thread-safe.</remarks>
internal sealed class JointSums : IJoinable<JointSums>
{
    public const int MinTests = 2;
    public const int MaxTests = 6;

    private readonly ImmutableArray<string> _tests;
    private readonly long[] _patterns; // replicates per pattern; the first test is the highest bit

    /// <param name="tests">Names of 2 to 6 tests.</param>
    public JointSums(ImmutableArray<string> tests)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tests.Length, MinTests, nameof(tests));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tests.Length, MaxTests, nameof(tests));
        _tests = tests;
        _patterns = new long[1 << tests.Length];
    }

    /// <summary>All replicates.</summary>
    public long Replicates { get; private set; }

    /// <summary>Replicates in which at least one of the tests could not be made.</summary>
    public long Failures { get; private set; }

    /// <summary>Adds one replicate.</summary>
    /// <param name="decisions">One per test, in the order of their names.</param>
    public void Add(ReadOnlySpan<Decision> decisions)
    {
        if (decisions.Length != _tests.Length)
        {
            throw new ArgumentException($"{_tests.Length} tests have as many decisions, not {decisions.Length}.", nameof(decisions));
        }

        int pattern = 0;
        bool failed = false;
        foreach (Decision decision in decisions)
        {
            pattern = (pattern << 1) | (decision == Decision.Rejected ? 1 : 0);
            failed |= decision == Decision.NotMade;
        }

        Replicates++;
        Failures += failed ? 1 : 0;
        _patterns[pattern]++;
    }

    /// <summary>Adds up to 64 replicates, a bit each.</summary>
    /// <param name="all">All replicates.</param>
    /// <param name="rejected">One mask per test, in the order of their names.</param>
    /// <param name="failed">Replicates in which any of the tests was not made.</param>
    public void Add(ulong all, ReadOnlySpan<ulong> rejected, ulong failed)
    {
        if (rejected.Length != _tests.Length)
        {
            throw new ArgumentException($"{_tests.Length} tests have as many masks, not {rejected.Length}.", nameof(rejected));
        }

        Replicates += BitOperations.PopCount(all);
        Failures += BitOperations.PopCount(failed);
        for (int pattern = 0; pattern < _patterns.Length; pattern++)
        {
            ulong shown = all;
            for (int test = 0; test < rejected.Length; test++)
            {
                shown &= (pattern & BitOf(test)) != 0 ? rejected[test] : ~rejected[test];
            }

            _patterns[pattern] += BitOperations.PopCount(shown);
        }
    }

    /// <inheritdoc/>
    public void Append(JointSums next)
    {
        if (!_tests.AsSpan().SequenceEqual(next._tests.AsSpan()))
        {
            throw new InvalidOperationException("Patterns of different tests cannot be joined.");
        }

        Replicates += next.Replicates;
        Failures += next.Failures;
        for (int i = 0; i < _patterns.Length; i++)
        {
            _patterns[i] += next._patterns[i];
        }
    }

    /// <inheritdoc/>
    public JointSums Copy()
    {
        JointSums copy = new(_tests);
        copy.Append(this);
        return copy;
    }

    /// <summary>Sets every count to 0.</summary>
    public void Clear()
    {
        Array.Clear(_patterns);
        Replicates = Failures = 0;
    }

    /// <summary>Writes all counts.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Failures);
        foreach (long count in _patterns)
        {
            writer.Write(count);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static JointSums Read(BinaryReader reader, ImmutableArray<string> tests)
    {
        JointSums sums = new(tests) { Failures = reader.ReadInt64() };
        for (int i = 0; i < sums._patterns.Length; i++)
        {
            sums._patterns[i] = reader.ReadInt64();
            sums.Replicates += sums._patterns[i];
        }

        return sums;
    }

    /// <summary>One row per pattern, those that never occurred included, from no rejection to all.</summary>
    /// <param name="scenario">Number of the scenario, from 1.</param>
    public JointRow[] PatternRows(int scenario)
    {
        JointRow[] rows = new JointRow[_patterns.Length];
        for (int pattern = 0; pattern < rows.Length; pattern++)
        {
            MonteCarloEstimate share = MonteCarloEstimate.Proportion(_patterns[pattern], Replicates);
            rows[pattern] = new JointRow
            {
                Scenario = scenario,
                Pattern = PatternText(pattern),
                Count = _patterns[pattern],
                Share = share.Value,
                Mcse = share.Mcse,
                ConfLow = share.ConfLow,
                ConfHigh = share.ConfHigh,
                Replicates = Replicates,
                Failures = Failures,
            };
        }

        return rows;
    }

    /// <summary>One row per pair of tests, in their order.</summary>
    /// <param name="scenario">Number of the scenario, from 1.</param>
    public JointPairRow[] PairRows(int scenario)
    {
        List<JointPairRow> rows = [];
        for (int a = 0; a < _tests.Length; a++)
        {
            for (int b = a + 1; b < _tests.Length; b++)
            {
                rows.Add(PairRow(scenario, a, b));
            }
        }

        return [.. rows];
    }

    private JointPairRow PairRow(int scenario, int a, int b)
    {
        int bitA = BitOf(a);
        int bitB = BitOf(b);
        long both = 0;
        long onlyA = 0;
        long onlyB = 0;
        for (int pattern = 0; pattern < _patterns.Length; pattern++)
        {
            bool rejectsA = (pattern & bitA) != 0;
            bool rejectsB = (pattern & bitB) != 0;
            both += rejectsA && rejectsB ? _patterns[pattern] : 0;
            onlyA += rejectsA && !rejectsB ? _patterns[pattern] : 0;
            onlyB += !rejectsA && rejectsB ? _patterns[pattern] : 0;
        }

        MonteCarloEstimate difference = PairedDifference.Of(onlyA, onlyB, Replicates);
        return new JointPairRow
        {
            Scenario = scenario,
            A = _tests[a],
            B = _tests[b],
            Both = both,
            OnlyA = onlyA,
            OnlyB = onlyB,
            Neither = Replicates - both - onlyA - onlyB,
            Difference = difference.Value,
            DifferenceMcse = difference.Mcse,
            ConfLow = difference.ConfLow,
            ConfHigh = difference.ConfHigh,
        };
    }

    private int BitOf(int test) => 1 << (_tests.Length - 1 - test);

    private string PatternText(int pattern) =>
        string.Join(
            ';',
            _tests.Select((name, test) =>
                string.Create(CultureInfo.InvariantCulture, $"{name}={BitOperations.PopCount((uint)(pattern & BitOf(test)))}")));
}
