"""Makes game-terminal.png: plays the game in a pseudo-terminal of 80 by 24 for a while, and draws the cells that the program has drawn.

    python3 docs/images/terminal.py out/mainspring-game [SECONDS]

Needs convert, of ImageMagick. The letters are those of the game's own font.
"""
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
from harness.terminal import TerminalProgram  # noqa: E402

CELL_WIDTH, CELL_HEIGHT = 10, 20
MARGIN = 8


def font():
    with open(os.path.join(ROOT, "hosts", "game", "Assets", "font.txt")) as file:
        return {line[0]: line[1:].split() for line in file if line.strip()}


def paint(screen, path):
    width, height = screen.columns * CELL_WIDTH + 2 * MARGIN, screen.rows * CELL_HEIGHT + 2 * MARGIN
    pixels = bytearray(bytes((7, 9, 15)) * (width * height))
    letters = font()

    def fill(x, y, w, h, colour):
        for line in range(y, y + h):
            start = (line * width + x) * 3
            pixels[start:start + w * 3] = bytes(colour) * w

    for row, cells in enumerate(screen.cells):
        for column, (character, foreground, background) in enumerate(cells):
            x, y = MARGIN + column * CELL_WIDTH, MARGIN + row * CELL_HEIGHT
            fill(x, y, CELL_WIDTH, CELL_HEIGHT, background)
            if character == "\u2580":
                fill(x, y, CELL_WIDTH, CELL_HEIGHT // 2, foreground)
            elif character == "\u2584":
                fill(x, y + CELL_HEIGHT // 2, CELL_WIDTH, CELL_HEIGHT // 2, foreground)
            elif character.upper() in letters:
                for line, bits in enumerate(letters[character.upper()]):
                    for place, bit in enumerate(bits):
                        if bit == "1":
                            fill(x + 1 + place * 2 - (place > 3), y + 3 + line * 2, 2 - (place == 4), 2, foreground)
    header = f"P6 {width} {height} 255\n".encode()
    subprocess.run(["convert", "ppm:-", "-strip", "+dither", "-colors", "128", "png:" + path], input=header + bytes(pixels), check=True)


def main():
    program, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 23
    with tempfile.TemporaryDirectory() as folder, TerminalProgram([program, "--terminal", "--seed", "7", "--scores", os.path.join(folder, "scores.json")]) as game:
        game.wait_for(lambda: "SPACE TO PLAY" in game.screen.text(), "the title")
        game.type(" ")
        turn = 0.55  # around in a square
        for i in range(int(seconds / turn)):
            game.type("wdsa"[i % 4])
            game.read(turn)
        paint(game.screen, os.path.join(ROOT, "docs", "images", "game-terminal.png"))


main()
