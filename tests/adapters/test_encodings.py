"""Texts as people have saved them, in the encodings of their countries, with nothing that tells which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.media.encodings import decode
from tests.core.making import modest

TEXTS = {
    "fr": ("cp1252", "Où étais-tu hier soir ?\nÇa va être une longue journée.\nTu as déjà mangé à la maison, mon chéri ?"),
    "de": ("cp1252", "Können Sie mir helfen?\nIch weiß es nicht, schöne Grüße!\nÜber die Brücke müssen wir gehen."),
    "es": ("cp1252", "¿Dónde estás?\n¡No lo sé, señor!\nMañana será otro día.\n¿Qué pasó con el niño?"),
    "sv": ("latin-1", "Var är du någonstans?\nJag är på väg hem nu.\nKom hit, är du snäll, så går vi."),
    "pl": ("cp1250", "Gdzie byłeś wczoraj wieczorem?\nTo będzie długi dzień.\nMoże się spotkamy?\nŻycie jest źle zrobione."),
    "cs": ("cp1250", "Kde jsi byl včera večer?\nNevím, byl jsem unavený.\nMůžeme se zítra sejít?\nŽivot je krásný."),
    "hu": ("iso8859_2", "Hol voltál tegnap este?\nKöszönöm, hogy eljöttél.\nErről később beszélünk, ő is tudja."),
    "tr": ("cp1254", "Dün gece neredeydin?\nGeldiğin için teşekkürler.\nIşığı söndür, çocuğum."),
    "ru": ("cp1251", "Где ты был вчера вечером?\nНе знаю, я устал.\nЭто будет долгий день."),
    "uk": ("cp1251", "Де ти був учора ввечері?\nНе знаю, я втомився.\nЦе буде довгий день. Їжте, будь ласка."),
    "ru in KOI8": ("koi8_r", "Где ты был вчера вечером?\nНе знаю, я устал.\nЭто будет долгий день."),
    "el": ("cp1253", "Πού ήσουν χθες το βράδυ;\nΔεν ξέρω, ήμουν κουρασμένος.\nΕυχαριστώ που ήρθες."),
    "he": ("cp1255", "איפה היית אתמול בלילה?\nאני לא יודע, הייתי עייף.\nזה הולך להיות יום ארוך."),
    "ar": ("cp1256", "أين كنت الليلة الماضية؟\nلا أعرف، كنت متعبا.\nسيكون يوما طويلا."),
    "th": ("cp874", "เมื่อคืนคุณอยู่ที่ไหน\nผมไม่รู้ ผมเหนื่อย\nมันจะเป็นวันที่ยาวนาน"),
    "ja": ("shift_jis", "昨日の夜はどこにいたの？\n知らない、疲れていた。\n長い一日になるだろう。\nまた明日会いましょう。"),
    "ja in EUC": ("euc_jp", "昨日の夜はどこにいたの？\n知らない、疲れていた。\n長い一日になるだろう。\nまた明日会いましょう。"),
    "zh": ("gbk", "你昨晚在哪里？\n我不知道，我很累。\n这将是漫长的一天。\n谢谢你来这里。\n我们明天再见，好吗？"),
    "zh in Big5": ("big5", "你昨晚在哪裡？\n我不知道，我很累。\n這將是漫長的一天。\n謝謝你來這裡。\n我們明天再見，好嗎？"),
    "ko": ("cp949", "어젯밤에 어디 있었어?\n모르겠어, 피곤했어.\n긴 하루가 될 거야.\n내일 다시 만나자."),
}  # fmt: skip


def subrip(text: str) -> str:
    """As a file, with times around every line."""
    rows = (f"{n}\r\n00:00:{n:02},000 --> 00:00:{n:02},900\r\n{line}\r\n" for n, line in enumerate(text.split("\n"), 1))
    return "\r\n".join(rows)


@pytest.mark.parametrize("name", TEXTS)
def test_a_countrys_own_encoding_is_found(name: str) -> None:
    encoding, text = TEXTS[name]
    assert decode(subrip(text).encode(encoding)) == subrip(text)


@pytest.mark.parametrize("name", TEXTS)
def test_a_single_line_is_enough_when_the_files_name_says_the_language(name: str) -> None:
    encoding, text = TEXTS[name]
    for line in text.split("\n"):
        assert decode(subrip(line).encode(encoding), name[:2]) == subrip(line)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", TEXTS)
def test_unicode_is_found_with_and_without_a_mark(name: str, encoding: str) -> None:
    text = subrip(TEXTS[name][1])
    assert decode(text.encode(encoding), "en") == text


def test_a_language_that_the_text_cannot_be_in_is_not_believed() -> None:
    text = subrip(TEXTS["ja"][1])
    assert decode(text.encode("shift_jis"), "th") == text
    assert decode("plain".encode("utf-16")[:-1]) == "plai\ufffd"


def test_of_a_large_file_a_sample_is_looked_at() -> None:
    text = subrip(TEXTS["cs"][1]) * 4_000
    assert decode(text.encode("cp1250")) == text
    line = "Où étais-tu hier soir, mon chéri ? " * 3_000
    assert decode(line.encode("cp1252")) == line


@given(body=st.binary(max_size=300), language=st.sampled_from([None, "ru", "ja", "pl", "xx", "zh-Hant"]))
@modest(80)
def test_whatever_bytes_there_are_they_become_text(body: bytes, language: str | None) -> None:
    decode(body, language).encode()
