"""Matinee from Python.

async with connect("http://tv.local:8765", name="script", pairing_code="7F3K-9QXM") as matinee:
    stream = await matinee.request_hls_stream(PathRef(path="Film.mkv"), position=60)
    print(matinee.url_of(stream.url))
"""

from clients.sdk.client import ConnectionLost, Matinee, Offline, Refused, connect
from clients.sdk.screen import HeldScreen, TakeoverDenied
from protocol.results import Offer, Waiting
from protocol.values import Capabilities, MediaRef, PathRef

__all__ = [
    "Capabilities",
    "ConnectionLost",
    "HeldScreen",
    "Matinee",
    "MediaRef",
    "Offer",
    "Offline",
    "PathRef",
    "Refused",
    "TakeoverDenied",
    "Waiting",
    "connect",
]
