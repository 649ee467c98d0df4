using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Cli;

/// <summary>A fit as one CSV row per parameter, with the names of R's <c>broom.mixed::tidy</c>. Empty where there is no value.</summary>
internal static class FitCsv
{
    public static void Write(LinearMixedModelFit fit, ModelComparison? comparison, TextWriter output)
    {
        CsvRow row = new(output);
        string[] level = fit.ConditionalModes.IsEmpty ? [] : [""];
        row.Add(["effect", "group", .. fit.ConditionalModes.IsEmpty ? (string[])[] : ["level"], "term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]).End();
        foreach (FixedEffect effect in fit.FixedEffects)
        {
            row.Add("fixed")
                .Add("")
                .Add(level)
                .Add(effect.Term)
                .Add(effect.Estimate)
                .Add(effect.StandardError)
                .Add(effect.DegreesOfFreedom)
                .Add(effect.Statistic)
                .Add(effect.PValue)
                .Add(effect.ConfLow)
                .Add(effect.ConfHigh)
                .End();
        }

        foreach (RandomEffect effect in fit.RandomEffects)
        {
            Parameter(row, level, effect.Group, $"sd__{effect.Term}", effect.Sd, Profile(fit, effect.Group, effect.Term));
        }

        foreach (RandomCorrelation pair in fit.Correlations)
        {
            Parameter(row, level, pair.Group, $"cor__{pair.Term1}.{pair.Term2}", pair.Correlation);
        }

        Parameter(row, level, "Residual", "sd__Observation", fit.ResidualSd, Profile(fit, "Residual", ""));
        foreach (ProfileInterval icc in fit.ProfileIntervals.Where(interval => interval.Parameter == "icc"))
        {
            Parameter(row, level, icc.Group, $"icc__{icc.Term}", icc.Estimate, icc);
        }

        foreach (VarianceTest test in fit.VarianceTests)
        {
            row.Add("test").Add(test.Group).Add(level).Add($"{test.Test}__{test.Term}").Add(["", "", ""]).Add(test.Statistic).Add(test.PValue).Add(["", ""]).End();
        }

        if (comparison is not null)
        {
            Comparison(row, level, comparison, "lrt", comparison.PValue);
            if (comparison.BootstrapPValue is double p)
            {
                Comparison(row, level, comparison, "bootstrap", p);
            }
        }

        foreach (ConditionalModes effect in fit.ConditionalModes)
        {
            foreach (ConditionalMode mode in effect.Levels)
            {
                row.Add("ran_vals").Add(effect.Group).Add(mode.Level).Add(effect.Term).Add(mode.Mode).Add(mode.Sd).Add(["", "", "", "", ""]).End();
            }
        }
    }

    private static void Parameter(CsvRow row, string[] level, string group, string term, double? value, ProfileInterval? interval = null) =>
        row.Add("ran_pars").Add(group).Add(level).Add(term).Add(value).Add(["", "", "", ""]).Add(interval?.ConfLow).Add(interval?.ConfHigh).End();

    private static ProfileInterval? Profile(LinearMixedModelFit fit, string group, string term) =>
        fit.ProfileIntervals.FirstOrDefault(interval => interval.Parameter == "sd" && interval.Group == group && interval.Term == term);

    private static void Comparison(CsvRow row, string[] level, ModelComparison comparison, string test, double p) =>
        row.Add("comparison").Add("").Add(level).Add(test).Add(["", ""]).Add((double?)comparison.DegreesOfFreedom).Add(comparison.Statistic).Add(p).Add(["", ""]).End();
}
