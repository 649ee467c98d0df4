namespace TherapistEffectSim.Validation;

/// <summary>Something that keeps a scenario or a study from being run.</summary>
/// <param name="Path">Where, in the keys of a study file below the record that was checked: <c>trial.caseload</c>.</param>
/// <param name="Message">What was found and what is accepted, one sentence.</param>
public readonly record struct Problem(string Path, string Message);
