using System.Globalization;
using System.Net;
using System.Text;

namespace TherapistEffectSim.Reports.Page;

/// <summary>Writes HTML; all text is escaped.</summary>
internal sealed class HtmlText
{
    private const int LongCell = 60; // characters from which a cell is broken into lines

    private readonly StringBuilder _html = new();

    /// <summary>Markup as it is.</summary>
    public HtmlText Raw(string markup)
    {
        _html.Append(markup);
        return this;
    }

    /// <summary>An element with text in it.</summary>
    /// <param name="element">Its name, with attributes: <c>p class="lead"</c>.</param>
    /// <param name="text">Its text.</param>
    public HtmlText Element(string element, string text) =>
        Raw($"<{element}>").Raw(Escape(text)).Raw($"</{element.Split(' ')[0]}>\n");

    /// <summary>A table.</summary>
    /// <param name="caption">What it holds.</param>
    /// <param name="header">Names of the columns.</param>
    /// <param name="rows">Cells by row; those that are numbers are set flush right.</param>
    public HtmlText Table(string caption, IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        string[][] cells = [.. rows.Select(row => row.ToArray())];
        string[] names = [.. header];
        bool[] numeric = [.. names.Select((_, i) => cells.Any(r => r[i].Length > 0) && cells.All(r => r[i].Length == 0 || IsNumber(r[i])))];
        Raw("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"").Raw(Escape(caption)).Raw("\"><table>\n");
        Element("caption", caption).Raw("<thead><tr>");
        for (int i = 0; i < names.Length; i++)
        {
            Raw($"<th scope=\"col\"{(numeric[i] ? " class=\"n\"" : "")}>").Raw(Escape(names[i])).Raw("</th>");
        }

        Raw("</tr></thead>\n<tbody>\n");
        foreach (string[] row in cells)
        {
            Raw("<tr>");
            for (int i = 0; i < row.Length; i++)
            {
                Raw(numeric[i] ? "<td class=\"n\">" : row[i].Length > LongCell ? "<td class=\"long\">" : "<td>").Raw(Escape(row[i])).Raw("</td>");
            }

            Raw("</tr>\n");
        }

        return Raw("</tbody></table></div>\n");
    }

    public override string ToString() => _html.ToString();

    /// <summary>The text as HTML; a number and its per cent sign stay on one line.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text.Replace(" %", "\u00a0%", StringComparison.Ordinal));

    private static bool IsNumber(string cell) =>
        char.IsAsciiDigit(cell[0]) || cell[0] is '–' or '[' || (cell[0] is '-' && double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
}
