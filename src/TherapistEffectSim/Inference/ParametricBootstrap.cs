using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The null distribution of a likelihood ratio by drawing data from the smaller model and fitting both.</summary>
/// <remarks>Davison &amp; Hinkley (1997), Bootstrap Methods and their Application, section 4.2; p = (1 + reached)/(1 + drawn).</remarks>
internal sealed class ParametricBootstrap
{
    private readonly FittedModel _full;
    private readonly FittedModel _reduced;
    private readonly RandomNumberStream<Lane1> _random;
    private readonly double[] _means;
    private readonly double _sigma;

    public ParametricBootstrap(FittedModel full, FittedModel reduced, ulong seed)
    {
        _full = full;
        _reduced = reduced;
        _random = new RandomNumberStream<Lane1>(StreamKey.ForStudy(seed));
        _sigma = Math.Sqrt(reduced.ResidualVariance);
        _means = new double[reduced.Data.Rows];
        foreach (FixedEffectEstimate effect in reduced.FixedEffects)
        {
            double[] column = reduced.Data.Columns[effect.Column];
            for (int row = 0; row < _means.Length; row++)
            {
                _means[row] += effect.Estimate * column[row];
            }
        }
    }

    /// <summary>Drawn data sets of which a fit did not converge.</summary>
    public int Failures { get; private set; }

    /// <summary>Drawn data sets whose statistic reaches the observed one.</summary>
    public int Reached(double observed, int bootstraps)
    {
        int reached = 0;
        for (int b = 0; b < bootstraps; b++)
        {
            double[] outcome = Draw(b);
            FittedModel full = FittedModel.Of(_full.Data with { Outcome = outcome }, _full.Method);
            FittedModel reduced = FittedModel.Of(_reduced.Data with { Outcome = outcome }, _reduced.Method);
            Failures += full.HasConverged && reduced.HasConverged ? 0 : 1;
            reached += full.HasConverged && reduced.HasConverged && Math.Max(0, reduced.Criterion - full.Criterion) >= observed ? 1 : 0;
        }

        return reached;
    }

    private double[] Draw(int bootstrap)
    {
        double[] outcome = [.. _means];
        _random.MoveTo(bootstrap);
        double[] normals = Normals(outcome.Length + Effects());
        int at = 0;
        for (; at < outcome.Length; at++)
        {
            outcome[at] += _sigma * normals[at];
        }

        if (_reduced.Data.Random is { } part)
        {
            NestedModel model = _reduced.Nested();
            foreach (NestedTerm term in model.Terms)
            {
                AddEffects(outcome, part.Factors[term.Level], term, model.RelativeFactor(term), normals.AsSpan(at));
                at += part.Factors[term.Level].Count * term.Columns;
            }
        }

        return outcome;
    }

    private void AddEffects(double[] outcome, RandomFactor factor, NestedTerm term, double[] relative, ReadOnlySpan<double> normals)
    {
        int q = term.Columns;
        for (int row = 0; row < outcome.Length; row++)
        {
            ReadOnlySpan<double> own = normals.Slice(factor.Codes[row] * q, q);
            for (int i = 0; i < q; i++)
            {
                double effect = 0;
                for (int j = 0; j < q; j++)
                {
                    effect += relative[(i * q) + j] * own[j];
                }

                outcome[row] += _sigma * effect * factor.Columns[term.Index][i][row];
            }
        }
    }

    private int Effects() => _reduced.Data.Random?.Factors.Sum(factor => factor.Count * factor.Columns.Sum(term => term.Length)) ?? 0;

    private double[] Normals(int count)
    {
        Lane1[] words = new Lane1[(count + 1) / 2];
        double[] normals = new double[2 * words.Length];
        _random.FirstWords(words, RandomDomain.Bootstrap, 0);
        for (int i = 0; i < words.Length; i++)
        {
            BoxMuller.Transform(words[i], out Lane1 first, out Lane1 second);
            (normals[2 * i], normals[(2 * i) + 1]) = (first[0], second[0]);
        }

        return normals;
    }
}
