"""The daemon's own commands: serve (the default), demo, doctor, config. The remote's are in `clients.cli`."""

from __future__ import annotations

from controller.commands import main

if __name__ == "__main__":
    main()
