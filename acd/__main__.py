"""`python -m acd` is the `acd` command."""

from acd.cli.main import main

if __name__ == "__main__":
    main()
