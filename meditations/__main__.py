"""`python -m meditations` does what the `meditations` command does."""

from meditations.commands import main

if __name__ == "__main__":
    main()
