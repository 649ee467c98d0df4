using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>A chart of a report: a Vega-Lite specification with its data, and the same data as a table.</summary>
/// <param name="Id">Letters, digits and hyphens; different for each chart of a report.</param>
/// <param name="Title">What it shows, in a few words.</param>
/// <param name="Description">What can be seen in it, for those who do not see it.</param>
/// <param name="Spec">Vega-Lite, version 6, without configuration.</param>
/// <param name="Table">The data.</param>
internal sealed record Chart(string Id, string Title, string Description, JsonObject Spec, ChartTable Table);

/// <summary>The data of a chart as text.</summary>
/// <param name="Header">Names of the columns.</param>
/// <param name="Rows">Cells by row.</param>
internal sealed record ChartTable(ImmutableArray<string> Header, ImmutableArray<ImmutableArray<string>> Rows);
