using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Tests.Generation;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Tests.Design;

public sealed class PatientTraitTests
{
    [Fact]
    public void TakenColumns_AreTheNamesOfTheVariablesOfEveryDataSet() => Assert.Equal(
        GeneratedColumns.NamesIn(Worlds.Plain).Concat(GeneratedColumns.OfGrowth).Order(StringComparer.Ordinal),
        PatientTrait.TakenColumns.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("severity")]
    [InlineData("true-alliance")]
    [InlineData("arm")]
    public void Problems_OfATraitWithTheNameOfAVariable_RefusesIt(string name)
    {
        Problem problem = Assert.Single((Worlds.Plain with { Traits = Worlds.Plain.Traits.Add(name, new()) }).Problems());

        Assert.Equal(new("traits." + name, $"a trait cannot be called '{name}', because the data have a column {PatientTrait.ColumnOf(name)} already."), problem);
    }
}
