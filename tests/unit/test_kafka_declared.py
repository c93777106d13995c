"""`infra/kafka/` as data: what it declares is what the program needs."""

from __future__ import annotations

from crm.topics import DECLARED
from shared.streaming.kafka.records import CHECKPOINTS, PARTITIONS, topic_of
from shared.streaming.kafka.topics import declared
from tests.golden.catalogue import every_type

TOPICS = {one.name: one for one in declared(DECLARED)}


def test_every_domain_of_events_has_its_topic() -> None:
    of_the_suite = [one.name for one in every_type() if one.cls.__module__.startswith("shared.events.")]
    assert {topic_of(name) for name in of_the_suite} | {CHECKPOINTS} == TOPICS.keys()


def test_events_are_kept_and_not_lost() -> None:
    for name, topic in TOPICS.items():
        assert topic.partitions == (1 if name == CHECKPOINTS else PARTITIONS)
        assert topic.replicas == 3
        assert topic.config["min.insync.replicas"] == "2"
        assert topic.config["unclean.leader.election.enable"] == "false"
        assert topic.config["cleanup.policy"] == ("compact" if name == CHECKPOINTS else "delete")


def test_fewer_copies_than_must_be_in_sync_are_not_asked_for() -> None:
    assert {one.config["min.insync.replicas"] for one in declared(DECLARED, replicas=1)} == {"1"}
