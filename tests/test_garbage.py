"""The search for unreachable cycles waits, and goes on as it was."""

import gc

import pytest

from optimiser import garbage
from optimiser.garbage import few_arenas, given_back, uncollected


@pytest.mark.parametrize("on", [True, False])
def test_it_is_afterwards_as_it_was(on):
    """Proves that a run, or one that fails, leaves the collector of who called it as it was found, also when nested."""
    was = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        with uncollected():
            assert not gc.isenabled()
            with uncollected():
                pass
            assert not gc.isenabled()
        assert gc.isenabled() is on
        with pytest.raises(ValueError, match="lost"), uncollected():
            raise ValueError("lost")
        assert gc.isenabled() is on
    finally:
        (gc.enable if was else gc.disable)()


def test_what_was_made_is_not_looked_through():
    """Proves that leaving moves what was made to the oldest generation: ten thousand lists are not in the younger."""
    was = gc.isenabled()
    try:
        gc.enable()
        with uncollected():
            made = [[] for _ in range(10_000)]
        assert len(made) == 10_000
        assert sum(map(len, (gc.get_objects(0), gc.get_objects(1)))) < 10_000
    finally:
        (gc.enable if was else gc.disable)()


@pytest.mark.parametrize(
    ("platform", "library", "calls"), [("linux", True, [0]), ("win32", True, []), ("linux", False, [])]
)
def test_what_was_freed_is_given_back(platform, library, calls, monkeypatch):
    """Proves that glibc is asked for all of it, and nobody who knows no such thing."""
    asked = []

    class Library:
        if library:
            malloc_trim = staticmethod(asked.append)

    monkeypatch.setattr(garbage.sys, "platform", platform)
    monkeypatch.setattr(garbage.ctypes, "CDLL", lambda name: Library)
    given_back()
    assert asked == calls


@pytest.mark.parametrize(
    ("platform", "threads", "said", "library", "calls"),
    [
        ("linux", 1, False, True, [(-8, 1)]),
        ("linux", 2, False, True, [(-8, 1)]),
        ("linux", 8, False, True, [(-8, 4)]),
        ("linux", 8, True, True, []),  # whoever started us knows better
        ("darwin", 8, False, True, []),
        ("linux", 8, False, False, []),  # another C library
    ],
)
def test_two_threads_share_an_arena(platform, threads, said, library, calls, monkeypatch):
    """Proves that glibc is told, and nobody else."""
    asked = []

    class Library:
        if library:
            mallopt = staticmethod(lambda *given: asked.append(given))

    monkeypatch.setattr(garbage.sys, "platform", platform)
    monkeypatch.setattr(garbage.ctypes, "CDLL", lambda name: Library)
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    if said:
        monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    few_arenas(threads)
    assert asked == calls
