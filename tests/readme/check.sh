#!/usr/bin/env bash
# The first C# block of README.md, as a program of its own: it compiles without a warning against the libraries that were
# built, runs, and ends by itself. The last line is "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly root=$PWD work=$PWD/artifacts/readme
rm -rf "$work"
mkdir -p "$work"

fail() {
    cat "$work"/*.log >&2 || true
    echo "README.md: $1"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
}

awk '/^```csharp$/ { inside = 1; next } /^```$/ && inside { exit } inside' README.md >"$work/README.cs"
grep -q 'loop.Run()' "$work/README.cs" || fail "its first C# block runs no loop"
# A device that no machine has, and a tenth of the time.
sed -e 's|"/dev/ttyUSB0"|"/dev/mainspring-none"|; s|FromSeconds(10)|FromSeconds(1)|' "$work/README.cs" >"$work/Program.cs"
rm "$work/README.cs"

# What users have: nothing of this repository's settings.
for name in Directory.Build.props Directory.Build.targets Directory.Packages.props; do
    echo '<Project />' >"$work/$name"
done
echo 'root = true' >"$work/.editorconfig"
{
    echo '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>'
    echo '<OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>'
    echo '<TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup><ItemGroup>'
    for library in Mainspring Mainspring.Devices Mainspring.Devices.Linux; do
        echo "<Reference Include=\"$root/artifacts/bin/$library/release_net10.0/$library.dll\" />"
    done
    echo '</ItemGroup></Project>'
} >"$work/readme.csproj"

dotnet build "$work/readme.csproj" -c Release -v quiet -o "$work/bin" >"$work/build.log" 2>&1 || fail "its first C# block does not compile"
timeout --kill-after=5 30 dotnet "$work/bin/readme.dll" >"$work/run.log" 2>&1 || fail "its first C# block ended with exit code $?"
grep -qx 'from another thread' "$work/run.log" || fail "its first C# block did not say what it should"
echo "1 passed, 0 failed, 0 skipped"
