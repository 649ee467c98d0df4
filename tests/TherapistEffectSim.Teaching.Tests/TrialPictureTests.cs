using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Teaching.Live;
using TherapistEffectSim.Teaching.World;

namespace TherapistEffectSim.Teaching.Tests;

/// <summary>The picture of a trial, against fits of the same data in the study's own columns.</summary>
[Collection(RunningServer.Name)]
public sealed class TrialPictureTests
{
    private static readonly Study s_study = Setting.Parse([]).ToStudyFile().ToStudy(seed: 2009);

    [Fact]
    public void Fits_AreThoseOfTheStudysModels()
    {
        TrialPicture picture = TrialPicture.Of(s_study, trial: 7);
        DataTable data = ReplicateData.Of(s_study, 1, 7, allPatients: false);
        double mean = picture.Therapists.Average(t => t.Alliance);
        double[] line = Coefficients(data, "outcome ~ alliance_between + alliance_within + (1 | therapist)");
        double[] parabola = Coefficients(data, "outcome ~ alliance_between + I(alliance_between^2) + alliance_within + (1 | therapist)");

        Assert.All(picture.Line, p => Assert.Equal(line[0] + (line[1] * (p.X - mean)), p.Y, 1e-6));
        Assert.All(picture.Parabola, p => Assert.Equal(parabola[0] + (parabola[1] * (p.X - mean)) + (parabola[2] * (p.X - mean) * (p.X - mean)), p.Y, 1e-6));
        Assert.All(picture.Line.Concat(picture.Parabola), p => Assert.True(p.Low < p.Y && p.Y < p.High));
    }

    [Fact]
    public void Band_AtTheMean_IsTheIntervalOfTheIntercept()
    {
        TrialPicture picture = TrialPicture.Of(s_study, trial: 7);
        TherapistRows rows = new(ReplicateData.Of(s_study, 1, 7, allPatients: false));
        BandPoint point = picture.Line[12];
        LinearMixedModelFit fit = LinearMixedModel.Fit(
            rows.From(point.X), Formula.Parse("outcome ~ x + within + (1 | therapist)"), Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite);

        // y(x0) is the intercept where x is measured from x0.
        Assert.Equal((fit.FixedEffects[0].ConfLow, fit.FixedEffects[0].ConfHigh), ((double?)point.Low, (double?)point.High));
    }

    [Fact]
    public void Therapists_AreTheMeansOfTheirPatients()
    {
        TrialPicture picture = TrialPicture.Of(s_study, trial: 3);
        DataTable data = ReplicateData.Of(s_study, 1, 3, allPatients: false);

        Assert.Equal(60, picture.Therapists.Length);
        Assert.All(picture.Therapists, t => Assert.Equal(12, t.Patients));
        Assert.Equal(data.Numeric("outcome").Values.Average(), picture.Therapists.Average(t => t.Outcome), 1e-12);
        Assert.Equal(data.Numeric("alliance").Values.Average(), picture.Therapists.Average(t => t.Alliance), 1e-12);
    }

    [Fact]
    public void Truth_IsTheCurveOfTheWorld()
    {
        TrialPicture picture = TrialPicture.Of(s_study, trial: 1);

        // Curvature .15, centred: .15·(1 − s²), with s = x/√.6.
        Assert.All(picture.Truth, p => Assert.Equal(0.15 * (1 - (p.X * p.X / 0.6)), p.Y, 1e-12));
    }

    [Fact]
    public void Decisions_AreThoseOfTheStudyOnThatTrial()
    {
        TrialPicture picture = TrialPicture.Of(s_study, trial: 70);
        List<Performance.ReplicateRow> rows = [];
        StudyRunner.Run(s_study with { Replicates = 128 }, new() { OnCell = _ => { }, OnReplicate = rows.Add }, CancellationToken.None);

        Assert.Equal(["therapist-variance", "linear", "curve"], picture.Decisions.Select(d => d.Name));
        Assert.Equal(
            rows.First(r => r.Replicate == 70 && r.Method == "quadratic" && r.Term == "I(alliance_between^2)").PValue,
            picture.Decisions[2].PValue);
        Assert.All(picture.Decisions, d => Assert.Equal(d.PValue < 0.05, d.IsSignificant));
    }

    private static double[] Coefficients(DataTable data, string formula) =>
        [.. LinearMixedModel.Fit(data, Formula.Parse(formula), Criterion.Reml, DegreesOfFreedomMethod.None).FixedEffects.Select(e => e.Estimate)];
}
