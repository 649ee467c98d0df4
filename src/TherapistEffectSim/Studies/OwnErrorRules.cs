using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>Which models can have the tests whose standard errors are not those of the model.</summary>
internal static class OwnErrorRules
{
    /// <summary>Notes that a fit needs the standard errors of Kenward and Roger.</summary>
    /// <exception cref="StudyException">The method fits by maximum likelihood, or the coefficient is corrected for unreliability.</exception>
    public static void KenwardRoger(MethodModel method, PlannedTest test, PlannedFit fit)
    {
        CheckReml(method);
        if (test.Correction >= 0)
        {
            throw new StudyException(
                $"method {method.Name}: reliability corrects estimates with the standard errors of the model, not with those of t-kenward-roger; use t-satterthwaite, or leave reliability out.");
        }

        fit.NeedsKenwardRoger = true;
    }

    /// <summary>Refuses the standard errors of Kenward and Roger beside maximum likelihood.</summary>
    /// <exception cref="StudyException">The method fits by maximum likelihood.</exception>
    public static void CheckReml(MethodModel method)
    {
        if (method.Method.Estimate == Criterion.Ml)
        {
            throw new StudyException($"method {method.Name}: t-kenward-roger adjusts the standard errors too, and is for fits by reml; leave estimate out, or use t-satterthwaite.");
        }
    }

    /// <summary>Notes that a fit needs HC3 or CR2 errors.</summary>
    /// <exception cref="StudyException">The model has a random intercept, or CR2 errors are asked for of therapist means.</exception>
    public static void Robust(MethodModel method, TestKind kind, PlannedFit fit, AnalysisColumns columns)
    {
        if (method.HasRandomIntercept)
        {
            throw new StudyException(
                $"method {method.Name}: {Words.Of(kind)} is the test of a least-squares model, but this one has a random intercept; use t-satterthwaite, or leave (1 | {GeneratedColumns.Therapist}) out.");
        }

        if (kind == TestKind.TCr2 && method.OnTherapistMeans)
        {
            throw new StudyException(
                $"method {method.Name}: t-cr2 takes therapists as clusters of patients, but rows: therapist-means has one row per therapist; use t-hc3, or rows: patients.");
        }

        fit.NeedsHc3 |= kind == TestKind.THc3;
        fit.NeedsCr2 |= kind == TestKind.TCr2;
        if (!method.OnTherapistMeans)
        {
            columns.RequirePatientRows();
        }
    }
}
