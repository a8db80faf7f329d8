"""Settings: flags over environment over file over defaults, and nothing that nobody knows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller import config
from controller.config import BadConfig, load, origin, without_password


@pytest.fixture(autouse=True)
def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration file of this test, not yet written; no other setting is around."""
    for variable in list(os.environ):
        if variable.startswith("MATINEE_"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("MATINEE_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "config.toml"


def test_without_anything_the_defaults_hold() -> None:
    settings = load()
    assert (settings.host, settings.port, settings.folders, settings.grace_s) == ("0.0.0.0", None, [], 60.0)


def test_a_flag_beats_the_environment_which_beats_the_file(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml.write_text('name = "file"\nport = 1111\nscreen = "off"\n')
    assert (load().name, load().port) == ("file", 1111)
    monkeypatch.setenv("MATINEE_NAME", "environment")
    monkeypatch.setenv("MATINEE_PORT", "2222")
    assert (load().name, load().port, load().screen) == ("environment", 2222, "off")
    assert load(name="flag", port=None).name == "flag"
    assert load(name="flag", port=None).port == 2222


def test_where_a_setting_comes_from_is_told(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml.write_text('name = "file"\nport = 1111\n')
    monkeypatch.setenv("MATINEE_NAME", "environment")
    assert (origin("name"), origin("port"), origin("host")) == ("MATINEE_NAME", str(toml), "default")


def test_an_encoder_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().encoder == "auto"
    monkeypatch.setenv("MATINEE_ENCODER", "vaapi")
    assert load().encoder == "vaapi"
    with pytest.raises(BadConfig, match="flag --encoder"):
        load(encoder="voodoo")


def test_lists_and_paths_are_read_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_FOLDERS", '["~/films", "/other"]')
    monkeypatch.setenv("MATINEE_STATE_DIR", "~/state")
    settings = load(cache_dir=Path("cache"))
    assert settings.folders == [tmp_path / "films", Path("/other")]
    assert settings.state_dir == tmp_path / "state"
    assert settings.cache_dir.is_absolute()


def test_a_key_that_nobody_knows_is_named_with_its_file(toml: Path) -> None:
    toml.write_text('# the box\nnmae = "box"\n')
    with pytest.raises(BadConfig) as caught:
        load()
    assert str(caught.value) == f"{toml}, line 2, key nmae: there is no such setting"


def test_a_variable_that_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_PROT", "1")
    with pytest.raises(BadConfig, match=r"^MATINEE_PROT: there is no such setting$"):
        load()


def test_variables_of_the_test_suite_are_not_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_TEST_MEDIA", "/somewhere")
    assert load().folders == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MATINEE_PORT", "65536"), ("MATINEE_PORT", "http"), ("MATINEE_SCREEN", "huge"), ("MATINEE_GRACE_S", "-1")],
)
def test_a_value_that_cannot_be_is_refused_with_its_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadConfig, match=rf"^{variable}: "):
        load()


def test_a_value_that_cannot_be_is_refused_with_its_flag_or_its_key(toml: Path) -> None:
    with pytest.raises(BadConfig, match=r"^flag --rate-burst: "):
        load(rate_burst=0)
    toml.write_text("name = 'port'\n  port = -1\n")
    with pytest.raises(BadConfig) as caught:
        load()
    assert str(caught.value).startswith(f"{toml}, line 2, key port: ")


def test_several_problems_are_told_at_once(toml: Path) -> None:
    toml.write_text("port = -1\nunknown = 2\n")
    with pytest.raises(BadConfig) as caught:
        load()
    assert str(caught.value).count(";") == 1


def test_a_file_that_is_not_toml_is_refused_with_its_line(toml: Path) -> None:
    toml.write_text('name = "box"\nport = = 1\n')
    with pytest.raises(BadConfig) as caught:
        load()
    assert str(toml) in str(caught.value)
    assert "line 2" in str(caught.value)


@pytest.mark.parametrize("way", ['"nmae"', "'nmae'", "nmae.x", " nmae "])
def test_a_key_is_found_however_it_is_written(toml: Path, way: str) -> None:
    toml.write_text(f"port = 1\n\n{way} = 2\n")
    with pytest.raises(BadConfig, match=r"line 3, key nmae: there is no such setting"):
        load()


def test_a_table_that_nobody_knows_is_named_with_its_line(toml: Path) -> None:
    toml.write_text("port = 1\n[nmae]\nport = 2\n")
    with pytest.raises(BadConfig, match=r"line 2, key nmae: there is no such setting"):
        load()


@pytest.mark.parametrize(
    ("written", "line"),
    [
        (b'name = "box"\nport', "line 2"),
        (b'name = "box"\nport =', "line 2"),
        (b'name = "box"\nfolders = ["/films", "/oth', "line 2"),
        (b'name = "box"\nfolders = ["/films",\n', "line 2"),
        (b'name = "b\xc3', "line 1 is no UTF-8 text"),
        (b'port = 1\nname = "\xff"\n', "line 2 is no UTF-8 text"),
        (b"port = 1\n\0\0\0\0", "line 2"),
    ],
)
def test_a_file_that_is_half_written_is_refused_with_its_line(toml: Path, written: bytes, line: str) -> None:
    toml.write_bytes(written)
    with pytest.raises(BadConfig) as caught:
        load()
    assert str(caught.value).startswith(f"{toml}: ")
    assert line in str(caught.value)


def test_the_databases_password_is_shown_nowhere(toml: Path) -> None:
    toml.write_text('database_url = "postgresql://ann:ge@he/im:x@box/films?sslpassword=geheim"\n')
    settings = load()
    assert settings.written_database_url.count("geheim") == 1
    assert "he/im" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert without_password(settings.written_database_url) == "postgresql://ann:***@box/films?sslpassword=***"
    assert load(database_url="").written_database_url == ""
    toml.write_text("database_url = 5\n")
    with pytest.raises(BadConfig, match=r"line 1, key database_url: "):
        load()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("postgresql://ann@box/films", "postgresql://ann@box/films"),
        ("postgresql://:geheim@box/films", "postgresql://:***@box/films"),
        ("ann:geheim@box/films", "ann:***@box/films"),
        ("postgresql://ann:a://b@box/films", "postgresql:***@box/films"),
        ("postgresql:///films?user=ann&password=geheim&host=box", "postgresql:///films?user=ann&password=***&host=box"),
        ("sqlite:////state/a.db", "sqlite:////state/a.db"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_its_password_however_it_is_written(written: str, shown: str) -> None:
    assert without_password(written) == shown


def test_a_list_in_the_environment_that_is_no_json_is_refused_with_its_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MATINEE_FOLDERS", "/films")
    with pytest.raises(BadConfig, match="MATINEE_FOLDERS"):
        load()


def test_without_a_named_file_the_one_in_the_xdg_folder_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MATINEE_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    assert config.config_path() == tmp_path / "xdg" / "matinee" / "config.toml"
