"""The door from a checkout: `python cli.py build` is `meditations build`."""

from meditations.__main__ import main

if __name__ == "__main__":
    main()
