"""Short copy: variants per platform, counted as the platform counts. Must not cut a post: one too long is flagged."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from agents.auditing.platforms import count, platform
from agents.builtin.facts import plain_hashtags
from agents.builtin.short_copy import own_hashtags, write_posts
from agents.contracts import AgentRequest, Role
from agents.roles.copywriting import brief_tone, tags
from agents.roles.fields import COMPUTED, Answer, Language, Line, Name, Note, Tags

_HASHTAG = re.compile(r"(?<![\w&])#(\w*[^\W\d_]\w*)")


class BannedHashtag(Answer):
    """A hashtag that the brief bans, and one of the brief's own that could stand instead ("" if there is none)."""

    hashtag: Name
    instead: Annotated[str, Field(max_length=120)] = ""


class Post(Answer):
    """text is what is published, hashtags included; first_comment is what belongs below it, such as the link."""

    text: Annotated[str, Field(min_length=1, max_length=70_000)]
    note: Note = ""
    first_comment: Annotated[str, Field(max_length=2_000)] = ""
    hashtags: Annotated[list[Name], Field(max_length=50, json_schema_extra=COMPUTED)] = Field(default_factory=list)
    characters: Annotated[int, Field(ge=0, json_schema_extra=COMPUTED)] = 0
    over_limit: Annotated[bool, Field(json_schema_extra=COMPUTED)] = False
    banned_hashtags: Annotated[list[BannedHashtag], Field(max_length=50, json_schema_extra=COMPUTED)] = Field(
        default_factory=list
    )
    missing_hashtags: Annotated[list[Name], Field(max_length=50, json_schema_extra=COMPUTED)] = Field(
        default_factory=list
    )
    tags: Tags = Tags(type="post")


class PlatformPosts(Answer):
    platform: Name
    posts: Annotated[list[Post], Field(min_length=3, max_length=20)]
    limit: Annotated[int, Field(ge=0, json_schema_extra=COMPUTED)] = 0


class ShortCopyOutput(Answer):
    platforms: Annotated[list[PlatformPosts], Field(min_length=1, max_length=20)]
    language: Language = "en"
    warnings: Annotated[list[Line], Field(max_length=50)] = Field(default_factory=list)


def check_posts(answer: ShortCopyOutput, request: AgentRequest) -> list[str]:
    said: list[str] = []
    seen: set[str] = set()
    for number, group in enumerate(answer.platforms):
        known = platform(group.platform)
        if known is None:
            said.append(f"platforms[{number}].platform: {group.platform!r} is not a known platform.")
            continue
        if known.name in seen:
            said.append(f"platforms[{number}].platform: {known.name!r} appears twice.")
        seen.add(known.name)
        if len({post.text.casefold().strip() for post in group.posts}) != len(group.posts):
            said.append(f"platforms[{number}].posts: the same text stands there twice.")
    missing = [name for name in asked_platforms(request) if name not in seen]
    if missing and not said:
        said.append(f"platforms: no posts for {', '.join(missing)}.")
    return said


def asked_platforms(request: AgentRequest) -> list[str]:
    """Known platforms of the brief, by their own names, each once."""
    asked = (request.inputs.get("brief") or {}).get("platforms") or ()
    known = [platform(name) for name in asked if isinstance(name, str)]
    return list(dict.fromkeys(found.name for found in known if found is not None))


def count_and_tag(output: dict[str, Any], request: AgentRequest) -> dict[str, Any]:
    tone, language = brief_tone(request), output["language"]
    wanted = read_wanted(request)
    for group in output["platforms"]:
        known = platform(group["platform"])
        if known is None:  # check_posts has refused it
            continue
        group["platform"], group["limit"] = known.name, known.limit
        for post in group["posts"]:
            post["hashtags"] = [f"#{tag}" for tag in _HASHTAG.findall(post["text"])][:50]
            post["characters"] = count(post["text"], known)
            post["over_limit"] = post["characters"] > known.limit
            post["banned_hashtags"], post["missing_hashtags"] = judge_hashtags(post["hashtags"], wanted)
            post["tags"] = tags("post", tone, language, platform=known.name, length="short")
    return output


@dataclass(frozen=True, slots=True)
class WantedHashtags:
    """What the brief says about hashtags, without signs and case; offered are those of the brief, best first."""

    required: tuple[str, ...]
    banned: frozenset[str]
    offered: tuple[str, ...]


def read_wanted(request: AgentRequest) -> WantedHashtags:
    constraints = (request.inputs.get("brief") or {}).get("constraints")
    limits = constraints if isinstance(constraints, Mapping) else {}
    banned = frozenset(tag.casefold() for tag in plain_hashtags(limits.get("banned_hashtags")))
    required = tuple(tag for tag in plain_hashtags(limits.get("required_hashtags")) if tag.casefold() not in banned)
    return WantedHashtags(required, banned, tuple(own_hashtags(request)) if banned else ())


def judge_hashtags(used: Sequence[str], wanted: WantedHashtags) -> tuple[list[dict[str, str]], list[str]]:
    """The banned ones in a post, each with another to use, and the required ones that it lacks."""
    there = {tag.lstrip("#").casefold() for tag in used}
    spare = [tag for tag in wanted.offered if tag.lstrip("#").casefold() not in there]
    banned = [tag for tag in used if tag.lstrip("#").casefold() in wanted.banned]
    flagged = [
        {"hashtag": tag, "instead": spare[number] if number < len(spare) else ""} for number, tag in enumerate(banned)
    ]
    return flagged, [f"#{tag}" for tag in wanted.required if tag.casefold() not in there][:50]


ROLE = Role(
    name="short_copy",
    title="Write the short copy",
    output=ShortCopyOutput,
    prompt="short_copy.md",
    version="3",
    checks=(check_posts,),
    finish=count_and_tag,
    builtin=write_posts,
    seconds=60.0,
)
