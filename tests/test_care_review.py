"""The review as a whole: answers, places, languages, what stops a track, and what is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from support.care import case_script, reviewed
from support.tracks import meditations

from meditations.care import RULES
from meditations.care.words import FOLDER, RuleWords, words_for
from meditations.errors import MeditationError
from meditations.project import Project
from meditations.script import read_script
from meditations.script.resources import asked_for, read_resources

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

ORDER: Final = "You must listen to the clock."
RESOURCES: Final = """
resources:
  - name: A Help Line
    region: worldwide
    for: [crisis]
    contact: by letter
    source: the telephone book
    checked: 2026-11-22
"""


def _project(root: Path, case: Any, resources: str = RESOURCES) -> Path:
    """A project with one script, the clean one with a case in it."""
    (root / "scripts").mkdir(exist_ok=True)
    for name in ("five-senses", "case"):
        told = case_script(case if name == "case" else {"instead": None})
        text = yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=10_000)
        (root / "scripts" / f"{name}.yaml").write_text(text, "utf-8")
    if resources:
        (root / "resources.yaml").write_text(resources, "utf-8")
    return root


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return meditations(*arguments, cwd=root, cache=root / "cache")


def test_a_finding_tells_where_what_and_how_to_mend_it(tmp_path: Path) -> None:
    """File, line and column of the words themselves; status 1; the better wording below."""
    root = _project(tmp_path, "There is a clock, perhaps. You must listen to it.")
    done = _run(root, "check", "case")
    line, text = next(
        (number, text)
        for number, text in enumerate((root / "scripts/case.yaml").read_text().splitlines(), 1)
        if "You must" in text
    )
    place = f"scripts/case.yaml:{line}:{text.index('You must') + 1}"
    assert f"{place}: error C03: an order leaves no choice: “You must”" in done.stderr
    assert RULES["C03"].better in done.stderr
    assert done.returncode == 1
    assert "2 scripts" not in done.stdout
    assert "1 script read, 1 error of care." in done.stdout


def test_an_answer_is_printed_and_lets_the_track_through(tmp_path: Path) -> None:
    """`care: {allow: …}` takes the finding off the list, and is never silent."""
    case = {"lines": [ORDER], "care": {"allow": {"C03": "said by a clock in a story"}}}
    review = reviewed(case, tmp_path)
    assert not review.errors
    assert [finding.answer for finding in review.answered] == ["said by a clock in a story"]
    done = _run(_project(tmp_path, case), "check", "case")
    assert "answered in the script: said by a clock in a story" in done.stderr
    assert done.returncode == 0


def test_a_rule_that_there_is_not_cannot_be_answered(tmp_path: Path) -> None:
    """A slip in an answer is a fault, with its place and the nearest rule."""
    with pytest.raises(MeditationError, match="'C33', which does not exist") as error:
        reviewed({"care": {"allow": {"C33": "because"}}}, tmp_path)
    assert error.value.where.line > 0
    assert "C03" in error.value.mend


def test_the_strictest_kind_decides() -> None:
    """What is an error in one of a script's kinds is an error; else a warning."""
    assert RULES["C04"].severity(frozenset({"general", "partner"})) == "error"
    assert RULES["C04"].severity(frozenset({"general", "sleep"})) == "warning"


def test_a_language_without_words_says_so(tmp_path: Path) -> None:
    """Only what needs no words is looked at, and that is told; nothing is passed silently."""
    case = {"language": "fi", "lines": [ORDER, {"pause": "45s"}, "Kello."]}
    review = reviewed(case, tmp_path)
    assert not review.words_read
    assert {finding.rule for finding in review.findings} == {"C11"}
    done = _run(_project(tmp_path, case), "check", "case")
    assert "not reviewed for care: there are no words for the language 'fi'" in done.stderr
    assert words_for("en-GB") == words_for("en")


@pytest.mark.parametrize("language", [file.stem for file in sorted(FOLDER.glob("*.toml"))])
def test_every_expression_can_be_read(language: str) -> None:
    """All lists of all rules compile, name no list that there is not, and belong to a rule."""
    words = words_for(language)
    assert words is not None
    assert set(words.rules) <= set(RULES)
    for rule in words.rules.values():
        for name, listed in rule.table.items():
            if isinstance(listed, list):
                expression = rule.expression(name)
                assert expression is not None
                assert not any("{" + other + "}" in expression.pattern for other in rule.lists)
                assert not expression.search(""), f"finds nothing at all: {name}"


def test_words_pass_and_soften() -> None:
    """What is covered, and what stands before in the same clause, takes the edge off."""
    words = RuleWords(
        {"found": ["must"], "passes": ["must have"], "unless_before": ["{no}"], "before_words": 2},
        {"no": "not|never"},
    )
    assert [m[0] for m in words.find("You must.")] == ["must"]
    assert not list(words.find("It must have been late."))
    assert not list(words.find("They never must."))
    assert list(words.find("Never mind, you must."))
    assert list(words.find("Not one of all these must."))


def test_build_stops_before_it_encodes(tmp_path: Path) -> None:
    """An error stops the track; with --without-care it is made, and its record says so."""
    root = _project(tmp_path, ORDER)
    done = _run(root, "build", "case")
    assert done.returncode == 1
    assert "error C03" in done.stderr
    assert "meditations build --without-care" in done.stderr
    assert not (root / "build/tracks/case.mp3").exists()
    assert _run(root, "build", "case", "--without-care").returncode == 0
    record = json.loads((root / "build/tracks/case.json").read_text())
    assert record["care"]["without_care"]
    assert [found["rule"] for found in record["care"]["found"]] == ["C03"]
    assert record["instead"] == ["five-senses"]
    assert record["resources"][0]["checked"] == "2026-11-22"
    assert "up to date" not in _run(root, "build", "case").stdout


def test_a_track_is_made_anew_when_its_resources_change(tmp_path: Path) -> None:
    """The record holds them, so they are an input like the script."""
    root = _project(tmp_path, "There is a clock somewhere.")
    assert _run(root, "build", "case").returncode == 0
    assert "1 up to date." in _run(root, "build", "case").stdout
    (root / "resources.yaml").write_text(RESOURCES.replace("by letter", "by lamp"))
    assert "1 built." in _run(root, "build", "case").stdout


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("resources:\n  - name: A\n", "the key 'region' is missing"),
        (RESOURCES.replace("2026-11-22", "lately"), "'lately' is no day"),
        (RESOURCES + "    language: German\n", "language"),
        (RESOURCES.replace("contact", "contakt"), "did you mean 'contact'?"),
        ("- a\n", "holds a list where a list of resources starts with its settings"),
        ("resources: []\n", "at least one is needed here"),
    ],
)
def test_faults_in_resources_are_told(text: str, told: str, tmp_path: Path) -> None:
    """One clear message with the place, status 1."""
    done = _run(_project(tmp_path, "Hello.", text), "check")
    assert told in done.stderr
    assert "resources.yaml:" in done.stderr
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("language", "named"),
    [("en", ["A", "B"]), ("en-GB", ["A", "B"]), ("de", ["A", "C"]), ("fi", ["A"])],
)
def test_help_is_named_in_the_language_of_the_script(
    language: str, named: list[str], tmp_path: Path
) -> None:
    """What is for scripts in another language is left out; what has no language is for all."""
    one = RESOURCES.removeprefix("\nresources:\n")
    told = {"A": "", "B": "    language: en\n", "C": "    language: de\n"}
    text = "".join(one.replace("A Help Line", name) + more for name, more in told.items())
    root = _project(tmp_path, {"language": language}, "resources:\n" + text)
    known = read_resources(Project(root))
    script = read_script(root / "scripts/case.yaml")
    assert [each.name for each in asked_for(script, known)] == named


def test_help_in_another_language_only_is_none(tmp_path: Path) -> None:
    """A script whose purpose is served in other languages alone is told so."""
    root = _project(tmp_path, {}, RESOURCES + "    language: de\n")
    done = _run(root, "check", "case")
    assert "resources: asks for 'crisis', and resources.yaml has none for it" in done.stderr
    assert done.returncode == 1


def test_a_project_without_resources_has_none(tmp_path: Path) -> None:
    """No file is no fault."""
    assert read_resources(Project(tmp_path)) == {}


def test_what_rests_on_estimates_is_marked(tmp_path: Path) -> None:
    """Times of lines that nobody has spoken yet are guesses, and are told with ~."""
    case = {"lines": ["There is a clock.", {"pause": "45s"}, "It ticks."]}
    done = _run(_project(tmp_path, case), "check", "case")
    assert "error C11: ~" in done.stderr


def test_sarif_has_what_code_hosts_read(tmp_path: Path) -> None:
    """Version, rules, and for each finding its rule, level, message and place."""
    root = _project(tmp_path, ORDER)
    (root / "scripts/broken.yaml").write_text("title: [unclosed\n")
    log = json.loads(_run(root, "check", "--sarif").stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert known == {*RULES, "format"}
    found = {result["ruleId"]: result for result in run["results"]}
    assert set(found) == {"C03", "format"}
    place = found["C03"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "scripts/case.yaml"
    assert place["region"]["startLine"] > 1
    assert all(result["level"] == "error" for result in run["results"])


def test_rules_are_explained(tmp_path: Path) -> None:
    """`--explain` tells why, what is better, an example, and how to answer; slips are met."""
    done = _run(tmp_path, "check", "--explain", "c07")
    rule = RULES["C07"]
    assert all(told in done.stdout for told in (rule.title, rule.before, rule.after))
    assert "care: {allow: {C07: the reason}}" in done.stdout
    wrong = _run(tmp_path, "check", "--explain", "C77")
    assert (wrong.returncode, "there is no rule 'C77'" in wrong.stderr) == (1, True)


def test_json_tells_why_and_from_where(tmp_path: Path) -> None:
    """Everything that a reviewer's own program may want."""
    told = json.loads(_run(_project(tmp_path, ORDER), "check", "--json").stdout)
    (finding,) = told["care"]
    assert finding["rule"] == "C03"
    assert finding["words"] == "You must"
    assert finding["source"] == RULES["C03"].source
    assert told["faults"] == []
