#Requires -Version 7
# Builds, tests and publishes Mainspring where bash is not at hand. `./build.ps1 help` lists the commands.
# It does what build.sh does, without what needs Linux: the simulated serial line, the C library, its headers, the virtual machine, Wine,
# the programs end to end, and the C baselines.
param(
    [string] $Command = 'help',
    [Parameter(ValueFromRemainingArguments)] [string[]] $Arguments = @(),
    [Alias('h')] [switch] $Help
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

if ($Help) { $Command = 'help' }
$suffix = if ($IsWindows) { '.exe' } else { '' }
$script:isProbed = $false
$script:passed = 0
$script:failed = 0
$script:skipped = 0

function Show-Usage {
    @'
usage: ./build.ps1 COMMAND [ARGUMENTS]

  run [ARGS]    publish the host of machines as a native program and run it for 5 seconds; ARGS go to mainspring-pi run. On Linux
                it simulates a device, elsewhere give one: --serial COM3:115200
  test          build, format, package validation, all tests; the last line is "N passed, N failed, N skipped"
  build         build all projects, warnings are errors
  publish       native programs into out/, their symbols into out/symbols/
  perf [ARGS]   publish the benchmarks and run them; ARGS go to mainspring-perf
  micro [ARGS]  functions of memory alone, by BenchmarkDotNet, which is given ARGS
  api           accept the public API as it is: rewrites tests/Mainspring.Tests/PublicApi/*.txt
  format        format all sources
  clean         remove what the build made (artifacts/ and out/)

It needs the .NET SDK of global.json, and for native programs on Windows the C++ build tools of Visual Studio ("Desktop development
with C++"). The commands of build.sh that are not here need Linux.
'@
}

function Invoke-Checked([string] $Program, [string[]] $ProgramArguments) {
    & $Program @ProgramArguments | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "$Program $($ProgramArguments -join ' ') ended with exit code $LASTEXITCODE" }
}

# Asks the feeds which adapters can be built (build/Adapters.props), once a command.
function Find-Adapters {
    if ($script:isProbed) { return }
    Remove-Item -Force -ErrorAction SilentlyContinue artifacts/probe/stamp
    Invoke-Checked dotnet @('msbuild', 'Runtime.sln', '-t:ProbePackages', '-v:quiet')
    $script:isProbed = $true
}

# One line for each adapter that dropped out.
function Show-MissingAdapters {
    & dotnet build build/Adapters.slnf -c Release --no-restore -v minimal | Where-Object { $_ -match ' drops out: ' } | ForEach-Object { Write-Host $_.Trim() }
}

function Build-All {
    Find-Adapters
    Invoke-Checked dotnet @('build', 'Runtime.sln', '-c', 'Release', '-v', 'quiet')
}

function Publish-Native([string] $What) {
    Find-Adapters
    $log = (& dotnet publish $What -c Release -v quiet 2>&1) | Out-String
    $status = $LASTEXITCODE
    if ($log.Trim()) { Write-Host $log }
    if ($status -ne 0) { throw "publishing $What failed" }
    if ($log -match 'warning IL\d{4}') { throw "publishing $What gave trim or AOT warnings" }

    New-Item -ItemType Directory -Force out/symbols | Out-Null
    # And the native libraries that packages bring along, such as that of GLFW.
    foreach ($file in Get-ChildItem artifacts/publish/*/release/* -File -Include 'mainspring-*', '*.dll', '*.dylib', 'lib*.so*') {
        if ($file.Name -match '\.(xml|json)$') { continue }
        $target = if ($file.Name -match '\.(dbg|pdb)$') { 'out/symbols' } else { 'out' }
        Copy-Item $file.FullName $target -Force
    }
}

function Get-TestProgram([string] $Project) { "artifacts/bin/$Project/release/$Project$suffix" }

function Add-Suite([string] $Label, [int] $Status, [int] $SuitePassed, [int] $SuiteFailed, [int] $SuiteSkipped) {
    if ($SuiteFailed -eq 0 -and ($Status -ne 0 -or $SuitePassed + $SuiteSkipped -eq 0)) { $SuiteFailed = 1 }
    Write-Host "    ${Label}: $SuitePassed passed, $SuiteFailed failed, $SuiteSkipped skipped"
    $script:passed += $SuitePassed
    $script:failed += $SuiteFailed
    $script:skipped += $SuiteSkipped
}

# A step that is not a suite: it counts when it fails, as one.
function Test-Step([string] $Label, [scriptblock] $Step) {
    Write-Host $Label
    try { & $Step; return $true }
    catch { Write-Host "failed: ${Label}: $_"; $script:failed++; return $false }
}

function Test-Xunit([string] $Project) {
    Write-Host "test $Project"
    New-Item -ItemType Directory -Force artifacts/reports | Out-Null
    $report = "artifacts/reports/$Project.xml"
    if (Test-Path $report) { Remove-Item $report }
    & (Get-TestProgram $Project) -noLogo -noColor -reporter quiet -xml $report | Out-Host
    $status = $LASTEXITCODE
    if (-not (Test-Path $report)) { Add-Suite $Project 1 0 0 0; return }
    $counts = ([xml](Get-Content -Raw $report)).assemblies.assembly
    Add-Suite $Project $status ([int] $counts.passed) ([int] $counts.failed + [int] $counts.errors) ([int] $counts.skipped)
}

function Test-Native {
    $published = Test-Step 'publish the native contracts' { Publish-Native tests/Mainspring.Contracts.Native/Mainspring.Contracts.Native.csproj }
    if (-not $published) { return }
    $lines = @(& "out/mainspring-contracts$suffix" 2>&1 | ForEach-Object { "$_" })
    $status = $LASTEXITCODE
    if ($lines.Count -gt 0 -and $lines[-1] -match '^(\d+) passed, (\d+) failed, (\d+) skipped$') {
        $counts = $Matches
        if ([int] $counts[2] -gt 0) { $lines | Select-Object -SkipLast 1 | Out-Host }
        Add-Suite 'native contracts' $status ([int] $counts[1]) ([int] $counts[2]) ([int] $counts[3])
    }
    else {
        $lines | Out-Host
        Add-Suite 'native contracts' 1 0 0 0
    }
}

function Invoke-Tests {
    if (Test-Step 'build' { Build-All }) {
        Test-Step 'format' { Invoke-Checked dotnet @('format', 'Runtime.sln', '--no-restore', '--verify-no-changes') } | Out-Null
        Test-Step 'package validation' { Invoke-Checked dotnet @('pack', 'Runtime.sln', '-c', 'Release', '--no-build', '-v', 'quiet') } | Out-Null
        Select-String -Path tests/*/*.csproj -Pattern 'XunitTests.props' -List | ForEach-Object { Test-Xunit ([System.IO.Path]::GetFileNameWithoutExtension($_.Path)) }
        Test-Native
    }
    Write-Host "$script:passed passed, $script:failed failed, $script:skipped skipped"
    if ($script:failed -gt 0) { exit 1 }
}

function Save-Api {
    Invoke-Checked dotnet @('build', 'tests/Mainspring.Tests', '-c', 'Release', '-v', 'quiet')
    New-Item -ItemType Directory -Force tests/Mainspring.Tests/PublicApi | Out-Null
    $env:MAINSPRING_ACCEPT_API = (Resolve-Path tests/Mainspring.Tests/PublicApi).Path
    try { Invoke-Checked (Get-TestProgram Mainspring.Tests) @('-noLogo', '-noColor', '-reporter', 'quiet', '-class', 'Mainspring.Tests.PublicApiTests') }
    finally { Remove-Item Env:MAINSPRING_ACCEPT_API }
}

# Whether one of the options is among the arguments, alone or as OPTION=value.
function Test-Given([string[]] $Options) {
    foreach ($argument in $Arguments) {
        if ($Options -contains ($argument -split '=')[0]) { return $true }
    }
    return $false
}

function Start-Host {
    $defaults = @()
    if (-not (Test-Given '--serial', '--simulate')) {
        if (-not $IsLinux -and -not (Test-Given '--config')) { throw 'the simulated receiver is a pseudo-terminal, and so for Linux only: give a port, such as ./build.ps1 run --serial COM3:115200' }
        if ($IsLinux) { $defaults += '--simulate' }
    }
    if (-not (Test-Given '--hz')) { $defaults += '--hz', '60' }
    if (-not (Test-Given '--for', '--seconds')) { $defaults += '--for', '5' }
    Publish-Native hosts/pi/Mainspring.Pi.csproj
    & "out/mainspring-pi$suffix" run @defaults @Arguments
    exit $LASTEXITCODE
}

switch ($Command) {
    'run' { Start-Host }
    'test' { Invoke-Tests }
    'build' { Build-All; Show-MissingAdapters }
    'publish' { Publish-Native Native.slnf }
    'perf' {
        Publish-Native perf/Mainspring.Perf/Mainspring.Perf.csproj
        & "out/mainspring-perf$suffix" @Arguments
        exit $LASTEXITCODE
    }
    'micro' {
        Invoke-Checked dotnet @('build', 'perf/Mainspring.Benchmarks', '-c', 'Release', '-v', 'quiet')
        & "artifacts/bin/Mainspring.Benchmarks/release/mainspring-benchmarks$suffix" @Arguments
        exit $LASTEXITCODE
    }
    'api' { Save-Api }
    'format' { Invoke-Checked dotnet @('format', 'Runtime.sln') }
    'clean' { Remove-Item -Recurse -Force -ErrorAction SilentlyContinue artifacts, out }
    { $_ -in 'help', '--help' } { Show-Usage }
    default {
        Show-Usage
        Write-Error "unknown command '$Command'" -ErrorAction Continue
        exit 2
    }
}
