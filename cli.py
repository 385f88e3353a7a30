"""The door from a checkout: `python cli.py build` is `meditations build`."""

from meditations.commands import main

if __name__ == "__main__":
    main()
