"""`meditations check`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from meditations.errors import FaultyScriptError, MeditationError
from meditations.project import find_project, find_scripts

if TYPE_CHECKING:
    from pathlib import Path

    from meditations.care import Finding, Surroundings
    from meditations.project import Project
    from meditations.script import Script


@click.command(epilog="Example: meditations check five-senses\n\nmeditations check --explain C07")
@click.argument("scripts", nargs=-1, metavar="[SCRIPT]...")
@click.option("--explain", metavar="RULE", help="Tell what a rule of the care review is about.")
@click.option("--json", "as_json", is_flag=True, help="Tell what was found as JSON.")
@click.option("--sarif", is_flag=True, help="Tell what was found as SARIF 2.1.0, for code hosts.")
@click.option("--feed", is_flag=True, help="Check the podcast that the finished tracks make.")
@click.option("--pronunciation", is_flag=True, help="List words that a voice may say wrongly.")
def command(  # noqa: PLR0913, PLR0917 - one for each option
    scripts: tuple[str, ...],
    explain: str | None,
    as_json: bool,
    sarif: bool,
    feed: bool,
    pronunciation: bool,
) -> int:
    """Read scripts and tell every fault, with file, line and column; then review them for care.

    A SCRIPT is a file, or the name of one in scripts/; without any, all of scripts/ are read.
    Times are known for lines that were spoken before, and estimated for others; what rests on
    estimates is marked with ~. The exit status is 1 where there is a fault or an error.

    With --feed, the feed of all finished tracks is checked instead, with every file that it names.
    With --pronunciation, words are listed that no list of common words has, figures that were left
    as they are, initials, and how the voice says them.
    """
    if feed + pronunciation + sarif > 1:
        raise click.UsageError("Choose one of --sarif, --feed and --pronunciation.")
    if explain is not None:
        click.echo(_explained(explain))
        return 0
    from meditations.commands.build import beside

    project = find_project(beside(scripts))
    if feed:
        from meditations.commands.check_feed import check_feed

        if scripts:
            raise click.UsageError("--feed goes with --json alone: a feed is one for all scripts")
        return check_feed(project, as_json=as_json)
    files = find_scripts(project, scripts)
    if pronunciation:
        from meditations.commands.check_pronunciation import check_pronunciation

        return check_pronunciation(project, files, as_json=as_json)
    outcome = _Outcome()
    outcome.read(files, project)
    if sarif:
        from meditations.care.sarif import sarif_log

        click.echo(json.dumps(sarif_log(outcome.findings, outcome.faults), indent=1))
    elif as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False, indent=1))
    else:
        outcome.tell()
    return 1 if outcome.faults or outcome.errors else 0


@dataclass
class _Outcome:
    """What was found in all scripts of one call."""

    scripts: int = 0
    faults: list[MeditationError] = field(default_factory=list)
    notes: list[MeditationError] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    answered: list[Finding] = field(default_factory=list)
    unread: list[MeditationError] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """What stops a track."""
        return [finding for finding in self.findings if finding.severity == "error"]

    def read(self, files: list[Path], project: Project) -> None:
        """Reads and reviews scripts."""
        from meditations.track.care import surroundings

        around = surroundings(project)
        self.scripts = len(files)
        for file in files:
            try:
                self._read(file, project, around)
            except FaultyScriptError as error:
                self.faults.extend(error.faults)
            except MeditationError as error:
                self.faults.append(error)
        # What is found in resources.yaml is found by every script that uses it.
        self.findings = list(dict.fromkeys(self.findings))

    def _read(self, file: Path, project: Project, around: Surroundings) -> None:
        from meditations.care import review
        from meditations.script import read_script
        from meditations.speech.lengths import known_lengths
        from meditations.timeline.timeline import build_timeline
        from meditations.track.preparing import check_script, not_ready, warnings_of

        script = read_script(file, project.shown(file))
        plan = check_script(script, project)
        self.notes += _together(not_ready(plan, project))
        lengths, estimated = known_lengths(plan.utterances, project.root)
        timeline = build_timeline(plan, lengths)
        self.notes += [MeditationError(text, where=where) for where, text in warnings_of(plan)]
        self.notes += _beside_original(script, project)
        found = review(script, plan, timeline, around, estimated=bool(estimated))
        self.findings += found.findings
        self.answered += found.answered
        if not found.words_read:
            what = (
                f"not reviewed for care: there are no words for the language '{script.language}',"
                " so only times, sounds and resources were looked at"
            )
            self.unread.append(MeditationError(what, where=script.place("language")))

    def as_json(self) -> dict[str, Any]:
        """All of it, for other programs."""
        return {
            "scripts": self.scripts,
            "faults": [*map(_told, self.faults)],
            "care": [_finding(finding) for finding in self.findings],
            "answered": [_finding(finding) for finding in self.answered],
            "not_reviewed": [*map(_told, self.unread)],
            "notes": [*map(_told, self.notes)],
        }

    def tell(self) -> None:
        """All of it, for people: what has to be mended first."""
        for told in (*self.faults, *self.findings, *self.answered, *self.unread):
            click.echo(str(told), err=True)
        for note in self.notes:
            click.echo(f"To know: {note}", err=True)
        warnings = len(self.findings) - len(self.errors)
        counts = [
            _count(len(self.faults), "fault"),
            _count(len(self.errors), "error of care"),
            _count(warnings, "warning"),
        ]
        found = [count for count in counts if count]
        click.echo(
            f"{_count(self.scripts, 'script')} read, "
            + (", ".join(found) if found else "no fault") + "."
        )  # fmt: skip
        if self.findings:
            click.echo(f"What a rule is about: meditations check --explain {self.findings[0].rule}")


def _beside_original(script: Script, project: Project) -> list[MeditationError]:
    """Where a translation has another shape than its original, if that can be read."""
    from meditations.script import read_script
    from meditations.script.translations import differences

    if not script.is_translation:
        return []
    try:
        (file,) = find_scripts(project, [script.original])
        original = read_script(file, project.shown(file))
    except MeditationError:
        return []  # told where the original itself is checked
    return list(differences(script, original))


def _together(missing: list[MeditationError]) -> list[MeditationError]:
    """What lines lack that are written before they are recorded, in one note."""
    if len(missing) < 2:
        return missing
    first = missing[0]
    what = f"{len(missing)} lines cannot be heard yet; the first: {first.what}"
    return [MeditationError(what, mend=first.mend, where=first.where)]


def _count(number: int, noun: str) -> str:
    head, _, tail = noun.partition(" ")
    plural = head if number == 1 else head + "s"
    return f"{number} {plural}{' ' + tail if tail else ''}" if number else ""


def _told(fault: MeditationError) -> dict[str, object]:
    return {
        "file": str(fault.where.file) if fault.where.file else None,
        "line": fault.where.line,
        "column": fault.where.column,
        "what": fault.what,
        "mend": fault.mend,
    }


def _finding(finding: Finding) -> dict[str, object]:
    from meditations.care import RULES

    rule = RULES[finding.rule]
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "file": str(finding.where.file) if finding.where.file else None,
        "line": finding.where.line,
        "column": finding.where.column,
        "what": finding.what,
        "words": finding.words,
        "why": rule.why,
        "better": finding.better,
        "source": rule.source,
        "estimated": finding.estimated,
        "answer": finding.answer or None,
    }


def _explained(name: str) -> str:
    from meditations.care import RULES
    from meditations.errors import nearest

    rule = RULES.get(name.strip().upper().replace("W", "w"))
    if rule is None:
        raise MeditationError(f"there is no rule '{name}'", mend=nearest(name, RULES))
    return rule.explained()
