using System.Globalization;
using Spectre.Console;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What a run says of the first data sets of a scenario, beside refits of the single data sets.</summary>
internal sealed class Verification
{
    // Estimates of both ways agree to about the eighth digit; a formula that is wrong differs in the second.
    private const double Tolerance = 1e-4;

    private readonly List<VerifiedMethod> _methods;
    private readonly List<ReplicateRow> _rows = [];
    private readonly List<DataTable> _data = [];
    private readonly SortedDictionary<(string Method, string Quantity), (double Largest, int Count)> _differences = [];

    private Verification(List<VerifiedMethod> methods) => _methods = methods;

    /// <summary>Runs the replicates and refits them.</summary>
    public static Verification Of(Study study, int scenario, int replicates, CancellationToken cancellation)
    {
        Cell cell = study.Cells[scenario - 1];
        Verification verification = new(
            [.. StudyOutline.Of(study, cell).Formulas.Zip(study.Methods, (formula, method) => new VerifiedMethod(formula.Key, formula.Value, method))]);
        Study one = study with
        {
            Cells = [cell],
            Replicates = replicates,
            Precision = null,
            Sampling = StudySampling.IsWithoutPatients(study) ? Sampling.Automatic : Sampling.Patients,
        };
        StudyRunner.Run(one, new() { OnCell = _ => { }, OnReplicate = verification._rows.Add }, cancellation);
        cancellation.ThrowIfCancellationRequested();
        ILookup<long, ReplicateRow> rows = verification._rows.ToLookup(row => row.Replicate);
        for (int r = 1; r <= replicates; r++)
        {
            cancellation.ThrowIfCancellationRequested();
            DataTable data = ReplicateData.Of(one with { Cells = study.Cells, Sampling = one.Sampling }, scenario, r, allPatients: false);
            verification._data.Add(data);
            foreach (VerifiedMethod method in verification._methods.Where(m => m.IsRefitted))
            {
                verification.Compare(method, data, rows[r].Where(row => row.Method == method.Name));
            }
        }

        return verification;
    }

    /// <summary>Writes data sets, results and script.</summary>
    public void WriteForR(string folder)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < _data.Count; i++)
        {
            Write(folder, string.Create(CultureInfo.InvariantCulture, $"data-{i + 1}.csv"), writer => DataTableCsv.Write(_data[i], writer));
        }

        Write(folder, "results.csv", writer =>
        {
            ReplicatesCsv csv = new(writer);
            _rows.ForEach(row => csv.Write(row));
        });
        Write(folder, "methods.csv", writer =>
        {
            CsvRow csv = new(writer);
            csv.Add(["method", "formula", "criterion"]).End();
            foreach (VerifiedMethod method in _methods.Where(m => m.IsRefitted))
            {
                csv.Add(method.Name).Add(method.Formula).Add(method.Criterion == Criterion.Ml ? "ml" : "reml").End();
            }
        });
        Write(folder, "levels.csv", writer =>
        {
            CsvRow csv = new(writer);
            csv.Add(["column", "level"]).End();
            foreach (TextColumn column in _data[0].Columns.OfType<TextColumn>())
            {
                foreach (string level in column.Levels)
                {
                    csv.Add(column.Name).Add(level).End();
                }
            }
        });
        using StreamReader script = new(typeof(Verification).Assembly.GetManifestResourceStream("verify.R")!);
        Write(folder, "verify.R", writer => writer.Write(script.ReadToEnd()));
    }

    /// <summary>Prints the largest differences.</summary>
    /// <returns>Whether all are small.</returns>
    public bool Report(Streams streams)
    {
        Table table = PlainTable.Create("method", "quantity");
        table.AddNumbers("values", "largest difference");
        foreach (((string method, string quantity), (double largest, int count)) in _differences)
        {
            table.AddTexts(method, quantity, count.ToString(CultureInfo.InvariantCulture), Shown(largest));
        }

        streams.Write(table);
        foreach (VerifiedMethod method in _methods.Where(m => !m.IsRefitted))
        {
            streams.Output.WriteLine($"{method.Name}: not compared, {method.WhyNot}.");
        }

        double most = _differences.Count == 0 ? 0 : _differences.Values.Max(d => d.Largest);
        bool agrees = most <= Tolerance;
        streams.Output.WriteLine(
            $"Largest difference over {Wording.LongCount(_data.Count, "data set")}: {Shown(most)}{(agrees ? "" : $", more than {Shown(Tolerance)}: please report it")}.");
        return agrees;
    }

    private static string Shown(double difference) => difference.ToString("0.0E+0", CultureInfo.InvariantCulture);

    private static void Write(string folder, string name, Action<TextWriter> write)
    {
        using StringWriter text = new() { NewLine = "\n" };
        write(text);
        WholeFile.Write(Path.Join(folder, name), text.ToString());
    }

    private void Compare(VerifiedMethod method, DataTable data, IEnumerable<ReplicateRow> rows)
    {
        LinearMixedModelFit? fit = null;
        foreach (ReplicateRow row in rows.Where(row => row.Status is TermStatus.Ok or TermStatus.Singular))
        {
            switch (row.Test)
            {
                case "t-satterthwaite" or "wald-z":
                    fit ??= Fit(method, data, method.Criterion);
                    FixedEffect effect = fit.FixedEffects.Single(e => e.Term == row.Term);
                    Note(method, "estimate", Math.Abs(row.Estimate - effect.Estimate) / effect.StandardError);
                    Note(method, "std_error", Math.Abs(row.StandardError - effect.StandardError) / effect.StandardError);
                    if (row.Test == "t-satterthwaite" && effect.DegreesOfFreedom is { } df)
                    {
                        Note(method, "df", Math.Abs(row.DegreesOfFreedom - df) / df);
                    }

                    break;
                case "lrt-mixture" or "rlrt-mixture":
                    Criterion criterion = row.Test == "lrt-mixture" ? Criterion.Ml : Criterion.Reml;
                    double with = Fit(method, data, criterion).CriterionValue;
                    double without = LinearMixedModel.Fit(data, Formula.Parse(method.WithoutRandom), criterion, DegreesOfFreedomMethod.None).CriterionValue;
                    Note(method, "statistic", Math.Abs(row.Statistic - Math.Max(0, without - with)) / (1 + row.Statistic));
                    break;
                default:
                    break; // what only R has
            }
        }
    }

    private static LinearMixedModelFit Fit(VerifiedMethod method, DataTable data, Criterion criterion) =>
        LinearMixedModel.Fit(data, Formula.Parse(method.Formula), criterion, DegreesOfFreedomMethod.Satterthwaite);

    private void Note(VerifiedMethod method, string quantity, double difference)
    {
        (double largest, int count) = _differences.GetValueOrDefault((method.Name, quantity));
        _differences[(method.Name, quantity)] = (double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference), count + 1);
    }

    private sealed record VerifiedMethod(string Name, string Formula, Method Method)
    {
        public Criterion Criterion => Method.Estimate;

        public bool IsRefitted => WhyNot is null;

        // R's spelling of a model without its random intercept.
        public string WithoutRandom => Formula.Replace(" + (1 | therapist)", "", StringComparison.Ordinal);

        public string? WhyNot =>
            Method.Preset == MethodPreset.Correlations ? "it fits no model"
            : Method.Preset is MethodPreset.TherapistMeans or MethodPreset.SlopeMeans || Method.Rows == AnalysisRows.TherapistMeans ? "it is of therapist means"
            : Method.Reliability is not null ? "its estimates are corrected"
            : null;
    }
}
