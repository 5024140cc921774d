"""The console command `conductor`."""

from conductor.cli.app import main

__all__ = ["main"]
