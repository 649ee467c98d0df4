using System.Collections.Immutable;

namespace TherapistEffectSim.Estimation;

/// <summary>What varies between the groups of one grouping factor: one or more terms, each with a covariance matrix of its own.</summary>
/// <param name="Groups">Group of each row, from 0.</param>
/// <param name="Count">Number of groups.</param>
/// <param name="Terms">Columns of each term, each of length N.</param>
internal sealed record GroupingLevel(int[] Groups, int Count, ImmutableArray<double[][]> Terms);

/// <summary>An element of a covariance matrix of random effects.</summary>
/// <param name="Level">0 for the inner factor, 1 for the outer.</param>
/// <param name="Row">Column of the level, all its terms counted through.</param>
/// <param name="Column">At most <paramref name="Row"/>, of the same term.</param>
internal readonly record struct CovarianceElement(int Level, int Row, int Column);
