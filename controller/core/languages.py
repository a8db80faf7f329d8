"""The languages that people give their tracks, by all the names they have: ISO 639-1, 639-2 (both kinds) and English.

What comes out is a tag as RFC 5646 wants it: the shortest code there is, with script or region where they were given.
"""

from __future__ import annotations

import re

TABLE = """
aa aar - Afar; ab abk - Abkhazian; ae ave - Avestan; af afr - Afrikaans; ak aka - Akan; am amh - Amharic;
an arg - Aragonese; ar ara - Arabic; as asm - Assamese; av ava - Avaric; ay aym - Aymara; az aze - Azerbaijani;
ba bak - Bashkir; be bel - Belarusian; bg bul - Bulgarian; bh bih - Bihari languages; bi bis - Bislama;
bm bam - Bambara; bn ben - Bengali; bo bod tib Tibetan; br bre - Breton; bs bos - Bosnian; ca cat - Catalan;
ce che - Chechen; ch cha - Chamorro; co cos - Corsican; cr cre - Cree; cs ces cze Czech; cu chu - Church Slavic;
cv chv - Chuvash; cy cym wel Welsh; da dan - Danish; de deu ger German; dv div - Divehi; dz dzo - Dzongkha;
ee ewe - Ewe; el ell gre Greek; en eng - English; eo epo - Esperanto; es spa - Spanish; et est - Estonian;
eu eus baq Basque; fa fas per Persian; ff ful - Fulah; fi fin - Finnish; fj fij - Fijian; fo fao - Faroese;
fr fra fre French; fy fry - Western Frisian; ga gle - Irish; gd gla - Gaelic; gl glg - Galician;
gn grn - Guarani; gu guj - Gujarati; gv glv - Manx; ha hau - Hausa; he heb - Hebrew; hi hin - Hindi;
ho hmo - Hiri Motu; hr hrv - Croatian; ht hat - Haitian; hu hun - Hungarian; hy hye arm Armenian;
hz her - Herero; ia ina - Interlingua; id ind - Indonesian; ie ile - Interlingue; ig ibo - Igbo;
ii iii - Sichuan Yi; ik ipk - Inupiaq; io ido - Ido; is isl ice Icelandic; it ita - Italian; iu iku - Inuktitut;
ja jpn - Japanese; jv jav - Javanese; ka kat geo Georgian; kg kon - Kongo; ki kik - Kikuyu; kj kua - Kuanyama;
kk kaz - Kazakh; kl kal - Kalaallisut; km khm - Khmer; kn kan - Kannada; ko kor - Korean;
kr kau - Kanuri; ks kas - Kashmiri; ku kur - Kurdish; kv kom - Komi; kw cor - Cornish; ky kir - Kirghiz;
la lat - Latin; lb ltz - Luxembourgish; lg lug - Ganda; li lim - Limburgan; ln lin - Lingala; lo lao - Lao;
lt lit - Lithuanian; lu lub - Luba-Katanga; lv lav - Latvian; mg mlg - Malagasy; mh mah - Marshallese;
mi mri mao Maori; mk mkd mac Macedonian; ml mal - Malayalam; mn mon - Mongolian; mr mar - Marathi;
ms msa may Malay; mt mlt - Maltese; my mya bur Burmese; na nau - Nauru; nb nob - Norwegian Bokmål;
nd nde - North Ndebele; ne nep - Nepali; ng ndo - Ndonga; nl nld dut Dutch; nn nno - Norwegian Nynorsk;
no nor - Norwegian; nr nbl - South Ndebele; nv nav - Navajo; ny nya - Chichewa; oc oci - Occitan;
oj oji - Ojibwa; om orm - Oromo; or ori - Oriya; os oss - Ossetian; pa pan - Panjabi; pi pli - Pali;
pl pol - Polish; ps pus - Pushto; pt por - Portuguese; qu que - Quechua; rm roh - Romansh; rn run - Rundi;
ro ron rum Romanian; ru rus - Russian; rw kin - Kinyarwanda; sa san - Sanskrit; sc srd - Sardinian;
sd snd - Sindhi; se sme - Northern Sami; sg sag - Sango; si sin - Sinhala; sk slk slo Slovak; sl slv - Slovenian;
sm smo - Samoan; sn sna - Shona; so som - Somali; sq sqi alb Albanian; sr srp - Serbian; ss ssw - Swati;
st sot - Southern Sotho; su sun - Sundanese; sv swe - Swedish; sw swa - Swahili; ta tam - Tamil; te tel - Telugu;
tg tgk - Tajik; th tha - Thai; ti tir - Tigrinya; tk tuk - Turkmen; tl tgl - Tagalog; tn tsn - Tswana;
to ton - Tonga (Tonga Islands); tr tur - Turkish; ts tso - Tsonga; tt tat - Tatar; tw twi - Twi;
ty tah - Tahitian; ug uig - Uighur; uk ukr - Ukrainian; ur urd - Urdu; uz uzb - Uzbek; ve ven - Venda;
vi vie - Vietnamese; vo vol - Volapük; wa wln - Walloon; wo wol - Wolof; xh xho - Xhosa; yi yid - Yiddish;
yo yor - Yoruba; za zha - Zhuang; zh zho chi Chinese; zu zul - Zulu
"""
"""Of each: its 639-1 code, its 639-2 codes (terminologic, then bibliographic or a dash), its name."""
ALIASES = {
    "chs": "zh-Hans", "cht": "zh-Hant", "cn": "zh", "pob": "pt-BR", "pb": "pt-BR", "ptbr": "pt-BR", "brazilian": "pt-BR",
    "spl": "es-419", "latino": "es-419", "jp": "ja", "fil": "fil", "filipino": "fil", "mandarin": "zh", "cantonese": "yue",
    "yue": "yue", "farsi": "fa", "gsw": "gsw", "norsk": "no", "deutsch": "de", "français": "fr", "francais": "fr",
    "español": "es", "espanol": "es", "castellano": "es", "italiano": "it", "português": "pt", "portugues": "pt",
    "nederlands": "nl", "svenska": "sv", "dansk": "da", "suomi": "fi", "polski": "pl", "čeština": "cs", "cestina": "cs",
    "magyar": "hu", "türkçe": "tr", "turkce": "tr", "русский": "ru", "українська": "uk", "ελληνικά": "el", "日本語": "ja",
    "中文": "zh", "한국어": "ko",
}  # fmt: skip
"""What else is found in the names of files, casefolded."""
NORWEGIAN = {"nb": "no"}
"""What tracks are in that say only that they are Norwegian."""
TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?", re.IGNORECASE | re.ASCII)

NAMES: dict[str, str] = {}
"""English names by tag."""
_SHORTEST: dict[str, str] = {}
for _row in TABLE.replace("\n", " ").split(";"):
    _code, _terminologic, _bibliographic, _name = _row.strip().split(" ", 3)
    NAMES[_code] = _name
    _SHORTEST |= dict.fromkeys({_code, _terminologic, _bibliographic, _name.casefold()} - {"-"}, _code)


def tag_of(text: str) -> str | None:
    """The tag of a language that is called so: `eng`, `English` and `EN` are `en`, `pt_br` is `pt-BR`; None when no
    language is.
    """
    word = text.strip().casefold()
    if word in ALIASES:
        return ALIASES[word]
    found = TAG.fullmatch(word)
    language = _SHORTEST.get(found[1] if found else word)
    if language is None or not found:
        return language
    script, region = found[2], found[3]
    return "-".join([language, *([script.title()] if script else []), *([region.upper()] if region else [])])


def name_of(tag: str) -> str:
    """What a tag is called in English, as far as that is known: `English`, `Portuguese (BR)`."""
    language, _, rest = tag.partition("-")
    known = NAMES.get(language, language)
    return f"{known} ({rest})" if rest else known


def same(one: str, other: str) -> bool:
    """Whether two names or tags mean the same language, whatever its script and region: `en-GB` and `eng` do."""
    return _language(one) == _language(other)


def _language(text: str) -> str:
    language = (tag_of(text) or text.strip().casefold()).replace("_", "-").partition("-")[0]
    language = _SHORTEST.get(language, language)
    return NORWEGIAN.get(language, language)
