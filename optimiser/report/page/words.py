"""The words of the page, by language. What the user named is never translated."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.errors import UsageError
from optimiser.report.page import chinese, english

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """A language: sentences and labels by key, and the words for kinds of money, things, rules and sections."""

    texts: dict[str, str]
    money: dict[str, str]
    kinds: dict[str, str]
    rules: dict[str, str]
    sections: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """A text with its gaps filled."""
        return self.texts[key].format(**values)

    def why(self, reason: str) -> str:
        """What stopped a search; a solver's own words stay as they are."""
        return self.texts.get(f"why_{reason}", reason)


_ALL = {
    "en": Words(english.WORDS, english.MONEY, english.KINDS, english.RULES, english.SECTIONS),
    "zh": Words(chinese.WORDS, chinese.MONEY, chinese.KINDS, chinese.RULES, chinese.SECTIONS),
}


def checked_language(language: str) -> str:
    """The language, or a UsageError where there are no words in it."""
    if language not in _ALL:
        raise UsageError(f"--language {language}: choose {' or '.join(LANGUAGES)}")
    return language


def words_of(language: str) -> Words:
    """The words of a language. Raises UsageError where there are none."""
    return _ALL[checked_language(language)]
