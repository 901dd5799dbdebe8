"""What the starts of one project do, year by year.

Every yearly amount is *affine*: an array of years by (1 + n), column 0 the constant, the others the coefficients of
the n continuous decisions (none in most scenarios). The same lines then serve a schedule of whole numbers and
the linear program that is left when sizes, splits or credits are open.
"""

from dataclasses import dataclass, field

import numpy as np

from .profiles import Project
from .world import LEDGERS, World


@dataclass
class Effects:
    """Yearly effects of one project's starts: MCNY, ktCO2e, GWh; `cost` is the present value less salvage."""

    capex: np.ndarray
    cash: np.ndarray
    cost: np.ndarray
    removed: np.ndarray
    avoided: np.ndarray
    sold: np.ndarray
    uses: dict[str, np.ndarray] = field(default_factory=dict)
    shares: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    tonnes: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    activity: dict[str, np.ndarray] = field(default_factory=dict)


def effects_of(
    world: World, project: Project, starts: np.ndarray, price_level: np.ndarray, on_site: np.ndarray | None
) -> Effects:
    """Effects of `starts` (start years by 1 + n) when capex of each start year is scaled by `price_level`.

    `on_site` is the output used on site by year where the project splits its output freely.
    """

    def total(profile):
        return profile.T @ starts

    priced = starts * price_level[:, None]
    capex = project.capex.T @ priced
    output = total(project.output)
    used = on_site if project.splits_freely else output * project.on_site
    sold = output - used
    cash = capex + total(project.opex) - _by_year(project.price, used) - _by_year(project.sells, sold)
    effects = Effects(
        capex,
        cash,
        world.discount @ cash - world.discount_after * (project.salvage @ priced),
        total(project.removed),
        total(project.avoided) + _by_year(project.displaces, sold),
        sold,
        uses={name: total(profile) for name, profile in project.uses.items()},
        shares={led: {s: total(profile) for s, profile in project.shares[led].items()} for led in LEDGERS},
        tonnes={led: {s: total(profile) for s, profile in project.tonnes[led].items()} for led in LEDGERS},
        activity={s: total(profile) for s, profile in project.activity.items()},
    )
    if project.supplies:
        _supply(world, project.supplies, effects, used)
    return effects


def _supply(world: World, name: str, effects: Effects, used: np.ndarray) -> None:
    """Output used on site cuts the activity of the source, and so its tonnes in both ledgers."""
    effects.activity[name] = effects.activity.get(name, 0) + used
    for ledger in LEDGERS:
        saved = _by_year(world.sources[name].factor[ledger], used)
        effects.tonnes[ledger][name] = effects.tonnes[ledger].get(name, 0) + saved


def _by_year(path, amount: np.ndarray) -> np.ndarray:
    return amount * path[:, None] if isinstance(path, np.ndarray) else amount * path


def times(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Product of two affine amounts of which at most one holds continuous decisions."""
    if a.shape[1] == 1:
        return a * b
    if np.any(a[:, 1:]) and np.any(b[:, 1:]):
        raise ValueError("outside the reference: two continuous measures share one source")
    product = a[:, :1] * b + b[:, :1] * a
    product[:, 0] -= a[:, 0] * b[:, 0]
    return product
