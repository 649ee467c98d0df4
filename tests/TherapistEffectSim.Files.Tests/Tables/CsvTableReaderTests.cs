using System.Text;
using TherapistEffectSim.Data;
using TherapistEffectSim.Files.Tables;

namespace TherapistEffectSim.Files.Tests.Tables;

public sealed class CsvTableReaderTests
{
    private static readonly CsvColumn[] s_columns = [new("y", CellContent.Numbers), new("g")];

    [Fact]
    public void Read_OfATypicalFile_GivesNumbersAndFactors()
    {
        DataTable table = Read("id,g,y\nA,t2,1.5\nB,t10,NA\nC,NA,-0.5\nD,t2,1e5\n");

        Assert.Equal(4, table.Rows);
        Assert.Equal<string>(["g", "y"], table.Columns.Select(column => column.Name));
        Assert.Equal<double>([1.5, double.NaN, -0.5, 100000], table.Numeric("y").Values);
        Assert.True(table.Numeric("y").IsMissing(1));
        Assert.Equal<string>(["t10", "t2"], table.AsFactor("g").Levels);
        Assert.Equal<int>([1, 0, -1, 1], table.AsFactor("g").Codes);
    }

    [Theory]
    [InlineData("y,g\n1,a\n2,b\n")]
    [InlineData("y,g\n1,a\n2,b")]
    [InlineData("y,g\r\n1,a\r\n2,b\r\n")]
    [InlineData("y,g\r1,a\r2,b")]
    [InlineData("\uFEFFy,g\n1,a\n2,b\n")]
    [InlineData("\ny,g\n\n1,a\n  \n2,b\n\n")]
    [InlineData("\"y\",\"g\"\n\"1\",\"a\"\n\"2\",\"b\"\n")]
    [InlineData("x,y,g\n,1,a\n\uFFFD,2,b\n")]
    [InlineData("y,g\n 1 ,a\n2,b\n")]
    public void Read_OfTheSameTableWrittenInOtherWays_IsTheSame(string text)
    {
        DataTable table = Read(text);

        Assert.Equal<double>([1, 2], table.Numeric("y").Values);
        Assert.Equal<string>(["a", "b"], table.AsFactor("g").Levels);
    }

    [Fact]
    public void Read_OfQuotedCells_KeepsCommasQuotesAndLineEnds()
    {
        DataTable table = Read("y,g\n1,\"a,b\"\n2,\"say \"\"hi\"\"\"\n3,\"two\nlines\"\n4,\"\"\"\"\n");

        Assert.Equal<string>(["\"", "a,b", "say \"hi\"", "two\nlines"], table.AsFactor("g").Levels);
    }

    [Fact]
    public void Read_OfAColumnThatMayBeEither_TakesItAsNumbersOnlyIfAllCellsAre()
    {
        Assert.Equal<double>([1, 1], Read("y,g\n0,01\n0,1.0\n").Numeric("g").Values);
        Assert.Equal<string>(["01", "1.0", "x"], Read("y,g\n0,01\n0,1.0\n0,x\n").AsFactor("g").Levels);
        Assert.Equal<string>(["1,5"], Read("y,g\n0,\"1,5\"\n").AsFactor("g").Levels);
        Assert.Equal<string>(["Inf", "NaN"], Read("y,g\n0,NaN\n0,Inf\n").AsFactor("g").Levels);
        Assert.Equal<string>(["1", "3"], Read("y,g\n0,3\n0,1\n", new CsvColumn("g", CellContent.Text)).AsFactor("g").Levels);
        Assert.IsType<TextColumn>(Read("y,g\n0,3\n", new CsvColumn("g", CellContent.Text)).Column("g"));
    }

    [Theory]
    [InlineData("", "d.csv: the first line must name the columns, but the file is empty.")]
    [InlineData("\n\n", "d.csv: the first line must name the columns, but the file is empty.")]
    [InlineData("y,g\n", "d.csv: there must be at least one row below the header, but there is none.")]
    [InlineData("y,,g\n1,2,3\n", "d.csv:1: every column must have a name, but column 2 has none (in R: write.csv(..., row.names = FALSE)).")]
    [InlineData("y,g,y\n1,2,3\n", "d.csv:1: column names must differ, but columns 1 and 3 are both named \"y\".")]
    [InlineData("Y,g\n1,2\n", "d.csv:1: there must be a column \"y\", but the columns are \"Y\", \"g\".")]
    [InlineData("y;g\n1;2\n", "d.csv:1: there must be a column \"y\", but the columns are \"y;g\".")]
    [InlineData("y,g\n1,a\n2\n", "d.csv:3: the row must have 2 cells as the header has, but has 1.")]
    [InlineData("y,g\n1,a\n2,b,\n", "d.csv:3: the row must have 2 cells as the header has, but has 3.")]
    [InlineData("y,g\n1,a\n,b\n", "d.csv:3: y must be a number such as 1.5 or NA, but the cell is empty.")]
    [InlineData("y,g\n1,a\n2,\"\"\n", "d.csv:3: g must be a number, text or NA, but the cell is empty.")]
    [InlineData("y,g\n1,\"a\nb\"\n\n\"1,5\",b\n", "d.csv:5: y must be a number such as 1.5 or NA, but was \"1,5\".")]
    [InlineData("y,g\n1,a\nlow,b\nhigh,c\n", "d.csv:3: y must be a number such as 1.5 or NA, but was \"low\".")]
    [InlineData("y,g\n1e999,a\n", "d.csv:2: y must be a number such as 1.5 or NA, but was \"1e999\".")]
    [InlineData("y,g\nNaN,a\n", "d.csv:2: y must be a number such as 1.5 or NA, but was \"NaN\".")]
    [InlineData("y,g\n1,a\n2,\"b\n3,c\n", "d.csv:3: a quote that opens in this row is never closed.")]
    [InlineData("y,g\n1,a\n2,\"b\n3,c\"\"", "d.csv:3: a quote that opens in this row is never closed.")]
    [InlineData("y,g\n1,\"", "d.csv:2: a quote that opens in this row is never closed.")]
    [InlineData("y,g\n1,\"\"\"", "d.csv:2: a quote that opens in this row is never closed.")]
    [InlineData("y,g\n1,a\"b\n", "d.csv:2: a cell with quotes must be quoted as a whole and its quotes doubled, but one is a\"b.")]
    [InlineData("y,g\n1,\"a\"b\n", "d.csv:2: a cell with quotes must be quoted as a whole and its quotes doubled, but one is \"a\"b.")]
    [InlineData("y,g\n1,\"a\"b\"c\"\n", "d.csv:2: a cell with quotes must be quoted as a whole and its quotes doubled, but one is \"a\"b\"c\".")]
    [InlineData("y,g\n1,a\n2,b\0\n", "d.csv:3: the file must be text in UTF-8, but holds a NUL character.")]
    [InlineData("y,g\n1,M\uFFFDller\n", "d.csv:2: g must be text in UTF-8, but was \"M\uFFFDller\".")]
    public void Read_OfAFileThatCannotBeUsed_SaysWhereAndWhatIsAccepted(string text, string message)
    {
        CsvTableException error = Assert.Throws<CsvTableException>(() => Read(text));

        Assert.Equal(message, error.Message);
        Assert.Equal("d.csv", error.File);
    }

    [Fact]
    public void Read_OfAFaultyCell_NamesLineAndColumn()
    {
        CsvTableException error = Assert.Throws<CsvTableException>(() => Read("y,g\n1,a\nx,b\n"));

        Assert.Equal((3, "y"), (error.Line, error.Column));
    }

    [Fact]
    public void Read_OfAFileThatIsNotThere_SaysSo()
    {
        CsvTableException missing = Assert.Throws<CsvTableException>(() => CsvTableReader.Read("no-such-folder/d.csv", s_columns));
        CsvTableException unnamed = Assert.Throws<CsvTableException>(() => CsvTableReader.Read("", s_columns));
        CsvTableException folder = Assert.Throws<CsvTableException>(() => CsvTableReader.Read("/", s_columns));

        Assert.Equal("no-such-folder/d.csv: there is no such file.", missing.Message);
        Assert.Equal(": there is no such file.", unnamed.Message);
        Assert.Equal("/: a CSV file is needed, but this is a folder.", folder.Message);
    }

    [Fact]
    public void Read_OfAFileInUtf8WithByteOrderMark_ReadsHeaderAndText()
    {
        string path = Path.Combine(Path.GetTempPath(), $"tes-{Guid.NewGuid():N}.csv");
        try
        {
            File.WriteAllText(path, "y,g\n1,Müller\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

            Assert.Equal<string>(["Müller"], CsvTableReader.Read(path, s_columns).AsFactor("g").Levels);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Read_OfMutatedFiles_SucceedsOrThrowsOnlyCsvTableException()
    {
        const string Valid = "y,g,\"free, text\"\n1.5,\"a\"\"b\",x\r\nNA,\"c\nd\",\n-2e3,t1,\"\"\n4,t2,z\n";
        string[] pieces = ["\"", ",", "\n", "\r", "\0", "NA", "é", "\uD800", "1e999", " ", "\"\"", "\uFEFF", ";", "-"];
        Random random = new(2009);
        int read = 0;
        for (int i = 0; i < 500; i++)
        {
            StringBuilder text = new(Valid);
            for (int mutations = random.Next(1, 4); mutations > 0; mutations--)
            {
                int place = random.Next(text.Length);
                _ = random.Next(3) switch
                {
                    0 => text.Remove(place, Math.Min(random.Next(1, 5), text.Length - place)),
                    1 => text.Insert(place, pieces[random.Next(pieces.Length)]),
                    _ => text.Append(text.ToString(place, Math.Min(random.Next(1, 9), text.Length - place))),
                };
            }

            try
            {
                Assert.True(Read(text.ToString()).Rows > 0);
                read++;
            }
            catch (CsvTableException error)
            {
                Assert.StartsWith("d.csv", error.Message);
            }
        }

        Assert.InRange(read, 50, 450); // the mutations reach both ends
    }

    [Fact]
    public void Read_OfALongFile_TakesTimeInProportionToItsLength()
    {
        // A quote opened early makes one cell of the rest. Reading 16 MB this way must not take minutes, as it would if each buffer were copied anew.
        string text = "y,g\n1,\"" + string.Concat(Enumerable.Repeat("0.123456,t1\n", 16_000_000 / 12));

        CsvTableException error = Assert.Throws<CsvTableException>(() => Read(text));

        Assert.Equal("d.csv:2: a quote that opens in this row is never closed.", error.Message);
    }

    private static DataTable Read(string text, CsvColumn? grouping = null)
    {
        using StreamReader reader = new(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        return CsvTableReader.Read(reader, "d.csv", [s_columns[0], grouping ?? s_columns[1]]);
    }
}
