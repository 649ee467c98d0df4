using System.Numerics;

namespace TherapistEffectSim.Performance;

/// <summary>What a fitted parabola b₁x + b₂x² shows, counted over replicates.</summary>
internal sealed class CurveSums : IJoinable<CurveSums>
{
    /// <summary>All replicates.</summary>
    public long Replicates { get; private set; }

    /// <summary>Replicates in which the curve could not be estimated or tested.</summary>
    public long Failures { get; private set; }

    /// <summary>Replicates with the vertex −b₁/(2b₂) between the lowest and the highest observed therapist mean.</summary>
    public long VertexInside { get; private set; }

    /// <summary>Replicates with a significant b₂ &lt; 0 and the vertex inside.</summary>
    public long InvertedUShown { get; private set; }

    /// <summary>Adds a replicate in which the curve was estimated.</summary>
    /// <param name="linear">b₁.</param>
    /// <param name="quadratic">b₂; 0 has no vertex.</param>
    /// <param name="lowest">Lowest observed value of x over therapists.</param>
    /// <param name="highest">Highest observed value of x over therapists.</param>
    /// <param name="decision">What the test of b₂ said.</param>
    public void Add(double linear, double quadratic, double lowest, double highest, Decision decision)
    {
        double vertex = -linear / (2 * quadratic); // comparisons with the NaN or infinity of b₂ = 0 are false
        bool inside = vertex >= lowest && vertex <= highest;
        Replicates++;
        Failures += decision == Decision.NotMade ? 1 : 0;
        VertexInside += inside ? 1 : 0;
        InvertedUShown += inside && quadratic < 0 && decision == Decision.Rejected ? 1 : 0;
    }

    /// <summary>Adds up to 64 replicates, a bit each.</summary>
    /// <param name="all">All replicates.</param>
    /// <param name="estimated">Those with b₁ and b₂.</param>
    /// <param name="inside">Those with the vertex between lowest and highest observed value, read where estimated.</param>
    /// <param name="negative">Those with b₂ &lt; 0.</param>
    /// <param name="made">Those in which b₂ was tested.</param>
    /// <param name="rejected">Those in which the test rejects.</param>
    public void Add(ulong all, ulong estimated, ulong inside, ulong negative, ulong made, ulong rejected)
    {
        ulong vertex = estimated & inside;
        Replicates += BitOperations.PopCount(all);
        Failures += BitOperations.PopCount(all & ~(estimated & made));
        VertexInside += BitOperations.PopCount(vertex);
        InvertedUShown += BitOperations.PopCount(vertex & negative & made & rejected);
    }

    /// <summary>Adds a replicate without an estimate of the curve.</summary>
    public void AddFailure()
    {
        Replicates++;
        Failures++;
    }

    /// <inheritdoc/>
    public void Append(CurveSums next)
    {
        Replicates += next.Replicates;
        Failures += next.Failures;
        VertexInside += next.VertexInside;
        InvertedUShown += next.InvertedUShown;
    }

    /// <inheritdoc/>
    public CurveSums Copy() => (CurveSums)MemberwiseClone();

    /// <summary>Sets every count to 0.</summary>
    public void Clear() => Replicates = Failures = VertexInside = InvertedUShown = 0;

    /// <summary>Writes all counts.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Replicates);
        writer.Write(Failures);
        writer.Write(VertexInside);
        writer.Write(InvertedUShown);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static CurveSums Read(BinaryReader reader) => new()
    {
        Replicates = reader.ReadInt64(),
        Failures = reader.ReadInt64(),
        VertexInside = reader.ReadInt64(),
        InvertedUShown = reader.ReadInt64(),
    };
}
