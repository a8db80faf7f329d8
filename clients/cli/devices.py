"""`matinee devices`: the paired devices, their names and roles, and the door."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click

from clients.cli.asking import ask, json_option, state_dir_option
from clients.cli.failing import USAGE, Failure

Change = Callable[[Any, str], Awaitable[Any]]
device_argument = click.argument("device")


@click.group(invoke_without_command=True)
@state_dir_option
@json_option
@click.pass_context
def devices(context: click.Context, state_dir: Path | None, as_json: bool) -> None:
    """List the paired devices, rename them, give them roles, or throw them out.

    DEVICE is an id from the list, or a name that only one device has.
    """
    context.obj = state_dir, as_json
    if context.invoked_subcommand is None:
        _show(ask(state_dir, lambda matinee: matinee.list_devices()).devices, as_json=as_json)


@devices.command()
@device_argument
@click.argument("name")
@state_dir_option
@json_option
@click.pass_context
def rename(context: click.Context, device: str, name: str, state_dir: Path | None, as_json: bool) -> None:
    """Call DEVICE something else."""
    _change(context, device, lambda matinee, id_: matinee.rename_device(id_, name), state_dir, as_json=as_json)


@devices.command()
@device_argument
@click.argument("role", type=click.Choice(["owner", "member", "guest"]))
@state_dir_option
@json_option
@click.pass_context
def role(context: click.Context, device: str, role: Any, state_dir: Path | None, as_json: bool) -> None:
    """Make DEVICE an owner, a member or a guest. It counts at once; the last owner stays one."""
    _change(context, device, lambda matinee, id_: matinee.set_device_role(id_, role), state_dir, as_json=as_json)


@devices.command()
@device_argument
@state_dir_option
@json_option
@click.pass_context
def revoke(context: click.Context, device: str, state_dir: Path | None, as_json: bool) -> None:
    """Take the pairing of DEVICE away; its connections close at once."""
    _change(context, device, lambda matinee, id_: matinee.revoke_device(id_), state_dir, as_json=as_json)


def _change(context: click.Context, device: str, change: Change, state_dir: Path | None, *, as_json: bool) -> None:
    """Find a device, change it, and show the list as it is now. The options may stand before the verb, too."""

    async def work(matinee: Any) -> Any:
        await change(matinee, _find((await matinee.list_devices()).devices, device))
        return await matinee.list_devices()

    before, json_before = context.obj
    _show(ask(state_dir or before, work).devices, as_json=as_json or json_before)


def _find(found: list[Any], device: str) -> str:
    """The id of a device. What is no name of one goes to the daemon as an id. Raises: Failure (several have it)."""
    if any(one.device_id == device for one in found):
        return device
    named = [one.device_id for one in found if one.name.casefold() == device.casefold()]
    if len(named) > 1:
        sentence = f"{len(named)} devices are called {device}."
        raise Failure(sentence, USAGE, "usage", hint=f"Name one by its id: {', '.join(named)}.")
    return named[0] if named else device


def _show(found: list[Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([device.model_dump() for device in found]))
        return
    for device in found:
        here = "here" if device.connected else "away"
        click.echo(f"{device.device_id}  {device.role:<6}  {here}  {device.name}")
    if not found:
        click.echo("No device is paired. `matinee pair` shows a code.")
