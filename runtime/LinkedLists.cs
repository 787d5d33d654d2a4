namespace Mainspring;

internal static class LinkedLists
{
    /// <summary>Its values. As <c>[.. list]</c>, which would be LINQ, and that brings virtual generic methods, and what makes them at run time, into every native program.</summary>
    public static T[] Copy<T>(this LinkedList<T> list)
    {
        var copy = new T[list.Count];
        list.CopyTo(copy, 0);
        return copy;
    }
}
