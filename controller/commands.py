"""The command line of the daemon itself."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import anyio
import click

from controller import config, logs
from controller.config import BadConfig, Settings
from controller.failing import Failure
from protocol.values import EncoderName

if TYPE_CHECKING:
    from controller.adapters.store.copies import Copy
    from controller.place import Place

FAILED, USAGE, NOT_WELL, REFUSED, BAD_CONFIG = 1, 2, 4, 5, 78


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Matinee's daemon, and what belongs to it."""


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--host", help="Address to listen on: with 127.0.0.1 only this machine comes in.")
@click.option(
    "--port", type=int, help="Port to listen on; taken means an error. Without it: 8765 or the next free one."
)
@click.option("--name", help="What the box calls itself.")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Where devices, and what the TV plays, are kept.")
@click.option("--cache-dir", type=click.Path(path_type=Path), help="Where segments are kept while they are needed.")
@click.option(
    "--screen",
    type=click.Choice(["auto", "headless", "off"]),
    help="The TV: on this display, without window and sound, or none.",
)
@click.option(
    "--encoder",
    type=click.Choice(["auto", *get_args(EncoderName)]),
    help="What encodes pictures: the first GPU that works, software, or that one.",
)
@click.option("--log", type=click.Choice(["text", "json"]), help="Log lines for people or for programs.")
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="Least severe level logged."
)
def serve(folders: tuple[Path, ...], **flags: Any) -> None:
    """Serve the films in FOLDERS.

    Without a folder: ~/Videos, or a demo film when nothing is there. After a restart the TV goes on where it was.
    Ctrl-C ends it. Settings come from these options, then MATINEE_… variables, then a file: see `matinee config`.
    """
    settings = _load(folders=list(folders) or None, **flags)
    chatty = settings.log == "text"
    logs.set_up(settings.log, "warning" if chatty and flags["log_level"] is None else settings.log_level)
    settings = _with_films(settings)
    from controller.place import CannotStart, take_place

    try:
        with take_place(settings) as place:
            _serve(settings, place, chatty=chatty)
    except CannotStart as error:
        raise Failure(str(error), FAILED) from None


def _serve(settings: Settings, place: Place, *, chatty: bool) -> None:
    from controller.app import Started
    from controller.app import serve as run
    from controller.banner import banner

    def on_ready(started: Started) -> None:
        if chatty:
            click.echo(banner(started, qr=sys.stdout.isatty()))

    anyio.run(run, settings, place, on_ready)


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
def demo(folder: Path | None, as_json: bool) -> None:
    """Make the demo film in FOLDER, if it is not there yet, and say where it is.

    Without a folder it is the one that `matinee serve` takes when there is nothing else to show.
    """
    film = _make_demo(folder or _load().state_dir / "demo", quiet=as_json)
    click.echo(json.dumps({"path": str(film), "bytes": film.stat().st_size}) if as_json else f"{film}")


@main.command()
@click.option("--state-dir", type=click.Path(path_type=Path), help="Where devices, and what the TV plays, are kept.")
@click.option("--cache-dir", type=click.Path(path_type=Path), help="Where segments are kept while they are needed.")
@click.option("--port", type=int, help="The port that the daemon would listen on.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
def doctor(as_json: bool, **flags: Any) -> None:
    """Try everything that Matinee needs, for real, and say how to mend what does not work.

    Ends with 4 when something that is not optional does not work.
    """
    from controller.doctor import examine

    findings = anyio.run(examine, _load(**flags))
    if as_json:
        click.echo(
            json.dumps({"ok": all(f.ok or f.optional for f in findings), "checks": [f.as_json() for f in findings]})
        )
    else:
        for finding in findings:
            click.echo(finding.as_text())
    if not all(finding.ok or finding.optional for finding in findings):
        sys.exit(NOT_WELL)


@main.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--state-dir", type=click.Path(path_type=Path), help="Where devices, and what the TV plays, are kept.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
def backup(file: Path | None, state_dir: Path | None, force: bool, as_json: bool) -> None:
    """Copy what must survive into FILE, or into one named after this second; the daemon may run."""
    from controller.backup import back_up

    copy = _copied(lambda: back_up(_load(state_dir=state_dir), file, overwrite=force))
    said = f"{copy.path} holds everything, {copy.bytes / 1024:.0f} KiB. `matinee restore` brings it back."
    click.echo(json.dumps(copy.as_json()) if as_json else said)


@main.command()
@click.option("--cache-dir", type=click.Path(path_type=Path), help="Where segments are kept while they are needed.")
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(min=0),
    default=30,
    show_default=True,
    metavar="DAYS",
    help="Pictures for scrubbers go when nobody has opened their film for so many days.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be freed.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
def clean(cache_dir: Path | None, days: float, dry_run: bool, as_json: bool) -> None:
    """Free what nobody needs: what daemons that were killed have left, and old pictures for scrubbers.

    Nothing else is touched, and nothing of a daemon that runs: it may run meanwhile.
    """
    from controller.cleaning import clean as free

    folder = _load(cache_dir=cache_dir).cache_dir
    try:
        freed = free(folder, days, dry_run=dry_run)
    except OSError as error:
        raise Failure(f"The cache {folder} cannot be read: {error.strerror}.", FAILED) from None
    click.echo(json.dumps(freed.as_json()) if as_json else freed.as_text())
    if freed.stuck:
        raise Failure(f"{len(freed.stuck)} folders in {folder} could not be removed.", FAILED, "Are they yours?")


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--state-dir", type=click.Path(path_type=Path), help="Where devices, and what the TV plays, are kept.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
def restore(file: Path, state_dir: Path | None, as_json: bool) -> None:
    """Put the backup FILE in the place of what is there. No daemon may run; what was there is put aside, never away."""
    from controller.backup import bring_back

    copy = _copied(lambda: bring_back(_load(state_dir=state_dir), file))
    aside = f" What was there lies in {copy.aside}." if copy.aside else ""
    click.echo(json.dumps(copy.as_json()) if as_json else f"{copy.path} is as in {file}.{aside}")


@main.group(name="config")
def config_group() -> None:
    """Show the settings, their file, their schema."""


@config_group.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
def show(as_json: bool) -> None:
    """Show every setting and where its value comes from."""
    settings = _load()
    rows = {key: {"value": _plain(getattr(settings, key)), "from": config.origin(key)} for key in Settings.model_fields}
    rows["database_url"]["value"] = config.without_password(settings.written_database_url) or None
    if as_json:
        click.echo(json.dumps(rows))
        return
    for key, row in rows.items():
        click.echo(f"{key:<16} {row['value']!s:<40} {row['from']}")


@config_group.command()
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
def path(as_json: bool) -> None:
    """Say where the configuration file is."""
    file = config.config_path()
    click.echo(json.dumps({"path": str(file), "exists": file.is_file()}) if as_json else file)


@config_group.command()
@click.option("--json", is_flag=True, expose_value=False, help="As without: it is JSON.")
def schema() -> None:
    """Print the JSON Schema of the settings."""
    click.echo(json.dumps(Settings.model_json_schema(), indent=2))


def _load(**flags: Any) -> Settings:
    try:
        return config.load(**flags)
    except BadConfig as error:
        hint = "`matinee config schema` lists what there is."
        raise Failure(f"The configuration cannot be used: {error}.", BAD_CONFIG, hint) from None


def _copied(work: Callable[[], Copy]) -> Copy:
    """What a backup or a restore comes to; if it comes to nothing, the end with a sentence."""
    from controller.backup import NotCopied, Refused

    try:
        return work()
    except Refused as error:
        raise Failure(str(error), REFUSED) from None
    except NotCopied as error:
        raise Failure(str(error), FAILED) from None


def _with_films(settings: Settings) -> Settings:
    """Folders to serve: those given, else ~/Videos, else the demo film's."""
    videos = Path.home() / "Videos"
    if settings.folders:
        for folder in settings.folders:
            if not folder.is_dir():
                hint = "Give a folder with films, or none for the demo film."
                raise Failure(f"There is no folder {folder}.", USAGE, hint)
        return settings
    if videos.is_dir() and any(os.scandir(videos)):
        return settings.model_copy(update={"folders": [videos]})
    film = _make_demo(settings.state_dir / "demo", quiet=settings.log == "json")
    return settings.model_copy(update={"folders": [film.parent]})


def _make_demo(folder: Path, *, quiet: bool) -> Path:
    from controller.adapters.ffmpeg.demo import NAME, DemoFailed, make_demo

    there = (folder / NAME).exists()
    bar = click.progressbar(length=100, label="Making the demo film", file=sys.stderr, hidden=quiet or there)
    try:
        with bar:
            return anyio.run(make_demo, folder, lambda share: bar.update(round(100 * share) - bar.pos))
    except DemoFailed as error:
        hint = "Install FFmpeg, or give a folder with films."
        raise Failure(f"The demo film could not be made: {error}.", FAILED, hint) from None


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)
