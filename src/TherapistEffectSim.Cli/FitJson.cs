using System.Text.Json;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Cli;

/// <summary>A fit as one JSON object. Numbers read back to the same double; null where there is none.</summary>
internal static class FitJson
{
    public static void Write(LinearMixedModelFit fit, ModelComparison? comparison, TextWriter output) => JsonText.Write(output, json =>
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

        if (!fit.VarianceTests.IsEmpty)
        {
            Write(json, fit.VarianceTests);
        }

        if (!fit.ProfileIntervals.IsEmpty)
        {
            Write(json, fit.ProfileIntervals);
        }

        if (comparison is not null)
        {
            Write(json, comparison);
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

    private static void Write(Utf8JsonWriter json, IEnumerable<VarianceTest> tests)
    {
        json.WriteStartArray("variance_tests");
        foreach (VarianceTest test in tests)
        {
            json.WriteStartObject();
            json.WriteString("group", test.Group);
            json.WriteString("term", test.Term);
            json.WriteString("test", test.Test);
            json.WriteNumber("statistic", test.Statistic);
            json.WriteString("reference", test.Reference);
            json.WriteNumber("p_value", test.PValue);
            json.WriteNumber("p_value_mcse", test.PValueMcse);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, IEnumerable<ProfileInterval> intervals)
    {
        json.WriteStartArray("profile_intervals");
        foreach (ProfileInterval interval in intervals)
        {
            json.WriteStartObject();
            json.WriteString("parameter", interval.Parameter);
            json.WriteString("group", interval.Group);
            json.WriteString("term", interval.Term);
            json.WriteNumber("estimate", interval.Estimate);
            json.WriteNumber("conf_low", interval.ConfLow);
            json.WriteNumber("conf_high", interval.ConfHigh);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ModelComparison comparison)
    {
        json.WriteStartObject("comparison");
        json.WriteString("reduced", comparison.Reduced);
        json.WriteString("method", Wording.NameOf(comparison.Method));
        json.WriteNumber("statistic", comparison.Statistic);
        json.WriteNumber("df", comparison.DegreesOfFreedom);
        json.WriteString("reference", comparison.Reference);
        json.WriteNumber("p_value", comparison.PValue);
        json.WriteNumber("bootstraps", comparison.Bootstraps);
        json.WriteNumber("bootstrap_failures", comparison.BootstrapFailures);
        json.WriteNumber("bootstrap_p_value", comparison.BootstrapPValue);
        json.WriteEndObject();
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
