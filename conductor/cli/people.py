"""`conductor token` and `conductor user`: who may come in. Secrets are printed once, on stdout."""

from __future__ import annotations

import click

from campaigns.states import Role
from conductor.cli import codes
from conductor.cli.options import Group, Place, common


@click.group(cls=Group)
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--user", default="", metavar="NAME", help="Whose token; needed on this machine.")
@click.option("--name", default="command line", help="What it is for.")
@click.option("--days", type=int, help="How long it is valid (90, or as long as the token used).")
@click.option("--scope", type=click.Choice(["read", "write"]), default="write", help="What it may do (write).")
@common
def create_token(place: Place, user: str, name: str, days: int | None, scope: str) -> int:
    """Make an API token. It is shown this once; only its hash is stored."""
    if not user and not place.server:
        raise click.UsageError("Say whose token it is: --user NAME.")
    made = place.door.create_token(user, name, days, scope)
    place.console.answer(made)
    place.console.say(made["secret"])
    if not place.console.as_json:
        place.console.note(f"a {made['scope']} token of {made['username']}, valid until {made['expires_at'][:10]}.")
    return codes.OK


@click.group(cls=Group)
def user() -> None:
    """Users."""


@user.command("create")
@click.argument("username")
@click.option("--superuser", is_flag=True, help="May make users and teams.")
@click.option("--team", default="", metavar="NAME", help="Join this team.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), help="With this role (viewer, where a team is named)."
)
@common
def create_user(place: Place, username: str, superuser: bool, team: str, role: str | None) -> int:
    """Make a user. The generated password is shown this once."""
    made = place.door.create_user(username, superuser, team, role or ("viewer" if team else ""))
    place.console.answer(made)
    place.console.say(f"User {made['username']}, password {made['password']}")
    return codes.OK
