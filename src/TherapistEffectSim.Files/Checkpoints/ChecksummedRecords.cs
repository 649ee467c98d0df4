using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace TherapistEffectSim.Files.Checkpoints;

/// <summary>A file of records, each with its checksum: what is damaged costs the records that it touches, and no others.</summary>
/// <remarks>
/// A record is: eight bytes that mark its beginning, the length of its body, the first 16 bytes of the SHA-256 of length and body, the body. A reader that
/// finds something else looks for the next mark. Numbers are little-endian.
/// </remarks>
internal static class ChecksummedRecords
{
    private const int LengthAt = 8;
    private const int ChecksumAt = LengthAt + sizeof(int);
    private const int ChecksumLength = 16;
    private const int HeadLength = ChecksumAt + ChecksumLength;
    private const int LongestBody = 1 << 28;
    private const int SearchLength = 1 << 16;

    private static ReadOnlySpan<byte> Mark => [0x89, (byte)'t', (byte)'e', (byte)'s', (byte)'-', (byte)'r', (byte)'e', (byte)'1'];

    /// <summary>The bytes of a record.</summary>
    public static byte[] Of(ReadOnlySpan<byte> body)
    {
        byte[] record = new byte[HeadLength + body.Length];
        Mark.CopyTo(record);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(LengthAt), body.Length);
        body.CopyTo(record.AsSpan(HeadLength));
        Checksum(record.AsSpan(LengthAt, sizeof(int)), body, record.AsSpan(ChecksumAt, ChecksumLength));
        return record;
    }

    /// <summary>All whole records, with their positions.</summary>
    /// <param name="file">The file.</param>
    /// <param name="damaged">Called for each place at which something else stands.</param>
    public static IEnumerable<(long Position, byte[] Body)> Read(SafeFileHandle file, Action damaged)
    {
        long length = RandomAccess.GetLength(file);
        bool inRecords = true;
        for (long position = 0; position < length;)
        {
            if (TryRead(file, position, length) is byte[] body)
            {
                yield return (position, body);
                position += HeadLength + body.Length;
                inRecords = true;
                continue;
            }

            if (inRecords)
            {
                damaged();
                inRecords = false;
            }

            position = NextMark(file, position + 1, length);
        }
    }

    /// <summary>The body of the record at a position; <see langword="null"/> if there is none.</summary>
    public static byte[]? TryRead(SafeFileHandle file, long position, long length)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        if (position + HeadLength > length || !Fill(file, head, position) || !head[..LengthAt].SequenceEqual(Mark))
        {
            return null;
        }

        int size = BinaryPrimitives.ReadInt32LittleEndian(head[LengthAt..]);
        if (size is < 0 or > LongestBody || position + HeadLength + size > length)
        {
            return null;
        }

        byte[] body = new byte[size];
        if (!Fill(file, body, position + HeadLength))
        {
            return null;
        }

        Span<byte> checksum = stackalloc byte[ChecksumLength];
        Checksum(head.Slice(LengthAt, sizeof(int)), body, checksum);
        return checksum.SequenceEqual(head[ChecksumAt..]) ? body : null;
    }

    private static void Checksum(ReadOnlySpan<byte> length, ReadOnlySpan<byte> body, Span<byte> target)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(length);
        hash.AppendData(body);
        hash.GetHashAndReset().AsSpan(0, ChecksumLength).CopyTo(target);
    }

    private static long NextMark(SafeFileHandle file, long position, long length)
    {
        byte[] buffer = new byte[SearchLength];
        while (position < length)
        {
            int read = RandomAccess.Read(file, buffer, position);
            int found = buffer.AsSpan(0, read).IndexOf(Mark);
            if (found >= 0)
            {
                return position + found;
            }

            if (read < LengthAt)
            {
                break;
            }

            position += read - LengthAt + 1; // a mark may begin in the last bytes
        }

        return length;
    }

    private static bool Fill(SafeFileHandle file, Span<byte> target, long position)
    {
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(file, target, position);
            if (read == 0)
            {
                return false;
            }

            target = target[read..];
            position += read;
        }

        return true;
    }
}
