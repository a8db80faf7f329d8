"""The command line of the daemon itself."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import anyio
import click

from controller import config, logs
from controller.config import BadConfig, Settings

FAILED, NOT_WELL, BAD_CONFIG = 1, 4, 78


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Matinee's daemon."""


@main.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--host", help="Address to listen on.")
@click.option(
    "--port", type=int, help="Port to listen on; taken means an error. Without it: 8765 or the next free one."
)
@click.option("--name", help="What the box calls itself.")
@click.option("--state-dir", type=click.Path(path_type=Path), help="Where devices are kept.")
@click.option("--cache-dir", type=click.Path(path_type=Path), help="Where segments are kept while they are needed.")
@click.option("--screen", type=click.Choice(["auto", "headless", "off"]), help="The TV.")
@click.option("--log", type=click.Choice(["text", "json"]), help="Log lines for people or for programs.")
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="Least severe level logged."
)
def serve(folders: tuple[Path, ...], **flags: Any) -> None:
    """Serve the films in FOLDERS; a demo film when none is given and ~/Videos holds none."""
    settings = _load(folders=list(folders) or None, **flags)
    chatty = settings.log == "text"
    logs.set_up(settings.log, "warning" if chatty and flags["log_level"] is None else settings.log_level)
    settings = _with_films(settings)
    from controller.app import CannotStart, Started
    from controller.app import serve as run
    from controller.banner import banner

    def on_ready(started: Started) -> None:
        if chatty:
            click.echo(banner(started, qr=sys.stdout.isatty()))

    try:
        anyio.run(run, settings, on_ready)
    except CannotStart as error:
        _give_up(str(error), FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


@main.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def demo(folder: Path | None, as_json: bool) -> None:
    """Make the demo film in FOLDER, if it is not there yet, and say where it is."""
    film = _make_demo(folder or _load().state_dir / "demo", quiet=as_json)
    click.echo(json.dumps({"path": str(film), "bytes": film.stat().st_size}) if as_json else f"{film}")


@main.command()
@click.option("--state-dir", type=click.Path(path_type=Path), help="Where devices are kept.")
@click.option("--cache-dir", type=click.Path(path_type=Path), help="Where segments are kept while they are needed.")
@click.option("--port", type=int, help="The port that the daemon would listen on.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(as_json: bool, **flags: Any) -> None:
    """Try everything that Matinee needs, for real, and say how to mend what does not work."""
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


@main.group(name="config")
def config_group() -> None:
    """Show the settings."""


@config_group.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(as_json: bool) -> None:
    """Show every setting and where its value comes from."""
    settings = _load()
    rows = {key: {"value": _plain(getattr(settings, key)), "from": config.origin(key)} for key in Settings.model_fields}
    if as_json:
        click.echo(json.dumps(rows))
        return
    for key, row in rows.items():
        click.echo(f"{key:<16} {row['value']!s:<40} {row['from']}")


@config_group.command()
def path() -> None:
    """Say where the configuration file is."""
    click.echo(config.config_path())


@config_group.command()
def schema() -> None:
    """Print the JSON Schema of the settings."""
    click.echo(json.dumps(Settings.model_json_schema(), indent=2))


def _load(**flags: Any) -> Settings:
    try:
        return config.load(**flags)
    except BadConfig as error:
        _give_up(f"The configuration cannot be used: {error}. `matinee config schema` lists what there is.", BAD_CONFIG)


def _with_films(settings: Settings) -> Settings:
    """Folders to serve: those given, else ~/Videos, else the demo film's."""
    videos = Path.home() / "Videos"
    if settings.folders:
        for folder in settings.folders:
            if not folder.is_dir():
                _give_up(f"There is no folder {folder}. Give a folder with films, or none for the demo film.", 2)
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
        _give_up(f"The demo film could not be made: {error}. Install FFmpeg, or give a folder with films.", FAILED)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _give_up(sentence: str, code: int) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(code)
