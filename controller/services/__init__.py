"""Use cases: what the daemon does, in terms of core and ports. No sockets, no processes, no files."""
