using System.Text.Json.Nodes;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>The look of all charts, for light and for dark surroundings: the colours of Okabe and Ito, told apart by those who see colours differently.</summary>
internal static class ChartTheme
{
    public static JsonObject Light { get; } = Of("#1f2328", "#57606a", "#d8dee4", "[\"#0072b2\", \"#d55e00\", \"#009e73\", \"#cc79a7\", \"#e69f00\", \"#56b4e9\", \"#7a5195\", \"#8c8c8c\"]");

    public static JsonObject Dark { get; } = Of("#e6edf3", "#9da7b3", "#30363d", "[\"#56b4e9\", \"#ff9e4a\", \"#2fc99a\", \"#e8a5cb\", \"#f0c541\", \"#8ecbff\", \"#b99be0\", \"#a0a0a0\"]");

    private static JsonObject Of(string text, string quiet, string lines, string colours) => ChartSpec.Parse($$"""
        {
          "background": "transparent",
          "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
          "view": {"stroke": null},
          "axis": {"labelColor": "{{quiet}}", "titleColor": "{{text}}", "gridColor": "{{lines}}", "domainColor": "{{lines}}", "tickColor": "{{lines}}", "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelPadding": 6, "titlePadding": 10},
          "legend": {"labelColor": "{{text}}", "titleColor": "{{quiet}}", "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "symbolSize": 90, "rowPadding": 4, "columnPadding": 18},
          "header": {"labelColor": "{{text}}", "titleColor": "{{quiet}}", "labelFontSize": 12, "labelFontWeight": "bold"},
          "facet": {"spacing": 28},
          "text": {"color": "{{text}}"},
          "range": {"category": {{colours}} }
        }
        """);
}
