namespace TherapistEffectSim.Teaching.Live;

/// <summary>Places for work: a few at a time, a queue of bounded length before them. Whoever goes away leaves the queue.</summary>
/// <param name="atOnce">Places.</param>
internal sealed class Places(int atOnce) : IDisposable
{
    private const int MostWaiting = 64;

    private readonly SemaphoreSlim _free = new(atOnce);
    private int _taken;
    private int _waiting;

    /// <summary>Places that are taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Those who wait for one.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a place; it is free again when the result is disposed of.</summary>
    /// <exception cref="TooBusyException">Too many wait already.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled meanwhile.</exception>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting)
            {
                throw new TooBusyException();
            }

            await _free.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        Interlocked.Increment(ref _taken);
        return new Place(this);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Place(Places owner) : IDisposable
    {
        private Places? _owner = owner;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _owner, null) is { } places)
            {
                Interlocked.Decrement(ref places._taken);
                places._free.Release();
            }
        }
    }
}

/// <summary>More ask than can be answered.</summary>
internal sealed class TooBusyException() : Exception("Too many pages ask at once: close some of them.");
