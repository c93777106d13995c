"""A consumer group in memory: relays a log to its members as Kafka may, and gives each share to one of them."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any, cast

from shared.events.envelope import Stored
from shared.streaming.kafka.feed import ShareFeed
from shared.streaming.kafka.records import Mark, partition_of, topic_of
from shared.streaming.share_projector import ShareProjector
from shared.streaming.shares import SHARES, reached
from shared.views.port import Views, ViewsUnavailable
from tests.support.world import World

WINDOW = 50


class FlakyViews:
    """Views whose writes fail now and then, before or after they are done."""

    def __init__(self, views: Views, dice: random.Random, faults: Counter[str]) -> None:
        self._views, self._dice, self._faults = views, dice, faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._views, name)

    async def write(self, *given: Any) -> None:
        luck = self._dice.random()
        if luck < 0.05:
            self._faults["not written"] += 1
            raise ViewsUnavailable("not written")
        await self._views.write(*given)
        if luck > 0.95:
            self._faults["written, not heard of"] += 1
            raise ViewsUnavailable("written, and the answer is lost")


class Member:
    """One process that projects."""

    def __init__(self, world: World, views: Views) -> None:
        self.feed = ShareFeed(world.store)
        self.feed.is_running = True
        self.projector = ShareProjector(
            world.catalogue, world.repository, views, world.bus.codec, world.clock, self.feed
        )

    async def step(self) -> int:
        try:
            return await self.projector.step()
        except ViewsUnavailable:
            return 1


class Group:
    """members: of the group now. zombies: those that it lost sight of, which know nothing of it and go on."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        self.members: list[Member] = []
        self.zombies: list[Member] = []
        self.faults: Counter[str] = Counter()
        self._sent: list[tuple[str, int, int, Stored] | Mark] = []
        self._seqs: dict[str, list[int]] = {}
        self._position = 0

    async def join(self) -> None:
        self.members.append(Member(self.world, cast(Views, FlakyViews(self.world.views, self.dice, self.faults))))
        await self._balance()

    async def leave(self) -> None:
        """One member ends in order."""
        gone = self._drawn()
        await gone.projector.hand_over()
        await self._balance()

    async def kill(self) -> None:
        """One member is gone at once; its leases end with their time."""
        self._drawn()
        await self._balance()
        self.world.clock.ahead += 11_000_000

    async def lose_sight(self) -> None:
        """One member hears no more of Kafka, and works on."""
        lost = self._drawn()
        lost.feed.is_running = False
        self.zombies.append(lost)
        await self._balance()

    async def find(self) -> None:
        """A lost member hears that its shares are others' now."""
        found = self.zombies.pop()
        found.feed.unassign()
        await found.projector.hand_over()

    async def end(self) -> None:
        """All members end in order."""
        while self.members:
            await self._drawn().projector.hand_over()

    def _drawn(self) -> Member:
        return self.members.pop(self.dice.randrange(len(self.members)))

    async def _balance(self) -> None:
        """Everything is taken away, then given out."""
        for one in self.members:
            one.feed.unassign()
            await one.projector.hand_over()
        for n, one in enumerate(self.members):
            one.feed.assign({share for share in range(SHARES) if share % len(self.members) == n})

    async def relay(self) -> None:
        """Bring what is new in the log, with what may go wrong on the way."""
        new: list[tuple[str, int, int, Stored] | Mark] = []
        while events := await self.world.store.read_all(self._position, self.dice.randint(1, 40)):
            for one in events:
                topic, share = topic_of(one.type), partition_of(one.stream)
                seqs = self._seqs.setdefault(topic, [0] * SHARES)
                seqs[share] += 1
                new.append((topic, share, seqs[share], one))
            self._position = events[-1].position
            new.append(Mark(self._position, "", {topic: list(seqs) for topic, seqs in self._seqs.items()}))
        self._sent += new
        self._deliver(self._faulty(new))
        if self.dice.random() < 0.3:
            share = self.dice.randrange(SHARES)
            self.faults["rewound"] += 1
            self._deliver([one for one in self._sent if isinstance(one, tuple) and one[1] == share])

    def _faulty(self, new: list[tuple[str, int, int, Stored] | Mark]) -> list[tuple[str, int, int, Stored] | Mark]:
        kept = [one for one in new if isinstance(one, Mark) or self.dice.random() >= 0.01]
        twice = [one for one in kept for _ in range(1 + (self.dice.random() < 0.1))]
        places = [n + self.dice.uniform(0, WINDOW) for n in range(len(twice))]
        order = sorted(range(len(twice)), key=places.__getitem__)
        self.faults["dropped"] += len(new) - len(kept)
        self.faults["repeated"] += len(twice) - len(kept)
        self.faults["moved"] += sum(n != at for n, at in enumerate(order))
        return [twice[n] for n in order]

    def _deliver(self, sent: list[tuple[str, int, int, Stored] | Mark]) -> None:
        for one in sent:
            for member in self.members:
                if isinstance(one, Mark):
                    member.feed.mark(one)
                elif one[1] in (member.feed.assigned or ()):
                    member.feed.bring(*one)

    async def work(self, steps: int) -> None:
        """Every member handles a few batches."""
        for _ in range(steps):
            for one in [*self.members, *self.zombies]:
                await one.step()

    async def settle(self) -> int:
        """Return the log's head once all views hold it."""
        while self.zombies:
            await self.find()
        head = await self.world.store.head()
        for _ in range(500):
            await self.work(1)
            if (await reached(self.world.views)).position >= head:
                return head
        raise AssertionError(f"the views stopped at {await reached(self.world.views)}, the log at {head}")
