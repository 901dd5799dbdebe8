"""A table is made once for a result, and nobody can spoil it for the next who asks."""

from dataclasses import replace

from pandas.testing import assert_frame_equal

from optimiser.report import tables
from optimiser.report.result import made_once


def test_a_table_is_made_once_per_result(world):
    """Proves that a second asker has the first one's table without the work, and another result one of its own."""
    asked = []

    @made_once
    def table(result):
        asked.append(result.scenario)
        return tables.pathway(result)

    other = replace(world, scenario="other")
    first, second = table(world), table(world)
    assert_frame_equal(first, second)
    assert asked == ["scenario"]
    table(other)
    assert asked == ["scenario", "other"]


def test_everybody_gets_a_copy(world):
    """Proves that who writes into a table, or renames its columns, changes no file."""
    before = tables.money(world)
    mine = tables.money(world)
    mine.iloc[0, 0] = 1900
    mine.columns = [f"my {name}" for name in mine.columns]
    assert_frame_equal(tables.money(world), before)


def test_a_table_that_is_not_there_stays_away(world):
    """Proves that None, for a section that the scenario does not have, is remembered and given as None."""
    asked = []

    @made_once
    def table(result):
        asked.append(result)

    assert table(world) is None
    assert table(world) is None
    assert len(asked) == 1
