using System.Globalization;
using Spectre.Console;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Cli;

/// <summary>A fit as a person reads it, in the order of lme4's summary.</summary>
internal static class FitTable
{
    private const int DigitsOfVariances = 4;
    private const int DigitsOfStandardErrors = 4;
    private const double NoVariance = 1e-8; // of the residual variance
    private const double SmallestPrinted = 0.0001; // p-values below it are printed as a bound

    public static void Write(LinearMixedModelFit fit, ModelComparison? comparison, Streams streams)
    {
        bool isMixed = !fit.RandomEffects.IsEmpty;
        TextWriter output = streams.Output;
        output.WriteLine($"{(isMixed ? "Linear mixed model fitted by" : "Ordinary least squares, residual variance by")} {Wording.NameOf(fit.Method)}");
        output.WriteLine($"  {fit.Formula}");
        string groups = string.Concat(fit.Groups.Select(group => $", {group.Name}: {Wording.Count(group.Levels, "level")}"));
        output.WriteLine($"  {Wording.Count(fit.Observations, "observation")}{groups}");
        string criterion = fit.Method == Criterion.Reml ? "REML criterion" : "Deviance";
        output.WriteLine($"  {criterion} {Fixed(fit.CriterionValue)}, log-likelihood {Fixed(fit.LogLikelihood)}, "
            + $"AIC {Fixed(fit.Aic)}, BIC {Fixed(fit.Bic)}");
        output.WriteLine();
        if (isMixed)
        {
            output.WriteLine("Random effects");
            streams.Write(RandomEffects(fit));
        }
        else
        {
            output.WriteLine($"Residual variance {Own(fit.ResidualSd * fit.ResidualSd)}, SD {Own(fit.ResidualSd)}");
        }

        if (!fit.FixedEffects.IsEmpty)
        {
            output.WriteLine();
            output.WriteLine("Fixed effects");
            streams.Write(FixedEffects(fit));
        }

        FitExtrasTable.Write(fit, comparison, streams);
        WriteNotes(fit, output);
    }

    /// <summary>A p-value as a person reads it.</summary>
    public static string Probability(double? p) => p switch
    {
        null => "NA",
        < SmallestPrinted => "<0.0001",
        double known => known.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    private static Table RandomEffects(LinearMixedModelFit fit)
    {
        Table table = PlainTable.Create("Group", "Term");
        table.AddNumbers(["Variance", "SD", .. fit.Correlations.IsEmpty ? (string[])[] : ["Correlations"]]);
        foreach (RandomEffect effect in fit.RandomEffects)
        {
            table.AddTexts(
                [effect.Group, effect.Term, Own(effect.Variance), Own(effect.Sd), .. fit.Correlations.IsEmpty ? (string[])[] : [Correlations(fit, effect)]]);
        }

        table.AddTexts(
            [
                "Residual", "", Own(fit.ResidualSd * fit.ResidualSd), Own(fit.ResidualSd), .. fit.Correlations.IsEmpty ? (string[])[] : [""],
            ]);
        return table;
    }

    // With the effects before it in its term, as lme4 prints the lower triangle.
    private static string Correlations(LinearMixedModelFit fit, RandomEffect effect) => string.Join(
        "  ",
        fit.Correlations
            .Where(pair => pair.Group == effect.Group && pair.Term2 == effect.Term)
            .Select(pair => pair.Correlation is double known ? known.ToString("0.00", CultureInfo.InvariantCulture) : "NA"));

    private static Table FixedEffects(LinearMixedModelFit fit)
    {
        bool hasDf = fit.FixedEffects.Any(effect => effect.DegreesOfFreedom is not null);
        Table table = PlainTable.Create("Term");
        table.AddNumbers(["Estimate", "Std. error", .. hasDf ? (string[])["df", "t"] : ["z"], "p", "95 % interval"]);
        foreach (FixedEffect effect in fit.FixedEffects)
        {
            table.AddTexts(
                [
                    effect.Term,
                    Rounded(effect.Estimate, effect),
                    Rounded(effect.StandardError, effect),
                    .. hasDf ? (string[])[effect.DegreesOfFreedom is double df ? df.ToString("0.0", CultureInfo.InvariantCulture) : "NA"] : [],
                    effect.Statistic.ToString("0.00", CultureInfo.InvariantCulture),
                    Probability(effect.PValue),
                    $"{Rounded(effect.ConfLow, effect)} to {Rounded(effect.ConfHigh, effect)}",
                ]);
        }

        return table;
    }

    private static void WriteNotes(LinearMixedModelFit fit, TextWriter output)
    {
        List<string> notes = [];
        if (fit.IsSingular)
        {
            notes.AddRange(Singular(fit));
        }

        if (!fit.HasConverged)
        {
            notes.Add("The search for the minimum did not converge: do not use these estimates.");
        }

        if (!fit.DroppedTerms.IsEmpty)
        {
            notes.Add($"Left out, because they depend linearly on the terms before them: {string.Join(", ", fit.DroppedTerms)}.");
        }

        if (notes.Count > 0)
        {
            output.WriteLine();
            notes.ForEach(output.WriteLine);
        }
    }

    private static IEnumerable<string> Singular(LinearMixedModelFit fit)
    {
        RandomEffect[] zero = [.. fit.RandomEffects.Where(effect => effect.Variance <= NoVariance * fit.ResidualSd * fit.ResidualSd)];
        if (zero.Length > 0)
        {
            string which = zero is [{ Term: "(Intercept)" } only]
                ? $"the variance between levels of {only.Group} is"
                : $"{(zero.Length == 1 ? "the variance of" : "the variances of")} {Wording.List([.. zero.Select(effect => $"{effect.Term} between levels of {effect.Group}")], "and")} {(zero.Length == 1 ? "is" : "are")}";
            yield return $"The fit is singular: {which} estimated as 0, {(zero.Length == 1 ? "its" : "their")} smallest possible value.";
            yield return "  That is a valid fit. It does not show that the levels are alike: with few levels or rows an estimate of 0 is common.";
        }
        else
        {
            yield return "The fit is singular: random effects are estimated as depending on each other exactly, as with a correlation of -1 or 1.";
            yield return "  That is a valid fit. With few levels or rows such an estimate is common; a model with fewer random effects may say as much.";
        }
    }

    private static string Fixed(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Own(double value) => Wording.Rounded(value, value, DigitsOfVariances);

    private static string Rounded(double? value, FixedEffect effect) =>
        value is double number ? Wording.Rounded(number, effect.StandardError, DigitsOfStandardErrors) : "NA";
}
