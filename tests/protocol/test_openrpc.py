"""The generated contract: what lies in schemas/ is what the models say now, and names everything there is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from protocol.commands import COMMANDS
from protocol.errors import ERRORS
from protocol.events import EVENTS
from protocol.openrpc import SCHEMAS, schema_files, write
from protocol.permissions import PERMISSIONS

TEXTS = schema_files()
DOCUMENT: dict[str, Any] = json.loads(TEXTS["openrpc.json"])


def test_the_folder_holds_exactly_the_generated_files() -> None:
    assert sorted(path.name for path in SCHEMAS.iterdir()) == sorted(TEXTS)


def test_no_schema_file_is_stale() -> None:
    stale = [name for name, text in TEXTS.items() if (SCHEMAS / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m protocol.openrpc"


def test_the_document_names_every_command_once() -> None:
    names = [method["name"] for method in DOCUMENT["methods"]]
    assert len(set(names)) == len(names)
    assert set(names) == set(COMMANDS)


def test_the_document_names_every_error_with_its_code() -> None:
    found = {name: error["code"] for name, error in DOCUMENT["components"]["errors"].items()}
    assert found == {name: kind.code for name, kind in ERRORS.items()}
    assert all(error["data"]["name"] == name for name, error in DOCUMENT["components"]["errors"].items())


def test_the_document_names_every_event_with_its_topic() -> None:
    assert [(event["name"], event["topic"]) for event in DOCUMENT["x-events"]] == [
        (kind.method, kind.topic) for kind in EVENTS
    ]


@pytest.mark.parametrize("method", DOCUMENT["methods"], ids=[method["name"] for method in DOCUMENT["methods"]])
def test_a_method_tells_its_params_as_the_model_has_them(method: dict[str, Any]) -> None:
    command = COMMANDS[method["name"]]
    assert method["paramStructure"] == "by-name"
    assert {param["name"]: param["required"] for param in method["params"]} == {
        name: field.is_required() for name, field in command.model_fields.items()
    }
    assert method["x-family"] == command.family
    assert set(method["x-roles"]) == command.roles
    assert method["x-permissions"] == PERMISSIONS[method["name"]]._asdict()
    assert method["summary"]
    assert "\n" not in method["summary"]


def test_results_refer_to_models_lists_of_them_or_plain_objects() -> None:
    results = {method["name"]: method["result"]["schema"] for method in DOCUMENT["methods"]}
    assert results["ping"] == {"$ref": "#/components/schemas/Clock"}
    assert results["get_all_clients_status"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/ClientStatus"},
    }
    assert results["rpc.discover"] == {"type": "object"}


def test_every_reference_of_the_document_leads_somewhere() -> None:
    places = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    found = set(re.findall(r'"\$ref": "([^"]+)"', TEXTS["openrpc.json"]))
    assert found <= places
    assert found


def test_every_schema_file_stands_alone() -> None:
    for name in sorted(set(TEXTS) - {"openrpc.json"}):
        schema = json.loads(TEXTS[name])
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema", name
        assert schema["title"], name
        places = {f"#/$defs/{model}" for model in schema.get("$defs", {})}
        assert set(re.findall(r'"\$ref": "([^"]+)"', TEXTS[name])) <= places, name


def test_every_message_s_schema_is_closed() -> None:
    open_ = [
        name
        for name, text in TEXTS.items()
        if name.endswith((".params.json", ".event.json")) and json.loads(text)["additionalProperties"] is not False
    ]
    assert open_ == []


def test_the_document_says_which_version_it_is_of() -> None:
    assert DOCUMENT["openrpc"] == "1.3.2"
    assert DOCUMENT["info"]["version"] == "1.0.0"
    assert "matinee.v1" in DOCUMENT["info"]["description"]


def test_writing_leaves_nothing_but_the_generated_files(in_memory: Path) -> None:
    (in_memory / "removed_command.params.json").write_text("{}")
    (in_memory / "notes.txt").write_text("not ours")
    (in_memory / "openrpc.json").write_text("{}")
    write(in_memory)
    assert {path.name: path.read_text(encoding="utf-8") for path in in_memory.glob("*.json")} == TEXTS
    assert (in_memory / "notes.txt").exists()
