"""What an execution works with: the run's setting, what was gathered, the pulse, and who acts."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.engine.context import Gathered, Setting
from campaigns.engine.pulse import Pulse
from campaigns.permissions import Actor


@dataclass(frozen=True, slots=True)
class Bench:
    setting: Setting
    gathered: Gathered
    pulse: Pulse
    actor: Actor
