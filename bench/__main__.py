"""`python -m bench`: measures, prints the tables, and writes bench/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import sys
import time

LIBRARY_ROUNDS = 2
"""How often the whole library is built: it takes minutes."""


def main() -> int:
    """Runs the bench; 1 if something did not do what it is measured for, 130 if stopped."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how many rounds (default: 3)")
    parser.add_argument("--quick", action="store_true", help="one round; writes no file")
    chosen = parser.parse_args()
    if chosen.rounds < 1:
        parser.error("there must be a round")
    # What the user has set must not change what is measured, here and in what is started.
    for name in [name for name in os.environ if name.startswith("MEDITATIONS_")]:
        del os.environ[name]

    from bench.process import BenchError

    try:
        text = _measure(1 if chosen.quick else chosen.rounds)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return 130
    print(text)
    if not chosen.quick:
        from bench.report import RESULTS

        RESULTS.write_text(text, "utf-8", newline="\n")
    return 0


def _measure(rounds: int) -> str:
    from bench import proc
    from bench.contest import Contest
    from bench.figures import LONG, SHORT, Figures, take_library, take_memory, take_round
    from bench.machine import describe
    from bench.place import TRACK, open_place, write_long, write_short

    since = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - since:6.0f} s  {what}", file=sys.stderr, flush=True)

    machine = describe()
    with open_place() as place:
        contest, figures = Contest(place), Figures()
        tell("preparing")
        contest.prepare()
        for number in range(rounds):
            tell(f"round {number + 1} of {rounds}")
            take_round(contest, figures, tell)
        for _ in range(min(rounds, LIBRARY_ROUNDS)):
            take_library(contest, figures, tell)
        if proc.available():
            write_short(place, SHORT, 1 / 3, "5 min")
            write_long(place, LONG, 4, "60 min")
            for _ in range(rounds):
                take_memory(contest, figures, tell)
        # Only now: numpy would make this process, and so what it starts, larger.
        from bench.quality import compare
        from bench.report import report

        contest.build(TRACK)
        return report(contest, figures, machine, compare(place, tell))


if __name__ == "__main__":
    sys.exit(main())
