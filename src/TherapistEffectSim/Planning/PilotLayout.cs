using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Planning;

/// <summary>Arms, sites and therapists of a pilot trial.</summary>
public sealed record PilotLayout
{
    private const int MostNamed = 5;

    /// <summary>Names of the arms, the reference first; one without a name in a trial of one arm.</summary>
    public required ImmutableArray<string> Arms { get; init; }

    /// <summary>Therapists of each arm that has any; of all arms together where they treat in every arm.</summary>
    public required ImmutableArray<int> TherapistsByArm { get; init; }

    /// <summary>Patients of each arm; those of arms without therapists are not in <see cref="Caseloads"/>.</summary>
    public required ImmutableArray<int> PatientsByArm { get; init; }

    /// <summary>Number of sites.</summary>
    public required int Sites { get; init; }

    /// <summary>Whether therapists treat in one arm or in all.</summary>
    public required Nesting Nesting { get; init; }

    /// <summary>Patients of each therapist.</summary>
    public required ImmutableArray<int> Caseloads { get; init; }

    /// <summary>Number of therapists.</summary>
    public int Therapists => Caseloads.Length;

    /// <summary>Patients without a therapist in arms that have therapists: they are left out.</summary>
    public required int PatientsLeftOut { get; init; }

    /// <summary>Therapists who treat in some arms, but not in the way of <see cref="Nesting"/>.</summary>
    public required int ExceptionalTherapists { get; init; }

    /// <summary>Reads the layout.</summary>
    /// <exception cref="ModelException">There are fewer than two therapists, one works at two sites, or an arm is not named.</exception>
    internal static PilotLayout Of(PilotData data)
    {
        TextColumn therapist = Factor(data.Therapist);
        if (therapist.Levels.Length < 2)
        {
            string found = therapist.Levels.Length == 0 ? "names none" : $"names one only, {therapist.Levels[0]}";
            throw new ModelException($"there must be at least two therapists to tell how much they differ, but the column {data.Therapist.Name} {found}.");
        }

        TextColumn? arm = data.Arm is null ? null : Complete(Factor(data.Arm), "arm");
        TextColumn? site = data.Site is null ? null : Complete(Factor(data.Site), "site");
        ImmutableArray<string> arms = arm is null ? ["treatment"] : Ordered(arm, data.ReferenceArm);
        int[] armOf = [.. Enumerable.Range(0, data.Patients).Select(row => arm is null ? 0 : arms.IndexOf(arm.Levels[arm.Codes[row]]))];
        if (site is not null)
        {
            CheckSites(therapist, site);
        }

        bool[,] treats = new bool[therapist.Levels.Length, arms.Length];
        int[] caseloads = new int[therapist.Levels.Length];
        int[] patients = new int[arms.Length];
        for (int row = 0; row < data.Patients; row++)
        {
            patients[armOf[row]]++;
            if (therapist.Codes[row] is var j and >= 0)
            {
                treats[j, armOf[row]] = true;
                caseloads[j]++;
            }
        }

        int[] therapists = [.. Enumerable.Range(0, arms.Length).Select(a => Enumerable.Range(0, caseloads.Length).Count(j => treats[j, a]))];
        int inSeveral = Enumerable.Range(0, caseloads.Length).Count(j => Enumerable.Range(0, arms.Length).Count(a => treats[j, a]) > 1);
        bool isCrossed = 2 * inSeveral > caseloads.Length;
        return new()
        {
            Arms = arms,
            TherapistsByArm = isCrossed ? [caseloads.Length] : Nested(treats, therapists),
            PatientsByArm = [.. patients],
            Sites = site?.Levels.Length ?? 1,
            Nesting = isCrossed ? Nesting.Crossed : Nesting.WithinArm,
            Caseloads = [.. caseloads],
            PatientsLeftOut = Enumerable.Range(0, data.Patients).Count(row => therapist.Codes[row] < 0 && therapists[armOf[row]] > 0),
            ExceptionalTherapists = isCrossed ? caseloads.Length - inSeveral : inSeveral,
        };
    }

    /// <summary>
    /// The data with no therapist where each patient of an arm has one alone, as patients without therapists are written in simulated data: such an
    /// arm has none.
    /// </summary>
    internal static PilotData WithoutSingletons(PilotData data)
    {
        if (data.Arm is null)
        {
            return data;
        }

        TextColumn therapist = Factor(data.Therapist);
        TextColumn arm = Factor(data.Arm);
        int[] patients = new int[therapist.Levels.Length];
        foreach (int code in therapist.Codes.Where(code => code >= 0))
        {
            patients[code]++;
        }

        bool[] hasTherapists = new bool[arm.Levels.Length];
        for (int row = 0; row < data.Patients; row++)
        {
            if (arm.Codes[row] >= 0 && therapist.Codes[row] >= 0)
            {
                hasTherapists[arm.Codes[row]] |= patients[therapist.Codes[row]] > 1;
            }
        }

        return hasTherapists.All(has => has) || !hasTherapists.Any(has => has)
            ? data
            : data with
            {
                Therapist = TextColumn.FromCells(data.Therapist.Name, Enumerable.Range(0, data.Patients).Select(row =>
                    therapist.Codes[row] < 0 || (arm.Codes[row] >= 0 && !hasTherapists[arm.Codes[row]]) ? null : therapist.Levels[therapist.Codes[row]])),
            };
    }

    /// <summary>A column as a factor.</summary>
    internal static TextColumn Factor(DataColumn column) => new DataTable([column]).AsFactor(column.Name);

    // A therapist of two arms counts in the first.
    private static ImmutableArray<int> Nested(bool[,] treats, int[] therapists)
    {
        int[] counts = new int[therapists.Length];
        for (int j = 0; j < treats.GetLength(0); j++)
        {
            for (int a = 0; a < counts.Length; a++)
            {
                if (treats[j, a])
                {
                    counts[a]++;
                    break;
                }
            }
        }

        return [.. counts];
    }

    private static TextColumn Complete(TextColumn column, string what)
    {
        int missing = column.Codes.IndexOf(-1);
        return missing < 0
            ? column
            : throw new ModelException(string.Create(CultureInfo.InvariantCulture,
                $"every patient must have {(what is "arm" ? "an arm" : "a site")}, but {column.Name} is missing in row {missing + 1} below the header."));
    }

    private static ImmutableArray<string> Ordered(TextColumn arm, string? reference)
    {
        if (reference is not null && !arm.Levels.Contains(reference))
        {
            throw new ModelException(
                $"the reference must be one of the arms in the column {arm.Name}, {Named(arm.Levels)}, but was {reference}.");
        }

        return reference is null ? arm.Levels : [reference, .. arm.Levels.Where(level => level != reference)];
    }

    private static void CheckSites(TextColumn therapist, TextColumn site)
    {
        int[] siteOf = [.. Enumerable.Repeat(-1, therapist.Levels.Length)];
        for (int row = 0; row < therapist.Codes.Length; row++)
        {
            int j = therapist.Codes[row];
            if (j >= 0 && siteOf[j] >= 0 && siteOf[j] != site.Codes[row])
            {
                throw new ModelException(
                    $"a therapist must have one site, but {therapist.Levels[j]} is at {site.Levels[siteOf[j]]} and at {site.Levels[site.Codes[row]]}. "
                    + "If the names begin anew at each site, make them different, such as A-1 and B-1.");
            }

            if (j >= 0)
            {
                siteOf[j] = site.Codes[row];
            }
        }
    }

    private static string Named(ImmutableArray<string> levels) =>
        string.Join(", ", levels.Take(MostNamed)) + (levels.Length > MostNamed ? ", …" : "");
}
