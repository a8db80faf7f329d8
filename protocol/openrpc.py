"""Generates the contract from the models: `schemas/openrpc.json` and one JSON Schema per message.

Run `python -m protocol.openrpc` after a change of the models; a test fails while the files are stale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from protocol import PROTOCOL_VERSION
from protocol.commands import COMMANDS, Command
from protocol.errors import ERRORS
from protocol.events import EVENTS
from protocol.permissions import PERMISSIONS

SCHEMAS = Path(__file__).parent.parent / "schemas"
REF = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
    """The OpenRPC 1.3 document; events stand in `x-events`."""
    models = _models()
    _, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=REF, schema_generator=GenerateJsonSchema
    )
    return {
        "openrpc": "1.3.2",
        "info": {
            "title": "Matinee",
            "version": f"{PROTOCOL_VERSION}.0.0",
            "description": "JSON-RPC 2.0 over WebSocket at /ws, subprotocol matinee.v1, parameters by name.",
            "license": {"name": "MIT"},
        },
        "methods": [_method(command, definitions["$defs"][command.__name__]) for command in COMMANDS.values()],
        "x-events": [
            {"name": event.method, "summary": _summary(event), "topic": event.topic, "params": _ref(event)}
            for event in EVENTS
        ],
        "components": {
            "schemas": definitions["$defs"],
            "errors": {
                name: {
                    "code": error.code,
                    "message": error.sentence,
                    "data": {"name": name, "retryable": error.retryable},
                }
                for name, error in ERRORS.items()
            },
        },
    }


@cache
def schema_files() -> Mapping[str, str]:
    """Every generated file's text by its name."""
    texts = {"openrpc.json": _text(document())}
    for command in COMMANDS.values():
        texts[f"{command.method}.params.json"] = _text(_titled(command.model_json_schema(), command.method))
        if command.result is not dict:
            result = TypeAdapter(command.result).json_schema()
            texts[f"{command.method}.result.json"] = _text(_titled(result, f"{command.method} result"))
    for event in EVENTS:
        texts[f"{event.method}.event.json"] = _text(_titled(event.model_json_schema(), event.method))
    return texts


def write(folder: Path = SCHEMAS) -> None:
    """Make the folder hold exactly the generated files."""
    texts = schema_files()
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("*.json"):
        if stale.name not in texts:
            stale.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text)


def _models() -> list[type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for command in COMMANDS.values():
        found[command.__name__] = command
        for model in _results(command):
            found[model.__name__] = model
    return [*found.values(), *EVENTS]


def _results(command: type[Command]) -> list[type[BaseModel]]:
    candidates = [command.result, *getattr(command.result, "__args__", ())]
    return [model for model in candidates if isinstance(model, type) and issubclass(model, BaseModel)]


def _method(command: type[Command], schema: dict[str, Any]) -> dict[str, Any]:
    required = schema.get("required", [])
    return {
        "name": command.method,
        "summary": _summary(command),
        "paramStructure": "by-name",
        "params": [
            {"name": name, "required": name in required, "schema": value}
            for name, value in schema.get("properties", {}).items()
        ],
        "result": {"name": "result", "schema": _result_schema(command)},
        "x-family": command.family,
        "x-roles": sorted(command.roles),
        "x-permissions": PERMISSIONS[command.method]._asdict(),
    }


def _result_schema(command: type[Command]) -> dict[str, Any]:
    models = _results(command)
    if not models:
        return {"type": "object"}
    reference = _ref(models[0])
    return reference if models[0] is command.result else {"type": "array", "items": reference}


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": REF.format(model=model.__name__)}


def _summary(model: type[BaseModel]) -> str:
    text = (model.__doc__ or model.__name__).strip()
    return re.split(r"(?<=[.;])\s|\n", text)[0].strip()


def _titled(schema: dict[str, Any], title: str) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    write()
