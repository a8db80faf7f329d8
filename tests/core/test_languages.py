"""The names that languages have."""

from __future__ import annotations

import pytest

from controller.core.languages import same


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("en", "eng", True),
        ("ger", "deu", True),
        ("pt-BR", "por", True),
        ("zh_CN", "chi", True),
        ("en", "de", False),
        ("tlh", "tlh", True),
        ("Deutsch", "ger", True),
        ("zho-Hant-HK-x-old", "zh", True),
        ("nob", "nor", True),
        ("nno", "nor", False),
    ],
)
def test_a_language_has_several_names(one: str, other: str, alike: bool) -> None:
    assert same(one, other) is alike
