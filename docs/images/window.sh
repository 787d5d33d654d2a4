#!/usr/bin/env bash
# Makes game-window.png: plays the game in a window for a while, under an X server of its own.
#   docs/images/window.sh out/mainspring-game [ROUNDS]
set -euo pipefail
folder=$(mktemp -d)
Xvfb -displayfd 3 -screen 0 1280x768x24 3>"$folder/display" 2>/dev/null &
server=$!
trap 'kill $server; rm -rf "$folder"' EXIT
until [[ -s $folder/display ]]; do sleep 0.1; done
export DISPLAY=:$(<"$folder/display")
"$1" --seed 7 --scores "$folder/scores.json" &
game=$!
until xdotool search --name 'Twelve Hours' >/dev/null; do kill -0 $game; sleep 0.1; done
sleep 2
xdotool key space
for ((round = 0; round < ${2:-10}; round++)); do
    for key in w d s a; do # around in a square
        xdotool keydown $key
        sleep 0.55
        xdotool keyup $key
    done
done
import -window root -strip +dither -colors 128 "$(dirname "${BASH_SOURCE[0]}")/game-window.png"
kill $game
wait $game
