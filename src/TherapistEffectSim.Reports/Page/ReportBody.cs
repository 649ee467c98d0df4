using System.Globalization;
using System.Net;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Reports.Charts;
using TherapistEffectSim.Reports.Words;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Page;

/// <summary>What a report says, section by section.</summary>
internal sealed class ReportBody(StoredResults results, ReportCharts charts)
{
    private const int MostRows = 3000;
    private const int MostScenariosWithNotes = 50;
    private const int RowsAtOnce = 40; // a longer table is folded away

    private readonly Study _study = results.Study;
    private readonly ReportTables _tables = new(results, charts);

    public void Write(HtmlText html)
    {
        (string Id, string Link, string Title, Action<HtmlText> Content)[] sections =
        [
            .. new (string Id, string Link, string Title, bool IsThere, Action<HtmlText> Content)[]
            {
                ("findings", "In short", "In short", true, Findings),
                ("design", "Design", "What was simulated", true, Design),
                ("rejections", "Rejections", "How often the tests reject", true, Rejections),
                ("joint-decisions", "Same trials", "Decisions on the same trials", results.Cells.Any(c => !c.Joint.IsEmpty), Joint),
                ("estimates-and-truth", "Estimates", "Estimates beside the truth", charts.Estimates is not null || charts.Coverage is not null, Estimates),
                ("fits", "Failures", "Boundary and failures", true, Fits),
                ("warnings", "Warnings", "What to beware of", true, Warnings),
                ("methods", "Methods", "For the methods section", true, Methods),
                ("provenance", "Provenance", "Where the numbers come from", true, Provenance),
            }.Where(s => s.IsThere).Select(s => (s.Id, s.Link, s.Title, s.Content)),
        ];
        Header(html);
        html.Raw("<nav aria-label=\"Sections\"><ul>");
        foreach ((string id, string link, _, _) in sections)
        {
            html.Raw($"<li><a href=\"#{id}\">").Raw(HtmlText.Escape(link)).Raw("</a></li>");
        }

        html.Raw("</ul></nav>\n<main>\n");
        foreach ((string id, _, string title, Action<HtmlText> content) in sections)
        {
            html.Raw($"<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n").Element($"h2 id=\"{id}-title\"", title);
            content(html);
            html.Raw("</section>\n");
        }

        html.Raw("</main>\n<footer>");
        html.Element("p", $"Made by TherapistEffectSim {results.Manifest.Version} from the results of {results.Manifest.Ended.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}. Charts by Vega-Lite.");
        html.Raw("</footer>\n");
    }

    private void Header(HtmlText html)
    {
        string question = string.Join(' ', _study.Question.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        html.Raw("<header class=\"top\"><div class=\"bar\">").Element("p class=\"name\"", _study.Name)
            .Raw("<button type=\"button\" id=\"theme\">Dark</button></div>\n")
            .Element("h1", question.Length > 0 ? question : _study.Name)
            .Element("p class=\"facts\"", string.Create(
                CultureInfo.InvariantCulture,
                $"{Wording.LongCount(_study.Cells.Count, "scenario")} · {Wording.Replicates(_study)} each · level {_study.Alpha} · seed {_study.Seed}"));
        if (results.Manifest.Status != RunStatus.Complete)
        {
            html.Element("p class=\"alert\" role=\"note\"", $"The run was interrupted: {Wording.LongCount(results.Cells.Length, "scenario")} of {_study.Cells.Count} were begun, and the last of them has {Wording.LongCount(results.Cells[^1].Replicates, "trial")}.");
        }

        if (_study.Precision is { } precision)
        {
            int missed = results.Cells.Count(c => c.End == CellEnd.PrecisionMissed);
            html.Element("p class=\"note\"", string.Create(
                CultureInfo.InvariantCulture,
                $"A scenario ended when no rejection rate had a Monte Carlo standard error above {precision.TargetMcse}, or at {precision.Max:N0} replicates{(missed > 0 ? $", as {missed} of them did" : "")}. Intervals hold under these repeated looks."));
        }

        html.Raw("</header>\n");
    }

    private void Findings(HtmlText html)
    {
        html.Raw("<ul class=\"findings\">\n");
        foreach ((string number, string text, string means) in _tables.Findings())
        {
            html.Raw("<li>").Element("span class=\"big\"", number).Raw("<span>").Raw(HtmlText.Escape(text)).Raw(" ");
            if (means.Length > 0)
            {
                html.Element($"span class=\"tag {means.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal)}\"", means);
            }

            html.Raw("</span></li>\n");
        }

        html.Raw("</ul>\n");
        if (_tables.HasFalseAlarms)
        {
            html.Element("p class=\"note\"", "A false alarm is a rejection where what is tested is 0 and something else in this world makes the test reject. It is not a detection: more patients bring more of them, not fewer.");
        }
    }

    private void Design(HtmlText html)
    {
        Terms(html, "design", DesignTable.Of(_study));
        html.Element("p class=\"note\"", "Effects are in SDs of the outcome within therapists, higher is better. Curves are functions of the therapist’s (or the patient’s) true alliance in SDs. Where a value differs between scenarios, all its values are listed.");
        html.Raw("<details><summary>The study file, all defaults written out</summary><pre tabindex=\"0\">").Raw(WebUtility.HtmlEncode(results.StudyText)).Raw("</pre></details>\n");
    }

    private void Rejections(HtmlText html)
    {
        html.Element("p", "Filled points: what is tested is not 0, so that the rate is power. Hollow points: it is 0, and the rate is a type I error or a false alarm of a model that leaves something out. Bands and bars are 95 % intervals for the Monte Carlo error.");
        Draw(html, charts.Power, "There are too many combinations for one chart: see the table below.");
        Draw(html, charts.Map, null);
        Terms(html, "key", charts.Tests.Select(t => (t.Label, t.Explanation)));
        if (_tables.HasFormula)
        {
            html.Element("p", $"In the table below, {AnalyticText.Header}: {AnalyticText.Explanation}.");
        }

        Folded(html, "All tests of all scenarios", _tables.TestHeader(charts.Layout), _tables.TestRows());
    }

    private void Joint(HtmlText html)
    {
        html.Element("p", "All tests see the same data, so that patterns of decisions can be counted.");
        Draw(html, charts.Joint, "There are too many scenarios for one chart.");
        Folded(html, "Patterns of decisions", ReportTables.PatternHeader(charts.Layout), _tables.PatternRows());
        Folded(html, "Pairs of tests: how often one rejects and the other does not", ReportTables.PairHeader(charts.Layout), _tables.PairRows());
    }

    private void Estimates(HtmlText html)
    {
        html.Element("p", "The truth is what the model would find in an endless trial that knows each alliance without error. A distance between the mean of the estimates and the truth is bias.");
        Draw(html, charts.Estimates, null);
        Draw(html, charts.Coverage, null);
        Draw(html, charts.Zip, null);
        if (charts.Zip is null && !results.Record.HasReplicates)
        {
            html.Element("p class=\"note\"", "Intervals of single trials (a zip plot) can be shown when replicates are kept: tes run … --keep-replicates.");
        }
    }

    private void Fits(HtmlText html)
    {
        html.Element("p", "A therapist variance that is estimated as exactly 0 lies on the boundary: a valid fit, which counts like any other. A test that cannot be made in a trial counts as no rejection.");
        Folded(html, "Shares of trials on the boundary, and of tests that could not be made", ReportTables.FitHeader(charts.Layout), _tables.FitRows());
    }

    private void Warnings(HtmlText html)
    {
        (CellResult Cell, string[] Notes)[] warned = [.. results.Cells.Select(c => (c, ScenarioNotes.Of(c, _study).ToArray())).Where(c => c.Item2.Length > 0)];
        if (warned.Length == 0)
        {
            html.Element("p", "Nothing stands out: no therapists lost, few fits on the boundary, no failures, no false alarms, no bias above a tenth.");
            return;
        }

        html.Raw("<div class=\"warnings\">\n");
        foreach ((CellResult cell, string[] notes) in warned.Take(MostScenariosWithNotes))
        {
            html.Element("h3", $"Scenario {cell.Cell.Number}{(cell.Cell.Factors.IsEmpty ? "" : ": " + GridLayout.ScenarioLabel(cell))}").Raw("<ul>\n");
            foreach (string note in notes)
            {
                html.Element("li", char.ToUpperInvariant(note[0]) + note[1..]);
            }

            html.Raw("</ul>\n");
        }

        html.Raw("</div>\n");
        if (warned.Length > MostScenariosWithNotes)
        {
            html.Element("p class=\"note\"", $"And {warned.Length - MostScenariosWithNotes} scenarios more.");
        }
    }

    private void Methods(HtmlText html) => html.Element("p class=\"methods\"", MethodsParagraph.Of(results))
        .Element("p class=\"note\"", "Every assumption in sentences, and references, for a protocol or a preregistration: tes statement, with this folder.");

    private void Provenance(HtmlText html)
    {
        Terms(html, "design", _tables.Provenance());
        html.Raw("<details><summary>Licences of the chart library</summary>\n");
        foreach ((string package, string text) in ChartLibrary.Licences)
        {
            html.Element("h3", package).Raw("<pre tabindex=\"0\">").Raw(WebUtility.HtmlEncode(text)).Raw("</pre>\n");
        }

        html.Raw("</details>\n");
    }

    private static void Terms(HtmlText html, string kind, IEnumerable<(string Name, string Value)> terms)
    {
        html.Raw($"<dl class=\"{kind}\">\n");
        foreach ((string name, string value) in terms)
        {
            html.Element("dt", name).Element("dd", value);
        }

        html.Raw("</dl>\n");
    }

    private static void Draw(HtmlText html, Chart? chart, string? otherwise)
    {
        if (chart is null)
        {
            if (otherwise is not null)
            {
                html.Element("p class=\"note\"", otherwise);
            }

            return;
        }

        html.Raw($"<figure class=\"chart\" id=\"chart-{chart.Id}\" aria-labelledby=\"chart-{chart.Id}-title\" aria-describedby=\"chart-{chart.Id}-text\">\n")
            .Raw("<div class=\"head\">").Element($"h3 id=\"chart-{chart.Id}-title\"", chart.Title)
            .Raw($"<span class=\"save\"><button type=\"button\" data-save=\"svg\" data-chart=\"{chart.Id}\" aria-label=\"Save “{HtmlText.Escape(chart.Title)}” as SVG\">SVG</button>")
            .Raw($"<button type=\"button\" data-save=\"png\" data-chart=\"{chart.Id}\" aria-label=\"Save “{HtmlText.Escape(chart.Title)}” as PNG\">PNG</button></span></div>\n")
            .Raw("<div class=\"plot\" tabindex=\"0\" role=\"region\" aria-label=\"").Raw(HtmlText.Escape(chart.Title)).Raw("\"></div>\n")
            .Raw($"<script type=\"application/json\" class=\"spec\" data-chart=\"{chart.Id}\">{ReportPage.Json(chart.Spec)}</script>\n")
            .Element($"figcaption id=\"chart-{chart.Id}-text\"", chart.Description)
            .Raw("<details><summary>The numbers of this chart</summary>");
        Limited(html, chart.Title, chart.Table.Header, chart.Table.Rows.Select(r => r.AsEnumerable()));
        html.Raw("</details>\n</figure>\n");
    }

    private static void Folded(HtmlText html, string caption, IEnumerable<string> header, IEnumerable<string[]> rows)
    {
        string[][] all = [.. rows.Take(MostRows + 1)];
        if (all.Length == 0)
        {
            return;
        }

        bool folds = all.Length > RowsAtOnce;
        html.Raw(folds ? $"<details><summary>{HtmlText.Escape(caption)}</summary>" : "");
        Limited(html, caption, header, all);
        html.Raw(folds ? "</details>\n" : "");
    }

    private static void Limited(HtmlText html, string caption, IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        IEnumerable<string>[] all = [.. rows];
        html.Table(caption, header, all.Take(MostRows));
        if (all.Length > MostRows)
        {
            html.Element("p class=\"note\"", string.Create(CultureInfo.InvariantCulture, $"Only the first {MostRows:N0} rows: all are in summary.csv, joint.csv and joint-pairs.csv."));
        }
    }
}
