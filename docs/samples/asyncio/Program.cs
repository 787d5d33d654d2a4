using Mainspring.Samples.Asyncio;

// mainspring-asyncio NAME runs one example or snippet, snippets runs all snippets, each under its name; without a name they are listed.
switch (args)
{
    case []:
        Array.ForEach([.. Sample.Examples, .. Sample.Snippets], static sample => Console.WriteLine(sample.Name));
        return 0;

    case ["snippets"]:
        foreach (Sample snippet in Sample.Snippets)
        {
            Console.WriteLine($"== {snippet.Name}");
            snippet.Run();
        }

        return 0;

    case [var name] when Array.Find([.. Sample.Examples, .. Sample.Snippets], sample => sample.Name == name) is { } sample:
        sample.Run();
        return 0;

    default:
        Console.Error.WriteLine($"mainspring-asyncio: there is no example '{string.Join(' ', args)}'; without arguments it lists them");
        return 2;
}
