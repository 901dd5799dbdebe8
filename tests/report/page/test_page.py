"""The page as a file: its numbers are those of plan.json, nothing is loaded, no name runs, both languages are whole."""

import base64
import hashlib
import html
import json
import re
import time
import warnings
from collections import defaultdict

import numpy as np
import pytest
from markupsafe import escape

from optimiser.errors import UsageError
from optimiser.report import tables
from optimiser.report.document import plan_document
from optimiser.report.folder import write_result
from optimiser.report.page import assembling, checked_language, page, page_or_apology
from optimiser.report.page.data import embedded
from optimiser.report.page.words import _ALL, LANGUAGES, words_of
from optimiser.solve import prices

UNIT = 5e-7
"""Half of the last unit of money (one of the currency, in millions) and of emissions (a kilogramme, in kt)."""


@pytest.fixture(params=["world", "rich"])
def both(request, embedded_in):
    """What is embedded in a page, and plan.json of the same result."""
    result = request.getfixturevalue(request.param)
    return embedded_in(page([result]))["plans"][0], json.loads(json.dumps(plan_document(result)))


def test_wedges_in_the_page_add_up_to_plan_json(both):
    """Baseline less all wedges is gross emissions, for every source, basis and year, to the kilogramme."""
    data, plan = both
    for s, source in enumerate(data["sources"]):
        for basis, baseline in source["base"].items():
            left = np.array(baseline)
            for wedge in data["wedges"]:
                if (wedge["s"], wedge["b"]) == (s, basis):
                    left = left - wedge["v"]
            assert left == pytest.approx(plan["tables"]["emissions"][f"{source['id']}|{basis}"], abs=UNIT)


def test_gross_and_net_in_the_page_are_those_of_the_pathway(both):
    data, plan = both
    path = plan["tables"]["pathway"]
    gross = np.sum([s["gross"]["location"] for s in data["sources"]], axis=0)
    assert gross == pytest.approx([row["gross [ktCO2e]"] for row in path], abs=UNIT)
    taken = np.sum([x["v"] for x in (*data["removals"], *data["credits"])], axis=0)
    sold = [row.get("removals sold [ktCO2e]", 0.0) for row in path]
    kept = [row["removals [ktCO2e]"] + row["credits [ktCO2e]"] for row in path]
    assert taken == pytest.approx(np.array(kept) - sold, abs=UNIT)


def test_capex_in_the_page_adds_up_to_plan_json(both):
    """Over owners and sources of finance, every year, to one unit of the currency; no part is negative."""
    data, plan = both
    total = np.sum([c["v"] for c in data["capex"]], axis=0)
    assert total == pytest.approx(plan["tables"]["money"]["capex"], abs=UNIT)
    assert min(min(c["v"]) for c in data["capex"]) >= -UNIT


def test_capex_in_the_page_adds_up_to_the_table_by_project(rich, embedded_in, rich_page):
    """The same by owner, against money.csv."""
    money = tables.money(rich)
    capex = money[money["kind"] == "capex"].groupby("project")["amount [MCNY]"].sum()
    found: dict = defaultdict(float)
    for c in embedded_in(rich_page)["plans"][0]["capex"]:
        found[c["owner"]] += sum(c["v"])
    assert dict(found) == pytest.approx(capex.to_dict(), abs=UNIT)


def test_the_roadmap_is_the_schedule(both):
    """Every start of plan.json and every change of its fleets stands in the roadmap, with year, amount and capex."""
    data, plan = both
    shown = {
        (row["id"], year, amount): capex
        for row in data["roadmap"]
        for year, amount, capex in row["starts"]
        if "/" not in row["id"]
    }
    capex = next(key for key in plan["schedule"][0] if key.startswith("list_capex"))
    assert shown == pytest.approx({(r["project"], r["year"], r["amount"]): r[capex] for r in plan["schedule"]})
    changes = [(year, amount) for row in data["roadmap"] if "/" in row["id"] for year, amount, _ in row["starts"]]
    asked = [(r["year"], r["assets"]) for r in plan.get("fleets", {}).get("fleet_changes", [])]
    assert sorted(changes) == sorted(asked)


def test_runs_of_the_roadmap_follow_lead_time_and_life(rich, embedded_in, rich_page):
    """Kiln: two years of lead, nine of life. Lots: one of lead, a cycle of three years that is renewed to the end."""
    rows = {row["id"]: row for row in embedded_in(rich_page)["plans"][0]["roadmap"]}
    kiln, lots = rows["kiln"], rows["lots"]
    year = kiln["starts"][0][0]
    assert kiln["runs"] == [[year + 2, min(year + 10, 2033)]]
    assert lots["runs"] == [[lots["starts"][0][0] + 1, 2033]]
    expected = {y + k for y, _, _ in lots["starts"] for k in (3, 6) if y + k <= 2033}
    assert lots["renewals"] == sorted(expected)


def test_debt_in_the_page_is_that_of_plan_json(rich, embedded_in, rich_page):
    """Owed and issued by instrument and year, against the table of finance."""
    owed: dict = defaultdict(float)
    issued: dict = defaultdict(float)
    for row in plan_document(rich)["finance"]["years"]:
        if row["year"] <= 2033:
            owed[row["instrument"], row["year"]] = row["outstanding [MCNY]"]
            issued[row["instrument"], row["year"]] = row["issued [MCNY]"]
    data = embedded_in(rich_page)["plans"][0]
    assert sum(owed.values()) > 1
    for fund in data["funds"]:
        for i, year in enumerate(data["years"]):
            assert fund["owed"][i] == pytest.approx(owed[fund["id"], year], abs=UNIT)
            assert fund["issued"][i] == pytest.approx(issued[fund["id"], year], abs=UNIT)


def test_carbon_positions_balance_and_are_those_of_plan_json(rich, embedded_in, rich_page):
    """What an account had is what it surrendered, gave away, kept or lost."""
    rows = {(r["market"], r["entity"], r["year"]): r for r in plan_document(rich)["carbon"]["positions"]}
    names = {
        "due": "due",
        "free": "free",
        "bought": "bought",
        "sold": "sold",
        "credits": "credits_bought",
        "banked": "banked",
    }
    seen = 0
    for market in embedded_in(rich_page)["plans"][0]["markets"]:
        for a in market["accounts"]:
            for i, year in enumerate(market["years"]):
                row = rows[market["id"], a["id"], year]
                for key, name in names.items():
                    assert a[key][i] == pytest.approx(row[f"{name} [ktCO2e]"], abs=UNIT)
                had = sum(a[k][i] for k in ("free", "carried", "bought", "credits", "own", "borrowed", "transferred"))
                gone = sum(a[k][i] for k in ("due", "sold", "returned", "banked", "lapsed"))
                assert had == pytest.approx(gone, abs=1e-6)
                seen += 1
    assert seen == len(rows) > 0


def test_nothing_is_loaded_and_only_the_own_scripts_may_run(rich_page):
    """Proves that the page names no other place outside the library, and that its policy names both scripts by hash."""
    library = assembling.library_text()
    own = rich_page.replace(library, "")
    assert re.findall(r"(?:src|href)\s*=\s*[\"'](?!#|data:,)", own) == []
    assert "http://" not in own
    assert "https://" not in own
    assert "url(" not in own
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', rich_page).group(1))
    assert policy.startswith("default-src 'none'; ")
    scripts = re.findall(r"<script(?: type=\"text/plain\" id=\"library\")?>(.*?)</script>", rich_page, re.S)
    assert len(scripts) == 2
    for script in scripts:
        sum_ = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{sum_}'" in policy
    assert rich_page.count(library) == 1


@pytest.mark.parametrize("which", ["harm", "hostile"])
def test_hostile_names_stay_text_in_the_file(which, request, embedded_in):
    """No tag of theirs stands anywhere in the page, and the names are there all the same."""
    result = request.getfixturevalue(which)
    text = page([result])
    own = text.replace(assembling.library_text(), "")
    assert "<script>alert" not in own
    assert "<img" not in own
    assert "<svg" not in own
    assert "\u2028" not in own
    assert own.count("</script>") == 3
    assert own.count("<script") == 3
    labels = {row["label"] for row in embedded_in(text)["plans"][0]["roadmap"]}
    assert {
        p.label for p in result.instance.projects if p.id in {s.project for s in result.plan.decisions.starts}
    } <= labels
    assert str(escape(result.title)).split()[0] in own


def test_scripts_write_text_and_never_markup():
    """Names reach the page as text nodes: no script has a way to make markup or code of them."""
    own = "".join(assembling.asset(name) for name in assembling.SCRIPTS)
    assert "createElement" in own
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch("):
        assert way not in own
    templates = "".join(assembling.asset(f"{name}.html.j2") for name in ("page", "cards", "tables", "comparison"))
    assert "|safe" not in templates.replace(" ", "")


def test_embedded_values_read_back():
    value = {"a": "</script><!--<script>", "b": ["\u2028\u2029&", 1.5, None]}
    text = embedded(value)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_both_languages_have_the_same_words():
    """Every key of the English page stands in the Chinese one with the same gaps to fill, and none is empty."""
    english, chinese = (_ALL[language] for language in LANGUAGES)
    for part in ("texts", "money", "kinds", "rules", "sections", "ledgers"):
        one, other = getattr(english, part), getattr(chinese, part)
        assert list(one) == list(other), part
        assert all(one.values()), part
        assert all(other.values()), part
        gaps = {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in one.items()}
        differing = [
            key for key, text in other.items() if sorted(set(re.findall(r"\{\w+\}", text))) != sorted(set(gaps[key]))
        ]
        assert differing == [], part


def test_words_exist_for_all_that_results_say(world, rich):
    """Kinds of money, rules and kinds of projects that occur in results have words in every language."""
    for words in _ALL.values():
        for result in (world, rich):
            assert {kind for kind, _ in tables.cost_parts(result)} <= set(words.money)
            assert {row.rule for row in result.accounts.targets} <= set(words.rules)
            assert {row.kind for row in result.accounts.targets} <= set(words.kinds)
            assert {p.kind for p in result.instance.projects} <= set(words.kinds)


def test_words_exist_for_every_price_that_a_solve_can_name():
    """Targets, limits and markets; the rule of an account is told with its name."""
    rules = {*prices.TARGETS.values(), *prices.MARKETS.values(), *(rule for _, rule in prices.LIMITS.values() if rule)}
    rules -= {"emissions together"}  # never named so: `net` or `gross` stands before it
    for words in _ALL.values():
        assert rules <= set(words.rules)
        assert {*(kind for kind, _ in prices.LIMITS.values()), "target", "market"} <= set(words.kinds)
    assert words_of("zh").rule("allowances of east") == "配额，east"


def test_changes_of_fleets_are_described_in_the_language_of_the_page(rich, embedded_in):
    """A change without a name is told from its ends; `diesel` and `battery` are the user's words and stay."""
    data = embedded_in(page([rich], "zh"))["plans"][0]
    kinds = ("new", "retrofit", "scrap", "withdrawal", "end of life")
    told = {row["label"] for row in data["roadmap"] if row["kind"] in kinds}
    assert told
    assert told <= {"Ships：新增 battery", "Ships：diesel → battery", "Ships：diesel 到期报废", "Ships：diesel 退出"}
    english = {row["label"] for row in embedded_in(page([rich]))["plans"][0]["roadmap"] if row["kind"] in kinds}
    assert english <= {
        "Ships: new to battery", "Ships: diesel to battery", "Ships: diesel at the end of life",
        "Ships: diesel withdrawn",
    }  # fmt: skip
    assert len(english) == len(told)
    assert told >= {lever["label"] for lever in data["levers"] if lever["kind"] == "fleet"}


def test_every_word_that_scripts_and_templates_ask_for_exists():
    """A key that is missing would only be seen when its chart is drawn."""
    texts = _ALL["en"].texts
    folder = [assembling.asset(name) for name in assembling.SCRIPTS]
    folder += [assembling.asset(f"{name}.html.j2") for name in ("page", "cards", "tables", "comparison")]
    asked = set()
    for text in folder:
        asked |= set(re.findall(r"\b(?:say|words)\(['\"]([\w ]+)['\"]", text))
    assert len(asked) > 80
    assert asked <= set(texts)


def test_chinese_labels_and_unchanged_names(rich):
    text = page([rich], "zh")
    assert '<html lang="zh-CN">' in text
    assert "减排路径" in text
    assert "Everything that a page can show" in text


def test_a_language_without_words_is_refused():
    with pytest.raises(UsageError, match="choose en or zh"):
        checked_language("fr")


def test_the_first_sentence_is_what_does_not_hold(rich, rich_page):
    """`far` is missed for its penalty: that stands before everything else below the title."""
    first = re.search(r'</h1>.*?<p class="([^"]*)">([^<]*)', rich_page, re.S)
    assert first.group(1) == "verdict bad"
    assert first.group(2).startswith("Missed: far, gross emissions, in 2033: short by ")
    assert "The rest holds" in rich_page


def test_a_plan_that_is_not_proven_says_so_first(rich):
    from dataclasses import replace

    plan = replace(rich.plan, status="feasible", gap=0.034, gap_asked=0.001, stopped_by="time limit")
    text = page([replace(rich, plan=plan)])
    first = re.search(r'</h1>.*?<p class="([^"]*)">([^<]*)', text, re.S)
    assert first.group(1) == "verdict warn"
    assert first.group(2) == "Stopped by the time limit: best plan so far; gap 3.4 %, asked 0.1 %."
    unbound = page([replace(rich, plan=replace(plan, gap=float("inf")))])
    assert "best plan so far; no bound was proven." in unbound


def test_assumptions_show_sources_notes_and_what_is_illustrative(rich_page):
    row = re.search(r"<tr><th scope=\"row\">site</th>.*?</tr>", rich_page, re.S).group(0)
    assert "Inventory of 2025" in row
    assert "measured" in row
    kiln = re.search(
        r"<tr><th scope=\"row\">Kiln <span class=\"where\">kiln</span></th>.*?</tr>", rich_page, re.S
    ).group(0)
    assert "illustrative" in kiln
    assert "90 MCNY" in kiln
    assert "no source given" in rich_page


def test_prices_stand_beside_targets_where_there_are_any(rich):
    """A price of 0.25 millions a kt is 250 a tonne; a target without one leaves its cell empty."""
    from dataclasses import replace

    from optimiser.plan import Price

    assert "worth of more room</th>" not in page([replace(rich, plan=replace(rich.plan, prices=()))])
    prices = (
        Price("target", "cut", "gross emissions", 2031, 0.25, "ktCO2e"),
        Price("target", "cut", "gross emissions", 2032, 0.1, "ktCO2e"),
        Price("budget", "capex", "", 2028, 0.07, "millions"),
    )
    text = page([replace(rich, plan=replace(rich.plan, prices=prices))])
    assert "250 CNY/tCO2e (2031)" in text
    assert "0.07 MCNY/MCNY" in text
    assert text.count("worth of more room</th>") == 2


def test_several_results_stand_beside_each_other(rich, world, embedded_in):
    text = page([world, rich])
    assert [plan["title"] for plan in embedded_in(text)["plans"]] == [world.title, rich.title]
    assert '<select id="plan">' in text
    assert "First start of every project" in text
    assert '<select id="plan">' not in page([rich])


def test_the_page_is_written_with_the_result(rich, tmp_path):
    write_result(rich, {}, tmp_path / "out", "zh")
    assert "减排路径" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_the_same_result_makes_the_same_page(rich, rich_page):
    assert page([rich]) == rich_page


def test_a_page_that_cannot_be_made_does_not_lose_the_plan(rich, tmp_path, monkeypatch):
    """The charting library is gone: the folder is written, the page says what went wrong, and a warning, too."""

    def gone():
        raise FileNotFoundError("<plotly> is not there")

    monkeypatch.setattr(assembling, "library_text", gone)
    with pytest.warns(RuntimeWarning, match="report.html could not be made: FileNotFoundError"):
        write_result(rich, {}, tmp_path / "out")
    assert "&lt;plotly&gt; is not there" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "plan.json").is_file()


def test_no_apology_for_the_results_of_other_tests(world, hostile, harm):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for result in (world, hostile, harm):
            assert "<h2" in page_or_apology(result, "en")


def test_the_page_of_many_projects_is_small_and_soon_made(many):
    """500 projects with wedges in every year of 36: below 6 MB and 2 s."""
    page([many])  # the library is read once in a run
    began = time.perf_counter()
    size = len(page([many]).encode("utf-8"))
    assert time.perf_counter() - began < 2
    assert size < 6e6
