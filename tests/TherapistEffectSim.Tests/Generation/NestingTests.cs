using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.ClosedForms;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Therapists crossed with arms, and arms whose patients have no therapist.</summary>
public sealed class NestingTests
{
    private static readonly Scenario s_crossed = Worlds.Plain with
    {
        Trial = new() { Arms = ["a", "b", "c"], Sites = 2, Nesting = Nesting.Crossed, Therapists = 7, Caseload = new DrawnCaseload { Mean = 8, Cv = 0.7 } },
    };

    // Everything that could reach patients through their therapist.
    private static readonly Scenario s_partial = (Worlds.Full with
    {
        Trial = Worlds.Full.Trial with
        {
            Arms = ["alone", "trained", "usual"],
            WithoutTherapists = ImmutableSortedDictionary<string, int>.Empty.Add("alone", 50),
            Therapists = 8,
        },
        Therapists = new() { OutcomeIcc = 0.1, Contamination = new() { Share = 0.3 }, Selection = new() { Keep = 0.5 } },
        Allocation = new CaseMixAllocation { With = AllocationScore.Alliance, Correlation = 0.8 },
        Attrition = new() { Therapists = 0.99, Alliance = new() { Rate = 0.2, TherapistSd = 3 } },
    }).WithOutcome(o => o with
    {
        ArmEffect = new(),
        Adherence = new() { Linear = 0.4, Curvature = 0.2, CurvatureByAlliance = 0.1, BySeverity = 0.2 },
    });

    [Fact]
    public void Of_CrossedTherapists_DealsThemOverSites()
    {
        TherapistLayout layout = TherapistLayout.Of(s_crossed.Trial);

        Assert.True(layout.IsCrossed);
        Assert.Equal([0, 1, 0, 1, 0, 1, 0], layout.Site.ToArray());
        Assert.Equal([[0, 2, 4, 6], [1, 3, 5]], layout.Cells.Select(cell => cell.ToArray()));
        Assert.Equal([2, 0, 1, 2], Enumerable.Range(0, 4).Select(i => layout.ArmOf(5, i)));
    }

    [Fact]
    public void Of_AnArmWithoutTherapists_PutsItsPatientsAfterTheTherapists()
    {
        TherapistLayout layout = TherapistLayout.Of(s_partial.Trial with { Therapists = 3, WithoutTherapists = s_partial.Trial.WithoutTherapists.SetItem("alone", 4) });

        Assert.Equal(3, layout.RealTherapists);
        Assert.Equal([1, 2, 1, 0, 0, 0, 0], layout.Arm.ToArray());
        Assert.Equal([0, 0, 1, 0, 1, 2, 0], layout.Site.ToArray());
        Assert.Equal([0, 1, 2], layout.Cells.SelectMany(cell => cell).Order());
    }

    [Fact]
    public void Crossed_Arms_AreBalancedWithinTherapists()
    {
        DataTable data = TrialData.Of(new(s_crossed), Worlds.Key, 3, allPatients: true);
        (string Therapist, string Arm)[] patients = Cells(data);

        foreach (IGrouping<string, (string Therapist, string Arm)> therapist in patients.GroupBy(p => p.Therapist))
        {
            int j = int.Parse(therapist.Key, System.Globalization.CultureInfo.InvariantCulture) - 1;
            Assert.Equal(therapist.Select((_, i) => "abc"[(i + j) % 3].ToString()), therapist.Select(p => p.Arm));
        }

        Assert.Equal(7, patients.Select(p => p.Therapist).Distinct().Count());
    }

    [Fact]
    public void Crossed_WithoutAnythingOfArms_HasTheBitsOfOneArm()
    {
        Scenario one = s_crossed with { Trial = s_crossed.Trial with { Arms = ["a"], Nesting = Nesting.WithinArm } };
        foreach ((GeneratedTrial e, GeneratedTrial f) in GeneratedTrial.Many(one, 8).Zip(GeneratedTrial.Many(s_crossed, 8)))
        {
            Assert.Equal(e.Caseload, f.Caseload);
            Assert.Equal(e.Outcome, f.Outcome);
            Assert.Equal(e.Alliance, f.Alliance);
        }
    }

    /// <summary>All that arms do, patient by patient: differences from a world without are effects of arm, site by arm, moderation and residual SD.</summary>
    [Fact]
    public void Crossed_EffectsOfArms_AreThoseOfThePatients()
    {
        Scenario two = s_crossed with { Trial = s_crossed.Trial with { Arms = ["a", "b"], Sites = 1 } };
        Scenario with = two.WithOutcome(o => o with { ArmEffect = new() { D = 0.5 }, Moderations = new() { Arm = 0.3 } });
        foreach ((GeneratedTrial e, GeneratedTrial f) in GeneratedTrial.Many(two, 4).Zip(GeneratedTrial.Many(with, 4)))
        {
            int patient = 0;
            for (int i = 0; i < e.Outcome.Count; i++)
            {
                int j = e.Therapist[i];
                patient = i > 0 && e.Therapist[i - 1] == j ? patient + 1 : 0;
                double expected = (patient + j) % 2 == 1 ? 0.5 + (0.3 * e.Alliance[i]) : 0; // measured without error
                Assert.Equal(expected, f.Outcome[i] - e.Outcome[i], 1e-12);
            }
        }
    }

    /// <summary>The SD of the deviations of the second arm's effect: 4 standard errors over 2000 therapists, .4·4/√4000 = .025.</summary>
    [Fact]
    public void Crossed_ArmEffectSd_IsTheSdBetweenTherapists()
    {
        Scenario two = s_crossed with { Trial = s_crossed.Trial with { Arms = ["a", "b"], Therapists = 20, Caseload = new FixedCaseload { Patients = 2 } } };
        Scenario with = two with { Therapists = two.Therapists with { ArmEffectSd = 0.4 } };
        List<double> deviations = [];
        foreach ((GeneratedTrial e, GeneratedTrial f) in GeneratedTrial.Many(two, 100).Zip(GeneratedTrial.Many(with, 100)))
        {
            for (int i = 0; i < e.Outcome.Count; i++)
            {
                double difference = f.Outcome[i] - e.Outcome[i];
                if ((i + (i / 2)) % 2 == 1)
                {
                    deviations.Add(difference);
                }
                else
                {
                    Assert.Equal(0, difference, 1e-12);
                }
            }
        }

        MonteCarlo.AssertValue(0.4, Math.Sqrt(deviations.Average(d => d * d)), 0.4 / Math.Sqrt(2 * deviations.Count), "SD");
    }

    /// <summary>Residual SDs of 1 and 3 by arm: standardised residuals of about 28,000 patients in each arm, 4 standard errors are .017.</summary>
    [Fact]
    public void Crossed_ResidualSd_IsThatOfThePatientsArm()
    {
        Scenario two = s_crossed with
        {
            Trial = s_crossed.Trial with { Arms = ["a", "b"], Sites = 1, Caseload = new FixedCaseload { Patients = 8 } },
            Therapists = new() { OutcomeIcc = 0 },
        };
        Scenario with = two.WithOutcome(o => o with { ResidualSd = new() { PerArm = ImmutableSortedDictionary<string, double>.Empty.Add("b", 3) } });
        double[] squares = new double[2];
        int[] count = new int[2];
        foreach (GeneratedTrial trial in GeneratedTrial.Many(with, 1000))
        {
            for (int i = 0; i < trial.Outcome.Count; i++)
            {
                int arm = ((i % 8) + trial.Therapist[i]) % 2;
                squares[arm] += trial.Outcome[i] * trial.Outcome[i];
                count[arm]++;
            }
        }

        MonteCarlo.AssertValue(1, Math.Sqrt(squares[0] / count[0]), 1 / Math.Sqrt(2.0 * count[0]), "a");
        MonteCarlo.AssertValue(3, Math.Sqrt(squares[1] / count[1]), 3 / Math.Sqrt(2.0 * count[1]), "b");
    }

    [Fact]
    public void Crossed_SortedPatients_AreHalvedOverAllTherapists()
    {
        Scenario sorted = s_crossed with { Allocation = new SortedAllocation { By = AllocationScore.Alliance } };
        foreach (GeneratedTrial trial in GeneratedTrial.Many(sorted, 8))
        {
            double[] ranked = [.. trial.TherapistScore.Order()];
            for (int i = 0; i < trial.Severity.Count; i++)
            {
                int rank = Array.IndexOf(ranked, trial.TherapistScore[trial.Therapist[i]]);
                Assert.True(rank == 3 || (rank > 3) == (trial.Severity[i] < 0));
            }
        }
    }

    [Fact]
    public void Partial_PatientsAlone_HaveNothingOfATherapist()
    {
        Assert.Empty(s_partial.Problems());
        World world = new(s_partial);
        bool anyoneStays = false;
        foreach (GeneratedTrial trial in GeneratedTrial.Many(s_partial, 16))
        {
            Assert.Equal(58, trial.Caseload.Count);
            for (int j = 8; j < 58; j++)
            {
                Assert.Equal((1, 0, 0, 0), (trial.Caseload[j], trial.TherapistScore[j], trial.TherapistEffect[j], trial.TrueAllianceBetween[j]));
                Assert.Equal(trial.OutcomeBase[8 + ((j - 8) % 3)], trial.OutcomeBase[j]); // site
            }

            anyoneStays |= trial.Analysed.Where((_, i) => trial.Therapist[i] >= 8).Any(a => a);
        }

        Assert.True(anyoneStays, "patients without a therapist do not leave with one");
        Assert.False(world.IsBalanced);
    }

    /// <summary>Severity of those who come to no one in particular is standard normal: 4 standard errors over 10,000 patients.</summary>
    [Fact]
    public void Partial_PatientsAlone_AreNotAllocated()
    {
        double[] severity = [.. GeneratedTrial.Many(s_partial, 200).SelectMany(t => t.Severity.Where((_, i) => t.Therapist[i] >= 8))];

        MonteCarlo.AssertValue(0, severity.Average(), 1 / Math.Sqrt(severity.Length), "mean");
        MonteCarlo.AssertValue(1, Math.Sqrt(severity.Average(z => z * z)), 1 / Math.Sqrt(2.0 * severity.Length), "SD");
    }

    [Fact]
    public void Partial_Therapists_HaveTheBitsOfThoseWithoutOthers()
    {
        Scenario partial = Worlds.Plain with
        {
            Trial = Worlds.Plain.Trial with
            {
                Arms = ["therapy", "alone"],
                WithoutTherapists = ImmutableSortedDictionary<string, int>.Empty.Add("alone", 3),
            },
        };
        foreach ((GeneratedTrial e, GeneratedTrial f) in GeneratedTrial.Many(Worlds.Plain, 8).Zip(GeneratedTrial.Many(partial, 8)))
        {
            Assert.Equal(203, f.Outcome.Count);
            Assert.Equal(e.Outcome, f.Outcome.Take(200));
            Assert.Equal(e.Alliance, f.Alliance.Take(200));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WideLanes_HaveTheBitsOfOneLane(bool isPartial)
    {
        World world = new(isPartial ? s_partial : s_crossed with { Allocation = new SortedAllocation() });
        List<GeneratedTrial> one = GeneratedTrial.Many<Lane1>(world, 0, 16, true);
        foreach ((GeneratedTrial e, GeneratedTrial f) in one.Concat(one).Zip(GeneratedTrial.Many<Lane4>(world, 0, 16, true).Concat(GeneratedTrial.Many<Lane8>(world, 0, 16, true))))
        {
            Assert.Equal(e.Outcome, f.Outcome);
            Assert.Equal(e.Alliance, f.Alliance);
            Assert.Equal(e.Severity, f.Severity);
            Assert.Equal(e.Analysed, f.Analysed);
        }
    }

    private static (string Therapist, string Arm)[] Cells(DataTable data)
    {
        NumericColumn therapist = data.Numeric("therapist");
        TextColumn arm = data.AsFactor("arm");
        return [.. Enumerable.Range(0, data.Rows).Select(r => (therapist.Values[r].ToString(System.Globalization.CultureInfo.InvariantCulture), arm.Levels[arm.Codes[r]]))];
    }
}
