namespace TherapistEffectSim.Estimation;

/// <content>The values of the sources, patient by patient: as drawn, or computed by the program of a column.</content>
internal sealed partial class PatientMoments<T>
{
    /// <summary>Deviations of a patient's sources from their value at what is expected given the therapist.</summary>
    /// <param name="therapist">Its patients must be in the batch.</param>
    /// <param name="patient">Number among the therapist's patients, from 0; one that is not analysed gives numbers without meaning.</param>
    /// <param name="observed">alliance_between of the therapist.</param>
    /// <param name="values">[source]</param>
    public void SourceDeviations(int therapist, int patient, T observed, Span<T> values)
    {
        int position = _batch.FirstPatient[therapist] + patient;
        for (int s = 0; s < values.Length; s++)
        {
            values[s] = _columns.Sources[s].Kind switch
            {
                PatientSource.Alliance => _batch.Alliance.Span[position],
                PatientSource.Outcome => _batch.Outcome.Span[position],
                PatientSource.Severity => _batch.Severity.Span[position],
                PatientSource.PatientScore => _batch.PatientScore.Span[position],
                _ => RunProgram(_columns.Sources[s].Program!, therapist, position, observed) - ProgramBase(_columns.Sources[s].Program!, therapist, observed),
            };
        }
    }

    /// <summary>The program inputs of a therapist; those of patients are what is expected given the therapist.</summary>
    public void TherapistInputs(int therapist, T observed, Span<T> inputs)
    {
        T zero = T.Create(0);
        T trueAlliance = _batch.AllianceBase.Span[therapist];
        inputs[0] = _batch.OutcomeBase.Span[therapist];
        inputs[1] = _batch.ObservedBase.Span[therapist];
        inputs[2] = observed;
        inputs[3] = zero;
        inputs[4] = zero;
        inputs[5] = _batch.TherapistScore.Span[therapist];
        inputs[6] = zero;
        inputs[7] = trueAlliance;
        inputs[8] = zero;
        inputs[9] = trueAlliance;
        inputs[10] = _batch.TherapistEffect.Span[therapist];
        if (_columns.ReadsFurther)
        {
            inputs[11] = _batch.Adherence.Span[therapist];
            inputs[12..].Fill(zero);
        }
    }

    private T RunProgram(ColumnProgram program, int therapist, int position, T observed)
    {
        Span<T> inputs = _inputs.Span;
        TherapistInputs(therapist, observed, inputs);
        T score = _batch.PatientScore.Span[position];
        T within = T.Create(_world.Components.AllianceWithinSd) * score;
        T alliance = inputs[1] + _batch.Alliance.Span[position];
        T mean = _columns.MeasuredMeans ? _measuredMeans.Span[therapist] : _allianceMeans.Span[therapist];
        inputs[0] += _batch.Outcome.Span[position];
        inputs[1] = alliance;
        inputs[3] = alliance - mean;
        inputs[4] = _batch.Severity.Span[position];
        inputs[6] = score;
        inputs[8] = within;
        inputs[9] += within;
        if (_columns.ReadsFurther)
        {
            inputs[12] = _batch.Sessions.Span[position];
            inputs[13] = _batch.Retained.Span[position];
            for (int t = 0; t < _batch.Traits.Length; t++)
            {
                inputs[14 + t] = _batch.Traits[t].Span[position];
            }
        }

        int arm = _world.Layout.ArmOf(therapist, position - _batch.FirstPatient[therapist]);
        return program.Run<T>(inputs, arm, _world.Layout.Site[therapist], _stack.Span);
    }

    private T ProgramBase(ColumnProgram program, int therapist, T observed)
    {
        TherapistInputs(therapist, observed, _inputs.Span);
        return program.Run<T>(_inputs.Span, _world.Layout.Arm[therapist], _world.Layout.Site[therapist], _stack.Span);
    }
}
