using System.Numerics;
using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// A set of objects by their identity, at one reference a place. A <see cref="HashSet{T}"/> takes more, and brings what makes comparers at run time into every native program.
/// </summary>
internal sealed class ReferenceSet
{
    private object?[] _places = new object?[16]; // a power of two; each object in the first free place at or after its hash's
    private int _count;

    /// <summary>Adds an object; false when it is there already.</summary>
    public bool Add(object item)
    {
        if (_count * 4 >= _places.Length * 3)
        {
            object?[] all = _places;
            _places = new object?[all.Length * 2];
            foreach (object? other in all)
            {
                if (other is not null)
                {
                    _places[PlaceFor(other)] = other;
                }
            }
        }

        ref object? place = ref _places[PlaceFor(item)];
        if (place is not null)
        {
            return false;
        }

        place = item;
        _count++;
        return true;
    }

    /// <summary>Takes an object out, if it is there.</summary>
    public void Remove(object item)
    {
        int hole = PlaceFor(item);
        if (_places[hole] is null)
        {
            return;
        }

        _count--;
        _places[hole] = null;

        // Those that follow it may have been kept from the hole only by what was there.
        for (int next = After(hole); _places[next] is { } other; next = After(next))
        {
            _places[next] = null;
            _places[PlaceFor(other)] = other;
        }
    }

    private int After(int place) => (place + 1) & (_places.Length - 1);

    // Where it is, or where it belongs.
    private int PlaceFor(object item)
    {
        int place = (int)((uint)RuntimeHelpers.GetHashCode(item) * 2654435769u >> (32 - BitOperations.Log2((uint)_places.Length)));
        while (_places[place] is { } other && !ReferenceEquals(other, item))
        {
            place = After(place);
        }

        return place;
    }
}
