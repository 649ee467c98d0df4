using System.Globalization;
using System.Text.Json;

namespace TherapistEffectSim.Tests.Oracle;

/// <summary>A data set with reference fits.</summary>
internal sealed class OracleCase
{
    private readonly Dictionary<string, string[]> _columns = [];

    public OracleCase(string name)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Oracle", name);
        string[] lines = File.ReadAllLines(Path.Combine(folder, "data.csv"));
        string[] header = lines[0].Split(',');
        for (int c = 0; c < header.Length; c++)
        {
            _columns[header[c]] = [.. lines.Skip(1).Select(line => line.Split(',')[c])];
        }

        DataFile = Path.Combine(folder, "data.csv");
        Reference = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "reference.json"))).RootElement;
    }

    public static string[] Names =>
    [
        "ri_balanced", "ri_unbalanced", "ri_boundary", "ri_near_boundary", "ri_large_icc", "ri_tiny_residual", "ri_bad_scale", "ri_collinear", "partially_nested",
        "rs_slope", "rs_corr1", "longitudinal_3level",
    ];

    public string DataFile { get; }

    public JsonElement Reference { get; }

    /// <summary>Whether a model's random part is one column that is constant within groups.</summary>
    public static bool HasOneVariance(JsonElement model)
    {
        JsonElement random = model.GetProperty("fits").GetProperty("ML").GetProperty("random");
        return random.GetArrayLength() == 1 && random[0].GetProperty("columns").GetArrayLength() == 1;
    }

    public double Tolerance(string name) => Reference.GetProperty("tolerance").GetProperty(name).GetDouble();

    public double[] Numbers(string column) => [.. _columns[column].Select(s => double.Parse(s, CultureInfo.InvariantCulture))];

    public string[] Text(string column) => _columns[column];

    /// <summary>A plain product of data columns, or 1.</summary>
    public double[] Product(string expression)
    {
        double[] product = [.. Enumerable.Repeat(1.0, _columns.First().Value.Length)];
        foreach (string factor in expression.Split('*').Where(f => f != "1"))
        {
            double[] column = Numbers(factor);
            for (int i = 0; i < product.Length; i++)
            {
                product[i] *= column[i];
            }
        }

        return product;
    }
}
