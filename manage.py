#!/usr/bin/env python
"""Django's command line for this project. Must hold nothing else."""

import os
import sys

from django.core.management import execute_from_command_line

from conductor.lib.errors import BadSetting


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conductor.settings")
    try:
        execute_from_command_line(sys.argv)
    except BadSetting as refused:
        sys.exit(f"conductor: {refused}")


if __name__ == "__main__":
    main()
