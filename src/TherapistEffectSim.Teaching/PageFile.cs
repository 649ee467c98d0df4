using System.Collections.Immutable;
using System.Reflection;

namespace TherapistEffectSim.Teaching;

/// <summary>A file of the page.</summary>
/// <param name="Path">Where it is served.</param>
/// <param name="Type">Its media type.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record PageFile(string Path, string Type, byte[] Content)
{
    private const string Folder = "page/";
    private const string First = "index.html";

    private static readonly Assembly s_assembly = typeof(PageFile).Assembly;

    /// <summary>All files of the page.</summary>
    public static ImmutableArray<PageFile> All { get; } =
    [
        .. s_assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(name => name[Folder.Length..])
            .Select(name => new PageFile(name == First ? "/" : "/" + name, TypeOf(name), Read(name))),
    ];

    private static string TypeOf(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        string other => throw new InvalidOperationException($"There is no media type for {other}."),
    };

    private static byte[] Read(string name)
    {
        using Stream stream = s_assembly.GetManifestResourceStream(Folder + name)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
