using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Generation;

public sealed class TrialDataTests
{
    private static readonly string[] s_columns =
    [
        "patient", "therapist", "site", "arm", "outcome", "alliance", "alliance_between", "alliance_within", "severity", "adherence",
        "therapist_score", "patient_score", "true_alliance_between", "true_alliance_within", "true_alliance", "true_therapist_effect",
    ];

    public static TheoryData<string, bool> WorldNames
    {
        get
        {
            TheoryData<string, bool> worlds = [];
            foreach (string name in new[] { "plain", "full", "sparse" })
            {
                worlds.Add(name, false);
                worlds.Add(name, true);
            }

            return worlds;
        }
    }

    [Theory]
    [MemberData(nameof(WorldNames))]
    public void Of_AReplicate_HasTheStatisticsThatTheStudiesReduceItTo(string name, bool measuredMeans)
    {
        World world = Named(name, measuredMeans);
        string[] names = [.. s_columns.Skip(4).Where(column => column != "outcome"), "outcome"];
        AnalysisColumns columns = new(world);
        foreach (string column in names.SkipLast(1))
        {
            columns.Add(new ColumnExpression.Variable(column));
        }

        columns.AddVariable(GeneratedColumns.Outcome);
        TrialReduction<Lane1> reduction = new(world, Worlds.Key, columns, Drawing.Patients);
        foreach (long replicate in new long[] { 0, 1, 7, 1000, 5_000_000_000 })
        {
            reduction.Run(replicate);

            AssertSameStatistics(TrialData.Of(world, Worlds.Key, replicate, allPatients: false), names, reduction.Statistics);
        }
    }

    [Theory]
    [MemberData(nameof(WorldNames))]
    public void Of_AllPatients_HasTheAnalysedRowsAsItsCompleteOnes(string name, bool measuredMeans)
    {
        World world = Named(name, measuredMeans);
        for (int replicate = 0; replicate < 20; replicate++)
        {
            DataTable analysed = TrialData.Of(world, Worlds.Key, replicate, allPatients: false);
            DataTable all = TrialData.Of(world, Worlds.Key, replicate, allPatients: true);

            Assert.Equal(s_columns, all.Columns.Select(column => column.Name));
            Assert.Equal(Enumerable.Range(1, all.Rows).Select(i => (double)i), all.Numeric("patient").Values);
            DataTable complete = all.CompleteIn(["alliance", "outcome"]).Table;
            foreach (string column in s_columns)
            {
                AssertSameCells(complete.Column(column), analysed.Column(column));
            }
        }
    }

    [Fact]
    public void Of_AllPatients_HasMissingCellsWhereNothingWasMeasured()
    {
        World world = Named("sparse", measuredMeans: true);
        int withoutMean = 0;
        for (int replicate = 0; replicate < 50; replicate++)
        {
            DataTable table = TrialData.Of(world, Worlds.Key, replicate, allPatients: true);
            double[] analysedTherapists = [.. TrialData.Of(world, Worlds.Key, replicate, allPatients: false).Numeric("therapist").Values.Distinct()];
            for (int row = 0; row < table.Rows; row++)
            {
                bool isUnmeasured = table.Column("alliance").IsMissing(row);
                bool hasMean = analysedTherapists.Contains(table.Numeric("therapist").Values[row]);
                Assert.Equal(isUnmeasured || !hasMean, table.Column("alliance_between").IsMissing(row));
                Assert.Equal(isUnmeasured || !hasMean, table.Column("alliance_within").IsMissing(row));
                Assert.True(!isUnmeasured || table.Column("outcome").IsMissing(row));
                Assert.All(s_columns.Skip(8), truth => Assert.False(table.Column(truth).IsMissing(row)));
                withoutMean += !isUnmeasured && !hasMean ? 1 : 0;
            }
        }

        Assert.True(withoutMean > 0, "a therapist with measured, but without analysed patients occurs");
    }

    [Fact]
    public void Of_AReplicate_HasTheValuesOfTheWideGeneratorAndTheLayoutOfTheTrial()
    {
        World world = Named("full", measuredMeans: false);
        double withinSd = world.Components.AllianceWithinSd;
        List<GeneratedTrial> trials = GeneratedTrial.Many<Lane8>(world, 0, 16, true);
        for (int replicate = 0; replicate < trials.Count; replicate++)
        {
            GeneratedTrial trial = trials[replicate];
            DataTable table = TrialData.Of(world, Worlds.Key, replicate, allPatients: true);
            Assert.Equal(trial.Patients, table.Rows);
            TextColumn arm = (TextColumn)table.Column("arm");
            TextColumn site = (TextColumn)table.Column("site");
            for (int i = 0; i < table.Rows; i++)
            {
                int j = trial.Therapist[i];
                Assert.Equal(j + 1, table.Numeric("therapist").Values[i]);
                Assert.Equal(world.Scenario.Trial.Arms[world.Layout.Arm[j]], arm.Levels[arm.Codes[i]]);
                Assert.Equal($"s{world.Layout.Site[j] + 1}", site.Levels[site.Codes[i]]);
                Assert.Equal(trial.Analysed[i] ? trial.Outcome[i] : double.NaN, table.Numeric("outcome").Values[i]);
                Assert.Equal(trial.Measured[i] ? trial.Alliance[i] : double.NaN, table.Numeric("alliance").Values[i]);
                Assert.Equal(trial.Severity[i], table.Numeric("severity").Values[i]);
                Assert.Equal(trial.TherapistScore[j], table.Numeric("therapist_score").Values[i]);
                Assert.Equal(trial.PatientScore[i], table.Numeric("patient_score").Values[i]);
                Assert.Equal(trial.TrueAllianceBetween[j], table.Numeric("true_alliance_between").Values[i]);
                Assert.Equal(trial.TrueAlliance(i, withinSd), table.Numeric("true_alliance").Values[i]);
                Assert.Equal(withinSd * trial.PatientScore[i], table.Numeric("true_alliance_within").Values[i]);
                Assert.Equal(trial.TherapistEffect[j], table.Numeric("true_therapist_effect").Values[i]);
            }
        }
    }

    [Fact]
    public void Of_AReplicateOfLinkedWorlds_HasTheValuesOfTheWideGenerator()
    {
        World world = new(Worlds.Everything);
        TrialGenerator<Lane8> generator = new(world, Worlds.Key, severityIsUsed: true, furtherIsUsed: true);
        TrialBatch<Lane8> batch = new(world);
        generator.Therapists(0, batch);
        int position = 0;
        for (int j = 0; j < world.Layout.Therapists; j++)
        {
            position += generator.Patients(j, position, batch);
        }

        for (int replicate = 0; replicate < 8; replicate++)
        {
            DataTable table = TrialData.Of(world, Worlds.Key, replicate, allPatients: true);
            int row = 0;
            for (int j = 0; j < world.Layout.Therapists; j++)
            {
                for (int p = batch.FirstPatient[j]; p < batch.FirstPatient[j] + (int)batch.Caseload.Span[j][replicate]; p++)
                {
                    double Value(LaneBuffer<Lane8> buffer, int i) => buffer.Span[i][replicate];
                    double Cell(string column) => table.Numeric(column).Values[row];
                    bool IsTrue(LaneBuffer<Lane8> mask) => BitConverter.DoubleToUInt64Bits(Value(mask, p)) != 0;
                    Assert.Equal(j + 1, Cell("therapist"));
                    Assert.Equal(Value(batch.Adherence, j), Cell("adherence"));
                    Assert.Equal(Value(batch.Traits[0], p), Cell("alone"));
                    Assert.Equal(Value(batch.Traits[1], p), Cell("prior_treatment"));
                    Assert.Equal(Value(batch.Traits[2], p), Cell("young"));
                    Assert.Equal(Value(batch.Sessions, p), Cell("sessions"));
                    Assert.Equal(Value(batch.Retained, p), Cell("retained"));
                    Assert.Equal(Value(batch.Severity, p), Cell("severity"));
                    Assert.Equal(Value(batch.PatientScore, p), Cell("patient_score"));
                    Assert.Equal(Value(batch.AllianceBase, j), Cell("true_alliance_between"));
                    Assert.Equal(IsTrue(batch.Analysed) ? Value(batch.OutcomeBase, j) + Value(batch.Outcome, p) : double.NaN, Cell("outcome"));
                    Assert.Equal(IsTrue(batch.Measured) ? Value(batch.ObservedBase, j) + Value(batch.Alliance, p) : double.NaN, Cell("alliance"));
                    row++;
                }
            }

            Assert.Equal(row, table.Rows);
        }
    }

    [Fact]
    public void Of_AReplicateOfLinkedWorlds_HasTheStatisticsThatTheStudiesReduceItTo()
    {
        World world = new(Worlds.Everything);
        string[] names =
        [
            "alliance", "alliance_between", "alliance_within", "severity", "adherence", "alone", "prior_treatment", "young", "sessions", "retained",
            "therapist_score", "patient_score", "true_alliance", "outcome",
        ];
        AnalysisColumns columns = new(world);
        foreach (string column in names.SkipLast(1))
        {
            columns.Add(new ColumnExpression.Variable(column));
        }

        columns.AddVariable(GeneratedColumns.Outcome);
        TrialReduction<Lane1> reduction = new(world, Worlds.Key, columns, Drawing.Patients);
        foreach (long replicate in new long[] { 0, 3, 1000 })
        {
            reduction.Run(replicate);

            AssertSameStatistics(TrialData.Of(world, Worlds.Key, replicate, allPatients: false), names, reduction.Statistics);
        }
    }

    [Fact]
    public void Of_ATrialThatLosesEverybody_IsEmpty()
    {
        Scenario scenario = Worlds.Plain with
        {
            Trial = new() { Therapists = 2, Caseload = new FixedCaseload { Patients = 1 } },
            Attrition = new() { Alliance = new() { Rate = 0.9999 } },
        };

        Assert.Equal(0, TrialData.Of(new World(scenario), Worlds.Key, 0, allPatients: false).Rows);
        Assert.Equal(2, TrialData.Of(new World(scenario), Worlds.Key, 0, allPatients: true).Rows);
    }

    private static World Named(string name, bool measuredMeans)
    {
        Scenario scenario = name switch
        {
            "plain" => Worlds.Plain,
            "full" => Worlds.Full,
            _ => Worlds.Sparse,
        };
        return new World(measuredMeans ? scenario.WithMeasuredMeans() : scenario);
    }

    private static void AssertSameCells(DataColumn expected, DataColumn found)
    {
        if (expected is NumericColumn numbers)
        {
            Assert.Equal(numbers.Values.ToArray(), ((NumericColumn)found).Values.ToArray());
        }
        else
        {
            Assert.Equal(((TextColumn)expected).Codes.ToArray(), ((TextColumn)found).Codes.ToArray());
            Assert.Equal(((TextColumn)expected).Levels.ToArray(), ((TextColumn)found).Levels.ToArray());
        }
    }

    private static void AssertSameStatistics(DataTable table, string[] names, TherapistStatistics<Lane1> statistics)
    {
        const double tolerance = 1e-12;
        double[] therapist = [.. table.Numeric("therapist").Values];
        double[][] values = [.. names.Select(name => table.Numeric(name).Values.ToArray())];
        double[] within = new double[Packed.Length(names.Length)];
        for (int j = 0; j < statistics.Therapists; j++)
        {
            int[] rows = [.. Enumerable.Range(0, table.Rows).Where(row => therapist[row] == j + 1)];
            Assert.Equal(rows.Length, statistics.Analysed.Span[j][0]);
            if (rows.Length == 0)
            {
                continue;
            }

            double[] means = [.. values.Select(column => rows.Average(row => column[row]))];
            for (int a = 0; a < names.Length; a++)
            {
                double mean = statistics.MeansOf(a)[j][0];
                Assert.True(Math.Abs(means[a] - mean) <= tolerance, $"mean of {names[a]}: {means[a]} and {mean}");
                for (int b = 0; b <= a; b++)
                {
                    within[Packed.Index(a, b)] += rows.Sum(row => (values[a][row] - means[a]) * (values[b][row] - means[b]));
                }
            }
        }

        for (int a = 0; a < names.Length; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                double expected = within[Packed.Index(a, b)];
                double found = statistics.Within.Span[Packed.Index(a, b)][0];
                Assert.True(
                    Math.Abs(expected - found) <= tolerance * Math.Max(1, Math.Abs(expected)), $"{names[a]} × {names[b]}: {expected} and {found}");
            }
        }
    }
}
