"""Conductor from Python, for scripts and for the command line: the long-running verbs, on the database of this machine.

    from conductor import sdk
    with sdk.working():
        run = sdk.run_campaign(brief={"objective": …, "audience": …, "product": …, "tone": …, "platforms": […]})
        print(sdk.wait(run.pk).outcome)

Everything else that changes state is in `campaigns.actions`; what reads is in `campaigns.queries`.
"""

import conductor.sdk.django_ready  # noqa: F401 - importing it makes Django ready
from conductor.sdk.campaigns import (
    events,
    latest_checkpoint,
    load_campaign,
    resume_campaign,
    run_campaign,
    save_checkpoint,
    team,
    wait,
)
from conductor.sdk.people import local_actor
from conductor.sdk.sessions import complete_session, pause_session, resume_session, start_session
from conductor.sdk.workers import Working, prepare_here, working

__all__ = [
    "Working",
    "complete_session",
    "events",
    "latest_checkpoint",
    "load_campaign",
    "local_actor",
    "pause_session",
    "prepare_here",
    "resume_campaign",
    "resume_session",
    "run_campaign",
    "save_checkpoint",
    "start_session",
    "team",
    "wait",
    "working",
]
