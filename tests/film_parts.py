"""The parts that films of tests are made of: FFmpeg's arguments for pictures, sounds, subtitles and encoders."""

from __future__ import annotations

SECONDS = 12.5
SIZE = "320x180"


def picture(rate: str = "25", size: str = SIZE, seconds: float = SECONDS) -> list[str]:
    """A test picture with a clock."""
    return ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]


def sound(rate: int = 48_000, seconds: float = SECONDS, hertz: int = 440) -> list[str]:
    """A sine."""
    return ["-f", "lavfi", "-i", f"sine=frequency={hertz}:sample_rate={rate}:duration={seconds}"]


def subtitles(text: str) -> list[str]:
    """One line of text for twelve seconds."""
    return ["-f", "srt", "-i", f"data:text/plain,1%0A00:00:00,000 --> 00:00:12,000%0A{text}%0A"]


X264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac"]
