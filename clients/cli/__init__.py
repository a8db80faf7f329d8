"""The command line: a remote for the daemon, and the door to the daemon's own commands."""
