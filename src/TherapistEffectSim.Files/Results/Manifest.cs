using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TherapistEffectSim.Files.Results;

/// <summary>What is known about the run that made a result folder: <c>manifest.json</c>.</summary>
/// <remarks>Two runs of one study differ in machine, .NET version, times, threads and rate only.</remarks>
public sealed record Manifest
{
    // The relaxed encoder leaves the plus sign of versions and letters beyond ASCII as they are: the file is never part of a web page.
    private static readonly ManifestJson s_json =
        new(new JsonSerializerOptions(ManifestJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Commit that the program was built from; empty if it is not known.</summary>
    public required string GitCommit { get; init; }

    /// <summary>Key of all random numbers of the study.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What was drawn: patients, or statistics of therapists from their exact distribution.</summary>
    public required DrawnData Drawn { get; init; }

    /// <summary>Hash of the canonical study and the version of its results: what must agree for a folder to be used again.</summary>
    public required string StudyIdentity { get; init; }

    /// <summary>Rises whenever the program gives other numbers for the same study.</summary>
    public required int ResultsVersion { get; init; }

    /// <summary>How the run ended.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Number of scenarios.</summary>
    public required int Scenarios { get; init; }

    /// <summary>Replicates per scenario; the most, if they were as many as precision asked for.</summary>
    public required long Replicates { get; init; }

    /// <summary>What decided when scenarios ended; <see langword="null"/> if all have the same number of replicates.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PrecisionTarget? Precision { get; init; }

    /// <summary>Numbers that the program solved for, such as a raw variance behind a standardised one: name, then one per scenario, null where it has none.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<double?>> SolvedConstants
    {
        get;
        init => field = value.WithComparers(StringComparer.Ordinal);
    } = ImmutableSortedDictionary.Create<string, ImmutableArray<double?>>(StringComparer.Ordinal);

    /// <summary>SHA-256 of each other file of the folder, in lower-case hexadecimal.</summary>
    public ImmutableSortedDictionary<string, string> Files
    {
        get;
        init => field = value.WithComparers(StringComparer.Ordinal);
    } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The machine of the run.</summary>
    public required Machine Machine { get; init; }

    /// <summary>Version of the .NET runtime.</summary>
    public required string Dotnet { get; init; }

    /// <summary>When the run started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When the last file was about to be put in place.</summary>
    public required DateTimeOffset Ended { get; init; }

    /// <summary>Number of threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Replicates per second, over all scenarios.</summary>
    public required double ReplicatesPerSecond { get; init; }

    /// <summary>The manifest as it stands in its file: indented JSON in kebab case, always in the same order, ending in a line end.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json.Manifest) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> wrote. Members that this version does not know are left out.</summary>
    /// <exception cref="JsonException">The text is no manifest.</exception>
    public static Manifest Parse(string json) =>
        JsonSerializer.Deserialize(json, s_json.Manifest) ?? throw new JsonException("The manifest is null.");
}

/// <summary>What decided when scenarios ended.</summary>
/// <param name="Min">Replicates before the first look.</param>
/// <param name="TargetMcse">Monte Carlo standard error that no rejection rate was to exceed.</param>
/// <param name="CriticalValue">Standard errors from a rate to the ends of its 95 % interval, which holds under repeated looks.</param>
public sealed record PrecisionTarget(int Min, double TargetMcse, double CriticalValue);

/// <summary>What was drawn.</summary>
public enum DrawnData
{
    /// <summary>Patients, one by one.</summary>
    [JsonStringEnumMemberName("patients")]
    Patients,

    /// <summary>Means and pooled cross-products of therapists, from their exact distribution.</summary>
    [JsonStringEnumMemberName("statistics")]
    Statistics,
}

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>All replicates were made, and all files are in place.</summary>
    [JsonStringEnumMemberName("complete")]
    Complete,

    /// <summary>The run was ended before that.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,
}

/// <summary>A machine.</summary>
/// <param name="Os">Operating system and its version.</param>
/// <param name="Architecture">Architecture of the process, such as <c>x64</c>.</param>
/// <param name="Processors">Logical processors that the process may use.</param>
/// <param name="VectorBits">Widest vectors that the processor calculates with, in bits.</param>
public sealed record Machine(string Os, string Architecture, int Processors, int VectorBits)
{
    /// <summary>The machine of this process.</summary>
    public static Machine Current { get; } = new(
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        Environment.ProcessorCount,
        WidestVector());

    private static int WidestVector()
    {
        if (Vector512.IsHardwareAccelerated)
        {
            return 512;
        }

        return Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 64;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UseStringEnumConverter = true,
    WriteIndented = true,
    NewLine = "\n",
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
