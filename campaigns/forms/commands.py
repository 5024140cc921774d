"""One form per command that a button gives: its title, the word on the button, what it asks. Shape checks only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from campaigns.forms.fields import LinesField, PageForm, TextField
from conductor.lib.errors import ConductorError


class CommandForm(PageForm):
    """`tone` colours the button; `confirm` asks once more although there is nothing to fill in."""

    title: ClassVar[str] = ""
    verb: ClassVar[str] = "Do it"
    tone: ClassVar[str] = "primary"
    explains: ClassVar[str] = ""
    confirm: ClassVar[bool] = False


class WholeForm(CommandForm):
    """A form in which a whole is typed as JSON: faults of its parts say where in it they are."""

    #: The field of the whole, and what the action calls it.
    whole: ClassVar[str] = ""
    called: ClassVar[str] = ""

    def take(self, error: ConductorError) -> None:
        told: dict[str, list[str]] = {}
        for name, sentences in error.errors.items():
            inside, _, place = name.partition(f"{self.called}.")
            here = self.whole if name == self.called or not inside else name
            told.setdefault(here, []).extend(f"{place}: {one}" if place and not inside else one for one in sentences)
        super().take(type(error)(error.message, code=error.code, errors=told))


class PauseForm(CommandForm):
    title, verb = "Pause this run", "Pause"
    explains = "No new attempt starts. What is running now ends first, then the run stands still until it is resumed."
    reason = TextField("Reason", most=500, help_text="Shown to whoever resumes it. May be left blank.")


class ResumeForm(CommandForm):
    title, verb = "Resume this run", "Resume"


class CancelRunForm(CommandForm):
    title, verb, tone = "Cancel this run", "Cancel the run", "danger"
    explains = (
        "Tasks that have not started are cancelled and running agents are stopped. "
        "Finished pieces are kept. This cannot be undone."
    )
    reason = TextField("Reason", most=500, help_text="Kept in the history of the run. May be left blank.")


class RetryForm(CommandForm):
    title, verb = "Retry", "Retry"
    tasks = forms.UUIDField(widget=forms.HiddenInput, required=False)


class CheckpointForm(CommandForm):
    title, verb = "Save a checkpoint", "Save"
    explains = "A full, signed snapshot of this run. It can be restored or forked later."
    reason = TextField("Why now", most=500, help_text="May be left blank.")


class RestoreCheckpointForm(CommandForm):
    title, verb = "Restore this checkpoint", "Restore"
    explains = (
        "Stops this run and starts a new one from the checkpoint. "
        "Work completed by then is carried over, later work is left behind."
    )
    confirm = True


class ForkForm(CommandForm):
    title, verb = "Fork from this checkpoint", "Fork"
    explains = "Stops this run and starts a new one from here. What was completed by then is carried over."
    from_task = TextField(
        "Do again from task",
        most=80,
        help_text="The key of a task: it and all that needs it are done again. May be left blank.",
    )


class AuditForm(CommandForm):
    title, verb = "Audit now", "Audit now"


class RegenerateForm(CommandForm):
    title, verb = "Regenerate this piece", "Regenerate"
    explains = (
        "Makes the next version of this piece alone, in a run of its own, and audits the bundle again. "
        "Nothing is overwritten."
    )
    note = TextField("What should change?", lines=4, most=2000, help_text="For example: shorter, and name the price.")
    section = TextField("Which part?", widget=forms.Select, help_text="All else stays as it is, word for word.")

    def __init__(self, *args: Any, sections: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        """`sections` are those to choose from, with their titles; where nothing is shown to choose, it is all of it."""
        super().__init__(*args, **kwargs)
        if sections:
            self.fields["section"].widget.choices = [("", "All of it"), *sections]
        elif not self.is_bound:
            del self.fields["section"]


class ApproveForm(CommandForm):
    title, verb, tone = "Approve this version", "Approve", "success"
    explains = "Your approval holds for exactly this content, by its hash. A later version needs a new one."
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    confirm = True


class RejectForm(CommandForm):
    title, verb, tone = "Reject this version", "Reject", "danger"
    note = TextField("What is wrong with it?", lines=4, most=2000)


class RestoreVersionForm(CommandForm):
    title, verb = "Make this version the active one", "Restore"
    explains = "Stores its content as the next version, which becomes the active one. The history stays."
    number = forms.IntegerField(widget=forms.HiddenInput)
    confirm = True


class EditArtifactForm(WholeForm):
    whole = called = "content"
    title, verb = "Edit this piece", "Save as the next version"
    version = forms.IntegerField(widget=forms.HiddenInput)
    content = TextField(
        "Content (JSON)", widget=forms.Textarea(attrs={"rows": 18, "class": "form-control code", "spellcheck": "false"})
    )


class RetryTaskForm(CommandForm):
    title, verb = "Retry this task", "Retry"


class StandInForm(CommandForm):
    title, verb = "Let the built-in maker do it", "Let it"
    version = forms.IntegerField(widget=forms.HiddenInput)


class SkipTaskForm(CommandForm):
    title, verb, tone = "Skip this task", "Skip", "danger"
    explains = "The run goes on without it. Tasks that need it start as if it had been done, without its result."
    reason = TextField("Reason", most=500)


class EditTaskForm(CommandForm):
    title, verb = "Edit this task", "Save"
    explains = "Acts from the next attempt on."
    version = forms.IntegerField(widget=forms.HiddenInput)
    title_text = TextField("Title", most=200)
    description = TextField("Goal", lines=5, most=20_000)
    priority = forms.IntegerField(label="Priority", required=False, help_text="The lowest number goes first.")
    max_attempts = forms.IntegerField(label="Attempts at most", required=False)
    timeout_s = forms.FloatField(label="Time limit per attempt, in seconds", required=False)
    names: ClassVar[dict[str, str]] = {"title": "title_text"}


class SplitTaskForm(CommandForm):
    title, verb = "Split this task", "Split"
    explains = "Stands the parts in for this task; whatever needs it waits for all of them."
    version = forms.IntegerField(widget=forms.HiddenInput)
    parts = LinesField("Titles of the parts, one per line", lines=5, help_text="At least two.")


class ReassignTaskForm(CommandForm):
    title, verb = "Give this task to another agent", "Reassign"
    version = forms.IntegerField(widget=forms.HiddenInput)
    backend = TextField(
        "Agent",
        most=1000,
        help_text="An agent such as builtin, shell or human; several with commas form a fallback chain.",
    )


class AnswerForm(WholeForm):
    whole, called = "answer", "answer.output"
    title, verb = "Answer", "Send the answer"
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    answer = TextField("Your answer", lines=3, most=20_000)


class AnswerWithOutputForm(AnswerForm):
    """For a question with options about a task whose result has a shape: the option alone would not fit it."""

    whole = "output"
    output = TextField("What was made (JSON)", lines=8, help_text="In the shape that the task's agent would answer in.")


class StartPlainForm(CommandForm):
    title, verb = "Start a run", "Start"


class UnarchiveForm(CommandForm):
    title, verb = "Take this campaign out of the archive", "Take out"


class ArchiveForm(CommandForm):
    title, verb = "Archive this campaign", "Archive"
    explains = "It leaves the list of active campaigns and starts no more runs. Nothing is deleted."
    confirm = True


class DeleteForm(CommandForm):
    title, verb, tone = "Delete this campaign", "Delete", "danger"
    explains = "It and its runs disappear from every list. An operator can bring it back from the database."
    confirm = True


class SetBudgetForm(CommandForm):
    title, verb = "Set a budget", "Set"
    explains = "Calls that cost money are refused once it is used up, and the run stops there."
    limit = forms.DecimalField(
        label="Limit in USD",
        required=False,
        max_digits=18,
        decimal_places=6,
        help_text="Blank means no limit; zero means nothing may be spent.",
    )


class RaiseBudgetForm(CommandForm):
    title, verb = "Raise the budget", "Raise"
    explains = "Runs that were stopped by it go on."
    version = forms.IntegerField(widget=forms.HiddenInput)
    limit = forms.DecimalField(
        label="New limit in USD",
        max_digits=18,
        decimal_places=6,
        help_text="More than the present limit; what is spent and reserved counts against it.",
    )


class RemoveMemberForm(CommandForm):
    title, verb, tone = "Remove this member", "Remove", "danger"
    explains = "Takes effect at once, also for pages that are open."
    confirm = True


class RevokeTokenForm(CommandForm):
    title, verb, tone = "Revoke this token", "Revoke", "danger"
    explains = "Whatever uses it is refused from now on."
    confirm = True
