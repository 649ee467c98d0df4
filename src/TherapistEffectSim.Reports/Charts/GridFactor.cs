using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>A factor of a study's grid.</summary>
/// <param name="Name">As in the result files.</param>
/// <param name="Levels">Its values, in the order of the grid.</param>
internal sealed record GridFactor(string Name, ImmutableArray<string> Levels)
{
    private const double GeometricSpan = 8; // of largest to smallest value, from which on a logarithmic axis serves better

    /// <summary>In words.</summary>
    public string Label => Name.Replace('_', ' ');

    /// <summary>Whether all values are numbers.</summary>
    public bool IsNumeric => Levels.All(l => double.TryParse(l, NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    /// <summary>Whether equal ratios should be equal distances on an axis.</summary>
    public bool IsGeometric => Levels.Min(Number) > 0 && Levels.Max(Number) / Levels.Min(Number) >= GeometricSpan;

    /// <summary>The value as a number.</summary>
    public static double Number(string level) => double.Parse(level, NumberStyles.Float, CultureInfo.InvariantCulture);
}

/// <summary>How the factors of a study are laid out in charts: one along the axis, the others as panels.</summary>
internal sealed class GridLayout
{
    private const int MostPanels = 24;
    private const int MostColumns = 4;
    private const int UsualColumns = 3;

    public GridLayout(IReadOnlyList<CellResult> cells)
    {
        Factors =
        [
            .. cells[0].Cell.Factors.Select((f, i) => new GridFactor(f.Name, [.. cells.Select(c => c.Cell.Factors[i].Value).Distinct()])),
        ];
        ImmutableArray<GridFactor> varied = [.. Factors.Where(f => f.Levels.Length > 1)];
        Axis = varied.Where(f => f.IsNumeric).MaxBy(f => f.Levels.Length) ?? varied.MaxBy(f => f.Levels.Length);
        Others = [.. varied.Where(f => f != Axis)];
    }

    /// <summary>All factors, in the order of the grid.</summary>
    public ImmutableArray<GridFactor> Factors { get; }

    /// <summary>The factor along the axis: the numeric one of the most values, else the one of the most; <see langword="null"/> if nothing varies.</summary>
    public GridFactor? Axis { get; }

    /// <summary>The other factors that vary.</summary>
    public ImmutableArray<GridFactor> Others { get; }

    /// <summary>Panels side by side: as many as the factor that varies fastest among them has values, if that is a few.</summary>
    public int PanelColumns => Others.IsEmpty ? 1 : Others[^1].Levels.Length <= MostColumns ? Others[^1].Levels.Length : UsualColumns;

    /// <summary>The value of a factor in a scenario.</summary>
    public static string ValueOf(CellResult cell, GridFactor factor) => cell.Cell.Factors.First(f => f.Name == factor.Name).Value;

    /// <summary>The scenario in words: <c>trial therapists = 15</c>.</summary>
    public static string ScenarioLabel(CellResult cell) =>
        cell.Cell.Factors.IsEmpty ? "the scenario" : string.Join(", ", cell.Cell.Factors.Select(f => $"{f.Name.Replace('_', ' ')} = {f.Value}"));

    /// <summary>The values of all factors but that of the axis, in words; empty if there are none.</summary>
    public string PanelLabel(CellResult cell) => string.Join(", ", Others.Select(f => $"{f.Label} = {ValueOf(cell, f)}"));

    /// <summary>The panels in their order.</summary>
    public ImmutableArray<string> PanelLabels(IEnumerable<CellResult> cells) => [.. cells.Select(PanelLabel).Distinct()];

    /// <summary>Whether a chart with these panels can still be read.</summary>
    public static bool IsReadable(int panels) => panels <= MostPanels;
}
