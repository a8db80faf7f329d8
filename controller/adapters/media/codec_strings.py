"""RFC 6381 names of tracks, from what their container keeps for the decoder."""

from __future__ import annotations


def avc_codecs(extradata: bytes) -> str | None:
    """The name of an H.264 track, from its avcC box or its first sequence parameter set."""
    if len(extradata) >= 4 and extradata[0] == 1:
        return f"avc1.{extradata[1:4].hex()}"
    for position in range(len(extradata) - 6):
        if extradata[position : position + 3] == b"\0\0\1" and extradata[position + 3] & 0x1F == 7:
            return f"avc1.{extradata[position + 4 : position + 7].hex()}"
    return None


def hevc_codecs(extradata: bytes) -> str | None:
    """The name of an HEVC track, from its hvcC box (ISO 14496-15 §8.3.3.1 and E.3); None without one."""
    if len(extradata) < 13 or extradata[0] != 1:
        return None
    space, tier, profile = extradata[1] >> 6, extradata[1] >> 5 & 1, extradata[1] & 0x1F
    compatible = int(f"{int.from_bytes(extradata[2:6], 'big'):032b}"[::-1], 2)
    constraints = extradata[6:12].rstrip(b"\0")
    name = f"hvc1.{['', 'A', 'B', 'C'][space]}{profile}.{compatible:X}.{'LH'[tier]}{extradata[12]}"
    return ".".join([name, *(f"{byte:X}" for byte in constraints)])
