"""What is required is chosen: a row that follows, and that the relaxation does not see."""

import numpy as np
import pytest

from optimiser.formulation import build
from optimiser.instance import compile_instance
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from optimiser.workflow import read
from tests.helpers import solved, write

WORLD = """
projects:
  many: {kind: upgrade, units: {max: 4}, capex: 10 MCNY, abates: {site: 1 ktCO2e}}
  other: {kind: upgrade, capex: 30 MCNY, abates: {site: 20 ktCO2e}, excludes: [many]}
  after: {kind: upgrade, capex: 20 MCNY, abates: {site: 20 ktCO2e}, requires: [many]}
targets: {cap: {kind: reduction, in: 3, cut: 36 ktCO2e}}
"""


def programme_of(text, folder):
    return assemble(build(compile_instance(read(write(text, folder)).scenario)))


def test_a_project_and_what_excludes_what_it_requires(tmp_path):
    """36 kt: `after` needs a unit of `many`, which excludes `other`; without `other` 20 and 4 kt are all there is.

    So no plan exists, and now the relaxation says so. Without the row it has one unit of `many` for a quarter of its
    choice, all of `after` and three quarters of `other`: 21 and 15 kt for 10 + 20 + 22.5.
    """
    relaxed = programme_of(WORLD, tmp_path)
    relaxed.integer = np.zeros_like(relaxed.integer)
    assert run(relaxed, Limits(threads=1)).status == "infeasible"
    keep = np.array([name != "required_is_chosen" for name, _ in relaxed.rows])
    assert (~keep).sum() == 1
    relaxed.row_upper = np.where(keep, relaxed.row_upper, np.inf)
    assert run(relaxed, Limits(threads=1)).objective == pytest.approx(52.5)


def test_one_of_several_that_are_chosen(tmp_path):
    """`after` requires `many` or `few`; `other` excludes `many` only, so that `few` lets both be: 20 + 20 + 2 kt.

    20 + 30 + 2 x 9 for 41 kt (two units of `few`), in any plan. The wrong answer: `after` with `many` alone.
    """
    text = WORLD.replace("requires: [many]", "requires: {any_of: [many, few]}").replace("36 kt", "41 kt")
    few = "  few: {kind: upgrade, units: {max: 2}, capex: 9 MCNY, abates: {site: 1 ktCO2e}, excludes: [rest]}\n"
    few += "  rest: {kind: upgrade, capex: 99 MCNY, abates: {site: 1 ktCO2e}}\n"
    assert solved(text.replace("targets:", few + "targets:"), tmp_path).plan.objective == pytest.approx(59)
