using System.Reflection;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Tests.House;

public sealed class PublicApiTests
{
    /// <summary>Set to write the approved file anew.</summary>
    private const string ApproveVariable = "TES_APPROVE";

    [Fact]
    public void PublicApi_IsTheApprovedOne()
    {
        string approved = Path.Combine(Repository.Root, "tests", "TherapistEffectSim.Tests", "House", "PublicApi.approved.txt");
        string actual = string.Join('\n', typeof(Study).Assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).SelectMany(Describe)) + "\n";
        if (Environment.GetEnvironmentVariable(ApproveVariable) is not null)
        {
            File.WriteAllText(approved, actual);
        }

        Assert.Equal(File.ReadAllText(approved), actual);
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{type.FullName}{(type.IsEnum ? ": " + string.Join(", ", type.GetEnumNames()) : "")}";
        if (type.IsEnum)
        {
            yield break;
        }

        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<string> members = type.GetMembers(Own)
            .Where(m => m is not MethodInfo { IsSpecialName: true } && !m.Name.Contains('<', StringComparison.Ordinal))
            .Where(m => m.Name is not ("Equals" or "GetHashCode" or "ToString" or "Deconstruct" or "PrintMembers"))
            .Select(m => $"    {m}")
            .Order(StringComparer.Ordinal);
        foreach (string member in members)
        {
            yield return member;
        }
    }
}
