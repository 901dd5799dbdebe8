"""`python -m optimiser` is `optimise`."""

from optimiser.cli import main

if __name__ == "__main__":
    main()
