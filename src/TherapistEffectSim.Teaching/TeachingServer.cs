using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Teaching.Live;
using TherapistEffectSim.Teaching.Safety;
using TherapistEffectSim.Teaching.World;

namespace TherapistEffectSim.Teaching;

/// <summary>Serves the page to this machine alone. It writes no file: what is saved, the browser saves.</summary>
internal static class TeachingServer
{
    private const string Trial = "trial";
    private const int MostConnections = 256;
    private const int LongestRequestLine = 4096;

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The server, not yet started.</summary>
    /// <param name="port">Port on 127.0.0.1; 0 takes a free one.</param>
    public static WebApplication Create(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestLineSize = LongestRequestLine;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddSingleton<Engine>();
        WebApplication server = builder.Build();
        server.Use(Guard);
        foreach (PageFile file in PageFile.All)
        {
            server.MapGet(file.Path, () => Results.Bytes(file.Content, file.Type));
        }

        server.MapGet("/api/setting", context => Answer(context, setting => SettingFrame.Of(setting, setting.ToStudyFile().ToStudy(setting.Seed))));
        server.MapGet("/api/trial", context => Answer(context, setting => TrialPicture.Of(setting.ToStudyFile().ToStudy(setting.Seed), TrialOf(context)), Trial));
        server.MapGet("/api/power", StreamPower);
        server.MapGet("/study.yaml", SaveStudy);
        return server;
    }

    /// <summary>Where a started server is.</summary>
    public static string AddressOf(WebApplication server) =>
        server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/";

    private static async Task Guard(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (LocalRequests.Refuse(context.Request, context.Connection.LocalPort) is string refusal)
        {
            await LocalRequests.WriteAsync(context.Response, HttpStatusCode.Forbidden, refusal);
            return;
        }

        try
        {
            await next(context);
        }
        catch (BadRequestException e)
        {
            await LocalRequests.WriteAsync(context.Response, HttpStatusCode.BadRequest, e.Message);
        }
        catch (TooBusyException e)
        {
            await LocalRequests.WriteAsync(context.Response, HttpStatusCode.ServiceUnavailable, e.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked is gone.
        }
    }

    // Parameters are read before a place is taken, worlds are made after: even to make one is work.
    private static async Task Answer<T>(HttpContext context, Func<Setting, T> answer, params string[] others)
    {
        Setting setting = SettingOf(context, others);
        using IDisposable place = await context.RequestServices.GetRequiredService<Engine>().Answers.TakeAsync(context.RequestAborted);
        await context.Response.WriteAsJsonAsync(answer(setting), context.RequestAborted);
    }

    private static async Task StreamPower(HttpContext context)
    {
        Setting setting = SettingOf(context);
        using IDisposable place = await context.RequestServices.GetRequiredService<Engine>().Streams.TakeAsync(context.RequestAborted);
        Study study = setting.ToStudyFile().ToStudy(setting.Seed);
        context.Response.ContentType = "application/x-ndjson; charset=utf-8";
        await foreach (PowerFrame frame in Engine.Run(study, context.RequestAborted))
        {
            await JsonSerializer.SerializeAsync(context.Response.Body, frame, JsonSerializerOptions.Web, context.RequestAborted);
            await context.Response.WriteAsync("\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task SaveStudy(HttpContext context)
    {
        Setting setting = SettingOf(context);
        using IDisposable place = await context.RequestServices.GetRequiredService<Engine>().Answers.TakeAsync(context.RequestAborted);
        StudyFile file = setting.ToStudyFile();
        context.Response.ContentType = "application/yaml; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{file.Name}.yaml\"";
        await context.Response.WriteAsync(
            $"# A world of the teaching page. tes run {file.Name}.yaml simulates the same {Setting.Trials} trials, with the same numbers.\n{file.ToYaml(setting.Seed)}",
            context.RequestAborted);
    }

    private static Setting SettingOf(HttpContext context, params string[] others) =>
        Setting.Parse(context.Request.Query.Select(p => KeyValuePair.Create(p.Key, p.Value.Select(v => v ?? "").ToArray())), others);

    private static int TrialOf(HttpContext context)
    {
        string text = context.Request.Query[Trial].ToString();
        return text.Length == 0 ? 1
            : int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int trial) && trial is >= 1 and <= Setting.MostTrial ? trial
            : throw new BadRequestException($"trial must be a whole number in [1, {Setting.MostTrial}], but was '{text}'.");
    }
}
