using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>All tests of the replicates of a leaf, for the replicates file and for measures that need every estimate.</summary>
internal sealed class KeptLeaf
{
    private readonly int _tests;

    private KeptLeaf(ReplicateRow[] rows, double[] halfWidths, int tests)
    {
        Rows = rows;
        HalfWidths = halfWidths;
        _tests = tests;
    }

    /// <summary>[replicate × tests + test] Rows of the replicates file.</summary>
    public ReplicateRow[] Rows { get; }

    /// <summary>[replicate × tests + test] Half widths of intervals; NaN where there is none.</summary>
    public double[] HalfWidths { get; }

    /// <summary>The tests of what the fits of a leaf found.</summary>
    /// <param name="tests">Makes the tests.</param>
    /// <param name="plan">The plan of the scenario.</param>
    /// <param name="values">What the fits found.</param>
    /// <param name="first">First replicate, from 0.</param>
    /// <param name="count">Replicates of the leaf.</param>
    public static KeptLeaf Of(LeafTests tests, ScenarioPlan plan, LeafValues values, long first, int count)
    {
        int width = plan.Tests.Length;
        KeptLeaf kept = new(new ReplicateRow[count * width], new double[count * width], width);
        for (int i = 0; i < kept.Rows.Length; i++)
        {
            kept.Rows[i] = tests.Row(i % width, values, i / width, first + (i / width) + 1);
            kept.HalfWidths[i] = tests.HalfWidth(i % width, values, i / width);
        }

        return kept;
    }

    /// <summary>Index of the test of a row.</summary>
    public int TestOf(int row) => row % _tests;

    /// <summary>Writes all numbers, bit for bit.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Rows.Length);
        for (int i = 0; i < Rows.Length; i++)
        {
            ref readonly ReplicateRow row = ref Rows[i];
            writer.Write((byte)row.Status);
            writer.Write(row.Estimate);
            writer.Write(row.StandardError);
            writer.Write(row.DegreesOfFreedom);
            writer.Write(row.Statistic);
            writer.Write(row.PValue);
            writer.Write(row.ConfLow);
            writer.Write(row.ConfHigh);
            writer.Write(HalfWidths[i]);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="reader">Where it stands.</param>
    /// <param name="plan">The plan of the scenario.</param>
    /// <param name="first">First replicate, from 0.</param>
    /// <param name="count">Replicates of the leaf.</param>
    /// <exception cref="InvalidDataException">It is of another plan.</exception>
    public static KeptLeaf Read(BinaryReader reader, ScenarioPlan plan, long first, int count)
    {
        int width = plan.Tests.Length;
        int length = reader.ReadInt32();
        if (length != count * width)
        {
            throw new InvalidDataException($"A leaf of {count} replicates with {width} tests cannot have {length} rows.");
        }

        KeptLeaf kept = new(new ReplicateRow[length], new double[length], width);
        for (int i = 0; i < length; i++)
        {
            PlannedTest test = plan.Tests[i % width];
            PlannedTerm term = plan.Terms[test.Term];
            TermStatus status = (TermStatus)reader.ReadByte();
            kept.Rows[i] = new(
                plan.Cell.Number,
                first + (i / width) + 1,
                plan.MethodOf(term),
                term.Name,
                Words.Of(test.Kind),
                reader.ReadDouble(),
                reader.ReadDouble(),
                reader.ReadDouble(),
                reader.ReadDouble(),
                reader.ReadDouble(),
                reader.ReadDouble(),
                reader.ReadDouble(),
                status);
            kept.HalfWidths[i] = reader.ReadDouble();
        }

        return kept;
    }
}
