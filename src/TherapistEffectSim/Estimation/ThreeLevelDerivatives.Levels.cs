namespace TherapistEffectSim.Estimation;

/// <content>The sums of one level, and of both together.</content>
internal sealed partial class ThreeLevelDerivatives<T>
{
    private struct Level
    {
        public Symmetric2<T> Traces;
        public Symmetric2<T> Squares;
        public Symmetric2<T> OfColumns;
        public ElementPairs<T> Pairs;
        public ElementPairs<T> Forms;
    }

    // [therapists' element, patients' element]
    private struct Cross
    {
        private Symmetric2<T> _traces11, _traces12, _traces22;
        private Symmetric2<T> _forms11, _forms12, _forms22;

        public void AddTraces(int e, in Symmetric2<T> matrix)
        {
            ref Symmetric2<T> sum = ref Traces(ref this, e);
            sum = sum.Plus(Doubled(matrix));
        }

        public void AddForms(int e, T h1, T h2, T t1, T t2)
        {
            ref Symmetric2<T> sum = ref Forms(ref this, e);
            sum = new(T.Fma(t1, h1, sum.A11), T.Fma(t1, h2, T.Fma(t2, h1, sum.A12)), T.Fma(t2, h2, sum.A22));
        }

        public readonly T Trace(int f, int e) => Pick(e == 0 ? _traces11 : e == 1 ? _traces12 : _traces22, f);

        public readonly T Form(int f, int e) => Pick(e == 0 ? _forms11 : e == 1 ? _forms12 : _forms22, f);

        private static T Pick(in Symmetric2<T> sum, int f) => f == 0 ? sum.A11 : f == 1 ? sum.A12 : sum.A22;

        private static ref Symmetric2<T> Traces(ref Cross cross, int e)
        {
            if (e == 0)
            {
                return ref cross._traces11;
            }

            return ref e == 1 ? ref cross._traces12 : ref cross._traces22;
        }

        private static ref Symmetric2<T> Forms(ref Cross cross, int e)
        {
            if (e == 0)
            {
                return ref cross._forms11;
            }

            return ref e == 1 ? ref cross._forms12 : ref cross._forms22;
        }
    }
}
