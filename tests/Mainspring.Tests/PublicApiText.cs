using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using System.Text;

namespace Mainspring.Tests;

/// <summary>Renders what users of an assembly can see, as C#-like text that is the same on every run and machine.</summary>
internal sealed class PublicApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    private readonly StringBuilder _text = new();
    private readonly NullabilityInfoContext _nullability = new();

    private PublicApiText()
    {
    }

    /// <summary>The text: one block per type, ordered by name; in it one line per member, ordered by kind and name.</summary>
    public static string Of(Assembly assembly)
    {
        var writer = new PublicApiText();
        foreach (Type type in assembly.GetTypes().Where(IsVisible).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            writer.AppendType(type);
        }

        return writer._text.ToString();
    }

    private void AppendType(Type type)
    {
        if (_text.Length > 0)
        {
            _text.Append('\n');
        }

        _text.Append(Attributes(type)).Append(TypeHeader(type)).Append('\n');
        if (!IsDelegate(type))
        {
            foreach (string member in type.IsEnum ? EnumMembers(type) : Members(type))
            {
                _text.Append("    ").Append(member).Append('\n');
            }
        }
    }

    private static bool IsVisible(Type type) =>
        type.IsNested
            ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)
            : type.IsPublic;

    private static bool IsVisible(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static bool IsDelegate(Type type) => type.BaseType == typeof(MulticastDelegate);

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private string TypeHeader(Type type)
    {
        string access = type.IsNestedFamily || type.IsNestedFamORAssem ? "protected" : "public";
        string name = FullName(type);
        if (IsDelegate(type))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            return $"{access} delegate {ReturnType(invoke)} {name}({Parameters(invoke)}){Constraints(type.GetGenericArguments())}";
        }

        if (type.IsEnum)
        {
            return $"{access} enum {name} : {Name(type.GetEnumUnderlyingType())}";
        }

        var bases = new List<string>();
        if (type.IsClass && type.BaseType is { } baseType && baseType != typeof(object))
        {
            bases.Add(Name(baseType));
        }

        IEnumerable<Type> inherited = type.GetInterfaces().SelectMany(i => i.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []);
        bases.AddRange(type.GetInterfaces().Except(inherited).Where(IsVisible).Select(i => Name(i)).Order(StringComparer.Ordinal));
        return $"{access} {Kind(type)} {name}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}{Constraints(type.GetGenericArguments())}";
    }

    private static string Kind(Type type)
    {
        if (type.IsInterface)
        {
            return "interface";
        }

        bool isRecord = type.GetMethod("PrintMembers", Declared) is { } print && IsGenerated(print);
        if (type.IsValueType)
        {
            return (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref " : "") + (isRecord ? "record struct" : "struct");
        }

        string modifier = type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        return modifier + (isRecord ? "record" : "class");
    }

    private static IEnumerable<string> EnumMembers(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .OrderBy(f => Convert.ToDecimal(f.GetRawConstantValue(), CultureInfo.InvariantCulture))
            .ThenBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => $"{f.Name} = {Convert.ToString(f.GetRawConstantValue(), CultureInfo.InvariantCulture)}");

    private IEnumerable<string> Members(Type type)
    {
        IEnumerable<string> fields = type.GetFields(Declared)
            .Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly)
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .Select(f => Attributes(f) + Field(f));
        IEnumerable<string> constructors = type.GetConstructors(Declared)
            .Where(c => IsVisible(c) && !c.IsStatic && !IsGenerated(c))
            .Select(c => $"{Attributes(c)}{Access(c)}{ShortName(type)}({Parameters(c)})")
            .Order(StringComparer.Ordinal);
        IEnumerable<string> properties = type.GetProperties(Declared)
            .Where(p => (IsVisible(p.GetMethod) || IsVisible(p.SetMethod)) && p.Name != "EqualityContract")
            .OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => Attributes(p) + Property(p))
            .ToList();
        IEnumerable<string> events = type.GetEvents(Declared)
            .Where(e => IsVisible(e.AddMethod))
            .OrderBy(e => e.Name, StringComparer.Ordinal)
            .Select(e => $"{Attributes(e)}{Access(e.AddMethod!)}{Modifiers(e.AddMethod!)}event {Name(e.EventHandlerType!, _nullability.Create(e))} {e.Name}");
        IEnumerable<string> methods = type.GetMethods(Declared)
            .Where(m => IsVisible(m) && !IsGenerated(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !IsOfObject(m))
            .OrderBy(m => m.Name.StartsWith("op_", StringComparison.Ordinal))
            .ThenBy(m => m.Name, StringComparer.Ordinal)
            .ThenBy(Method, StringComparer.Ordinal)
            .Select(m => Attributes(m) + Method(m));
        return [.. fields, .. constructors, .. properties, .. events, .. methods];
    }

    /// <summary>Overrides of what every object has, which say nothing.</summary>
    private static bool IsOfObject(MethodInfo method) => method.IsVirtual && method.GetBaseDefinition().DeclaringType == typeof(object);

    private string Field(FieldInfo field)
    {
        string access = field.IsPublic ? "" : "protected ";
        string type = Name(field.FieldType, _nullability.Create(field));
        if (field.IsLiteral)
        {
            return $"{access}const {type} {field.Name} = {Literal(field.GetRawConstantValue(), field.FieldType)}";
        }

        string required = field.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{access}{(field.IsStatic ? "static " : "")}{required}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    private string Property(PropertyInfo property)
    {
        MethodInfo widest = IsVisible(property.GetMethod) && (property.GetMethod!.IsPublic || !IsVisible(property.SetMethod))
            ? property.GetMethod
            : property.SetMethod!;
        var text = new StringBuilder(Access(widest)).Append(Modifiers(widest));
        if (property.IsDefined(typeof(RequiredMemberAttribute)))
        {
            text.Append("required ");
        }

        text.Append(property.GetMethod is { } getter ? ReturnType(getter, property) : Name(property.PropertyType, _nullability.Create(property)));
        text.Append(' ').Append(property.GetIndexParameters() is { Length: > 0 } index ? $"this[{Parameters(index)}]" : property.Name).Append(" { ");
        if (IsVisible(property.GetMethod))
        {
            text.Append(Access(property.GetMethod!) == Access(widest) ? "" : Access(property.GetMethod!)).Append("get; ");
        }

        if (IsVisible(property.SetMethod))
        {
            bool isInit = property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));
            text.Append(Access(property.SetMethod) == Access(widest) ? "" : Access(property.SetMethod)).Append(isInit ? "init; " : "set; ");
        }

        return text.Append('}').ToString();
    }

    private string Method(MethodInfo method) =>
        $"{Access(method)}{Modifiers(method)}{ReturnType(method)} {method.Name}{GenericArguments(method.GetGenericArguments())}"
        + $"({(method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")}{Parameters(method)}){Constraints(method.GetGenericArguments())}";

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method)
    {
        string isStatic = method.IsStatic ? "static " : "";
        if (method.DeclaringType!.IsInterface)
        {
            return isStatic + (method.IsAbstract ? "" : "default ");
        }

        bool isReadOnly = method.IsDefined(typeof(IsReadOnlyAttribute)) && !method.DeclaringType.IsDefined(typeof(IsReadOnlyAttribute));
        string isOverride = method.GetBaseDefinition() != method ? (method.IsFinal ? "sealed override " : "override ") : "";
        string isVirtual = isOverride.Length > 0 ? "" : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? "virtual " : "";
        return isStatic + (isReadOnly ? "readonly " : "") + isOverride + isVirtual;
    }

    private string ReturnType(MethodInfo method, PropertyInfo? property = null)
    {
        Type type = method.ReturnType;
        NullabilityInfo nullability = property is null ? _nullability.Create(method.ReturnParameter) : _nullability.Create(property);
        if (!type.IsByRef)
        {
            return Name(type, nullability);
        }

        bool isReadOnly = method.ReturnParameter.IsDefined(typeof(IsReadOnlyAttribute));
        return $"ref {(isReadOnly ? "readonly " : "")}{Name(type.GetElementType()!, nullability)}";
    }

    private string Parameters(MethodBase method) => Parameters(method.GetParameters());

    private string Parameters(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(Parameter));

    private string Parameter(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        string modifier = "";
        if (type.IsByRef)
        {
            type = type.GetElementType()!;
            bool isReadOnlyReference = parameter.CustomAttributes.Any(a => a.AttributeType.Name == "RequiresLocationAttribute");
            modifier = parameter.IsOut ? "out " : isReadOnlyReference ? "ref readonly " : parameter.IsIn ? "in " : "ref ";
        }
        else if (parameter.CustomAttributes.Any(a => a.AttributeType.Name is nameof(ParamArrayAttribute) or "ParamCollectionAttribute"))
        {
            modifier = "params ";
        }

        bool isScoped = parameter.CustomAttributes.Any(a => a.AttributeType.Name == "ScopedRefAttribute") && !parameter.IsOut;
        string value = parameter.HasDefaultValue ? " = " + Literal(parameter.RawDefaultValue, parameter.ParameterType) : "";
        return $"{(isScoped ? "scoped " : "")}{modifier}{Name(type, _nullability.Create(parameter))} {parameter.Name}{value}";
    }

    private static string Literal(object? value, Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            null => plain == type && type.IsValueType ? "default" : "null",
            string text => $"\"{text}\"",
            char character => $"'{character}'",
            bool flag => flag ? "true" : "false",
            _ when plain.IsEnum => string.Join(" | ", Enum.ToObject(plain, value).ToString()!.Split(", ").Select(n => char.IsLetter(n[0]) ? $"{Name(plain)}.{n}" : n)),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        };
    }

    /// <summary>The attributes that change what a user may do.</summary>
    private static string Attributes(MemberInfo member)
    {
        var text = new StringBuilder();
        foreach (CustomAttributeData attribute in member.CustomAttributes.OrderBy(a => a.AttributeType.Name, StringComparer.Ordinal))
        {
            Type type = attribute.AttributeType;
            bool isCompilers = attribute.ConstructorArguments.Any(a => a.Value is string s && s.StartsWith("Constructors of types with required members", StringComparison.Ordinal));
            if (!isCompilers
                && (type == typeof(FlagsAttribute) || type == typeof(ObsoleteAttribute) || typeof(OSPlatformAttribute).IsAssignableFrom(type)
                    || type.Name.StartsWith("Requires", StringComparison.Ordinal) || type.Name == "ExperimentalAttribute"))
            {
                string arguments = string.Join(", ", attribute.ConstructorArguments.Select(a => Literal(a.Value, a.ArgumentType)));
                text.Append('[').Append(type.Name.AsSpan(0, type.Name.Length - "Attribute".Length)).Append(arguments.Length > 0 ? $"({arguments})" : "").Append("] ");
            }
        }

        return text.ToString();
    }

    private static string FullName(Type type)
    {
        string prefix = type.IsNested ? FullName(type.DeclaringType!) : type.Namespace ?? "";
        return (prefix.Length > 0 ? prefix + "." : "") + ShortName(type) + GenericArguments(OwnGenericArguments(type));
    }

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        string mark = !type.IsValueType && !type.IsPointer && (nullability?.ReadState ?? NullabilityState.Unknown) == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        }

        if (type.IsPointer)
        {
            return Name(type.GetElementType()!) + "*";
        }

        if (s_keywords.TryGetValue(type, out string? keyword))
        {
            return keyword + mark;
        }

        if (type.IsGenericParameter)
        {
            return type.Name + mark;
        }

        Type[] arguments = OwnGenericArguments(type);
        NullabilityInfo[]? inner = nullability?.GenericTypeArguments is { } known && known.Length == arguments.Length ? known : null;
        string list = arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select((a, i) => Name(a, inner?[i])))}>";
        string owner = type.IsNested ? Name(type.DeclaringType!) + "." : "";
        return owner + ShortName(type) + list + mark;
    }

    private static string ShortName(Type type)
    {
        int arity = type.Name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? type.Name : type.Name[..arity];
    }

    /// <summary>A nested type repeats the arguments of its owner; these are its own.</summary>
    private static Type[] OwnGenericArguments(Type type) =>
        type.GetGenericArguments()[(type.DeclaringType is { } owner && type.IsNested ? owner.GetGenericArguments().Length : 0)..];

    private static string GenericArguments(Type[] arguments) =>
        arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(a => Variance(a) + a.Name))}>";

    private static string Variance(Type argument) =>
        (argument.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        };

    private static string Constraints(Type[] arguments)
    {
        var text = new StringBuilder();
        foreach (Type argument in arguments.Where(a => a.IsGenericParameter))
        {
            GenericParameterAttributes flags = argument.GenericParameterAttributes;
            bool isUnmanaged = argument.CustomAttributes.Any(a => a.AttributeType.Name == "IsUnmanagedAttribute");
            bool isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
            var constraints = new List<string>();
            if (isStruct)
            {
                constraints.Add(isUnmanaged ? "unmanaged" : "struct");
            }
            else if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            {
                constraints.Add("class");
            }

            constraints.AddRange(argument.GetGenericParameterConstraints().Where(c => c != typeof(ValueType)).Select(c => Name(c)).Order(StringComparer.Ordinal));
            if (flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct)
            {
                constraints.Add("new()");
            }

            if (flags.HasFlag(GenericParameterAttributes.AllowByRefLike))
            {
                constraints.Add("allows ref struct");
            }

            if (constraints.Count > 0)
            {
                text.Append(" where ").Append(argument.Name).Append(" : ").AppendJoin(", ", constraints);
            }
        }

        return text.ToString();
    }
}
