namespace TherapistEffectSim.Cli.Tests;

public sealed class FitErrorTests
{
    // Three therapists with three patients each; the arm is the same for all patients of a therapist.
    private const string Trial = """
        therapist,site,arm,alliance,outcome,room
        a,s1,0,0.5,1.2,p
        a,s1,0,-0.3,0.4,q
        a,s1,0,0.1,0.9,p
        b,s1,1,1.1,2.0,q
        b,s1,1,0.4,1.1,p
        b,s1,1,-0.9,0.3,q
        c,s2,1,0.2,1.9,p
        c,s2,1,0.8,2.2,q
        c,s2,1,-0.4,1.0,p

        """;

    private const string Accepted = "This version fits one grouping factor, or two of which one is nested in the other.";

    [Theory]
    [InlineData(
        "outcome ~ alliance + (1 | therapist) + (1 | room)",
        $"""
        formula: Crossed grouping factors, room and therapist (therapist a is found in room p and q), were found at column 40. {Accepted} If groups that share a name are different groups, write room:therapist for the smaller ones.
          outcome ~ alliance + (1 | therapist) + (1 | room)
                                                 ^

        """)]
    [InlineData(
        "outcome ~ alliance + (1 | site) + (1 | therapist) + (1 | room)",
        $"""
        formula: A third grouping factor, room beside site and therapist, was found at column 53. {Accepted}
          outcome ~ alliance + (1 | site) + (1 | therapist) + (1 | room)
                                                              ^

        """)]
    [InlineData(
        "outcome ~ alliance + (1 | therapist) + (1 | site:therapist)",
        $"""
        formula: Two grouping factors with the same groups, site:therapist and therapist, were found at column 40. {Accepted}
          outcome ~ alliance + (1 | therapist) + (1 | site:therapist)
                                                 ^

        """)]
    [InlineData(
        "outcome ~ alliance + (0 + alliance + I(2 * alliance) | site)",
        """
        formula: The random term (0 + alliance + I(2 * alliance) | site), in which I(2 * alliance) depends linearly on the columns before it, was found at column 22. Effects that vary between groups must differ from each other: remove one.
          outcome ~ alliance + (0 + alliance + I(2 * alliance) | site)
                               ^

        """)]
    [InlineData(
        "outcome ~ aliance + (1 | therapist)",
        """
        formula: The data have no column 'aliance', which was found at column 11. Did you mean 'alliance'?
          outcome ~ aliance + (1 | therapist)
                    ^

        """)]
    [InlineData(
        "outcome ~ (alliance + (1 | therapist)",
        """
        formula: The formula ends at column 38. The parenthesis opened at column 11 must be closed with ')'.
          outcome ~ (alliance + (1 | therapist)
                                               ^

        """)]
    public void Fit_OfAFormulaThatCannotBeUsed_PointsAtThePlace(string formula, string message) => AssertRefused(Trial, formula, message);

    [Theory]
    [InlineData(
        "therapist ~ alliance",
        "DATA:2: therapist must be a number such as 1.5 or NA, but was \"a\".\n")]
    [InlineData(
        "outcome ~ I(1/arm)",
        "DATA: I(1/arm) must be finite, but is infinite in row 1 below the header, where arm is 0.\n")]
    [InlineData(
        "outcome ~ I(alliance^0.5) + (1 | therapist)",
        "DATA: I(alliance^0.5) must be finite, but is not a number in row 2 below the header, where alliance is -0.3.\n")]
    [InlineData(
        "outcome ~ (1 | alliance)",
        "DATA: alliance has 9 levels in 9 complete rows; a random intercept needs more rows than levels.\n")]
    [InlineData(
        "outcome ~ alliance + (1 + alliance + I(alliance^2) | therapist)",
        "DATA: therapist has 3 levels in 9 complete rows; the 3 effects of the random term (1 + alliance + I(alliance^2) | therapist) need more rows than 9.\n")]
    [InlineData(
        "outcome ~ therapist + (1 | therapist)",
        "DATA: therapist has 3 levels, and the fixed effects leave no degree of freedom between them for the variance of the random term.\n")]
    [InlineData(
        "outcome ~ therapist * alliance * arm * site",
        "DATA: the model needs more rows than columns, but has 24 columns for 9 complete rows; the text column therapist alone has 3 levels.\n")]
    public void Fit_OfAModelThatTheDataDoNotCarry_SaysWhatIsMissing(string formula, string message) => AssertRefused(Trial, formula, message);

    [Theory]
    [InlineData("y,g\n1,a\n2,a\n3,a\n", "y ~ 1 + (1 | g)", "DATA: g has 1 level; a random intercept needs at least 2.\n")]
    [InlineData("y,x\n1,1\n2,3\n", "y ~ x", "DATA: the model needs more rows than columns, but has 2 columns for 2 complete rows.\n")]
    [InlineData("y,x\n1,NA\nNA,3\n", "y ~ x", "DATA: there must be rows that are complete in y, x, but there is none among 2 rows.\n")]
    [InlineData("y,x\n2,1\n4,2\n6,3\n", "y ~ x", "DATA: the residuals must vary, but the fixed effects reproduce y in every row.\n")]
    [InlineData(
        "y,x\n1e300,1\n-1e300,2\n1e300,3\n",
        "y ~ x",
        "DATA: the numbers are too large or too small for sums of their squares; measure y in another unit.\n")]
    [InlineData("y,g\n1,a\n1,a\n2,b\n2,b\n3,c\n3,c\n", "y ~ 1 + (1 | g)", "DATA: y must vary within the levels of g by more than rounding, but does not.\n")]
    [InlineData("y,x\n1,2\n2,3,4\n", "y ~ x", "DATA:3: the row must have 2 cells as the header has, but has 3.\n")]
    [InlineData("y,x\n1,2\n2\n", "y ~ x", "DATA:3: the row must have 2 cells as the header has, but has 1.\n")]
    [InlineData("y,x\n1,2\none,3\n", "y ~ x", "DATA:3: y must be a number such as 1.5 or NA, but was \"one\".\n")]
    [InlineData("y,x\n1,2\n2,\n", "y ~ x", "DATA:3: x must be a number, text or NA, but the cell is empty.\n")]
    [InlineData("", "y ~ x", "DATA: the first line must name the columns, but the file is empty.\n")]
    public void Fit_OfDataThatCannotBeUsed_SaysWhereAndWhatIsAccepted(string data, string formula, string message) =>
        AssertRefused(data, formula, message);

    [Fact]
    public void Fit_ByMaximumLikelihoodWithKenwardRoger_SaysThatTheyAreForReml()
    {
        CommandRun run = CommandRun.OfInput(Trial, "fit", "-", "-f", "outcome ~ alliance + (1 | therapist)", "--method", "ml", "--df", "kenward-roger");

        Assert.Equal(
            "standard input: the degrees of freedom of Kenward and Roger are those of a REML fit; fit by REML, or take Satterthwaite's.\n", run.Error);
        Assert.Equal((ExitCode.InvalidInput, ""), (run.ExitCode, run.Output));
    }

    [Fact]
    public void Fit_OfAMissingFile_NamesIt() =>
        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", "no-such-file.csv: there is no such file.\n"),
            CommandRun.Of("fit", "no-such-file.csv", "--formula", "y ~ x"));

    [Fact]
    public void Fit_WithOneWordAmongNumbers_SaysThatItMakesAFactor()
    {
        CommandRun run = CommandRun.OfInput("y,x\n1,0\n2,0\n2.5,1\n3,oops\n4,oops\n", "fit", "-", "-f", "y ~ x", "--format", "csv");

        Assert.Equal("standard input: x is taken as a factor with 3 levels, because it holds \"oops\" beside numbers.\n", run.Error);
        Assert.Contains("\nfixed,,xoops,", run.Output, StringComparison.Ordinal);
    }

    // Runs in a folder of its own, so that a file left behind would be seen.
    private static void AssertRefused(string data, string formula, string message)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("tes-fit-");
        try
        {
            string file = Path.Combine(folder.FullName, "data.csv");
            File.WriteAllText(file, data);

            CommandRun run = CommandRun.Of("fit", file, "--formula", formula);

            Assert.Equal(new CommandRun(ExitCode.InvalidInput, "", message.Replace("DATA", file, StringComparison.Ordinal)), run);
            Assert.Equal([file], Directory.GetFileSystemEntries(folder.FullName));
            Assert.Equal(data, File.ReadAllText(file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
