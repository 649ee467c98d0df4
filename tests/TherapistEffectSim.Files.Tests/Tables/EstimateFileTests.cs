using TherapistEffectSim.Files.Tables;

namespace TherapistEffectSim.Files.Tests.Tables;

public sealed class EstimateFileTests
{
    [Fact]
    public void Read_OfALongFile_GivesARecordPerRowAndMarksFailures()
    {
        EstimateRecord[] records = Read("rep,method,estimate,std_error,df,p_value\n1,lmm,0.5,0.25,18,0.06\n1,1,NA,NA,NA,NA\n2,lmm,,,,\n2,1,0.1,0.2,NA,0.6\n");

        Assert.Equal(
            [
                new EstimateRecord("lmm", 0.5, 0.25, 18, 0.06),
                new EstimateRecord("1", null, null, null, null),
                new EstimateRecord("lmm", null, null, null, null),
                new EstimateRecord("1", 0.1, 0.2, null, 0.6),
            ],
            records);
        Assert.Equal([false, true, true, false], records.Select(record => record.IsFailed));
    }

    [Fact]
    public void Read_WithoutOptionalColumns_LeavesThemOut() =>
        Assert.Equal([new EstimateRecord("", 0.5, 0.25, null, null)], Read("std_error,estimate\n0.25,0.5\n"));

    [Theory]
    [InlineData("estimate,df\n1,2\n", "e.csv:1: there must be a column \"std_error\", but the columns are \"estimate\", \"df\".")]
    [InlineData("estimate,std_error\n1,-2\n", "e.csv:2: std_error must be a number >= 0 or NA, but was \"-2\".")]
    [InlineData("estimate,std_error,p_value\n1,2,1.5\n", "e.csv:2: p_value must be a number in [0, 1] or NA, but was \"1.5\".")]
    [InlineData("estimate,std_error,method\n1,2,NA\n", "e.csv:2: method must be text, but was NA.")]
    public void Read_OfAFileThatCannotBeUsed_SaysWhereAndWhatIsAccepted(string text, string message) =>
        Assert.Equal(message, Assert.Throws<CsvTableException>(() => Read(text)).Message);

    private static EstimateRecord[] Read(string text)
    {
        using StringReader reader = new(text);
        return [.. EstimateFile.Read(reader, "e.csv")];
    }
}
