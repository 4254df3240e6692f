"""Reads the language tags and names that survey tools export."""

from __future__ import annotations

import re
from functools import cache, lru_cache

UNDETERMINED = "und"


@lru_cache(maxsize=1024)
def parse_tag(tag: str | None) -> str | None:
    """The code for a language tag or an English language name; None if it names no language.

    `de-DE` → `de`, `zh-TW` and `ZH-T` → `zh-Hant`, `zh` → `zh-Hans`, `nb-NO` → `no`, `German` → `de`.
    """
    subtags = re.split(r"[-_ ()]+", (tag or "").strip().rstrip(")").casefold())
    primary, others = subtags[0], set(subtags[1:])
    if primary in ("zh", "cmn", "yue", "chinese", "中文", "简体中文", "繁體中文", "繁体中文"):
        traditional = others & {"hant", "t", "tw", "hk", "mo", "cht", "traditional", "taiwan"}
        return "zh-Hant" if traditional or primary in ("yue", "繁體中文", "繁体中文") else "zh-Hans"
    if primary in ("nb", "nn"):
        return "no"
    if re.fullmatch(r"[a-z]{2,3}", primary):
        return None if primary in (UNDETERMINED, "mul", "zxx") else primary
    return _codes_by_name().get(primary)


@cache
def _codes_by_name() -> dict[str, str]:
    """Codes by the English and a few native names of languages, case-folded."""
    from lingua import Language

    names = {language.name.casefold(): language.iso_code_639_1.name.lower() for language in Language.all()}
    return names | {"norwegian": "no", "bokmal": "no", "nynorsk": "no", "deutsch": "de", "français": "fr"}
