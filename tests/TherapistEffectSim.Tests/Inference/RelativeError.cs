namespace TherapistEffectSim.Tests.Inference;

internal static class RelativeError
{
    public static void AssertWithin(double largest, double expected, double actual, string at = "")
    {
        double error = Math.Abs(actual - expected) / Math.Abs(expected);
        Assert.True(error <= largest || actual == expected, $"relative error {error:E1}: expected {expected:R}, was {actual:R} {at}");
    }
}
