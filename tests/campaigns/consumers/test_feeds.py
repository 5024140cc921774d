"""Feeds: each frame to each listener once, wherever the listener stands; who listens by whose leave. No database."""

import json
import uuid

from campaigns.sockets.feeds import SHORT_QUEUE, Feed, Subscription
from campaigns.sockets.frames import Bundle, Frame, Stream
from campaigns.sockets.reader import Reader
from campaigns.sockets.rights import Pass
from campaigns.sockets.wires import Wire
from conductor.lib.push import Partial

TEAM, OTHER = uuid.uuid4(), uuid.uuid4()
RUN = Stream("run", uuid.uuid4())


class Pipe(Wire):
    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.got: list[Frame] = []

    def push(self, frame: Frame) -> None:
        self.got.append(frame)

    def push_all(self, bundle: Bundle) -> None:
        self.got += bundle.frames

    @property
    def seqs(self) -> list[int]:
        return [frame.seq for frame in self.got]


class Somebody:
    def __init__(self, user_id: int = 1) -> None:
        self.right = Pass(user_id, token_id=uuid.uuid4())
        self.wire = Pipe()
        self.shut_with: list[int] = []

    def shut(self, code: int, reason: str) -> None:
        self.shut_with.append(code)


def listen(feed: Feed, position: int, *, live: bool = True, team: uuid.UUID = TEAM) -> Somebody:
    somebody = Somebody()
    subscription = Subscription(somebody, feed.stream, frozenset({team}), position)
    subscription.live = live
    feed.add(subscription)
    return somebody


def frames(first: int, last: int) -> list[Frame]:
    return [Frame(str(seq), seq) for seq in range(first, last + 1)]


def test_everybody_gets_what_they_do_not_have() -> None:
    feed = Feed(RUN, 10)
    level, ahead, far_ahead = (listen(feed, position) for position in (10, 12, 99))
    feed.deliver(frames(11, 14))
    assert (level.wire.seqs, ahead.wire.seqs, far_ahead.wire.seqs) == ([11, 12, 13, 14], [13, 14], [])
    assert feed.cursor == 14
    feed.deliver(frames(15, 15))
    assert (level.wire.seqs[-1], ahead.wire.seqs[-1]) == (15, 15)


def test_who_catches_up_is_left_alone() -> None:
    feed = Feed(RUN, 10)
    catching_up = listen(feed, 3, live=False)
    feed.deliver(frames(11, 12))
    feed.partial(Partial(str(uuid.uuid4()), "copy", "x"))
    feed.changed(["r"])
    assert catching_up.wire.got == []


def test_text_being_written_goes_first_where_somebody_falls_behind() -> None:
    feed = Feed(RUN, 0)
    behind, level = listen(feed, 0), listen(feed, 0)
    behind.wire.queue.extend([(0.0, Frame("1", 1))] * SHORT_QUEUE)
    feed.partial(Partial(str(uuid.uuid4()), "copy", "x"))
    assert (len(behind.wire.got), len(level.wire.got)) == (0, 1)
    assert json.loads(level.wire.got[0].text)["text"] == "x"


def test_rights_are_grouped_by_the_team_that_gives_them() -> None:
    feed = Feed(RUN, 0)
    first = listen(feed, 0)
    assert feed.rights() == {TEAM: {first.right}}
    second = listen(feed, 0, team=OTHER)
    assert feed.rights() == {TEAM: {first.right}, OTHER: {second.right}}
    feed.remove(next(iter(each for each in feed.subscriptions if each.listener is first)))
    assert feed.rights() == {OTHER: {second.right}}


async def test_what_was_read_for_one_feed_is_not_given_to_its_successor() -> None:
    reader = Reader()
    first = Somebody()
    subscription = Subscription(first, RUN, frozenset({TEAM}), 12)
    read_for = reader.follow(subscription, 12)
    reader.unfollow(subscription)
    second = Subscription(Somebody(), RUN, frozenset({TEAM}), 10)
    second.live = True
    successor = reader.follow(second, 10)
    reader._deliver(read_for, frames(13, 15))
    assert (successor.cursor, second.position) == (10, 10)


async def test_after_a_full_page_the_unread_come_first_and_the_cut_off_last() -> None:
    reader = Reader()
    streams = [Stream("run", uuid.UUID(int=number)) for number in (1, 2, 3)]
    feeds = [reader.follow(Subscription(Somebody(), stream, frozenset({TEAM}), 0), 0) for stream in streams]
    reader._look(str(streams[0]))
    reader._put_back(feeds, {streams[0].id: frames(1, 3), streams[1].id: frames(1, 9)})
    assert list(reader._dirty) == [str(streams[2]), str(streams[0]), str(streams[1])]


async def test_who_lost_the_right_is_closed_and_who_was_not_asked_about_is_not() -> None:
    reader = Reader()
    gone, outside, inside, unasked = (Somebody(number) for number in range(4))
    for each in (gone, outside, inside, unasked):
        feed = reader.follow(Subscription(each, RUN, frozenset({TEAM}), 0), 0)
    standing = {outside.right: frozenset({OTHER}), inside.right: frozenset({TEAM, OTHER})}
    reader._refuse(feed, standing, among={gone.right, outside.right, inside.right})
    assert [each.shut_with for each in (gone, outside, inside, unasked)] == [[4401], [4403], [], []]
