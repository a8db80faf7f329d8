"""Four people watch for minutes, at real speed: `make soak` for ten of them, two in `make test`."""
