"""Runs untrusted programs where they can harm nothing but their own clone. Must never run them freely instead."""

from conductor.lib.launcher.profile import BROKER, WORKSPACE
from conductor.lib.process import Finished
from conductor.lib.sandbox.contained import SandboxUnavailable
from conductor.lib.sandbox.probing import Form, Probe, probe
from conductor.lib.sandbox.runner import run

__all__ = ["BROKER", "WORKSPACE", "Finished", "Form", "Probe", "SandboxUnavailable", "probe", "run"]
