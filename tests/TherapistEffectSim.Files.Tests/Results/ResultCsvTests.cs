using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Tests.Results;

public sealed class ResultCsvTests
{
    private static readonly string[] s_factors = ["trial_therapists", "outcome_between"];

    private static readonly Cell s_cell = new(
        2, [new FactorValue("trial_therapists", "30"), new FactorValue("outcome_between", "inverted U, \"steep\"")], Scenario: null!);

    [Fact]
    public void SummaryCsv_HasTheFactorsFirst()
    {
        using StringWriter text = new();
        SummaryCsv csv = new(text, s_factors);
        csv.Write(s_cell, new SummaryRow
        {
            Scenario = 2,
            Method = "null-model",
            Term = "var(therapist)",
            Test = "f-exact",
            TrueValue = 0.0125,
            RejectionMeans = "power",
            Measure = "rejection_rate",
            Value = 0.5,
            Mcse = 0.005,
            ConfLow = 1.0 / 3,
            ConfHigh = double.NaN,
            Replicates = 10000,
            Failures = 0,
        });
        csv.Write(s_cell, new SummaryRow { Scenario = 2, Method = "own", Term = "x:z", Test = "", Measure = "bias", Replicates = 7, Failures = 3 });

        Assert.Equal(
            """"
            trial_therapists,outcome_between,scenario,method,term,test,true_value,rejection_means,measure,value,mcse,conf_low,conf_high,replicates,failures
            30,"inverted U, ""steep""",2,null-model,var(therapist),f-exact,0.0125,power,rejection_rate,0.5,0.005,0.3333333333333333,,10000,0
            30,"inverted U, ""steep""",2,own,x:z,,,,bias,,,,,7,3

            """",
            text.ToString());
    }

    [Fact]
    public void JointCsv_HasTheFactorsAfterTheScenario()
    {
        using StringWriter text = new();
        JointCsv csv = new(text, s_factors);
        csv.Write(s_cell, new JointRow
        {
            Scenario = 2,
            Pattern = "therapist-variance=0;linear=0;curve=1",
            Count = 250,
            Share = 0.25,
            Mcse = 0.0137,
            ConfLow = 0.22,
            ConfHigh = 0.28,
            Replicates = 1000,
            Failures = 1,
        });

        Assert.Equal(
            """"
            scenario,trial_therapists,outcome_between,pattern,count,share,mcse,conf_low,conf_high,replicates,failures
            2,30,"inverted U, ""steep""",therapist-variance=0;linear=0;curve=1,250,0.25,0.0137,0.22,0.28,1000,1

            """",
            text.ToString());
    }

    [Fact]
    public void JointPairsCsv_WithoutFactors_HasTheFixedColumns()
    {
        using StringWriter text = new();
        JointPairsCsv csv = new(text, []);
        csv.Write(new Cell(1, [], Scenario: null!), new JointPairRow
        {
            Scenario = 1,
            A = "linear",
            B = "curve",
            Both = 1,
            OnlyA = 2,
            OnlyB = 3,
            Neither = 4,
            Difference = -0.1,
            DifferenceMcse = 0.01,
            ConfLow = -0.12,
            ConfHigh = -0.08,
        });

        Assert.Equal(
            """"
            scenario,a,b,both,only_a,only_b,neither,difference,difference_mcse,conf_low,conf_high
            1,linear,curve,1,2,3,4,-0.1,0.01,-0.12,-0.08

            """",
            text.ToString());
    }

    [Fact]
    public void ReplicatesCsv_LeavesEmptyWhatDoesNotExistAndRoundsPValues()
    {
        using StringWriter text = new();
        ReplicatesCsv csv = new(text);
        csv.Write(new ReplicateRow(1, 1, "linear", "alliance_between", "t-satterthwaite", 0.1, 0.05, 17.25, 2, 1.0 / 16 / 3, 0, 0.2, TermStatus.Singular));
        double none = double.NaN;
        csv.Write(new ReplicateRow(1, 2, "linear", "a,b", "wald-z", none, none, none, none, none, none, none, TermStatus.NotConverged));

        Assert.Equal(
            """"
            scenario,replicate,method,term,test,estimate,std_error,df,statistic,p_value,conf_low,conf_high,status
            1,1,linear,alliance_between,t-satterthwaite,0.1,0.05,17.25,2,0.0208333333333,0,0.2,singular
            1,2,linear,"a,b",wald-z,,,,,,,,not-converged

            """",
            text.ToString());
    }

    [Theory]
    [InlineData(TermStatus.Ok, "ok")]
    [InlineData(TermStatus.Dropped, "dropped")]
    [InlineData(TermStatus.NotEstimable, "not-estimable")]
    public void ReplicatesCsv_WritesTheStatusAsAWord(TermStatus status, string word)
    {
        using StringWriter text = new();
        new ReplicatesCsv(text).Write(new ReplicateRow(1, 1, "m", "x", "t", 0, 1, 1, 0, 1, -1, 1, status));

        Assert.EndsWith($",{word}\n", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void SummaryCsv_WithAFactorNamedLikeAColumn_IsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new SummaryCsv(TextWriter.Null, ["method"]));

        Assert.StartsWith("A factor must have a column name of its own, but \"method\" is taken.", error.Message);
    }

    [Fact]
    public void Write_OfARowThatDoesNotFit_IsRefused()
    {
        JointCsv csv = new(TextWriter.Null, s_factors);
        JointRow row = new() { Scenario = 1, Pattern = "", Count = 0, Share = 0, Mcse = 0, ConfLow = 0, ConfHigh = 0, Replicates = 0, Failures = 0 };

        Assert.StartsWith(
            "The row is of scenario 1, but the cell is number 2.", Assert.Throws<ArgumentException>(() => csv.Write(s_cell, row)).Message);
        Assert.StartsWith(
            "The file has the factors [trial_therapists, outcome_between], but cell 1 has [].",
            Assert.Throws<ArgumentException>(() => csv.Write(new Cell(1, [], Scenario: null!), row)).Message);
    }
}
