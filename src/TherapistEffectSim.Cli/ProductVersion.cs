using System.Reflection;

namespace TherapistEffectSim.Cli;

/// <summary>Which build of the program this is.</summary>
internal static class ProductVersion
{
    /// <summary>Version and git commit: <c>tes 0.1.0+0123456…</c>.</summary>
    public static string Text { get; } =
        $"tes {typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion}";
}
