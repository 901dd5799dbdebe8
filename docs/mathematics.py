"""Formulas of the pages as MathML, which browsers show without scripts or fonts from elsewhere (a hook of MkDocs).

Reads the part of LaTeX that the docstrings use. A command that is not known here ends the build: add it to the tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

FENCED = re.compile(r"(```.*?```|`[^`\n]+`)", re.S)
DISPLAYED = re.compile(r"\$\$\n(.*?)\n\$\$", re.S)
INLINE = re.compile(r"(?<![\w$\\])\$([^$\n]+)\$(?![\w$])")
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S")

OPERATORS = {
    "le": "≤", "ge": "≥", "in": "∈", "ni": "∋", "cdot": "·", "dots": "…", "sum": "∑", "prod": "∏", "min": "min",
    "max": "max", "{": "{", "}": "}", "times": "×", "notin": "∉",
}  # fmt: skip
LETTERS = {
    "Delta": "Δ", "beta": "β", "delta": "δ", "ell": "ℓ", "kappa": "κ", "lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "theta": "θ", "varepsilon": "ε", "emptyset": "∅",
}  # fmt: skip
SPACES = {",": "0.17em", ";": "0.28em", "quad": "1em", "qquad": "2em", " ": "0.25em"}
ACCENTS = {"overline": ("mover", "¯"), "underline": ("munder", "_")}
BRACKETS = {"bigl", "bigr", "Bigl", "Bigr", "left", "right"}
WITH_LIMITS = {"∑", "∏", "min", "max"}


class Formula:
    """One formula being read from left to right."""

    def __init__(self, text: str, displayed: bool):
        self.tokens = TOKEN.findall(_keep_texts(text))
        self.texts = re.findall(r"\\text\{([^{}]*)\}", text)
        self.displayed = displayed

    def row(self, end: str = "") -> str:
        """Everything up to the token `end`."""
        parts = []
        while self.tokens and self.tokens[0] != end:
            parts.append(self.scripted())
        if end:
            self.tokens.pop(0)
        return f"<mrow>{''.join(parts)}</mrow>"

    def scripted(self) -> str:
        """An atom with what stands below and above it."""
        atom = self.atom()
        scripts: dict[str, str] = {}
        while self.tokens and self.tokens[0] in ("_", "^"):
            mark = self.tokens.pop(0)
            scripts[mark] = self.atom()
        if not scripts:
            return atom
        bare = re.sub(r"<[^>]*>", "", atom)
        limits = self.displayed and bare in WITH_LIMITS
        names = {"_": ("msub", "munder"), "^": ("msup", "mover"), "_^": ("msubsup", "munderover")}
        name = names["".join(k for k in "_^" if k in scripts)][limits]
        return f"<{name}>{atom}{scripts.get('_', '')}{scripts.get('^', '')}</{name}>"

    def atom(self) -> str:
        """One token, group or command."""
        token = self.tokens.pop(0)
        if token == "{":
            return self.row("}")
        if token[0] == "\\":
            return self.command(token[1:])
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{token}</mi>"
        sign = "−" if token == "-" else token
        return f"<mo>{escape(sign)}</mo>"

    def command(self, name: str) -> str:
        """What a command stands for."""
        if name == "text":
            self.tokens.pop(0)
            return f"<mtext>{escape(self.texts.pop(0)).replace(chr(92) + '_', '_').replace(' ', '&#160;')}</mtext>"
        if name in OPERATORS:
            return f'<mo stretchy="false">{OPERATORS[name]}</mo>'
        if name in LETTERS:
            return f"<mi>{LETTERS[name]}</mi>"
        if name in SPACES:
            return f'<mspace width="{SPACES[name]}"/>'
        if name in ("frac", "tfrac"):
            return f"<mfrac>{self.atom()}{self.atom()}</mfrac>"
        if name in ACCENTS:
            tag, sign = ACCENTS[name]
            return f'<{tag}>{self.atom()}<mo stretchy="true">{sign}</mo></{tag}>'
        if name in BRACKETS:
            return f"<mo>{escape(self.tokens.pop(0))}</mo>"
        if name == "not":
            return self.atom().replace("</mo>", "&#824;</mo>")
        raise ValueError(f"docs/mathematics.py does not know the command \\{name}")


def _keep_texts(text: str) -> str:
    """Texts are taken out before tokens are read, so that blanks within them stay."""
    return re.sub(r"\\text\{[^{}]*\}", r"\\text@", text)


def to_mathml(text: str, displayed: bool) -> str:
    """One formula. Raises ValueError where it uses what is not known here."""
    formula = Formula(text, displayed)
    return f'<math display="{"block" if displayed else "inline"}">{formula.row()}</math>'


def displayed(match: re.Match[str]) -> str:
    """A displayed formula; what stands apart (`\\qquad`) gets a line of its own, so that nothing is too wide."""
    parts = [p.strip().rstrip(",") for p in match[1].replace("\n", " ").split(r"\qquad")]
    return f'\n<div class="formula">\n{"".join(to_mathml(p, True) for p in parts)}\n</div>\n'


def inline(match: re.Match[str]) -> str:
    """A formula within a sentence, safe from Markdown."""
    return to_mathml(match[1], False).replace("_", "&#95;").replace("*", "&#42;")


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Changes a page except for its code."""
    return "".join(part if i % 2 else change(part) for i, part in enumerate(FENCED.split(text)))


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Called by MkDocs for every page before Markdown is read."""
    return outside_code(markdown, lambda part: INLINE.sub(inline, DISPLAYED.sub(displayed, part)))
