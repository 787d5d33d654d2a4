# Turns the C# declarations of kernel constants and structs into C static assertions, one per line, so that the two cannot drift.
#
#   const int OpenDevice = 0x80902;                 // O_RDWR | O_NOCTTY       the value is that of the C expression
#   public static readonly Errno Busy = new(16);    // EBUSY                   the same
#   struct Timespec // struct timespec                                         size, and offset and size of each field:
#       public long Seconds;                        // tv_sec
#
# A constant without a C expression is an assertion that fails, unless -v named=1 says that only those with one are meant.

BEGIN {
    size["byte"] = 1; size["short"] = 2; size["ushort"] = 2; size["int"] = 4; size["uint"] = 4
    size["long"] = 8; size["ulong"] = 8; size["nint"] = 8; size["nuint"] = 8
    for (type in size) alignment[type] = size[type]
}

function assert(condition, what) {
    printf "_Static_assert(%s, \"%s:%d: %s\");\n", condition, file, FNR, what
}

function comment(   at) {
    at = index($0, "// ")
    return at ? substr($0, at + 3) : ""
}

function value(   text) {
    text = $0
    sub(/^[^=]*= */, "", text); sub(/^new\(/, "", text); sub(/\)?;.*$/, "", text)
    return text
}

FNR == 1 { file = FILENAME; sub(/^.*\/(runtime|devices)\//, "", file) }

/ const [a-z]+ [A-Za-z0-9]+ = / && !/"/ {
    name = $0; sub(/^.* const [a-z]+ /, "", name); sub(/ =.*/, "", name)
    constant[name] = value()
    if (comment() != "")
        assert("(unsigned)(" comment() ") == (unsigned)(" value() ")", name)
    else if (!named)
        assert("0", name " does not say what it is in C")
}

# A member of an enum of codes, whose C name says so: "A = 30, // KEY_A", "Unknown = -1, // GLFW_KEY_UNKNOWN".
/^    [A-Z][A-Za-z0-9]* = -?(0x)?[0-9A-Fa-f]+, +\/\/ [A-Z0-9_]+$/ {
    assert($NF " == " substr($3, 1, length($3) - 1), $1)
}

/ static readonly Errno [A-Za-z]+ = new\([0-9]+\);/ {
    name = $5
    if (comment() != "")
        assert(comment() " == " value(), name)
    else if (value() != 0)
        assert("0", name " does not say what it is in C")
}

/ struct [A-Za-z0-9]+ +\/\/ struct / {
    struct = $0; sub(/ *\/\/.*/, "", struct); sub(/^.* /, "", struct)
    type = comment(); offset = 0; widest = 1; inside = 1
    next
}

inside && / public [A-Za-z0-9]+ [A-Za-z]+;/ {
    field = comment(); kind = $2
    if (kind == "Characters") { size[kind] = constant["ControlCount"]; alignment[kind] = 1 }
    if (!(kind in size)) { assert("0", struct "." $3 " has a type of unknown size"); next }
    offset = int((offset + alignment[kind] - 1) / alignment[kind]) * alignment[kind]
    if (alignment[kind] > widest) widest = alignment[kind]
    assert("offsetof(" type ", " field ") == " offset " && sizeof(((" type " *)0)->" field ") == " size[kind], struct "." field)
    offset += size[kind]
}

# Nested members come after the fields; the first blank line or brace ends them.
inside && (/^ *}/ || /^$/) && offset > 0 {
    size[struct] = int((offset + widest - 1) / widest) * widest; alignment[struct] = widest; inside = 0
    assert("sizeof(" type ") == " size[struct], struct)
}
