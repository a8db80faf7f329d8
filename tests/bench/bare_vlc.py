"""The peer of the screen's benchmark: python-vlc, nothing else. Says how long a film took to its first told time."""

from __future__ import annotations

import sys
from time import perf_counter, sleep

import vlc


def main() -> None:
    """For each line of input (a path), the seconds from the call to the first told time."""
    instance = vlc.Instance("--vout=dummy", "--aout=dummy", "--intf=dummy", "--quiet")
    player = instance.media_player_new()
    print("ready", flush=True)
    for line in sys.stdin:
        media = instance.media_new_path(line.rstrip("\n"))
        media.add_option(":start-time=10")
        began = perf_counter()
        player.set_media(media)
        player.play()
        while player.get_time() <= 0:
            sleep(0.002)  # libVLC tells nobody: it is asked
        print(perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
