using System.Globalization;
using Spectre.Console;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Cli;

/// <summary>What a fit gives beside the estimates, as a person reads it.</summary>
internal static class FitExtrasTable
{
    private const int DigitsOfModes = 3;
    private const int DigitsOfIntervals = 4;

    public static void Write(LinearMixedModelFit fit, ModelComparison? comparison, Streams streams)
    {
        TextWriter output = streams.Output;
        if (!fit.ProfileIntervals.IsEmpty)
        {
            output.WriteLine();
            output.WriteLine("Profile-likelihood intervals");
            streams.Write(Intervals(fit));
        }

        if (!fit.VarianceTests.IsEmpty)
        {
            output.WriteLine();
            output.WriteLine("Tests of variances against 0");
            streams.Write(Tests(fit));
            output.WriteLine(Wording.Wrapped(
                "wald-z is here because it is often reported: estimates of a variance are far from normal near 0, and with few levels z can never be large. Do not decide by it.", 0));
        }

        if (comparison is not null)
        {
            output.WriteLine();
            Write(comparison, output);
        }

        foreach (ConditionalModes effect in fit.ConditionalModes)
        {
            output.WriteLine();
            string reliability = effect.Reliability is double known
                ? $", reliability of the ranks {known.ToString("0.00", CultureInfo.InvariantCulture)}"
                : " are all 0, because the variance is";
            output.WriteLine($"Conditional modes of {effect.Term} by {effect.Group}{reliability}");
            if (effect.Reliability is not null)
            {
                streams.Write(Modes(effect));
            }
        }
    }

    private static Table Intervals(LinearMixedModelFit fit)
    {
        Table table = PlainTable.Create("Group", "Term", "Parameter");
        table.AddNumbers("Estimate", "95 % interval");
        foreach (ProfileInterval interval in fit.ProfileIntervals)
        {
            table.AddTexts(
                interval.Group,
                interval.Term,
                interval.Parameter == "icc" ? "ICC" : "SD",
                Own(interval.Estimate),
                $"{Own(interval.ConfLow)} to {(interval.ConfHigh is double high ? Own(high) : "NA")}");
        }

        return table;
    }

    private static Table Tests(LinearMixedModelFit fit)
    {
        Table table = PlainTable.Create("Group", "Term", "Test");
        table.AddNumbers("Statistic", "p");
        table.AddTextColumn("Null distribution");
        foreach (VarianceTest test in fit.VarianceTests)
        {
            table.AddTexts(
                test.Group,
                test.Term,
                test.Test,
                test.Statistic is double statistic ? statistic.ToString("0.000", CultureInfo.InvariantCulture) : "NA",
                FitTable.Probability(test.PValue),
                test.Reference);
        }

        return table;
    }

    private static void Write(ModelComparison comparison, TextWriter output)
    {
        output.WriteLine($"Likelihood-ratio test by {Wording.NameOf(comparison.Method)} against");
        output.WriteLine($"  {comparison.Reduced}");
        output.WriteLine(
            $"  statistic {comparison.Statistic.ToString("0.000", CultureInfo.InvariantCulture)}, p {FitTable.Probability(comparison.PValue)} ({comparison.Reference})");
        if (comparison.BootstrapPValue is double p)
        {
            string failed = comparison.BootstrapFailures > 0 ? $", {comparison.BootstrapFailures} of them without a fit" : "";
            output.WriteLine($"  p {FitTable.Probability(p)} by parametric bootstrap with {Wording.LongCount(comparison.Bootstraps, "data set")}{failed}");
        }
    }

    private static Table Modes(ConditionalModes effect)
    {
        Table table = PlainTable.Create(effect.Group);
        table.AddNumbers("Rank", "Mode", "SD");
        foreach (ConditionalMode level in effect.Levels.OrderBy(level => level.Rank))
        {
            table.AddTexts(
                level.Level,
                level.Rank.ToString(CultureInfo.InvariantCulture),
                Wording.Rounded(level.Mode, level.Sd, DigitsOfModes),
                Wording.Rounded(level.Sd, level.Sd, DigitsOfModes));
        }

        return table;
    }

    private static string Own(double value) => Wording.Rounded(value, value, DigitsOfIntervals);
}
