"""The words of checks, widgets, figures and pages in the reader's language, after `speak("es")`.

Beside this file LANGUAGE.json has a translation for each English sentence, with `{}` where a field stands
(`{1}`, counted from 0, where the order is another). Sentences are translated at the door where a reader is
told them, and matched whole: the code that makes them, f-strings and all, stays as it is.
Not gettext, whose .mo files have to be compiled, and which wants each sentence marked where it is made.
"""

import json
import re
from pathlib import Path

HERE = Path(__file__).parent
_language = "en"
_words: dict[str, str] = {}
_patterns: list[tuple[re.Pattern, str]] = []  # of sentences with fields, the longest first


def languages() -> dict[str, str]:
    """By its code the name that each language gives itself: English, and those that have a catalogue."""
    catalogues = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(HERE.glob("*.json"))}
    return {"en": "English"} | {code: words["English"] for code, words in catalogues.items()}


def language() -> str:
    """The one spoken now."""
    return _language


def speak(language: str) -> None:
    """From now on sentences are said in `language`; ValueError for one that has no catalogue."""
    global _language, _words, _patterns
    if language not in languages():
        raise ValueError(f"language: one of {', '.join(languages())} is needed, not {language!r}")
    path = HERE / f"{language}.json"
    _language, _words = language, json.loads(path.read_text("utf-8")) if path.is_file() else {}
    told = [key for key in _words if "{}" in key and len(re.findall("[a-z]", key)) > 3]  # by its letters
    _patterns = [
        (re.compile("(.*)".join(map(re.escape, key.split("{}"))), re.S), key)
        for key in sorted(told, key=len, reverse=True)
    ]


def said(english: str, *fields: object) -> str:
    """`english` in the language spoken, its fields too; as it is where the catalogue does not have it.

    fields: for each {} of a sentence so short that it would be found in others
    """
    if fields or english in _words:
        return _words.get(english, english).format(*fields)
    for pattern, key in _patterns:
        if found := pattern.fullmatch(english):
            return _words[key].format(*map(said, found.groups()))
    return english


def said_by(script: str) -> dict[str, str]:
    """What a widget's script needs of the catalogue: the sentences that stand in it as strings."""
    whole = re.sub(r'"\s*\+ "', "", script)  # one may stand on two lines
    return {key: words for key, words in _words.items() if json.dumps(key, ensure_ascii=False) in whole}
