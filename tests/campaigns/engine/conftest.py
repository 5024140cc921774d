"""After each test here the stored state must be sound."""

from __future__ import annotations

from tests.campaigns.soundness import sound, unsound

__all__ = ["sound", "unsound"]
