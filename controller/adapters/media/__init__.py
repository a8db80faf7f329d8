"""Looks into films, in a process of its own: what reads hostile files must not be the daemon."""
