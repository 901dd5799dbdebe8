"""Units: every quantity is read once and kept as a plain number in the units of the model.

Canonical units: money in millions of the scenario's currency, greenhouse gases in ktCO2e, energy in GWh, mass in
kt, time in hours, length in km; things that are counted (TEU, vehicles, berths) as they are.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pint

Dimension = tuple[tuple[str, int], ...]
"""Exponents of the base dimensions, sorted by name; `()` is a plain number."""

_CODES = """
    AED ARS AUD BDT BRL CAD CHF CLP CNH CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KES KRW KZT LKR MAD MOP MXN
    MYR NGN NOK NZD PEN PHP PKR PLN QAR RMB RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR
"""
CURRENCIES = frozenset(_CODES.split())
_COUNTED = "TEU vehicle truck bus ship vessel berth crane lamp household person passenger tree device"
COUNTED = _COUNTED.split()
SCALE = {"money": 1e-6, "carbon": 1e-3, "energy": 1e-9, "mass": 1e-3, "length": 1e-3}
DEFINITIONS = """
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
peta- = 1e15 = P-
exa- = 1e18 = E-
milli- = 1e-3
centi- = 1e-2 = c-
tCO2e = [carbon] = _ = tCO2 = tonCO2e = tCO2eq
gCO2e = 1e-6 * tCO2e = _ = gCO2 = gCO2eq
Wh = [energy]
hour = [time] = h
day = 24 * hour = d
week = 7 * day
year = 8760 * hour = yr = a
minute = hour / 60 = min
second = hour / 3600 = s
W = Wh / hour
J = Wh / 3600
toe = 11.63e6 * Wh
tce = 8.141e6 * Wh
tonne = [mass] = t
gram = 1e-6 * tonne = g
meter = [length] = m
mile = 1609.344 * meter
nmi = 1852 * meter
hectare = 10000 * meter ** 2 = ha
mu = 10000 / 15 * meter ** 2
liter = 0.001 * meter ** 3 = L
tkm = 1000 * tonne * meter
unit = [] = _ = lot
percent = 0.01 * unit
"""
NAMED: dict[str, Dimension] = {
    "money": (("money", 1),),
    "tonnes of CO2e": (("carbon", 1),),
    "energy": (("energy", 1),),
    "power": (("energy", 1), ("time", -1)),
    "mass": (("mass", 1),),
    "mass per time": (("mass", 1), ("time", -1)),
    "transport work": (("length", 1), ("mass", 1)),
    "area": (("length", 2),),
    "volume": (("length", 3),),
    "length": (("length", 1),),
    "time": (("time", 1),),
    "a plain number": (),
}
_USUAL = dict(zip(NAMED, ("MCUR", "ktCO2e", "GWh", "MW", "t", "t/h", "tkm", "ha", "m3", "km", "h", ""), strict=True))
_FAMILIAR = {
    "MCUR/GWh": "CUR/kWh", "MCUR/ktCO2e": "CUR/tCO2e", "ktCO2e/GWh": "tCO2e/MWh", "ktCO2e/MCUR": "tCO2e/MCUR",
    "ktCO2e/ha": "tCO2e/ha", "MCUR/t": "CUR/t", "MCUR/m3": "CUR/m3", "GWh/MW": "MWh/MW", "ktCO2e/t": "tCO2e/t",
}  # fmt: skip
LARGEST = 1e14
"""In canonical units; solvers give up at such figures, and no organisation has them."""
MONEY, CARBON, ENERGY, NUMBER = NAMED["money"], NAMED["tonnes of CO2e"], NAMED["energy"], NAMED["a plain number"]
PLAIN: dict[str, tuple[float, Dimension]] = {
    "CUR": (1e-6, MONEY), "kCUR": (1e-3, MONEY), "MCUR": (1.0, MONEY), "bn CUR": (1e3, MONEY),
    "tCO2e": (1e-3, CARBON), "ktCO2e": (1.0, CARBON), "MtCO2e": (1e3, CARBON),
    "kWh": (1e-6, ENERGY), "MWh": (1e-3, ENERGY), "GWh": (1.0, ENERGY),
    "MW": (1e-3, NAMED["power"]), "GW": (1.0, NAMED["power"]),
    "t": (1e-3, NAMED["mass"]), "kt": (1.0, NAMED["mass"]), "Mt": (1e3, NAMED["mass"]), "ha": (1e-2, NAMED["area"]),
}  # fmt: skip
"""Units that nearly every file uses, and one of them per another: known without pint, which takes longer to load than
a small file to read. CUR stands for the currency."""

_NUMBER = re.compile(r"\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(.*?)\s*\Z", re.DOTALL)
_WORDS = {"tr": "1e12", "bi": "1e9", "bn": "1e9", "mi": "1e6", "mn": "1e6", "th": "1e3"}
_WORD = re.compile(r"\b(trillion|trn|billion|bn|million|mn|thousand)\s+([A-Za-z]\w*)", re.IGNORECASE)
_HUGE = re.compile(r"\d{7}|\*\*\s*[^-0-9]|\*\*\s*-?\d[\d.]|\*\*[^*/]*\*\*")
_POWER = re.compile(r"\b([TGMkc]?)m([23])\b")
_STRAY = re.compile(r"[^\w\s%*/^().²³-]|//|(?<![\^*(])-|[\w)]\s*\(|\w\s+\d")
"""What pint would skip or multiply by without a word: remarks, signs, a bracket or a number after a unit."""
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_UNCLEAR = re.compile(r"/[^/*()]*[\w)]\s+[\w(]")
_MANY = {"T": "1e12*", "G": "1e9*", "M": "1e6*"}


class UnitError(ValueError):
    """A text that is no quantity of this scenario; `code` and `help` say why and what would do."""

    def __init__(self, code: str, message: str, help: str = ""):
        super().__init__(message)
        self.code, self.message, self.help = code, message, help


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in canonical units with its dimension and the text it was written as."""

    value: float
    dimension: Dimension
    text: str

    @property
    def number(self) -> float:
        """The number as written."""
        match = _NUMBER.match(self.text)
        return float(match[1]) if match else self.value

    @property
    def unit(self) -> str:
        """The unit as written."""
        match = _NUMBER.match(self.text)
        return match[2] if match else ""


def times(a: Dimension, b: Dimension, power: int = 1) -> Dimension:
    """The dimension of a x b**power."""
    exponents = dict(a)
    for name, exponent in b:
        exponents[name] = exponents.get(name, 0) + power * exponent
    return tuple(sorted((n, e) for n, e in exponents.items() if e))


def per(a: Dimension, b: Dimension) -> Dimension:
    """The dimension of a / b."""
    return times(a, b, -1)


def split(dimension: Dimension) -> tuple[Dimension, Dimension] | None:
    """The dimension as one that has a name per another that has one, the plainest pair; None where there is none."""
    known = set(NAMED.values())
    pairs = [(times(dimension, below), below) for below in NAMED.values() if below]
    named = [(above, below) for above, below in pairs if above in known]
    return min(named, key=lambda pair: (bool(pair[0]), len(pair[0]) + len(pair[1])), default=None)


def describe(dimension: Dimension) -> str:
    """The dimension in a planner's words, such as 'money per power'."""
    names = {exponents: name for name, exponents in NAMED.items()}
    pair = split(dimension)
    if dimension in names or pair is None:
        return names.get(dimension) or _spelt_out(dimension)
    above, below = names[pair[0]] if pair[0] else "a number", names[pair[1]].replace("tonnes", "tonne")
    return f"{above} per {below}"


def example(dimension: Dimension, currency: str, number: str = "3") -> str:
    """A quantity of the dimension, such as '3 MCNY/ha'; empty where none comes to mind."""
    units = {exponents: _USUAL[name] for name, exponents in NAMED.items()}
    pair = split(dimension)
    if dimension == NUMBER:
        return f"{number}, or 35 %"
    unit = units.get(dimension) or (f"{units[pair[0]]}/{units[pair[1]]}" if pair and pair[0] else "")
    unit = _FAMILIAR.get(unit, unit)
    return f"{number} {unit}".replace("CUR", currency) if unit else ""


def _spelt_out(dimension: Dimension) -> str:
    above = [n if e == 1 else f"{n}^{e}" for n, e in dimension if e > 0]
    below = [n if e == -1 else f"{n}^{-e}" for n, e in dimension if e < 0]
    words = " x ".join(above) or "a number"
    return (f"{words} per {' x '.join(below)}" if below else words).replace("carbon", "CO2e")


class Units:
    """Reads quantities of a scenario in one currency. Units are looked up once each (pint), numbers are cheap."""

    def __init__(self, currency: str = "CNY"):
        self.currency = currency
        self._known: dict[str, tuple[float, Dimension]] = {"": (1.0, ()), "%": (0.01, ()), "unit": (1.0, ())}

    def parse(self, raw: object) -> Quantity:
        """Reads `raw`, a number or a text such as '3.4 MCNY/MW'. Raises UnitError."""
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            raise UnitError("U001", f"{_kind(raw)} is not a quantity", "write a number and a unit, such as 320 MCNY")
        if isinstance(raw, str):
            match = _NUMBER.match(raw)
            if not match:
                self._refuse_odd_digits(raw)
                raise UnitError("U001", f"{_quoted(raw)} is not a quantity", _quantity_help(raw))
            number, unit = float(match[1]), match[2]
        else:
            number, unit = float(raw), ""
        if not math.isfinite(number):
            raise UnitError(
                "S010", f"{_quoted(raw)} is not a finite number", "leave the key out where there is no figure"
            )
        factor, dimension = self.unit(unit)
        # 15 digits: 35 % is 0.35, not 0.35000000000000003
        text = f"{raw:.15g}" if isinstance(raw, float) else str(raw)
        if abs(number * factor) > LARGEST:
            help = "check the number and its prefix; leave the key out where there is no limit"
            raise UnitError("V001", f"{_quoted(text)} is more than can be computed with", help)
        return Quantity(float(f"{number * factor:.15g}"), dimension, text)

    def _refuse_odd_digits(self, raw: str) -> None:
        """Full-width digits and signs look right and are not."""
        plain = unicodedata.normalize("NFKC", raw)
        if plain != raw and _NUMBER.match(plain):
            raise UnitError("U001", f"{_quoted(raw)} is not written in ordinary digits", f"write {plain.strip()[:60]}")

    def unit(self, text: str) -> tuple[float, Dimension]:
        """The factor to canonical units and the dimension of a unit's text. Raises UnitError."""
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._plain(text) or self._look_up(text)
        return found

    def _plain(self, text: str) -> tuple[float, Dimension] | None:
        parts = [PLAIN.get(part.replace(self.currency, "CUR")) for part in text.split("/")]
        if None in parts or len(parts) > 2 or "CUR" in text:
            return None
        (above, dimension), *rest = (part for part in parts if part is not None)
        for below, other in rest:
            return float(f"{above / below:.15g}"), per(dimension, other)
        return above, dimension

    def _look_up(self, text: str) -> tuple[float, Dimension]:
        if text[0].isdigit() and not text[0].isascii():
            raise UnitError("U001", f"{_quoted(text)} follows the number", "write ordinary digits, such as 35 %")
        if re.match(r"[\d.,_ '’，]", text):
            help = "write a decimal point and no other separators: 1.5 MCNY, 1200 MCNY or 1.2e3 MCNY"
            raise UnitError("U001", f"{_quoted(text)} follows the number", help)
        if re.match(r"/\s*\d", text):
            raise UnitError("U001", "a fraction cannot stand here", "write it out, such as 0.333 or 33.3 %")
        if re.match(r"[-\u2013~]\s*\d", text):
            raise UnitError("U001", "a range of numbers cannot stand here", "write one figure, and the range in `note`")
        plain = text.translate(_SUBSCRIPTS).replace("²", "2").replace("³", "3")
        plain = _WORD.sub(lambda m: f"({_WORDS[m[1][:2].lower()]}*{m[2]})", plain)
        other = sorted(CURRENCIES & {w[-3:] for w in re.findall(r"[A-Za-z]+", plain)} - {self.currency})
        if other and self.currency not in re.findall(r"[A-Z]{3}", plain):
            text = f"{_quoted(text)} is in {other[0]}, the scenario is in {self.currency}"
            help = f"convert it to {self.currency} of the price year, and say the rate in `note`"
            if {other[0], self.currency} == {"CNY", "RMB"}:
                help = f"the two are one: write {self.currency}"
            raise UnitError("U005", text, help)
        if _UNCLEAR.search(plain):
            help = "put brackets around what is divided by, such as kg/(100 km), or write * and /"
            raise UnitError("U002", f"{_quoted(text)} can be read in two ways", help)
        plain = _POWER.sub(_power, plain).replace("^", "**").replace("%", "percent")
        try:
            if len(text) > 60 or _HUGE.search(plain) or _STRAY.search(text.translate(_SUBSCRIPTS)):
                raise ValueError("nothing that a planner writes, and much work for nothing")
            base = _registry(self.currency).parse_expression(plain).to_base_units()
            dimension = tuple(sorted((n.strip("[]"), _whole(e)) for n, e in base.dimensionality.items()))
            factor = float(base.magnitude)
            if not 0 < factor < math.inf:
                raise ValueError("no factor")
        except Exception as error:  # pint raises its own, tokenizer's and arithmetic errors alike
            raise UnitError("U002", f"{_quoted(text)} is not a known unit", self._unit_help(text)) from error
        for name, exponent in dimension:
            factor *= SCALE.get(name, 1.0) ** exponent
        return factor, dimension

    def _unit_help(self, text: str) -> str:
        if re.search("[亿億万萬]", text):
            return f"write 亿 as 100 M and 万 as 10 k: 3 亿元 is 300 M{self.currency}, 3 万吨 is 30 kt"
        if re.match(r"[eE][+-]?\d+\b", text):
            return f"write the number in one piece, such as 5{text}"
        if text.strip() in {"‰", "％", "pct", "per cent", "pc", "p.c."}:
            return "write a percentage, such as 0.5 %"
        if re.search(r"[¥￥€$£元]", text):
            return f"write the currency as a code, such as M{self.currency}"
        money = f"M{self.currency} k{self.currency} {self.currency}"
        common = f"{money} tCO2e ktCO2e MtCO2e GWh MWh kWh MW kW GJ PJ t kt ha km m3"
        known = [*common.split(), "%", *COUNTED]
        same = [k for k in known if k.casefold() == text.casefold()]
        if re.search(r"\([^()]*\)\s*\Z|[:;,=?!#&|]", text) and not re.search(r"[*/]\s*\(", text):
            return "write the unit alone, such as 5 kt or 3 CNY/kWh; remarks belong in `note`"
        close = same or get_close_matches(text[:60], known, n=1, cutoff=0.5)
        return f"did you mean {close[0]}?" if close else f"known are {common}, %, and their products and ratios"


@lru_cache(maxsize=8)
def _registry(currency: str) -> pint.UnitRegistry:
    import pint

    lines = DEFINITIONS.splitlines() + [f"{currency} = [money]"] + [f"{name} = [{name}]" for name in COUNTED]
    registry: pint.UnitRegistry = pint.UnitRegistry(None, on_redefinition="ignore")
    registry.load_definitions([line for line in lines if line])
    return registry


def _power(match: re.Match[str]) -> str:
    # in this field Mm3 is a million cubic metres, not a cubic megametre; km2 stays what it is
    prefix, exponent = match[1], match[2]
    return f"({_MANY[prefix]}m**{exponent})" if prefix in _MANY else f"({prefix}m**{exponent})"


def _whole(exponent: object) -> int:
    number = float(str(exponent))
    if number != int(number):
        raise ValueError("broken exponent")
    return int(number)


def _quoted(value: object) -> str:
    text = str(value)
    return f'"{text}"' if len(text) <= 60 else f'"{text[:57]}..."'


def _kind(raw: object) -> str:
    if isinstance(raw, list | tuple | dict):
        return "a list" if not isinstance(raw, dict) else "a mapping"
    return "nothing" if raw is None else _quoted(str(raw).lower() if isinstance(raw, bool) else raw)


def _quantity_help(raw: str) -> str:
    if raw.strip()[:1] in {"\u2212", "\u2013", "\u2014"}:
        return "write an ordinary minus sign: -"
    if raw.startswith("#"):
        return "the formula in that cell fails: mend it in the workbook"
    if raw.strip().lower().split(" ")[0] in {"nan", ".nan", "inf", ".inf", "-.inf", "n/a", "na", "-"}:
        return "leave the key out where there is no figure"
    return "write a number and a unit, such as 320 MCNY, 4.02 MtCO2e, 25 GWh or 35 %"
