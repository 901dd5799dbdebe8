"""What is needed after the search is loaded while the solver works: by then, once, and errors stay where they were."""

import importlib
import importlib.util
import subprocess
import sys
import threading

import pytest

from optimiser import ahead, cli
from optimiser.solve import Progress

HERE = Progress(1.0, 5.0, 4.0)


def finished():
    for thread in threading.enumerate():
        if thread.name == "ahead":
            thread.join()


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module that nobody else has."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, text):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
        return name

    return write


def test_the_first_word_of_the_solver_loads_them(module):
    """Proves that nothing is loaded for a search that says nothing, and that the line of progress hears every word."""
    name, told = module("ahead_first", "times = []"), []
    watch = ahead.loading([name], lambda words, progress: told.append((words, progress)))
    assert name not in sys.modules
    for words in ("one", "two"):
        watch(words, HERE)
    assert told == [("one", HERE), ("two", HERE)]
    finished()
    loaded = sys.modules[name]
    watch("three", HERE)
    finished()
    assert sys.modules[name] is loaded


def test_who_needs_a_module_waits_for_all_of_it(module):
    """The module takes a fifth of a second and is asked for at once: it is whole, not half."""
    name = module("ahead_slow", "import time\ntime.sleep(0.2)\nwhole = True")
    ahead.loading([name], lambda *_: None)("one", HERE)
    assert importlib.import_module(name).whole


def test_an_error_is_left_to_who_needs_the_module(module, capfd):
    """Proves that a broken installation says so where it did before: the search goes on, the import raises."""
    name = module("ahead_broken", "raise ImportError('no libfoo')")
    ahead.loading([name, "json"], lambda *_: None)("one", HERE)
    finished()
    assert capfd.readouterr().err == ""
    with pytest.raises(ImportError, match="no libfoo"):
        importlib.import_module(name)


def test_what_is_loaded_ahead_is_there():
    """Proves that no name is out of date: it would be passed over without a word."""
    assert [name for name in cli.AFTERWARDS if importlib.util.find_spec(name) is None] == []


def test_the_command_loads_them_no_earlier(tmp_path):
    """Proves that a search begins without pandas, templates and workbooks: they are still to be loaded."""
    code = (
        "import sys\n"
        "from optimiser import cli, workflow\n"
        "def solve(*_):\n"
        "    print('loaded', *sorted({'pandas', *cli.AFTERWARDS} & set(sys.modules)))\n"
        "    sys.exit(0)\n"
        "workflow.solve = solve\n"
        "sys.argv = ['optimise', 'x.yaml']\n"
        "cli.main()\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stdout.split() == ["loaded"]
