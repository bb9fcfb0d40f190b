"""`python -m titer` is the command line."""

from titer.cli import main

if __name__ == "__main__":
    main()
