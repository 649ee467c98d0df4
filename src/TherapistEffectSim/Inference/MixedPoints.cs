namespace TherapistEffectSim.Inference;

/// <summary>A therapist at a point of the quadrature of a world in which therapists' and patients' variables are linked.</summary>
/// <param name="Point">Index of the point among those of a cell of arm and site.</param>
/// <param name="Arm">Index of the arm.</param>
/// <param name="Site">Index of the site.</param>
/// <param name="Score">A*.</param>
/// <param name="Skill">U*, or its mean at this point.</param>
/// <param name="Adherence">C*.</param>
/// <param name="Match">What patients are allocated by: Q; under sorted allocation 1 in the upper half, −1 in the lower; 0 at random.</param>
/// <param name="Weight">Share of the population.</param>
internal readonly record struct MixedTherapist(
    int Point, int Arm, int Site, double Score, double Skill, double Adherence, double Match, double Weight);

/// <summary>A patient at a point of the quadrature, before a therapist is known.</summary>
/// <param name="Prognosis">ε of the severity.</param>
/// <param name="Deviation">D.</param>
/// <param name="Traits">Bit t: whether the patient has trait t.</param>
/// <param name="Retained">Whether the patient attends all sessions; 0.5 where nothing reads it.</param>
/// <param name="Weight">Share of the patients, traits and retention excluded.</param>
internal readonly record struct PatientBase(double Prognosis, double Deviation, int Traits, double Retained, double Weight);

/// <summary>A patient of a therapist.</summary>
/// <param name="Severity">Severity.</param>
/// <param name="Score">W/σ_W.</param>
/// <param name="Traits">Bit t: whether the patient has trait t.</param>
/// <param name="Retained">Whether the patient attends all sessions, or the probability of it where nothing reads it.</param>
/// <param name="Weight">Share of the therapist's patients.</param>
internal readonly record struct MixedPatient(double Severity, double Score, int Traits, double Retained, double Weight);
