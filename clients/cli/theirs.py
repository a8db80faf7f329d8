"""The daemon's own commands, by name, with what they are for; and the names of ours, which no folder takes over."""

THEIRS = {
    "serve": "Serve folders of films (the bare command does this).",
    "demo": "Make the demo film and say where it is.",
    "doctor": "Try everything that Matinee needs, and say how to mend it.",
    "backup": "Copy what must survive into one file; the daemon may run.",
    "restore": "Put a backup in the place of what is there, which is put aside.",
    "clean": "Free what dead daemons left, and old pictures for scrubbers.",
    "config": "Show the settings, their file, their schema.",
}
OURS = (
    "pair", "devices", "status", "watch", "logs", "films", "play", "pause", "resume", "stop", "seek", "volume", "next", "previous", "queue", "takeover",
)  # fmt: skip
