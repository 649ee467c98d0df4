using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Files.Tables;

namespace TherapistEffectSim.Files.Tests.Tables;

public sealed class NumberCellTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData(double.NaN, "")]
    [InlineData(0.05, "0.05")]
    [InlineData(0.123456789012345, "0.123456789012")]
    [InlineData(1.0 / 3, "0.333333333333")]
    [InlineData(1.2345678901234e-300, "1.23456789012E-300")]
    [InlineData(1.0, "1")]
    public void OfProbability_KeepsTwelveSignificantDigits(double? value, string expected) =>
        Assert.Equal(expected, NumberCell.OfProbability(value));

    [Fact]
    public void OfResult_OfNoNumber_IsEmpty()
    {
        Assert.Equal("", NumberCell.OfResult(null));
        Assert.Equal("", NumberCell.OfResult(double.NaN));
        Assert.Equal("0.1", NumberCell.OfResult(0.1));
    }

    [Fact]
    public void OfData_OfAMissingValue_IsNotAvailable()
    {
        Assert.Equal("NA", NumberCell.OfData(double.NaN, isMissing: true));
        Assert.Equal("-2", NumberCell.OfData(-2, isMissing: false));
    }

    [Theory]
    [InlineData("1,5")]
    [InlineData("1e999")]
    [InlineData("0x10")]
    [InlineData("Infinity")]
    [InlineData("NaN")]
    [InlineData("1.5.2")]
    [InlineData("")]
    public void TryParse_OfWhatIsNoFiniteNumber_Fails(string text) => Assert.False(NumberCell.TryParse(text, out _));

    [Fact]
    public void TryParse_OfWhatWasWritten_GivesTheSameBits() =>
        // All 64-bit patterns are equally likely, so exponents of every size occur.
        Prop.ForAll(ArbMap.Default.ArbFor<long>().Filter(bits => double.IsFinite(BitConverter.Int64BitsToDouble(bits))), bits =>
        {
            string text = NumberCell.OfResult(BitConverter.Int64BitsToDouble(bits));
            return NumberCell.TryParse(text, out double value) && BitConverter.DoubleToInt64Bits(value) == bits;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(2009, 1));

    [Fact]
    public void OfProbability_ReadsBackToElevenDigits() =>
        Prop.ForAll(Gen.Choose(1, int.MaxValue).Select(k => k / (double)int.MaxValue).ToArbitrary(), p =>
            Math.Abs(double.Parse(NumberCell.OfProbability(p), CultureInfo.InvariantCulture) - p) <= 5e-12 * p)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(2009, 3));
}
