"""Matinee on the wire: every frame, value and error that a client and the daemon exchange (version 1)."""

PROTOCOL_VERSION = 1
SUBPROTOCOL = "matinee.v1"
MAX_FRAME_BYTES = 256 * 1024
MAX_BATCH = 32
