using System.Reflection;

namespace TherapistEffectSim.Cli;

/// <summary>Which build of the program this is.</summary>
internal static class ProductVersion
{
    /// <summary>Version: <c>0.1.0</c>.</summary>
    public static string Number => Parts[0];

    /// <summary>Git commit that the program was built from; empty if it is not known.</summary>
    public static string Commit => Parts.Length > 1 ? Parts[1] : "";

    /// <summary>Version and git commit: <c>tes 0.1.0+0123456…</c>.</summary>
    public static string Text { get; } =
        $"tes {Informational}";

    private static string Informational =>
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static string[] Parts => Informational.Split('+', 2);
}
