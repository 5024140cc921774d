"""A person is asked with everything needed to answer."""

from agents.contracts import NeedsPerson
from agents.invoke import invoke
from tests.agents.stand_ins import StubHost, request


def ask(**fields: object) -> NeedsPerson:
    outcome = invoke(request(**fields), "human", StubHost())  # type: ignore[arg-type]
    assert isinstance(outcome, NeedsPerson)
    return outcome


def test_question_and_options_come_from_the_task() -> None:
    asked = ask(question="Ship it?", options=["Yes", "No", 3, " "], file="a.py")
    assert (asked.question, asked.options) == ("Ship it?", ("Yes", "No"))
    assert asked.details["inputs"] == {"file": "a.py"}


def test_instructions_are_the_question_where_none_is_asked() -> None:
    assert ask(instructions="Translate the page.", question=" ").question == "Translate the page."


def test_role_is_the_question_where_nothing_else_is() -> None:
    assert "Task" in ask().question


def test_schema_of_the_answer_is_shown() -> None:
    assert "summary" in ask(role="worker").details["schema"]["properties"]
    assert ask(output_schema={"type": "object"}).details["schema"] == {"type": "object"}
    assert "schema" not in ask().details


def test_options_that_are_no_list_are_left_out() -> None:
    assert ask(options="Yes").options == ()
