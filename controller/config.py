"""Settings: flags over environment (`MATINEE_…`) over a TOML file over defaults. A key nobody knows is refused by name."""

from __future__ import annotations

import os
import re
import socket
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from controller.core.bandwidth import bytes_per_second
from controller.core.room import MEBI, Limits
from protocol.control import default_state_dir
from protocol.values import EncoderName

PREFIX = "MATINEE_"
NOT_SETTINGS = frozenset({"MATINEE_CONFIG"})
NOT_OURS = "MATINEE_TEST_"
"""Variables of the test suite, which may surround a daemon under test."""
DEFAULT_PORT = 8765


class BadConfig(Exception):
    """A setting that cannot be; the message says which and where it stands."""


class Settings(BaseSettings):
    """Everything that can be set. Paths may begin with `~`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True)

    folders: list[Path] = Field(default=[], description="folders with films; the demo film when there are none")
    host: str = Field(default="0.0.0.0", description="address to listen on")  # noqa: S104 - phones in the room must reach it
    port: Annotated[int, Field(ge=0, le=65_535)] | None = Field(
        default=None, description=f"port to listen on; {DEFAULT_PORT} or the next free one when not set, 0 for any"
    )
    name: str = Field(
        default_factory=socket.gethostname, min_length=1, max_length=200, description="what the box calls itself"
    )
    state_dir: Path = Field(default_factory=default_state_dir, description="what must survive: devices, later queues")
    cache_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_cache_dir("matinee")), description="segments"
    )
    thumbnails_mb: int = Field(
        default=512, ge=0, description="most megabytes of small pictures for scrubbers in cache_dir; 0 for none"
    )
    client_mb: Annotated[int, Field(ge=1)] = Field(
        default=512, description="most megabytes of segments per client in cache_dir"
    )
    all_clients_mb: Annotated[int, Field(ge=1)] = Field(default=8192, description="the same for all clients together")
    free_percent: Annotated[float, Field(ge=0, le=90)] = Field(
        default=10.0, description="part of the disk of cache_dir that streams leave free, at most 1 GB of it"
    )
    hot_mb: Annotated[int, Field(ge=0)] = Field(
        default=64, description="most megabytes of memory for segments that are asked for again; 0 for none"
    )
    client_mbps: Annotated[float, Field(ge=0.1)] | None = Field(
        default=None,
        description="most megabits per second of segments and films to each client; unlimited when not set",
    )
    all_clients_mbps: Annotated[float, Field(ge=0.1)] | None = Field(
        default=None, description="the same to all clients together"
    )
    screen: Literal["auto", "headless", "off"] = Field(default="auto", description="the TV")
    encoder: Literal["auto"] | EncoderName = Field(
        default="auto",
        description="what encodes pictures; auto tries every GPU that FFmpeg knows, what does not work is done in software",
    )
    measure: bool = Field(
        default=True, description="whether two small seconds are encoded at the start, to know what this box can do"
    )
    encoders: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="how many films may be converted at once; as many as the box is measured to manage when not set",
    )
    encoder_mb: Annotated[int, Field(ge=64)] | None = Field(
        default=None, description="most megabytes of memory per encoder; unlimited when not set"
    )
    log: Literal["text", "json"] = Field(default="text", description="log lines for people or for programs")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least severe level logged"
    )
    allowed_hosts: list[str] = Field(default=[], description="further names this box is reached by, without port")
    allowed_origins: list[str] = Field(
        default=[], description="further pages that may command it, as https://host:port"
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="postgresql://user:password@host/name, or a SQLite file in state_dir when not set; it may hold a"
        " password, so it is shown without",
    )
    transcoding: bool = Field(default=True, description="whether films are converted for players that need it")
    share: bool = Field(
        default=True, description="whether viewers of one film at nearly the same place are served by one encoder"
    )
    max_kbps: Annotated[int, Field(ge=100)] | None = Field(
        default=None, description="highest bitrate of a stream, in kbit/s; unlimited when not set"
    )
    grace_s: Annotated[float, Field(ge=0, le=3600)] = Field(
        default=60.0, description="seconds a client without connection is kept"
    )
    rate_limit: Annotated[float, Field(ge=0)] = Field(
        default=100.0, description="requests per second and client; 0 for no limit"
    )
    rate_burst: Annotated[float, Field(ge=1)] = Field(default=200.0, description="requests at once per client")

    @property
    def limits(self) -> Limits:
        """What streams may have of the disk."""
        return Limits(self.client_mb * MEBI, self.all_clients_mb * MEBI, self.free_percent / 100)

    @property
    def bandwidth(self) -> tuple[float | None, float | None]:
        """Bytes per second that may go to each client, and to all together."""
        return bytes_per_second(self.client_mbps), bytes_per_second(self.all_clients_mbps)

    @property
    def written_database_url(self) -> str:
        """What was written, password and all; empty when nothing was."""
        return self.database_url.get_secret_value() if self.database_url else ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the hook's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the hook's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, file; no .env and no secret files."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_path())


def config_path() -> Path:
    """The TOML file: `$MATINEE_CONFIG` or the one in the XDG folder; it need not exist."""
    return Path(os.environ.get("MATINEE_CONFIG") or Path(platformdirs.user_config_dir("matinee")) / "config.toml")


def load(**flags: Any) -> Settings:
    """The settings, from everywhere. Flags that are None were not given.

    Raises:
        BadConfig: with the key, where it stands and what is wrong with it.
    """
    _refuse_unknown_variables()
    given = {key: value for key, value in flags.items() if value is not None}
    try:
        settings = Settings(**given)
    except tomllib.TOMLDecodeError as error:
        end = f"at line {len(config_path().read_text().splitlines())}, where the file ends"
        raise BadConfig(f"{config_path()}: {str(error).replace('at end of document', end)}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadConfig(f"{config_path()}: line {line} is no UTF-8 text") from None
    except OSError as error:
        raise BadConfig(f"{config_path()}: {error.strerror}") from None
    except SettingsError as error:
        field = str(error).split('"')[1]
        raise BadConfig(f'{PREFIX}{field.upper()}: a list is written as JSON, ["like", "this"]') from None
    except ValidationError as error:
        raise BadConfig("; ".join(_problem(entry, given) for entry in error.errors())) from None
    homes = {key: getattr(settings, key).expanduser().absolute() for key in ("state_dir", "cache_dir")}
    return settings.model_copy(update={**homes, "folders": [folder.expanduser() for folder in settings.folders]})


def _refuse_unknown_variables() -> None:
    known = {PREFIX + key.upper() for key in Settings.model_fields} | NOT_SETTINGS
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable not in known and not variable.startswith(NOT_OURS):
            raise BadConfig(f"{variable}: there is no such setting")


def _problem(entry: Any, flags: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in entry["loc"])
    top = str(entry["loc"][0]) if entry["loc"] else ""
    if top in flags:
        place = "flag --" + top.replace("_", "-")
    elif PREFIX + top.upper() in os.environ:
        place = PREFIX + top.upper()
    else:
        place = f"{config_path()}, {_line_of(top)}key {key}"
    return f"{place}: {'there is no such setting' if entry['type'] == 'extra_forbidden' else entry['msg']}"


def _line_of(key: str) -> str:
    """Where the file sets a key, in words; empty when it is written in some unusual way."""
    if not config_path().is_file():
        return ""
    setting = re.compile(rf"""\s*(\[+\s*)?["']?{re.escape(key)}["']?\s*[=.\]]""")
    lines = config_path().read_text().splitlines()
    return next((f"line {number}, " for number, line in enumerate(lines, 1) if setting.match(line)), "")


def without_password(url: str) -> str:
    """An address as it may be shown. Nothing between the first colon of its user and the last @ is, however it is written."""
    before, scheme, rest = url.rpartition("://") if url.count("://") == 1 else ("", "", url)
    user, at, place = rest.rpartition("@")
    name, colon, _ = user.partition(":")
    shown = before + scheme + name + (":***" if colon else "") + at + place
    return re.sub(r"([?&][a-z_]*password)=[^&]*", r"\1=***", shown)


def origin(key: str) -> str:
    """Where a setting's value comes from when no flag is given: a variable, the file, or the default."""
    if PREFIX + key.upper() in os.environ:
        return PREFIX + key.upper()
    path = config_path()
    if path.is_file() and key in tomllib.loads(path.read_text()):
        return str(path)
    return "default"
