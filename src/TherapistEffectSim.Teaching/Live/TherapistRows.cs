using System.Collections.Immutable;
using TherapistEffectSim.Data;

namespace TherapistEffectSim.Teaching.Live;

/// <summary>The patients of a trial as the pictures need them: the alliance of their therapist apart from their own, other columns about their mean.</summary>
internal sealed class TherapistRows
{
    private readonly TextColumn _therapist;
    private readonly NumericColumn _outcome;
    private readonly NumericColumn _within;
    private readonly ImmutableArray<double> _between; // mean alliance of the patient's therapist

    public TherapistRows(DataTable data)
    {
        _therapist = data.AsFactor("therapist");
        _outcome = data.Numeric("outcome");
        _within = new("within", data.Numeric("alliance_within").Values);
        ImmutableArray<double> alliance = data.Numeric("alliance").Values;
        int[][] patients = [.. Enumerable.Range(0, data.Rows).GroupBy(row => _therapist.Codes[row]).OrderBy(g => g.Key).Select(g => g.ToArray())];
        Therapists = [.. patients.Select(rows => new TherapistPoint(rows.Average(r => alliance[r]), rows.Average(r => _outcome.Values[r]), rows.Length))];
        _between = [.. _therapist.Codes.Select(code => Therapists[code].Alliance)];
        OtherColumns = [.. Differences(data, "arm"), .. Differences(data, "site")];
        SecondArmShare = data.Contains("arm") && data.AsFactor("arm") is { Levels.Length: 2 } arm ? arm.Codes.Average() : 0;
    }

    /// <summary>The therapists, with their patients' means.</summary>
    public ImmutableArray<TherapistPoint> Therapists { get; }

    /// <summary>Columns of the differences between arms and between sites, each of mean 0.</summary>
    public ImmutableArray<NumericColumn> OtherColumns { get; }

    /// <summary>Share of the patients who are in the second arm.</summary>
    public double SecondArmShare { get; }

    /// <summary>The data with the therapists' alliance measured from a value: columns outcome, therapist, x, within and the others.</summary>
    public DataTable From(double x0) =>
        new([_outcome, _therapist, new NumericColumn("x", [.. _between.Select(x => x - x0)]), _within, .. OtherColumns]);

    private static IEnumerable<NumericColumn> Differences(DataTable data, string name)
    {
        if (!data.Contains(name))
        {
            yield break;
        }

        TextColumn factor = data.AsFactor(name);
        for (int level = 1; level < factor.Levels.Length; level++)
        {
            double share = factor.Codes.Count(code => code == level) / (double)factor.Codes.Length;
            yield return new($"{name}_{level}", [.. factor.Codes.Select(code => (code == level ? 1 : 0) - share)]);
        }
    }
}
