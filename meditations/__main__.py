"""`python -m meditations` does what the `meditations` command does."""


def main() -> None:
    """Runs the command line. Workers import this file again, and have no use for the rest."""
    from meditations.commands import main as run

    run()


if __name__ == "__main__":
    main()
