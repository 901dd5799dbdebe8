"""All forms of `requires` say the same thing."""

import pytest

from tests.helpers import instance_of


@pytest.mark.parametrize("form", ["{any_of: [{b: 1}, {c: 0}]}", "{any_of: {b: 1, c: 0}}", "{any_of: [{b: 1, c: 0}]}"])
def test_any_of_with_lags(form, tmp_path):
    """A list of projects with their lags is the mapping of them."""
    text = f"""
projects:
  a: {{kind: upgrade, opex: -1 MCNY, requires: {form}}}
  b: {{kind: research, capex: 1 MCNY}}
  c: {{kind: research, capex: 2 MCNY}}
"""
    (clause,) = instance_of(text, tmp_path).projects[0].requires
    assert clause == ((1, 1), (2, 0))
