"""mainspring-game, the native program: its bot, and a person at a terminal and at a window.

Each test is a function whose name says what it proves. Arguments select tests whose names contain one of them.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from harness import PATIENCE, ROOT, Skip, check, main, program, wait_for
from harness.terminal import TerminalProgram

PROGRAM = program("mainspring-game")
ALTERNATE_SCREEN = 1049


def run(*args, **kwargs):
    return subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=4 * PATIENCE, **kwargs)


def bot(*args):
    result = subprocess.run([PROGRAM, "--bot", *args, "--json"], capture_output=True, text=True, timeout=4 * PATIENCE)
    check(result.returncode == 0 and result.stderr == "", f"{args}: exit code {result.returncode}, {result.stderr}")
    return json.loads(result.stdout)


def expected_hash():
    """What the unit tests expect, which run on the runtime."""
    with open(os.path.join(ROOT, "tests", "Mainspring.Game.Tests", "DeterminismTests.cs")) as file:
        return re.search(r"ExpectedHash = 0x([0-9a-f]{16});", file.read())[1]


class Folder:
    """A folder for scores."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="mainspring-game-")
        self.scores = os.path.join(self.path, "scores.json")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def read(self):
        with open(self.scores) as file:
            return json.load(file)["scores"]


def at_title(folder, *args, **kwargs):
    game = TerminalProgram([PROGRAM, "--terminal", "--seed", "7", "--scores", folder.scores, *args], **kwargs)
    game.wait_for(lambda: "SPACE TO PLAY" in game.screen.text(), "the title")
    return game


def playing(folder, *args, **kwargs):
    """A game that has a score."""
    game = at_title(folder, *args, **kwargs)
    game.type(" ")
    game.wait_for(lambda: score_of(game) > 0, "a score")
    return game


def score_of(game):
    match = re.match(r"\W*(\d{6})", game.screen.text())
    return int(match[1]) if match else -1


def check_given_back(game):
    check(game.modes() == game.modes_before, "the terminal's modes are not as they were")
    check(ALTERNATE_SCREEN not in game.screen.modes, "the alternate screen was not left")


# The bot.

def test_a_minute_of_seed_7_has_the_expected_hash_and_allocates_nothing():
    summary = bot("60", "--seed", "7")
    check(summary["state_hash"] == expected_hash(), f"{summary['state_hash']} instead of {expected_hash()}")
    check(summary["steps"] == 7200 and summary["allocated_bytes_per_frame"] == 0 and summary["gen0"] == 0, str(summary))


def test_the_hash_is_the_same_at_every_frame_rate():
    summaries = [bot("4", "--seed", "7", "--hz", hz) for hz in ("0", "30", "60", "144")]
    check(len({summary["state_hash"] for summary in summaries}) == 1, str(summaries))
    check(all(summary["steps"] == 480 and summary["dropped_game_ms"] == 0 for summary in summaries), str(summaries))


def test_paced_frames_allocate_nothing():
    summary = bot("12", "--seed", "7", "--hz", "60")
    check(summary["allocated_bytes_per_frame"] == 0, str(summary))


def test_other_seeds_have_other_hashes():
    hashes = {bot("10", "--seed", str(seed))["state_hash"] for seed in range(5)}
    check(len(hashes) == 5, str(hashes))


def test_text_says_what_json_says():
    summary, text = bot("12", "--seed", "3"), run("--bot", "12", "--seed", "3").stdout
    for said in (summary["state_hash"], f"{summary['steps']} steps", f"best score {summary['score']}", "0 bytes allocated per frame"):
        check(said in text, f"'{said}' is not in {text}")


def test_wrong_arguments_are_one_line_that_says_what_is_allowed_and_exit_code_2():
    for args, said in ((["--bot", "long"], "--bot: 'long' is not a number; give seconds of game time, from 0.1 to 86400"),
                       (["--bot", "1", "--hz", "5"], "--hz: '5' is out of range; give frames per second, from 10 to 1000, or 0"),
                       (["--bot", "1", "--seed", "-1"], "--seed: '-1' is no seed; give a whole number from 0 to 18446744073709551615"),
                       (["--scores", ""], "--scores: '' names no file; give the file that is to hold the scores"),
                       (["--scores", "/"], "--scores: '/' names no file; give the file that is to hold the scores"),
                       (["--json"], "--json: only --bot prints a summary"),
                       (["--terminal", "--bot", "1"], "--terminal and --bot exclude each other"),
                       (["nonsense"], "Unrecognized command or argument 'nonsense'.")):
        result = run(*args)
        check(result.returncode == 2 and result.stdout == "", f"{args}: exit code {result.returncode}, {result.stdout}")
        lines = result.stderr.splitlines()
        check(len(lines) == 2 and lines[0].startswith(f"mainspring-game: {said}") and lines[1] == "Try 'mainspring-game --help'.", f"{args}: {result.stderr}")


def test_without_display_and_terminal_it_says_so():
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    result = subprocess.run([PROGRAM], capture_output=True, text=True, timeout=PATIENCE, env=environment, start_new_session=True, stdin=subprocess.DEVNULL)
    check(result.returncode == 1 and result.stderr.count("\n") == 1 and "no display" in result.stderr, f"{result.returncode} {result.stderr}")


# At a terminal.

def test_a_game_in_a_terminal_from_the_title_to_the_end():
    with Folder() as folder, playing(folder) as game:
        check("\u2580" in game.screen.text() and ALTERNATE_SCREEN in game.screen.modes, "nothing is drawn")
        colours = {cell[part] for row in game.screen.cells for cell in row for part in (1, 2)}
        check(len(colours) > 50, f"{len(colours)} colours")
        game.type("p")
        game.wait_for(lambda: "Q GIVE UP" in game.screen.text(), "the pause")
        score = score_of(game)
        game.read(0.5)
        check(score_of(game) == score, "the score moves in a pause")
        game.type("p")
        game.wait_for(lambda: "Q GIVE UP" not in game.screen.text(), "the end of the pause")
        game.wait_for(lambda: score_of(game) > score, "a higher score")
        game.type("p")
        game.wait_for(lambda: "Q GIVE UP" in game.screen.text(), "the pause")
        score = score_of(game)
        game.type("q")
        game.wait_for(lambda: f"{score}" in game.screen.text() and "SPACE TO PLAY" in game.screen.text(), "the score among the best")
        game.type("q")
        check(game.wait() == 0, f"exit code {game.process.returncode}")
        check_given_back(game)
        check([entry["score"] for entry in folder.read()] == [score], str(folder.read()))


def test_the_frame_times_can_be_shown():
    with Folder() as folder, at_title(folder) as game:
        game.type("g")
        game.wait_for(lambda: "MS WORST" in game.screen.text(), "the graph")


def test_a_terminal_that_gets_another_size_shows_the_whole_game():
    with Folder() as folder, at_title(folder) as game:
        game.resize(132, 43)
        game.wait_for(lambda: "SPACE TO PLAY" in game.screen.text() and "Q QUIT" in game.screen.text(), "the title in another size")


def test_signals_end_it_cleanly_and_the_running_game_counts():
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        with Folder() as folder, playing(folder) as game:
            game.process.send_signal(sig)
            check(game.wait() == 0, f"{sig}: exit code {game.process.returncode}: {game.output[-500:]}")
            check_given_back(game)
            check(len(folder.read()) == 1, "the score was not saved")


def test_suspended_it_gives_the_terminal_back_and_resumed_it_is_paused():
    with Folder() as folder:
        # With a shell that controls jobs: who has none cannot be stopped (setpgid(2), orphaned process groups).
        shell = ["sh", "-c", 'set -m; "$0" "$@"; echo STOPPED; read line; fg', PROGRAM, "--terminal", "--seed", "7", "--scores", folder.scores]
        with TerminalProgram(shell) as game:
            game.wait_for(lambda: "SPACE TO PLAY" in game.screen.text(), "the title")
            game.type(" ")
            game.wait_for(lambda: score_of(game) > 0, "a score")
            taken = game.modes()
            game.type("\x1a")
            game.wait_for(lambda: "STOPPED" in game.screen.text(), "the shell")
            check_given_back(game)
            game.type("\n")
            game.wait_for(lambda: "Q GIVE UP" in game.screen.text(), "the pause")
            check(taken != game.modes_before, f"the terminal was never taken: {taken}")
            game.wait_for(lambda: game.modes() == taken, f"the terminal's modes {taken}, after {game.modes_before}")
            game.type("qq")
            check(game.wait() == 0, f"exit code {game.process.returncode}")
            check_given_back(game)


def test_a_terminal_that_goes_away_is_an_end_with_a_saved_score():
    with Folder() as folder:
        game = playing(folder)
        os.close(game.slave)
        os.close(game.master)
        game.process.wait(PATIENCE)
        check(len(folder.read()) == 1, "the score was not saved")


def test_killed_at_any_moment_it_leaves_whole_scores():
    with Folder() as folder:
        for i in range(5):
            with playing(folder) as game:
                game.type("p")
                game.wait_for(lambda: "Q GIVE UP" in game.screen.text(), "the pause")
                game.type("q")
                game.read(0.002 * i)
                game.process.kill()
                game.process.wait(PATIENCE)
            check(not os.path.exists(folder.scores) or len(folder.read()) <= i + 1, "damaged scores")
        check(not glob.glob(folder.path + "/*.damaged-*"), "damaged scores")


def test_damaged_scores_are_kept_aside_and_said():
    with Folder() as folder:
        with open(folder.scores, "w") as file:
            file.write("{ what?")
        with at_title(folder) as game:
            game.wait_for(lambda: "it holds no scores" in game.screen.text(), "the message")
            game.type("q")
            check(game.wait() == 0, f"exit code {game.process.returncode}")
        check(b"mainspring-game: " in game.output and b"scores.json.damaged-1" in game.output, "nothing is said at the end")
        with open(folder.scores + ".damaged-1") as file:
            check(file.read() == "{ what?", "it was changed")


def test_scores_that_cannot_be_saved_are_said_in_words_and_exit_code_1():
    with Folder() as folder:
        with open(folder.scores, "w"):
            folder.scores += "/deeper/scores.json"  # within a file
        with playing(folder) as game:
            game.type("pqq")
            check(game.wait() == 1, f"exit code {game.process.returncode}")
            check_given_back(game)
        last = game.output.decode().splitlines()[-1]
        check("mainspring-game: " in last and os.path.dirname(folder.scores) in last and "IO_" not in last, last)


# At a window.

class Display:
    """An X server."""

    def __enter__(self):
        for tool in ("Xvfb", "xdotool", "import", "convert"):
            if not shutil.which(tool):
                raise Skip(f"{tool} is not there")
        reader, writer = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x768x24"], pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as file:
            self.name = ":" + file.readline().strip()
        self.environment = {**os.environ, "DISPLAY": self.name}
        return self

    def run(self, *args):
        return subprocess.run(args, env=self.environment, capture_output=True, timeout=PATIENCE).stdout.decode()

    def colours(self):
        """How many colours the screen shows."""
        picture = subprocess.run(["import", "-window", "root", "-depth", "8", "ppm:-"], env=self.environment, capture_output=True, timeout=PATIENCE).stdout
        return len({picture[i:i + 3] for i in range(len(picture) % 3, len(picture), 3 * 7)})

    def number(self):
        """Where the score is drawn: the places that have exactly its colour."""
        picture = subprocess.run(["import", "-window", "root", "-crop", "100x30+10+2", "-depth", "8", "rgb:-"], env=self.environment, capture_output=True, timeout=PATIENCE).stdout
        return [i for i in range(0, len(picture), 3) if picture[i:i + 3] == b"\xff\xf3\xdc"]

    def end(self):
        self.process.kill()
        self.process.wait(PATIENCE)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()


class Window:
    """The game in a window, with a game that is played."""

    def __init__(self, display, folder, *args):
        self.process = subprocess.Popen([PROGRAM, "--seed", "7", "--scores", folder.scores, *args], env=display.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_for(lambda: self.process.poll() is not None or display.run("xdotool", "search", "--name", "Twelve Hours").strip(), "the window")
        check(self.process.poll() is None, "it has ended: " + (self.process.stderr.read().decode() if self.process.poll() is not None else ""))
        wait_for(lambda: display.colours() > 200, "a picture")
        for what in ("the beginning", "a score"):
            number = display.number()
            if what == "the beginning":
                display.run("xdotool", "key", "space")
            wait_for(lambda: display.number() != number, what)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)


def test_a_display_that_is_not_there_is_one_line_that_names_the_terminal():
    with Folder() as folder:
        environment = dict(os.environ, DISPLAY=":987")
        game = subprocess.run([PROGRAM, "--scores", folder.scores], env=environment, capture_output=True, timeout=PATIENCE)
        check(game.returncode == 1 and game.stderr.count(b"\n") == 1, f"exit code {game.returncode}: {game.stderr}")
        check(game.stderr.startswith(b"mainspring-game: the display :987 cannot be opened") and b"--terminal" in game.stderr, game.stderr.decode())


def test_a_game_in_a_window_is_drawn_and_ends_with_a_saved_score():
    with Folder() as folder, Display() as display, Window(display, folder) as window:
        window.process.send_signal(signal.SIGTERM)
        out, errors = window.process.communicate(timeout=PATIENCE)
        check(window.process.returncode == 0 and errors == b"", f"exit code {window.process.returncode}: {errors}")
        check(folder.read()[0]["score"] > 0, str(folder.read()))


def has_silk():
    return "built without" not in run("--help").stdout


def test_built_without_silk_it_says_how_to_get_it_and_exit_code_2():
    if has_silk():
        raise Skip("it was built with Silk.NET")
    for args in ([], ["--bot", "1"]):
        result = run("--backend", "silk", *args)
        check(result.returncode == 2 and result.stdout == "", f"{args}: exit code {result.returncode}, {result.stdout}")
        check(result.stderr.startswith("mainspring-game: --backend: this program was built without Silk.NET; put its packages into packages/"), result.stderr)


def test_a_backend_that_there_is_not_is_named_and_exit_code_2():
    result = run("--backend", "paper")
    check(result.returncode == 2 and "'paper' is no backend; give glfw or silk" in result.stderr, result.stderr)


def test_a_backend_opens_a_window_so_not_in_a_terminal():
    result = run("--backend", "glfw", "--terminal")
    check(result.returncode == 2 and "--terminal and --backend exclude each other" in result.stderr, result.stderr)


def test_through_silk_a_game_is_drawn_and_played_and_the_simulation_is_the_same():
    if not has_silk():
        raise Skip("it was built without Silk.NET")
    summary = bot("60", "--seed", "7", "--backend", "silk")
    check(summary["state_hash"] == expected_hash(), f"{summary['state_hash']} instead of {expected_hash()}")
    with Folder() as folder, Display() as display, Window(display, folder, "--backend", "silk") as window:
        window.process.send_signal(signal.SIGTERM)
        out, errors = window.process.communicate(timeout=PATIENCE)
        check(window.process.returncode == 0 and errors == b"", f"exit code {window.process.returncode}: {errors}")
        check(folder.read()[0]["score"] > 0, str(folder.read()))


def test_through_silk_an_x_server_that_is_killed_ends_it_with_a_saved_score():
    if not has_silk():
        raise Skip("it was built without Silk.NET")
    with Folder() as folder, Display() as display, Window(display, folder, "--backend", "silk") as window:
        display.end()
        out, errors = window.process.communicate(timeout=PATIENCE)
        check(window.process.returncode == 1, f"exit code {window.process.returncode}: {errors}")
        check(errors.startswith(b"mainspring-game: ") and f"display {display.name}".encode() in errors and errors.count(b"\n") == 1, errors.decode())
        check(folder.read()[0]["score"] > 0, str(folder.read()))


def test_an_x_server_that_is_killed_ends_it_with_a_message_a_saved_score_and_exit_code_1():
    with Folder() as folder, Display() as display, Window(display, folder) as window:
        display.end()
        out, errors = window.process.communicate(timeout=PATIENCE)
        check(window.process.returncode == 1, f"exit code {window.process.returncode}: {errors}")
        check(errors.startswith(b"mainspring-game: ") and f"display {display.name}".encode() in errors and errors.count(b"\n") == 1, errors.decode())
        check(folder.read()[0]["score"] > 0, str(folder.read()))


def test_an_x_server_that_is_killed_while_the_window_opens_never_ends_it_silently():
    for i in range(20):
        with Folder() as folder, Display() as display:
            game = subprocess.Popen([PROGRAM, "--seed", "7", "--scores", folder.scores], env=display.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(0.015 * i)
            display.end()
            out, errors = game.communicate(timeout=PATIENCE)
            if game.returncode == -signal.SIGSEGV:
                continue  # Mesa asks by XCB while it makes a context, and uses the answer that it did not get: nobody can handle that
            check(game.returncode == 1, f"after {15 * i} ms: exit code {game.returncode}: {errors}")
            check(errors.startswith(b"mainspring-game: ") and f"display {display.name}".encode() in errors and errors.count(b"\n") == 1, f"after {15 * i} ms: {errors}")


main(globals())
