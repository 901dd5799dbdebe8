"""Pages that are run: writes the files a page shows, runs its commands, and compares what it quotes.

A line before a fenced block says what the block is:

    File `quarry/earlier.yaml`:        the content of this file
    From `quarry/scenario.yaml`:       it stands in this file, word for word
    In `optimiser/cli.py`:             a change: lines with "-" give way to lines with "+"; `…` is the rest of a line
    <!-- exit: 3 -->                   the last command of the block ends with this code
    <!-- roughly -->                   a large case: only the first line of each paragraph, to one per cent

A block called `console` holds commands (`$ optimise ...`) and what they print. `...` in a paragraph of its own stands
for paragraphs that are not quoted, as the last line of a paragraph for the rest of it; a command with nothing below it
is run and not compared. After a change, `python -m docs.console PAGE ...` runs pages and renews what they quote.
The README's commands and those of pages that change code run as processes, `optimise` and `python FILE` elsewhere in
this one. A `?` below a command is filled in, up to the picture where `...` follows.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(
    r"(?:^(?:(?P<mark>File|From|In) `(?P<what>[^`\n]+)`:|<!-- (?:exit: (?P<code>\d+)|(?P<rough>roughly)) -->)\n\n?)?"
    r"^```(?P<kind>\w*)\n(?P<body>.*?)^```",
    re.S | re.M,
)
PROGRESS = re.compile(r"^[^\n]{1,30}: +\d+ s  (best|no plan yet)[^\n]*\n", re.M)
GAP = re.compile(r"(within [\d.e-]+ % of|at) the least cost")
NUMBER = re.compile(r"-?[\d,]*\.?\d+(?:e-?\d+)?")
SHIPPED = ("models", "scenarios")
COPIED = ("optimiser", "tests", "docs", "pyproject.toml", "mkdocs.yml", "README.md")


@dataclass
class Run:
    """A page that is run in a folder: what went wrong, and the page with what its commands print today."""

    page: Path
    folder: Path
    mistakes: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        before = self.page.read_text(encoding="utf-8")
        self.own_code = "```diff" in before
        _copy(COPIED if self.own_code else SHIPPED if "scenarios/" in before else (), self.folder)
        self.text = FENCE.sub(self._block, before)

    def _block(self, match: re.Match[str]) -> str:
        mark, what, kind, body = match.group("mark", "what", "kind", "body")
        if mark == "File":
            target = self.folder / what
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(body, encoding="utf-8")
        elif mark == "From":
            if body.strip("\n") not in (self.folder / what).read_text(encoding="utf-8"):
                self.mistakes.append(f"{what} does not say:\n{body}")
        elif mark == "In":
            self._change(self.folder / what, body)
        elif kind == "console":
            start, end = match.span("body")
            start, end = start - match.start(), end - match.start()
            whole = match.group(0)
            return whole[:start] + self._console(body, int(match["code"] or 0), bool(match["rough"])) + whole[end:]
        return match.group(0)

    def _change(self, path: Path, body: str) -> None:
        text = path.read_text(encoding="utf-8")
        for hunk in re.split(r"^@@.*\n", body, flags=re.M):
            lines = hunk.splitlines()
            old, new = ("".join(f"{x[1:]}\n" for x in lines if x[:1] in marks) for marks in (" -", " +"))
            found = re.findall(re.escape(old).replace("…", "(.*)"), text)
            if len(found) != 1:
                self.mistakes.append(f"{path.name} has these lines {len(found)} times, not once:\n{old}")
                continue
            rests = [found[0]] if isinstance(found[0], str) else list(found[0])
            before, after = (_filled(part, rests) for part in (old, new))
            text = text.replace(before, after, 1)
        path.write_text(text, encoding="utf-8")

    def _console(self, body: str, code: int, rough: bool) -> str:
        parts = re.split(r"^\$ (.*)\n", body, flags=re.M)
        shown = ""
        for i in range(1, len(parts), 2):
            command, quoted = parts[i], parts[i + 1]
            expected = code if i == len(parts) - 2 else 0
            printed, ended = self._execute(command)
            if ended != expected:
                self.mistakes.append(f"`{command}` ended with {ended}, not {expected}:\n{printed}")
            renewed, same = _renewed(quoted, printed, rough)
            if not same:
                self.mistakes.append(f"`{command}` prints:\n{printed}\nbut the page quotes:\n{quoted}")
            shown += f"$ {command}\n{renewed}"
        return shown

    def _execute(self, command: str) -> tuple[str, int]:
        words = shlex.split(command)
        if words[0] not in ("optimise", "python"):
            return f"a page may run `optimise` and `python`, not `{words[0]}`", -1
        alone = self.own_code or self.page.name == "README.md"
        if words[0] == "optimise":
            if not alone:
                return _called(words, self.folder)
            words = ["python", "-m", "optimiser", *words[1:]]
        elif not alone and len(words) == 2:
            return _called(words[1:], self.folder)
        code = self.folder if self.own_code else ROOT
        env = {**os.environ, "PYTHONPATH": str(code), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
        env.pop("PYTEST_ADDOPTS", None)
        done = subprocess.run(
            [sys.executable, *words[1:]],
            cwd=self.folder,
            env=env,
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=300,
        )
        return _as_read(done.stdout, done.stderr), done.returncode


def _called(words: list[str], folder: Path) -> tuple[str, int]:
    """What the console script, or a script of the page, prints and ends with, called here: a process of its own takes
    a second to load."""
    from optimiser.cli import main

    run = main if words[0] == "optimise" else partial(runpy.run_path, words[0], run_name="__main__")
    out, err, before = io.StringIO(), io.StringIO(), signal.getsignal(signal.SIGPIPE)
    size = {"COLUMNS": "80", "LINES": "24"}
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            with mock.patch.dict(os.environ, size), mock.patch.object(sys, "argv", words):
                run()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        except Exception:
            traceback.print_exc()
            code = 1
        finally:
            signal.signal(signal.SIGPIPE, before)
    return _as_read(out.getvalue(), err.getvalue()), code


def _as_read(out: str, err: str) -> str:
    """What a reader sees in the end: progress has been written over, and blanks at the ends of lines are nothing."""
    printed = PROGRESS.sub("", err.replace("\r", "")) + out
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def _filled(lines: str, rests: list[str]) -> str:
    """Lines with what `…` at their ends stands for."""
    for rest in rests if "…" in lines else ():
        lines = lines.replace("…", rest, 1)
    return lines


def _copy(names: tuple[str, ...], folder: Path) -> None:
    unwanted = shutil.ignore_patterns("__pycache__", ".*")
    for name in names:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=unwanted)
        elif source.is_file():
            shutil.copy(source, folder / name)


def _renewed(quoted: str, printed: str, rough: bool) -> tuple[str, bool]:
    """The quotation as it should read now, and whether it reads so: paragraph by paragraph, `...` for any number."""
    wanted, given = _paragraphs(quoted), _paragraphs(printed)
    if not wanted:
        return quoted, True
    if wanted[0] == "?\n":
        pictures = [i for i, paragraph in enumerate(given) if paragraph.startswith("Pathway")]
        end = pictures[0] if pictures and len(wanted) > 1 else len(given)
        return "\n".join([*given[:end], *wanted[1:]]), False
    if "...\n" not in wanted:
        same = len(wanted) == len(given) and all(_alike(a, b, rough) for a, b in zip(wanted, given, strict=True))
        return "\n".join(given), same
    renewed, same, at = [], True, 0
    for i, paragraph in enumerate(wanted):
        if paragraph == "...\n":
            renewed.append(paragraph)
            continue
        first = paragraph.split(maxsplit=1)[0]
        behind_gap = i > 0 and wanted[i - 1] == "...\n"
        where = [j for j in range(at, len(given)) if given[j].split(maxsplit=1)[0] == first]
        if not where or (where[0] != at and not behind_gap):
            return quoted, False
        shown = _cut(given[where[0]], paragraph)
        same &= _alike(paragraph, shown, rough)
        renewed.append(shown)
        at = where[0] + 1
    return "\n".join(renewed), same and (at == len(given) or wanted[-1] == "...\n")


def _cut(paragraph: str, quoted: str) -> str:
    """As many lines as are quoted, where the quotation ends with a line `...`."""
    if not quoted.endswith("\n...\n"):
        return paragraph
    kept = paragraph.splitlines()[: len(quoted.splitlines()) - 1]
    return "\n".join([*kept, "...\n"])


def _paragraphs(text: str) -> list[str]:
    found = [p for p in re.split(r"\n\s*\n", text.rstrip() + "\n") if p.strip()]
    return [p.strip("\n") + "\n" for p in found] if found else []


def _alike(a: str, b: str, rough: bool) -> bool:
    """The same words, and numbers that differ by a thousandth at most: solvers need not agree in the last digit.

    How near to the least cost a plan is proven to be may differ from machine to machine.
    """
    a, b = (GAP.sub("near the least cost", text) for text in (a, b))
    if rough:
        a, b = a.split("\n", 1)[0], b.split("\n", 1)[0]
    if NUMBER.sub("0", " ".join(a.split())) != NUMBER.sub("0", " ".join(b.split())):
        return False
    within = 1e-2 if rough else 1e-3
    return all(_close(x, y, within) for x, y in zip(NUMBER.findall(a), NUMBER.findall(b), strict=True))


def _close(a: str, b: str, within: float) -> bool:
    if a == b or not set(",.") & set(a + b):  # years and counts have neither
        return a == b
    x, y = float(a.replace(",", "")), float(b.replace(",", ""))
    return abs(x - y) <= within * max(abs(x), abs(y))


def main(names: list[str]) -> int:
    """Runs pages and renews what they quote; 1 where something else is wrong with one."""
    wrong = False
    for name in names:
        page = Path(name)
        with tempfile.TemporaryDirectory() as folder:
            run = Run(page, Path(folder))
        renewed = run.text != page.read_text(encoding="utf-8")
        if renewed:
            page.write_text(run.text, encoding="utf-8")
        print(f"{name}: {'renewed' if renewed else 'as it was'}")
        with tempfile.TemporaryDirectory() as folder:
            left = Run(page, Path(folder)).mistakes if renewed else run.mistakes
        for mistake in left:
            wrong = True
            print(f"  {mistake}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
