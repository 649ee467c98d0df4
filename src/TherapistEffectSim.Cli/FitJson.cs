using System.Text.Json;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Cli;

/// <summary>A fit as one JSON object. Numbers read back to the same double; null where there is none.</summary>
internal static class FitJson
{
    public static void Write(LinearMixedModelFit fit, TextWriter output) => JsonText.Write(output, json =>
    {
        json.WriteStartObject();
        json.WriteString("formula", fit.Formula);
        json.WriteString("method", Wording.NameOf(fit.Method));
        json.WriteNumber("observations", fit.Observations);
        json.WriteNumber("incomplete_rows", fit.IncompleteRows);
        json.WriteStartObject("groups");
        foreach (GroupCount group in fit.Groups)
        {
            json.WriteNumber(group.Name, group.Levels);
        }

        json.WriteEndObject();
        json.WriteStartArray("fixed_effects");
        foreach (FixedEffect effect in fit.FixedEffects)
        {
            Write(json, effect);
        }

        json.WriteEndArray();
        json.WriteStartArray("random_effects");
        foreach (RandomEffect effect in fit.RandomEffects)
        {
            json.WriteStartObject();
            json.WriteString("group", effect.Group);
            json.WriteString("term", effect.Term);
            json.WriteNumber("variance", effect.Variance);
            json.WriteNumber("sd", effect.Sd);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("correlations");
        foreach (RandomCorrelation pair in fit.Correlations)
        {
            json.WriteStartObject();
            json.WriteString("group", pair.Group);
            json.WriteString("term1", pair.Term1);
            json.WriteString("term2", pair.Term2);
            json.WriteNumber("correlation", pair.Correlation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("residual_sd", fit.ResidualSd);
        json.WriteNumber("log_likelihood", fit.LogLikelihood);
        json.WriteNumber("criterion", fit.CriterionValue);
        json.WriteNumber("aic", fit.Aic);
        json.WriteNumber("bic", fit.Bic);
        json.WriteBoolean("converged", fit.HasConverged);
        json.WriteBoolean("singular", fit.IsSingular);
        json.WriteStartArray("dropped_terms");
        foreach (string term in fit.DroppedTerms)
        {
            json.WriteStringValue(term);
        }

        json.WriteEndArray();
        if (!fit.ConditionalModes.IsEmpty)
        {
            Write(json, fit.ConditionalModes);
        }

        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, IEnumerable<ConditionalModes> all)
    {
        json.WriteStartArray("conditional_modes");
        foreach (ConditionalModes effect in all)
        {
            json.WriteStartObject();
            json.WriteString("group", effect.Group);
            json.WriteString("term", effect.Term);
            json.WriteNumber("reliability", effect.Reliability);
            json.WriteStartArray("levels");
            foreach (ConditionalMode level in effect.Levels)
            {
                json.WriteStartObject();
                json.WriteString("level", level.Level);
                json.WriteNumber("mode", level.Mode);
                json.WriteNumber("sd", level.Sd);
                json.WriteNumber("rank", level.Rank);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, FixedEffect effect)
    {
        json.WriteStartObject();
        json.WriteString("term", effect.Term);
        json.WriteNumber("estimate", effect.Estimate);
        json.WriteNumber("std_error", effect.StandardError);
        json.WriteNumber("df", effect.DegreesOfFreedom);
        json.WriteNumber("statistic", effect.Statistic);
        json.WriteNumber("p_value", effect.PValue);
        json.WriteNumber("conf_low", effect.ConfLow);
        json.WriteNumber("conf_high", effect.ConfHigh);
        json.WriteEndObject();
    }
}
