using TherapistEffectSim.Design;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Reverse causation and confounding: what the alliance shares with the residual of the outcome, and with severity.</summary>
/// <remarks>500 replicates of 200 patients; false-alarm rate 1e-6 a check. A correlation off by .025 would be seen 99 times in 100.</remarks>
public sealed class ReverseCausationTests
{
    private const int Replicates = 500;

    [Theory]
    [InlineData(Timing.Early, 0.1)]
    [InlineData(Timing.Late, 0.45)]
    public void Alliance_CorrelatesWithTheResidualByItsTiming(Timing timing, double correlation)
    {
        Scenario scenario = Worlds.Plain
            .WithAlliance(a => a with { Timing = timing, ReverseCausation = new() { Early = 0.1, Late = 0.45 } })
            .WithOutcome(o => o with { ResidualSd = 1.5 });
        WorldSample sample = WorldSample.Of(scenario, Replicates);
        double Residual(int i) => sample.OutcomeDeviation[i] / 1.5;

        sample.AssertPatientMean(correlation, i => sample.Score[i] * Residual(i));
        sample.AssertPatientMean(1, i => Residual(i) * Residual(i));
        sample.AssertPatientMean(0, i => sample.Severity[i] * Residual(i));
        sample.AssertPatientMean(0, i => sample.AllianceSkill[sample.TherapistOf(i)] * Residual(i));
        sample.AssertVarianceComponents(0.1 / 0.9 * 2.25, 2.25, sample.Outcome);
    }

    // Of the alliance only D goes with the residual: corr(W, e) = ρ·σ_D/σ_W.
    [Fact]
    public void WhatSeverityBringsAboutInTheAlliance_HasNoPartInIt()
    {
        Scenario scenario = Worlds.Plain.WithAlliance(a => a with { Severity = -0.6, ReverseCausation = new() { Early = -0.5 } });
        WorldSample sample = WorldSample.Of(scenario, Replicates);

        sample.AssertPatientMean(-0.5 * Math.Sqrt((0.8 - 0.36) / 0.8), i => sample.Score[i] * sample.OutcomeDeviation[i]);
        sample.AssertPatientMean(0, i => sample.Severity[i] * sample.OutcomeDeviation[i]);
    }

    // Path tracing: A = aP + e, Y = bP + cA + e' with unit variances: r(A, Y) = c + ab, and c with P held constant. a = .2, b = .15: .25 for c = .22.
    [Fact]
    public void PrognosisBehindBoth_AddsTheProductOfItsPaths()
    {
        const double a = 0.2;
        const double b = 0.15;
        const double c = 0.22;
        Scenario scenario = OneLevel(a, b, c, 0);
        WorldSample sample = WorldSample.Of(scenario, Replicates);

        Assert.Equal(0.25, c + (a * b), 12);
        sample.AssertPatientMean(1, i => sample.TrueAlliance[i] * sample.TrueAlliance[i]);
        sample.AssertPatientMean(1, i => sample.Outcome[i] * sample.Outcome[i]);
        sample.AssertPatientMean(c + (a * b), i => sample.TrueAlliance[i] * sample.Outcome[i]);
        sample.AssertPatientMean(b + (a * c), i => -sample.Severity[i] * sample.Outcome[i]);

        // The part of A that P does not explain: Cov(A − aP, Y) = c·(1 − a²).
        sample.AssertPatientMean(c * (1 - (a * a)), i => (sample.TrueAlliance[i] + (a * sample.Severity[i])) * sample.Outcome[i]);
    }

    // Early improvement: r = .22 early, .30 late, the late one through the residual.
    [Fact]
    public void LateCorrelation_ExceedsTheEarlyOneByTheReversePath()
    {
        double residualSd = Math.Sqrt(1 - (0.22 * 0.22));
        Scenario early = OneLevel(0, 0, 0.22, reverse: 0.08 / residualSd);
        Scenario late = early.WithAlliance(a => a with { Timing = Timing.Late });

        WorldSample sample = WorldSample.Of(early, Replicates);
        sample.AssertPatientMean(0.22, i => sample.TrueAlliance[i] * sample.Outcome[i]);
        WorldSample later = WorldSample.Of(late, Replicates);
        later.AssertPatientMean(0.30, i => later.TrueAlliance[i] * later.Outcome[i]);
    }

    // No therapists' part in either variable; P is minus severity.
    private static Scenario OneLevel(double a, double b, double c, double reverse) => (Worlds.Plain with { Therapists = new() { OutcomeIcc = 0 } })
        .WithAlliance(x => x with { TherapistIcc = 0, Severity = -a, ReverseCausation = new() { Late = reverse } })
        .WithOutcome(o => o with
        {
            Alliance = new() { Slope = c },
            Severity = -b,
            ResidualSd = Math.Sqrt(1 - (b * b) - (c * c) - (2 * a * b * c)),
        });
}
