namespace Mainspring.Embed;

/// <summary>The items of a loop by their places. A place is used again, with another generation; one that has used them all is left alone.</summary>
internal sealed class ItemTable
{
    private readonly EmbeddedLoop _loop;
    private readonly uint _firstGeneration; // after the loop's own, and after all that its place had before
    private Item[] _items = new Item[64];
    private int _count = 1; // place 0 is the loop
    private Item? _free;

    public ItemTable(EmbeddedLoop loop)
    {
        _loop = loop;
        _firstGeneration = HighestGeneration = loop.Number.Generation + 1;
    }

    /// <summary>The highest generation that a number of this loop may have had.</summary>
    public uint HighestGeneration { get; private set; }

    /// <summary>Takes a free item.</summary>
    /// <exception cref="EmbedException">There are too many.</exception>
    public Item Rent(ItemKind kind, nint callback, nint data, nint destroy)
    {
        Item? item = _free;
        if (item is null)
        {
            item = Add();
        }
        else
        {
            _free = item.NextFree;
        }

        item.Take(kind, callback, data, destroy);
        return item;
    }

    /// <summary>Gives one back: its number has ended.</summary>
    public void Free(Item item)
    {
        uint generation = ++item.Generation;
        if (generation > HighestGeneration)
        {
            HighestGeneration = generation;
        }

        if (generation != uint.MaxValue)
        {
            item.NextFree = _free;
            _free = item;
        }
    }

    /// <summary>The item with this number, null when it has ended.</summary>
    /// <returns>False when there was never such a number.</returns>
    public bool TryFind(HandleNumber number, out Item? item)
    {
        item = null;
        if (number.Item >= _count)
        {
            return false;
        }

        Item found = _items[number.Item];
        if (found.Generation == number.Generation && found.IsLive)
        {
            item = found;
        }

        return number.Generation <= found.Generation;
    }

    /// <summary>Gives the data of all of them back, in the order of their places.</summary>
    public void DropAll()
    {
        for (int place = 1; place < _count; place++)
        {
            if (_items[place].IsLive)
            {
                _items[place].Drop();
            }
        }
    }

    private Item Add()
    {
        if (_count == HandleNumber.MostItems)
        {
            throw new EmbedException(Status.Limit, $"Loop '{_loop.Name}' has {_count - 1} things scheduled, which is the most there can be.");
        }

        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _items.Length * 2);
        }

        var item = new Item(_loop, _count) { Generation = _firstGeneration };
        _items[_count++] = item;
        return item;
    }
}
