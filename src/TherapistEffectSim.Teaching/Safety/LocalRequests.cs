using System.Net;

namespace TherapistEffectSim.Teaching.Safety;

/// <summary>Refuses what does not come from the page itself: other names of the host (DNS rebinding), other origins, and other sites.</summary>
internal static class LocalRequests
{
    private static readonly string[] s_names = ["127.0.0.1", "localhost"];

    /// <summary>Why a request is refused; <see langword="null"/> if it is not.</summary>
    /// <param name="request">The request.</param>
    /// <param name="port">Port that it came to.</param>
    public static string? Refuse(HttpRequest request, int port)
    {
        string[] hosts = [.. s_names.Select(name => $"{name}:{port}")];
        if (!hosts.Contains(request.Host.Value, StringComparer.OrdinalIgnoreCase))
        {
            return $"This page is served to {string.Join(" and ", hosts)} only.";
        }

        string origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !string.Equals(origin, $"http://{request.Host.Value}", StringComparison.OrdinalIgnoreCase))
        {
            return "This page answers itself only, not other pages.";
        }

        return request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" && request.Headers["Sec-Fetch-Mode"].ToString() is not "navigate"
            ? "This page answers itself only, not other sites."
            : null;
    }

    /// <summary>Writes a refusal.</summary>
    public static async Task WriteAsync(HttpResponse response, HttpStatusCode status, string message)
    {
        response.StatusCode = (int)status;
        response.ContentType = "text/plain; charset=utf-8";
        await response.WriteAsync(message + "\n");
    }
}
