using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>One of the normal populations that the candidates come from: scores = mean + SD·(correlated standard normal numbers).</summary>
/// <param name="Share">Share of the candidates.</param>
/// <param name="Mean">[trait]</param>
/// <param name="Sd">[trait]</param>
internal readonly record struct ScoreComponent(double Share, ImmutableArray<double> Mean, ImmutableArray<double> Sd);

/// <summary>The distribution of the therapists' scores: population, threshold of the selection, and the means that training draws to.</summary>
/// <remarks>
/// Means of selected therapists: with S the selecting score and λ(a) = φ(a)/(1 − Φ(a)), the mean of X among S above t is
/// μ_X + corr(X, S)·σ_X·λ((t − μ_S)/σ_S) in each component, weighted by what the component has above t.
/// </remarks>
internal sealed class TherapistScoreModel
{
    private const int Traits = 3;
    private const double InverseSqrtTwoPi = 0.3989422804014326779;

    private readonly TherapistPopulation _population;

    public TherapistScoreModel(TherapistPopulation population)
    {
        _population = population;
        ScoreCorrelations r = population.Correlations;
        Cholesky = Factor(r);
        Components = [.. ComponentsOf(population.Contamination)];
        Threshold = population.Selection.Keep < 1 ? SolveThreshold() : double.NegativeInfinity;
        SelectedMeans = [.. Enumerable.Range(0, Traits).Select(SelectedMean)];
    }

    /// <summary>Whether all scores are independent standard normal numbers.</summary>
    public bool IsPlain => _population.IsPlain;

    /// <summary>L of the correlation matrix, rows of the lower triangle: A*, U*, C*.</summary>
    public ImmutableArray<double> Cholesky { get; }

    /// <summary>The populations of the candidates; a second one only with contamination.</summary>
    public ImmutableArray<ScoreComponent> Components { get; }

    /// <summary>Index of the score by which the trial selects.</summary>
    public int Selecting => (int)_population.Selection.By;

    /// <summary>Score above which a candidate is kept; negative infinity if all are.</summary>
    public double Threshold { get; }

    /// <summary>[trait] Mean after the selection, before the training.</summary>
    public ImmutableArray<double> SelectedMeans { get; }

    /// <summary>Index of the score that training narrows.</summary>
    public int Trained => (int)_population.TrainingOf;

    /// <summary>k.</summary>
    public double Training => _population.Training;

    /// <summary>Contamination.</summary>
    public Contamination Contamination => _population.Contamination;

    /// <summary>Whether the selection needs the third score.</summary>
    public bool NeedsAdherence => _population.Selection is { Keep: < 1, By: TherapistTrait.Adherence };

    /// <summary>Correlation of two scores in the population.</summary>
    public double Correlation(int first, int second)
    {
        double sum = 0;
        for (int k = 0; k <= Math.Min(first, second); k++)
        {
            sum += Element(first, k) * Element(second, k);
        }

        return sum;
    }

    /// <summary>Mean and SD of a score in the trial's population.</summary>
    public (double Mean, double Sd) Moments(int trait)
    {
        double square = 0;
        double share = 0;
        foreach (ScoreComponent component in Components)
        {
            // E X² = μ² + σ² + (2μ·rσ + r²σ²·a)·φ(a)/(1 − Φ(a)) for X with correlation r to the selecting score above a.
            double a = Standardised(component, Threshold);
            double above = component.Share * NormalDistribution.Survival(a);
            double density = double.IsInfinity(a) ? 0 : component.Share * InverseSqrtTwoPi * Elementary.Exp(-0.5 * a * a);
            double mean = component.Mean[trait];
            double sd = component.Sd[trait];
            double r = Correlation(trait, Selecting);
            square += (above * ((mean * mean) + (sd * sd))) + (density * ((2 * mean * r * sd) + (r * r * sd * sd * (double.IsInfinity(a) ? 0 : a))));
            share += above;
        }

        double selected = SelectedMeans[trait];
        double variance = Math.Max(0, (square / share) - (selected * selected));
        return (selected, Math.Sqrt(variance) * (trait == Trained ? Training : 1));
    }

    /// <summary>A score after training.</summary>
    public double Train(int trait, double score) =>
        trait == Trained ? SelectedMeans[trait] + (Training * (score - SelectedMeans[trait])) : score;

    private double Element(int row, int column) => Cholesky[(row * (row + 1) / 2) + column];

    private static ImmutableArray<double> Factor(ScoreCorrelations r)
    {
        double l11 = Math.Sqrt(1 - (r.AllianceOutcome * r.AllianceOutcome));
        double l21 = (r.OutcomeAdherence - (r.AllianceOutcome * r.AllianceAdherence)) / l11;
        double l22 = Math.Sqrt(1 - (r.AllianceAdherence * r.AllianceAdherence) - (l21 * l21));
        return [1, r.AllianceOutcome, l11, r.AllianceAdherence, l21, l22];
    }

    private static IEnumerable<ScoreComponent> ComponentsOf(Contamination contamination)
    {
        ImmutableArray<double> zero = [0, 0, 0];
        ImmutableArray<double> one = [1, 1, 1];
        yield return new(1 - contamination.Share, zero, one);
        if (contamination.Share > 0)
        {
            int trait = (int)contamination.Of;
            yield return new(contamination.Share, zero.SetItem(trait, contamination.Mean), one.SetItem(trait, contamination.Sd));
        }
    }

    // Standardised threshold in a component; a component without spread lies wholly on one side.
    private double Standardised(in ScoreComponent component, double threshold)
    {
        double difference = threshold - component.Mean[Selecting];
        double sd = component.Sd[Selecting];
        return sd > 0 ? difference / sd : difference > 0 ? double.PositiveInfinity : double.NegativeInfinity;
    }

    private double ShareAbove(double threshold)
    {
        double share = 0;
        foreach (ScoreComponent component in Components)
        {
            share += component.Share * NormalDistribution.Survival(Standardised(component, threshold));
        }

        return share;
    }

    private double SolveThreshold()
    {
        double low = -200;
        double high = 200;
        for (int i = 0; i < 200; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = ShareAbove(middle) > _population.Selection.Keep ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    private double SelectedMean(int trait)
    {
        double mean = 0;
        double share = 0;
        foreach (ScoreComponent component in Components)
        {
            double a = Standardised(component, Threshold);
            double above = component.Share * NormalDistribution.Survival(a);
            double density = double.IsInfinity(a) ? 0 : InverseSqrtTwoPi * Elementary.Exp(-0.5 * a * a);
            mean += (above * component.Mean[trait]) + (component.Share * Correlation(trait, Selecting) * component.Sd[trait] * density);
            share += above;
        }

        return mean / share;
    }
}
