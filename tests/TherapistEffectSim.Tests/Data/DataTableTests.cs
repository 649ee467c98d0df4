using System.Collections.Immutable;
using TherapistEffectSim.Data;

namespace TherapistEffectSim.Tests.Data;

public sealed class DataTableTests
{
    private static readonly DataTable s_typical = new(
    [
        new NumericColumn("outcome", [1.5, double.NaN, -2, 0], [false, true, false, false]),
        TextColumn.FromCells("arm", ["usual", "other", null, "Control"]),
        new NumericColumn("therapist", [10, 2, 10, 2]),
    ]);

    [Fact]
    public void CompleteIn_DropsRowsWithAMissingCellAndLevelsThatNoLongerOccur()
    {
        CompleteRows complete = s_typical.CompleteIn(["outcome", "arm"]);

        Assert.Equal(2, complete.Dropped);
        Assert.Equal<double>([1.5, 0], complete.Table.Numeric("outcome").Values);
        Assert.Equal<string>(["Control", "usual"], complete.Table.AsFactor("arm").Levels);
        Assert.Equal<int>([1, 0], complete.Table.AsFactor("arm").Codes);
        Assert.Equal<double>([10, 2], complete.Table.Numeric("therapist").Values);
    }

    [Fact]
    public void CompleteIn_OfColumnsOutsideTheModel_DoesNotLookAtThem()
    {
        CompleteRows complete = s_typical.CompleteIn(["therapist"]);

        Assert.Equal(0, complete.Dropped);
        Assert.Same(s_typical, complete.Table);
    }

    [Fact]
    public void CompleteIn_WhenNoRowIsComplete_GivesATableWithoutRows()
    {
        DataTable empty = new([new NumericColumn("x", [double.NaN], [true]), TextColumn.FromCells("g", ["a"])]);

        CompleteRows complete = empty.CompleteIn(["x"]);

        Assert.Equal((0, 1), (complete.Table.Rows, complete.Dropped));
        Assert.Empty(complete.Table.AsFactor("g").Levels);
    }

    [Fact]
    public void AsFactor_OfNumbers_HasLevelsInNumericOrder()
    {
        DataTable table = new([new NumericColumn("id", [10, 2, double.NaN, -0.0, 0, 1e15], [false, false, true, false, false, false])]);

        TextColumn factor = table.AsFactor("id");

        Assert.Equal<string>(["0", "2", "10", "1000000000000000"], factor.Levels);
        Assert.Equal<int>([2, 1, -1, 0, 0, 3], factor.Codes);
        Assert.True(factor.IsMissing(2));
    }

    [Fact]
    public void AsFactor_OfText_HasLevelsInOrderOfCodePoints()
    {
        // factor(c("b", "B", "a", "é", "10", "9")) in R's C locale; U+FF5E comes before U+1F600, whose first UTF-16 unit is smaller.
        TextColumn factor = TextColumn.FromCells("g", ["b", "B", "a", "é", "10", "9", "\U0001F600", "\uFF5E", "ab"]);

        Assert.Equal<string>(["10", "9", "B", "a", "ab", "b", "é", "\uFF5E", "\U0001F600"], factor.Levels);
    }

    [Fact]
    public void FromCodes_WithLevelsInAnyOrder_IsTheColumnOfItsCells()
    {
        TextColumn column = TextColumn.FromCodes("arm", [0, 2, -1, 0], ["usual", "never", "brief"]);

        Assert.Equal<string>(["brief", "usual"], column.Levels);
        Assert.Equal<int>([1, 0, -1, 1], column.Codes);
    }

    [Fact]
    public void FromCodes_WithACodeOutsideTheLevels_IsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => TextColumn.FromCodes("arm", [0, 2], ["a", "b"]));

        Assert.StartsWith("Codes of column \"arm\" must be from -1 to 1, but one is 2.", error.Message);
    }

    [Fact]
    public void FromCodes_WithALevelTwice_IsRefused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => TextColumn.FromCodes("arm", [0, 1], ["a", "a"]));

        Assert.StartsWith("Levels of column \"arm\" must differ, but \"a\" stands twice.", error.Message);
    }

    [Theory]
    [InlineData(double.NaN, false, "Column \"x\" must hold a finite number, but row 0 holds NaN.")]
    [InlineData(double.PositiveInfinity, false, "Column \"x\" must hold a finite number, but row 0 holds Inf.")]
    [InlineData(3, true, "Column \"x\" must hold NaN where the cell is missing, but row 0 holds 3.")]
    public void NumericColumn_WhoseValuesContradictTheMarks_IsRefused(double value, bool missing, string message)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new NumericColumn("x", [value], [missing]));

        Assert.StartsWith(message, error.Message);
    }

    [Fact]
    public void Numeric_OfText_SaysWhatTheColumnHolds()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => s_typical.Numeric("arm"));

        Assert.StartsWith("Column \"arm\" must be numeric, but it holds text such as \"Control\".", error.Message);
    }

    [Fact]
    public void Column_ThatIsNotThere_ListsThoseThatAre()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => s_typical.Column("Outcome"));

        Assert.StartsWith("There is no column \"Outcome\"; the columns are \"outcome\", \"arm\", \"therapist\".", error.Message);
    }

    [Fact]
    public void Table_OfColumnsThatDoNotFitTogether_IsRefused()
    {
        NumericColumn one = new("x", [1]);
        NumericColumn two = new("y", [1, 2]);

        Assert.StartsWith(
            "Column \"y\" has 2 rows, but column \"x\" has 1.", Assert.Throws<ArgumentException>(() => new DataTable([one, two])).Message);
        Assert.StartsWith("Two columns are named \"x\".", Assert.Throws<ArgumentException>(() => new DataTable([one, one])).Message);
        Assert.StartsWith(
            "A table must have at least one column.", Assert.Throws<ArgumentException>(() => new DataTable(ImmutableArray<DataColumn>.Empty)).Message);
    }
}
