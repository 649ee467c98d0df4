using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Tests.Tables;

public sealed class EstimateFileTests
{
    private const double Missing = double.NaN;

    [Fact]
    public void Read_OfALongFile_GivesARecordPerRow()
    {
        EstimateRecord[] records = Read("rep,method,estimate,std_error,df,p_value\n1,lmm,0.5,0.25,18,0.06\n1,1,NA,NA,NA,NA\n2,lmm,,,,\n2,1,0.1,0.2,NA,0.6\n");

        Assert.Equal(
            [
                new EstimateRecord("lmm", 0.5, 0.25, 18, 0.06),
                new EstimateRecord("1", Missing, Missing, Missing, Missing),
                new EstimateRecord("lmm", Missing, Missing, Missing, Missing),
                new EstimateRecord("1", 0.1, 0.2, Missing, 0.6),
            ],
            records);
    }

    [Fact]
    public void Read_WithoutOptionalColumns_LeavesThemOut() =>
        Assert.Equal([new EstimateRecord("", 0.5, 0.25, Missing, Missing)], Read("std_error,estimate\n0.25,0.5\n"));

    [Theory]
    [InlineData("estimate,df\n1,2\n", "e.csv:1: there must be a column \"std_error\", but the columns are \"estimate\", \"df\".")]
    [InlineData("estimate,std_error\n1,-2\n", "e.csv:2: std_error must be a number >= 0 or NA, but was \"-2\".")]
    [InlineData("estimate,std_error,p_value\n1,2,1.5\n", "e.csv:2: p_value must be a number in [0, 1] or NA, but was \"1.5\".")]
    [InlineData(
        "estimate,std_error,term\n1,2,x\n1,2,z\n",
        "e.csv: all estimates must have one true value, so term must be the same in all rows, but has 2 values: \"x\", \"z\". Keep the rows of one.")]
    [InlineData("estimate,std_error,method\n1,2,NA\n", "e.csv:2: method must be text, but was NA.")]
    public void Read_OfAFileThatCannotBeUsed_SaysWhereAndWhatIsAccepted(string text, string message) =>
        Assert.Equal(message, Assert.Throws<CsvTableException>(() => Read(text)).Message);

    private static EstimateRecord[] Read(string text)
    {
        using StringReader reader = new(text);
        return [.. EstimateFile.Read(reader, "e.csv")];
    }
}
