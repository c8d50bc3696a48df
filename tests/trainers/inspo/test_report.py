"""The report of a run: a tree of descent, charts, the same deals before and after."""

from ludens.arena.report.pages import keep_page, render_findings
from ludens.trainers.inspo.population import Population
from ludens.trainers.inspo.report import findings, tree


def grown():
    population = Population.of(["first", "second <b>"])
    population.credit({0: [0.2, 0.4], 1: [0.5]})
    child = population.admit("child", population.members[0], 0.1, 3)
    population.admit("grandchild", child, 0.1, 6)
    population.members[1].died = 3
    return population


def result(population):
    shown = {"deal": 4, "earned": {"seed": 0.0, "best": 1.0}, "seed": ["asked", "wrong"], "best": ["asked", "searched", "right"]}
    steps = [{"step": step, "reward": 0.1 * step, "weights": {"0": 0.1, "1": 0.2}, "shares": {"0": 0.25, "1": 0.75}} for step in range(4)]
    line = {"game": "g-v0", "matches": 20, "best": 0.9, "seed": 0.4, "edge": 0.5, "low": 0.3, "high": 0.7, "line": "", "shown": [shown]}
    seconds = {"playing": 6.0, "learning": 3.0, "instructions": 1.0}
    return {"best": "child", "population": population.plain(), "history": steps, "measured": [line], "seconds": seconds, "overhead": 0.1}


def test_children_stand_under_their_parents():
    lines = tree(grown())
    assert [member.id for _, member in lines] == [0, 2, 3, 1]
    assert [line for line, member in lines if member.parent is None] == ["0", "1"]
    # deeper ones stand further to the right
    depths = [len(line) for line, _ in lines]
    assert depths[0] < depths[1] < depths[2]


def test_what_a_report_shows():
    found = findings("g-v0", result(grown()))
    tables = {table.title: table for table in found.tables}
    rows = {row[1]: row for row in tables["Genealogy"].rows}
    assert rows["second <b>"][2:4] == ("0 to 3", 1)
    assert rows["first"][4].low < 0.3 < rows["first"][4].high
    assert rows["first"][6] == "25%"
    assert tables["Where the time went"].rows[-1] == ("instructions", 1.0, "10.0%")
    rows = tables["Before and after: g-v0"].rows
    assert rows == (("deal 5", "earned 0.00", "earned 1.00"), ("1", "asked", "asked"), ("2", "wrong", "searched"), ("3", "", "right"))
    assert [chart.title for chart in found.curves] == ["Weights", "Draws", "Reward"]
    assert [name for name, _ in found.curves[0].lines] == ["0: first", "1: second <b>"]


def test_the_page_is_whole_and_escapes_what_instructions_say(tmp_path):
    found = findings("g-v0", result(grown()))
    page = keep_page(tmp_path, found).read_text(encoding="utf-8")
    assert "second &lt;b&gt;" in page
    assert "second <b>" not in page
    assert page == render_findings(found, tmp_path.name)
