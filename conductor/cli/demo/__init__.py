"""`conductor demo`: the whole stack on a private home, the examples through the public API, every statement checked."""

from conductor.cli.demo.command import demo

__all__ = ["demo"]
