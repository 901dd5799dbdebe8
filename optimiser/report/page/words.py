"""The words of the page, by language. What the user named is never translated."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.errors import UsageError
from optimiser.report.page import chinese, english

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """A language: sentences and labels by key; words for kinds of money, things, rules, sections and ledgers."""

    texts: dict[str, str]
    money: dict[str, str]
    kinds: dict[str, str]
    rules: dict[str, str]
    sections: dict[str, str]
    ledgers: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """A text with its gaps filled."""
        return self.texts[key].format(**values)

    def why(self, reason: str) -> str:
        """What stopped a search; a solver's own words stay as they are."""
        return self.texts.get(f"why_{reason}", reason)

    def rule(self, rule: str) -> str:
        """A rule; what it is of (an account) bears a name that somebody gave it."""
        what, of, whose = rule.partition(" of ")
        return self.rules.get(rule) or (f"{self.rules.get(what, what)}{self('comma')}{whose}" if of else rule)

    def ledger(self, name: str) -> str:
        """A ledger or a kind of amount, part by part; a unit in brackets stays as it is."""
        told, _, unit = name.partition(" [")
        said = self("comma").join(self.ledgers.get(part, part) for part in told.split(", "))
        return f"{said} [{unit}" if unit else said


_ALL = {
    "en": Words(english.WORDS, english.MONEY, english.KINDS, english.RULES, english.SECTIONS, english.LEDGERS),
    "zh": Words(chinese.WORDS, chinese.MONEY, chinese.KINDS, chinese.RULES, chinese.SECTIONS, chinese.LEDGERS),
}

ENGLISH = _ALL["en"]


def checked_language(language: str) -> str:
    """The language, or a UsageError where there are no words in it."""
    if language not in _ALL:
        raise UsageError(f"--language {language}: choose {' or '.join(LANGUAGES)}")
    return language


def words_of(language: str) -> Words:
    """The words of a language. Raises UsageError where there are none."""
    return _ALL[checked_language(language)]
