"""The daemon's own commands: serve (the default), demo, doctor, config. The remote's are in `clients.cli`."""

from __future__ import annotations

import sys

from controller.commands import main
from controller.failing import run

if __name__ == "__main__":
    run(main, sys.argv[1:])
