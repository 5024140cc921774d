"""`python -m conductor.cli`, for processes that start each other."""

import sys

from conductor.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
