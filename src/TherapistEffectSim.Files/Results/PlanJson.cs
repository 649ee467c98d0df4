using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes <c>plan.json</c>: all of a plan's result in one object.</summary>
public static class PlanJson
{
    // Letters beyond ASCII stay as they are: the file is never part of a web page.
    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes.</summary>
    /// <param name="writer">Where the file goes; stays open.</param>
    /// <param name="problem">The question.</param>
    /// <param name="result">What was found.</param>
    public static void Write(TextWriter writer, PlanProblem problem, PlanResult result)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, s_options))
        {
            string[] names = [.. PlanCsv.Dimensions(problem)];
            json.WriteStartObject();
            json.WriteString("name", problem.Study.Name);
            json.WriteString("question", problem.Study.Question);
            json.WriteString("status", JsonNamingPolicy.KebabCaseLower.ConvertName(result.Status.ToString()));
            json.WriteString("measure", result.Measure);
            json.WriteNumber("target", result.Target);
            json.WriteNumber("alpha", problem.Study.Alpha);
            json.WriteStartArray("rejections_mean");
            foreach (string meaning in result.RejectionsMean)
            {
                json.WriteStringValue(meaning);
            }

            json.WriteEndArray();
            json.WriteString("direction", result.Direction == PlanDirection.Up ? "up" : "down");
            Number(json, "budget", problem.Budget);
            json.WritePropertyName("answer");
            Answer(json, names, result.Answer);
            Array(json, "runners_up", result.RunnersUp, answer => Answer(json, names, answer));
            Array(json, "contour", result.Contour, point => Point(json, names, point));
            if (result.WithinBudget is PlanPoint most)
            {
                json.WritePropertyName("within_budget");
                Point(json, names, most);
            }

            Array(json, "curve", result.Curve, point => Point(json, names, point));
            Array(json, "limits", result.Limits, point => Point(json, names, point));
            Array(json, "assumptions", result.Assumptions, assumption =>
            {
                json.WriteStartObject();
                json.WriteString("along", assumption.Along);
                json.WriteString("at", assumption.Value);
                json.WriteString("status", JsonNamingPolicy.KebabCaseLower.ConvertName(assumption.Status.ToString()));
                json.WritePropertyName("at_answer");
                json.WriteStartObject();
                Measure(json, assumption.AtAnswer);
                json.WriteEndObject();
                json.WritePropertyName("answer");
                Answer(json, names, assumption.Answer);
                json.WriteEndObject();
            });
            json.WriteString("drawn", result.WithoutPatients ? "statistics" : "patients");
            json.WriteNumber("replicates", result.Replicates);
            json.WriteNumber("seed", result.Seed);
            json.WriteNumber("confirmation_seed", result.ConfirmationSeed);
            json.WriteEndObject();
        }

        writer.Write(Encoding.UTF8.GetString(stream.ToArray()));
        writer.Write('\n');
    }

    private static void Answer(Utf8JsonWriter json, string[] names, PlanAnswer answer)
    {
        json.WriteStartObject();
        Values(json, names, answer.Values);
        json.WriteNumber("patients", answer.Patients);
        Number(json, "cost", answer.Cost);
        Measure(json, answer.Measure);
        json.WriteNumber("interval_low", answer.Interval.Low);
        Number(json, "interval_high", answer.IsIntervalOpen ? null : answer.Interval.High);
        if (answer.Before is double before)
        {
            json.WriteStartObject("before");
            json.WriteNumber("at", before);
            Measure(json, answer.BeforeMeasure);
            json.WriteNumber("probability_to_miss", answer.BeforeFails);
            json.WriteEndObject();
        }

        json.WriteNumber("replicates", answer.Replicates);
        json.WriteEndObject();
    }

    private static void Point(Utf8JsonWriter json, string[] names, PlanPoint point)
    {
        json.WriteStartObject();
        json.WriteString("along", point.Along);
        json.WriteString("at", point.Value);
        Values(json, names, point.Values);
        Number(json, "cost", point.Cost);
        Measure(json, point.Measure);
        json.WriteNumber("replicates", point.Replicates);
        json.WriteEndObject();
    }

    private static void Values(Utf8JsonWriter json, string[] names, ImmutableArray<double> values)
    {
        json.WriteStartObject("design");
        for (int d = 0; d < values.Length; d++)
        {
            json.WriteNumber(names[d], values[d]);
        }

        json.WriteEndObject();
    }

    private static void Measure(Utf8JsonWriter json, PlanMeasure measure)
    {
        Number(json, "value", measure.Value);
        Number(json, "mcse", measure.Mcse);
        Number(json, "conf_low", measure.ConfLow);
        Number(json, "conf_high", measure.ConfHigh);
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Array<T>(Utf8JsonWriter json, string name, ImmutableArray<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }
}
