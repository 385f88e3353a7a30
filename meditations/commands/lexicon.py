"""`meditations lexicon`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(epilog="Example: meditations lexicon --language de -o words.de.pls")
@click.option("--language", default="en", show_default=True, metavar="CODE", help="Of which words.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write it there instead of to the standard output.",
)  # fmt: skip
def command(language: str, output: Path | None) -> None:
    """Write the words of pronunciation.yaml as a lexicon for other programs (PLS 1.0 of the W3C).

    Those for all languages are in it, and those of the language, also from other lexicons. To use
    a lexicon of another program, name it in pronunciation.yaml:  lexicons: [FILE.pls]
    """
    from meditations.project import find_project
    from meditations.script.pls import pls_text
    from meditations.script.pronunciation import project_words
    from meditations.store import written_whole

    words = project_words(find_project(), language)
    text = pls_text(words, language)
    if output is None:
        click.echo(text, nl=False)
        return
    with written_whole(output) as beside:
        beside.write_bytes(text)
    click.echo(f"{output}: {len(words)} word" + "s" * (len(words) != 1))
