using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Cli;

/// <summary>A fit as one CSV row per parameter, with the names of R's <c>broom.mixed::tidy</c>. Empty where there is no value.</summary>
internal static class FitCsv
{
    public static void Write(LinearMixedModelFit fit, TextWriter output)
    {
        CsvRow row = new(output);
        row.Add(["effect", "group", "term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]).End();
        foreach (FixedEffect effect in fit.FixedEffects)
        {
            row.Add("fixed")
                .Add("")
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
            Sd(row, effect.Group, effect.Term, effect.Sd);
        }

        Sd(row, "Residual", "Observation", fit.ResidualSd);
    }

    private static void Sd(CsvRow row, string group, string term, double sd) =>
        row.Add("ran_pars").Add(group).Add($"sd__{term}").Add(sd).Add(["", "", "", "", "", ""]).End();
}
