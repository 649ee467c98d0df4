using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Reports.Charts;

namespace TherapistEffectSim.Reports.Page;

/// <summary>A report as one HTML file that needs nothing beside itself.</summary>
/// <remarks>
/// Its content security policy lets it load nothing and run only the scripts written into it, known by their hashes; nothing in it calls
/// <c>eval</c>. Equal results give equal bytes.
/// </remarks>
internal static class ReportPage
{
    private static readonly Assembly s_assembly = typeof(ReportPage).Assembly;

    /// <summary>The page.</summary>
    /// <exception cref="InvalidOperationException">The build has no chart library (see <see cref="ChartLibrary.IsThere"/>).</exception>
    public static string Of(StoredResults results)
    {
        if (!ChartLibrary.IsThere)
        {
            throw new InvalidOperationException(ChartLibrary.Missing);
        }

        ReportCharts charts = new(results);
        string[] scripts = [.. ChartLibrary.Scripts, Resource("report.js")];
        string hashes = string.Join(' ', scripts.Select(script => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'"));
        HtmlText html = new();
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Raw($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src 'unsafe-inline'; script-src {hashes}\">\n")
            .Raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
            .Element("title", $"{results.Study.Name}: report")
            .Raw($"<style>\n{Resource("report.css")}</style>\n</head>\n<body>\n");
        new ReportBody(results, charts).Write(html);
        html.Raw($"<script type=\"application/json\" id=\"themes\">{Json(new JsonObject { ["light"] = ChartTheme.Light.DeepClone(), ["dark"] = ChartTheme.Dark.DeepClone() })}</script>\n");
        foreach (string script in scripts)
        {
            html.Raw("<script>").Raw(script).Raw("</script>\n");
        }

        return html.Raw("</body>\n</html>\n").ToString();
    }

    /// <summary>JSON that no text in it can end.</summary>
    public static string Json(JsonNode json) => json.ToJsonString().Replace("<", "\\u003c", StringComparison.Ordinal);

    /// <summary>The specifications as files, with the look of light surroundings: names and texts.</summary>
    public static IEnumerable<(string Name, string Text)> Specifications(StoredResults results) =>
        new ReportCharts(results).All.Select(chart =>
        {
            JsonObject spec = chart.Spec.DeepClone().AsObject();
            spec["title"] = chart.Title;
            spec["config"] = ChartTheme.Light.DeepClone();
            spec["config"]!["background"] = "white";
            if (spec["width"]?.ToString() == "container")
            {
                spec["width"] = SpecificationWidth;
            }

            return ($"{chart.Id}.vl.json", spec.ToJsonString(s_indented) + "\n");
        });

    private const int SpecificationWidth = 640; // pixels, where no page says how wide a chart is

    private static readonly System.Text.Json.JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    private static string Resource(string name)
    {
        using StreamReader reader = new(s_assembly.GetManifestResourceStream("page/" + name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
