"""Switches: what only follows from the rest of a plan is set as the rest of the plan sets it."""

import numpy as np

from optimiser.formulation import build
from optimiser.solve.highs import run
from optimiser.solve.outcome import Limits
from optimiser.solve.programme import assemble
from optimiser.solve.reading import polish
from tests.helpers import instance_of

TEXT = """
projects: {cut: {kind: upgrade, start: 1, capex: 1 MCNY, committed: true, abates: {site: 20 ktCO2e}}}
targets: {goal: {kind: reduction, by: 2, cut: 15 ktCO2e, penalty: 0 CNY/tCO2e}}
finance:
  linked: {kind: sustainability_linked, issue: 1, rate: 3 %, tenor: 2, target: goal, step_up: 1 %,
           ticket: [100 MCNY, 100 MCNY], committed: true}
"""


def test_a_switch_that_is_set_for_nothing_is_set_back(tmp_path):
    """A plan within the gap may flag a target that it meets, and pay 2 for it: polishing takes the flag back.

    If it stayed, the audit, which looks at the target, would contradict the objective.
    """
    model = build(instance_of(TEXT, tmp_path))
    programme = assemble(model)
    assert len(programme.switches) == 1
    programme.lower[programme.switches] = 1.0
    flagged = run(programme, Limits(gap=0.0, threads=1))
    programme.lower[programme.switches] = 0.0
    assert np.isclose(flagged.objective, 1 + 6 + 2)
    polished = polish(programme, flagged)
    assert np.isclose(polished.objective, 1 + 6)
    assert polished.x[programme.switches].tolist() == [0]
