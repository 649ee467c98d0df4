using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Data;

namespace TherapistEffectSim.Tests.Data;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(100000, "100000")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(-9007199254740992, "-9007199254740992")]
    [InlineData(1e22, "1E+22")]
    [InlineData(0.00001, "1E-05")]
    [InlineData(0.0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(1.0 / 3, "0.3333333333333333")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(double.NaN, "NaN")]
    public void Shortest_OfTypicalNumbers_IsAsShownHere(double value, string expected) =>
        Assert.Equal(expected, NumberText.Shortest(value));

    [Fact]
    public void Shortest_OfAnyFiniteDouble_ReadsBackToTheSameBits() =>
        // All 64-bit patterns are equally likely, so exponents of every size occur.
        Prop.ForAll(ArbMap.Default.ArbFor<long>().Filter(bits => double.IsFinite(BitConverter.Int64BitsToDouble(bits))), bits =>
        {
            string text = NumberText.Shortest(BitConverter.Int64BitsToDouble(bits));
            return BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)) == bits;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(2009, 1));

    [Fact]
    public void Shortest_OfWholeNumbers_HasNoExponent() =>
        // Shifting a 64-bit pattern right by 11 and more gives integers of every length up to 2^53.
        Prop.ForAll(ArbMap.Default.ArbFor<long>(), Gen.Choose(11, 63).ToArbitrary(), (bits, shift) =>
        {
            long integer = bits >> shift;
            return string.Equals(NumberText.Shortest(integer), integer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(20091, 3));
}
