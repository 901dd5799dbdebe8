"""How a section says that a value or an entry is wrong; the loader turns it into a problem at the right line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong, and where within the value or entry.

    `absent` names the keys whose absence is the complaint: it is not made where one of them stands in the file but
    could not be read.
    """

    code: str
    message: str
    help: str = ""
    at: tuple[Any, ...] = ()
    absent: tuple[str, ...] = ()


def misread(*mistakes: Mistake) -> PydanticCustomError:
    """An error for pydantic that carries our mistakes."""
    return PydanticCustomError("misread", "misread", {"mistakes": mistakes})
