using System.Text.Json;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Hardware.Gpio;
using Mainspring.Hardware.Guest;
using Mainspring.Hardware.I2c;
using Mainspring.Hardware.Serial;

namespace Mainspring.Hardware.Pi;

/// <summary>The published <c>mainspring-pi</c> drives real devices by a configuration: a chip of gpio-sim, a UART whose other end is the case's, and a sensor on i2c-stub.</summary>
public sealed class ConfiguredMachineCases
{
    private const int Button = 0;
    private const int Led = 1;

    [Case]
    public void Pi_BlinksWhileAFixIsHeld_AndAnswersAFallingEdgeOnAPort()
    {
        using var sim = new GpioSim(2);
        using MainLoop loop = Loops.New();
        var far = new SerialEnd(loop, "/dev/ttyS2", new SerialOptions { BaudRate = 115200 });
        sim.Drive(Button, true);
        using Tool pi = Run("""
            "rules": [
              { "while": { "fix": "A" }, "blink": { "line": "led", "hz": 10 } },
              { "name": "ping", "on": { "edge": "button", "falling": true }, "send": { "port": "A", "text": "PING\n" }, "within": "1s" }
            ]
            """);
        Patience.Until(() => pi.HasOpen("ttyS1") && pi.HasOpen("gpio-line"), "the host has its devices");
        Check.False(sim.Level(Led), "no fix, no blinking");

        int changes = 0;
        bool last = false;
        TimerHandle fixes = loop.CallEvery(TimeSpan.FromMilliseconds(200), () => far.Port.TryWrite("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"u8));
        Pump.Until(loop, () =>
        {
            changes += sim.Level(Led) != last ? 1 : 0;
            last = sim.Level(Led);
            return changes >= 6;
        });
        fixes.Cancel();

        foreach (int pings in new[] { 1, 2, 3 })
        {
            sim.Drive(Button, false);
            Pump.Until(loop, () => far.Received.Count >= pings * 5);
            sim.Drive(Button, true);
        }

        Check.Sequence("PING\nPING\nPING\n"u8.ToArray(), far.Received);
        JsonElement ping = End(pi).GetProperty("rules").GetProperty("ping");
        Check.Equal(3, ping.GetProperty("runs").GetInt32());
        Check.Equal(0, ping.GetProperty("misses").GetInt32());
        Check.False(sim.Level(Led), "its safe level");
    }

    [Case]
    public void Pi_TakesAChipBackThatWasRemoved()
    {
        using var sim = new GpioSim(2);
        sim.Drive(Button, true);
        using Tool pi = Run("""
            "rules": [ { "on": { "edge": "button", "falling": true }, "toggle": { "line": "led" } } ]
            """);
        Patience.Until(() => pi.HasOpen("gpio-line"), "the host has the lines");
        Press(sim);
        sim.Remove();
        sim.Restore();
        sim.Drive(Button, true);
        Patience.Until(() => pi.HasOpen("gpio-line"), "the host has the lines again");
        Press(sim);
        End(pi);

        void Press(GpioSim sim)
        {
            bool before = sim.Level(Led);
            sim.Drive(Button, false);
            Patience.Until(() => sim.Level(Led) != before, "the rule has run");
            sim.Drive(Button, true);
        }
    }

    [Case]
    public void Pi_ReadsASensor_AndActsOnItsValue()
    {
        using var sim = new GpioSim(2);
        using var stub = new StubAdapter();
        string address = "0x48";
        Tool.Run("i2cset", "-y", $"{stub.Number}", address, "0x00", "10");
        using Tool pi = Run($$"""
            "sensors": { "t": { "bus": "/dev/i2c-{{stub.Number}}", "address": "{{address}}", "register": "0x00", "type": "u8", "every": "50ms" } },
            "rules": [ { "while": { "sensor": "t", "above": 20 }, "set": { "line": "led", "to": "high" } } ]
            """);
        Patience.Until(() => pi.HasOpen("gpio-line"), "the host has the lines");
        Tool.Run("i2cset", "-y", $"{stub.Number}", address, "0x00", "30");
        Patience.Until(() => sim.Level(Led), "30 is above 20");
        Tool.Run("i2cset", "-y", $"{stub.Number}", address, "0x00", "5");
        Patience.Until(() => !sim.Level(Led), "5 is not");
        End(pi);
    }

    private static Tool Run(string rest)
    {
        string file = $"/tmp/{Guid.NewGuid():N}.json";
        File.WriteAllText(file, $$"""
            {
              // By its label: a chip that was removed while it was in use comes back by another number.
              "ports": { "A": { "device": "/dev/ttyS1", "baud": 115200, "reads": "nmea", "silence": "10s" } },
              "lines": {
                "button": { "chip": "case", "line": {{Button}}, "direction": "input", "edges": "falling" },
                "led": { "chip": "case", "line": {{Led}}, "direction": "output", "safe": "low" }
              },
              {{rest}}
            }
            """);
        Tool.Run("mainspring-pi", "check", file);
        return Tool.Start("mainspring-pi", "run", "--config", file, "--json");
    }

    // Ends it as systemd does; returns its summary.
    private static JsonElement End(Tool pi)
    {
        pi.Terminate();
        int code = pi.Finish();
        Check.True(code == 0, $"exit code {code}: {string.Join('\n', pi.Lines)}");
        JsonElement summary = JsonDocument.Parse(pi.Lines[^1]).RootElement;
        Check.Equal("summary", summary.GetProperty("type").GetString());
        return summary;
    }
}
