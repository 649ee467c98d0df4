using System.Globalization;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Studies;

/// <summary>Refuses trials in which a model could not be fitted in any replicate, however the caseloads are drawn.</summary>
internal static class TrialSize
{
    /// <summary>Compares the rows that a trial can have at most with what the models need, as a single fit of data does.</summary>
    /// <exception cref="StudyException">A model needs more; says which and how many.</exception>
    public static void Check(Cell cell, IEnumerable<MethodModel> methods)
    {
        Trial trial = cell.Scenario.Trial;
        int therapists = trial.GroupCount;
        double patients = MostPatients(trial) + trial.PatientsWithoutTherapist;
        string scenario = string.Create(CultureInfo.InvariantCulture, $"scenario {cell.Number}");
        foreach (MethodModel method in methods)
        {
            if (method.HasRandomIntercept && therapists < 2)
            {
                throw new StudyException($"method {method.Name}: a random intercept needs at least 2 therapists, but {scenario} has {therapists}.");
            }

            double measured = method.IsByWeek ? patients * ((GrowthOutcome)cell.Scenario.Outcome).Weeks.Length : patients;
            if (method.HasRandomIntercept && measured <= therapists)
            {
                throw new StudyException(
                    $"method {method.Name}: a random intercept needs more patients than therapists, but {scenario} has {patients} patients of {therapists} therapists.");
            }

            double rows = method.OnTherapistMeans ? therapists : measured;
            if (rows <= method.Columns.Length)
            {
                string columns = string.Join(", ", method.Columns.Select(c => c.Name));
                throw new StudyException(
                    $"method {method.Name}: the model needs more rows than columns, but {scenario} has {rows} {(method.OnTherapistMeans ? "therapists" : method.IsByWeek ? "measurements" : "patients")} for {method.Columns.Length} columns ({columns}).");
            }
        }
    }

    private static double MostPatients(Trial trial) => trial.Caseload switch
    {
        FixedCaseload equal => (double)equal.Patients * trial.TherapistCount,
        ListedCaseload listed => listed.Patients.Sum(n => (double)n),
        SharedCaseload shared => shared.Total,
        DrawnCaseload { Cv: 0 } equal => equal.Mean * trial.TherapistCount,
        _ => double.PositiveInfinity,
    };
}
