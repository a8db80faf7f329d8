"""One libVLC player and what it shows. Runs in the child process only; all its methods on one thread.

A film is opened by its descriptor: VLC learns neither its name nor its folder, so there is nothing to misread in the
one and nothing to pick up from the other. Its reader is forced (see formats).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from typing import Literal, assert_never

import vlc

from controller.adapters.vlc.formats import reader_options
from controller.core.screen_calls import (
    Call,
    Close,
    Hold,
    Open,
    Report,
    Seek,
    SetAudio,
    SetFullscreen,
    SetMute,
    SetRate,
    SetSubtitle,
    SetText,
    SetVolume,
)

ALWAYS = (
    "--intf=dummy", "--quiet", "--no-lua", "--no-metadata-network-access", "--no-auto-preparse",
    "--no-sub-autodetect-file", "--no-mkv-preload-local-dir", "--no-video-title-show", "--no-snapshot-preview",
    "--no-keyboard-events", "--no-mouse-events",
)  # fmt: skip
HEADLESS = ("--vout=dummy", "--aout=dummy")
DISPLAY = ("--sub-source=marq", "--marq-position=8", "--marq-timeout=0", "--marq-refresh=0")
"""The line over the picture: at the bottom, for as long as it is set, also when it changes in a pause."""

PICTURE_WITHIN = 2_000
"""Milliseconds of a film's sound after which it counts without its picture."""
UNKNOWN = -1
"""What libVLC says instead of nothing."""

State = Literal["none", "opening", "playing", "paused", "ended"]
STATES: dict[vlc.State, State] = {
    vlc.State.Playing: "playing",
    vlc.State.Paused: "paused",
    vlc.State.Stopped: "ended",
    vlc.State.Ended: "ended",
    vlc.State.Error: "ended",
}


class Unable(Exception):
    """An order cannot be carried out; the words say why."""


class Television:
    """The player. `tick` is to be called often while it is `busy`; `report` says how it is.

    A film that is to begin in a pause is played without sound until its first picture is there: what VLC starts in a
    pause stays black for some formats.
    """

    def __init__(self, *, display: bool, extra: Sequence[str] = ()) -> None:
        instance = vlc.Instance(*ALWAYS, *(DISPLAY if display else HEADLESS), *extra)
        if instance is None:
            raise Unable("libVLC does not start.")
        self._instance, self._player = instance, instance.media_player_new()
        self._display = display
        self._epoch = 0
        self._state: State = "none"
        self._shown = self._muted = self._pausing = False
        self._descriptor: int | None = None
        self._heard_at: int | None = None
        self._window_at: int | None = None

    @property
    def busy(self) -> bool:
        """Whether anything may change by itself."""
        return self._descriptor is not None and self._state != "ended"

    def do(self, call: Call) -> None:
        """Have the player do something. Raises: Unable."""
        match call:
            case Open():
                self._open(call)
            case Close():
                self.close()
            case Hold(paused):
                self._pause_soon(paused and not self._shown)
                self._player.set_pause(paused and self._shown)
            case Seek(position):
                self._heard_at = self._window_at = None
                self._player.set_time(round(position * 1000))
            case SetRate(rate):
                self._player.set_rate(rate)
            case SetAudio() | SetSubtitle():
                self._choose(call)
            case SetVolume() | SetMute() | SetFullscreen() | SetText():
                self._adjust(call)
            case _:
                assert_never(call)

    def close(self) -> None:
        """Show nothing."""
        self._player.stop()
        self._pause_soon(False)
        self._state = "none"
        self._keep(None)

    def tick(self) -> None:
        """Follow the player, and pause a film that was to begin in a pause."""
        if not self.busy:
            return
        state = STATES.get(self._player.get_state(), "opening")
        began = state in ("playing", "paused") and self._began()
        if self._pausing and state == "playing":
            if began:
                self._player.set_pause(True)
            state = "opening"
        elif state in ("paused", "ended"):
            self._pause_soon(False)
        self._state = state
        self._shown = self._shown or (began and state != "opening")

    def report(self) -> Report:
        """How it is now."""
        player = self._player
        muted = player.audio_get_mute()
        return Report(
            epoch=self._epoch,
            state=self._state,
            shown=self._shown,
            time=player.get_time() / 1000 if self._shown and self._descriptor is not None else None,
            rate=player.get_rate(),
            volume=_known(player.audio_get_volume()) if self._display else None,
            muted=bool(muted) if self._display and muted != UNKNOWN else None,
            audio=_known(_number(_ids(player.audio_get_track_description()), player.audio_get_track())),
            subtitle=_number(_ids(player.video_get_spu_description()), player.video_get_spu()),
            fullscreen=bool(player.get_fullscreen()),
        )

    def _began(self) -> bool:
        """Whether the film is really there: its clock has moved on since VLC had a place for the picture.

        Sound alone will do where there is no picture, or where it does not come.
        """
        time = self._player.get_time()
        if time > 0 and self._heard_at is None:
            self._heard_at = time
        if self._window_at is None and self._player.has_vout():
            self._window_at = time
        if self._window_at is not None:
            return bool(time > self._window_at)
        picture = self._player.video_get_track_count() > 0
        return self._heard_at is not None and bool(time - self._heard_at >= (PICTURE_WITHIN if picture else 0))

    def _open(self, call: Open) -> None:
        self._epoch, self._state, self._shown = call.epoch, "opening", False
        self._heard_at = self._window_at = None
        try:
            descriptor, options = _film(call.path)
        except (OSError, Unable) as error:
            self.close()
            self._state = "ended"
            raise Unable(str(error) if isinstance(error, Unable) else f"The film: {error.strerror}.") from error
        media = self._instance.media_new_fd(descriptor)
        for option in (*options, f":start-time={call.position:.3f}"):
            media.add_option(option)
        self._player.set_media(media)
        media.release()
        self._keep(descriptor)
        self._pause_soon(call.paused)
        self._player.set_rate(1.0)  # at another one it would not begin where it is to
        self._player.play()

    def _choose(self, call: SetAudio | SetSubtitle) -> None:
        player = self._player
        if isinstance(call, SetAudio):
            player.audio_set_track(_chosen(_ids(player.audio_get_track_description()), call.track))
        else:
            player.video_set_spu(_chosen(_ids(player.video_get_spu_description()), call.track))

    def _adjust(self, call: SetVolume | SetMute | SetFullscreen | SetText) -> None:
        """What outlasts a film."""
        match call:
            case SetVolume(volume):
                self._player.audio_set_volume(volume)
            case SetMute(muted):
                self._muted = muted
                self._player.audio_set_mute(muted or self._pausing)
            case SetFullscreen(fullscreen):
                self._player.set_fullscreen(fullscreen)
            case SetText(text):
                self._player.video_set_marquee_string(vlc.VideoMarqueeOption.Text, text.replace("%", "%%").encode())
            case _:
                assert_never(call)

    def _pause_soon(self, soon: bool) -> None:
        """Whether the film is on its way to a pause, in silence."""
        if soon != self._pausing:
            self._pausing = soon
            self._player.audio_set_mute(soon or self._muted)

    def _keep(self, descriptor: int | None) -> None:
        """Hold this film's file open instead of the last one's, which VLC has let go of."""
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = descriptor


def _film(path: str) -> tuple[int, list[str]]:
    """A film's descriptor, and the options it is to be read with. Raises: OSError, Unable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unable("This is not a regular file.")
        options = reader_options(descriptor)
        if options is None:
            raise Unable("This is no film.")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, options


def _ids(described: Iterable[tuple[int, bytes]] | None) -> list[int]:
    """The numbers by which VLC knows the tracks of a kind, in the film's order."""
    return [track for track, _name in described or () if track != UNKNOWN]


def _chosen(ids: list[int], number: int) -> int:
    """VLC's number of a track; -1 is none. Raises: Unable."""
    if not -1 <= number < len(ids):
        raise Unable("The film has no such track, or not yet.")
    return ids[number] if number >= 0 else -1


def _number(ids: list[int], track: int) -> int | None:
    """Our number of VLC's track: -1 for none, None as long as there are no tracks."""
    if not ids:
        return None
    return ids.index(track) if track in ids else -1


def _known(number: int | None) -> int | None:
    return None if number == UNKNOWN else number
