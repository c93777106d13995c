"""Pipelines: their stages, gates and the default one, by given/when/then."""

from __future__ import annotations

from typing import Any

import services.sales.catalogue  # noqa: F401  (registers every command)
from services.sales.pipeline import PIPELINE, standard_body, standard_id
from shared.errors import Invalid, Rejected
from shared.events import sales as events
from tests.unit.given import NOW, Given, given

GATE = {"roles": [], "fields": ["amount"], "checklist": [], "back": None}


def stage(key: str, probability: int = 10, **other: Any) -> dict[str, Any]:
    return {"key": key, "zh": key, "en": key, "probability": probability, "gate": None, "retired": False, **other}


def defined() -> Given:
    return given(PIPELINE, events.PipelineDefined("P", [stage("a"), stage("b", 50), stage("c", 80)]))


def keys(record: Given) -> list[str]:
    return [s["key"] for s in record.state.stages]


class TestDefining:
    def test_stages_keep_their_order(self) -> None:
        body = {"name": "P", "stages": [{"key": "x", "zh": "甲", "en": "X", "probability": 5}], "default": True}
        given(PIPELINE).when("DefinePipeline", body).then(
            events.PipelineDefined("P", [stage("x", 5, zh="甲", en="X")]), events.PipelineMadeDefault(NOW)
        )

    def test_the_standard_one(self) -> None:
        state = given(PIPELINE).when("DefinePipeline", standard_body()).and_so().state
        assert [(s["key"], s["probability"]) for s in state.stages] == [
            ("prospecting", 10),
            ("qualification", 20),
            ("proposal", 50),
            ("negotiation", 80),
        ]
        assert all(s["zh"] and s["en"] for s in state.stages)
        assert (state.name, standard_body("zh")["name"]) == ("Standard pipeline", "标准销售流程")
        assert standard_id("t1") == standard_id("t1") != standard_id("t2")

    def test_what_is_no_pipeline(self) -> None:
        good = {"key": "x", "zh": "x", "en": "x", "probability": 5}
        for stages in ([], [good, good], [{**good, "key": "No Key"}], [{**good, "probability": 101}]):
            given(PIPELINE).when("DefinePipeline", {"name": "P", "stages": stages}).then_rejected(Invalid)


class TestStages:
    def test_adding(self) -> None:
        body = {"key": "n", "zh": "n", "en": "n", "probability": 30}
        end = defined().when("AddStage", body).then(events.StageAdded(stage("n", 30), 3))
        assert keys(end) == ["a", "b", "c", "n"]
        between = defined().when("AddStage", {**body, "before": "b"}).then(events.StageAdded(stage("n", 30), 1))
        assert keys(between) == ["a", "n", "b", "c"]
        defined().when("AddStage", {**body, "key": "a"}).then_rejected(Invalid, "key", "duplicate")
        defined().when("AddStage", {**body, "before": "z"}).then_rejected(Invalid, "before", "unknown-stage")

    def test_reordering(self) -> None:
        moved = defined().when("ReorderStages", {"keys": ["c", "a", "b"]}).and_so()
        assert keys(moved) == ["c", "a", "b"]
        moved.when("ReorderStages", {"keys": ["c", "a", "b"]}).then_nothing()
        for wrong in (["a", "b"], ["a", "b", "b"], ["a", "b", "c", "d"]):
            defined().when("ReorderStages", {"keys": wrong}).then_rejected(Invalid, "keys", "incomplete")

    def test_renaming(self) -> None:
        before = {"zh": "a", "en": "a", "probability": 10, "titles": {}}
        named = (
            defined()
            .when("RenameStage", {"key": "a", "zh": "甲"})
            .then(events.StageRenamed("a", "甲", "a", 10, before, {}))
        )
        named.when("RenameStage", {"key": "a", "zh": "甲"}).then_nothing()
        tw = {"zh-TW": "甲階段"}
        titled = named.when("RenameStage", {"key": "a", "titles": tw}).and_so()
        assert titled.state.stage("a")["titles"] == tw
        assert titled.when("RenameStage", {"key": "a", "en": "A"}).and_so().state.stage("a")["titles"] == tw
        assert titled.when("RenameStage", {"key": "a", "titles": {}}).and_so().state.stage("a")["titles"] == {}
        defined().when("RenameStage", {"key": "a", "titles": {"fr": "A"}}).then_rejected(Invalid, "titles.fr.[key]")
        defined().when("RenameStage", {"key": "z", "zh": "甲"}).then_rejected(Invalid, "key", "unknown-stage")

    def test_gates(self) -> None:
        gated = (
            defined()
            .when("SetGate", {"key": "b", "gate": {"fields": ["amount"]}})
            .then(events.GateSet("b", GATE, None))
        )
        gated.when("SetGate", {"key": "b", "gate": {"fields": ["amount"]}}).then_nothing()
        assert gated.when("SetGate", {"key": "b", "gate": None}).and_so().state.stage("b")["gate"] is None
        wrongs: list[dict[str, list[str]]] = [{"fields": ["colour"]}, {"back": ["z"]}, {"who": []}]
        for wrong in wrongs:
            defined().when("SetGate", {"key": "b", "gate": wrong}).then_rejected(Invalid)

    def test_retiring(self) -> None:
        retired = defined().when("RetireStage", {"key": "b"}, facts=0).then(events.StageRetired("b"))
        assert [s["key"] for s in retired.state.open_stages] == ["a", "c"]
        retired.when("RetireStage", {"key": "b"}, facts=0).then_nothing()
        defined().when("RetireStage", {"key": "b"}, facts=2).then_rejected(Rejected, code="deals")
        defined().when("RetireStage", {"key": "z"}, facts=0).then_rejected(Invalid, "key", "unknown-stage")
        one = retired.when("RetireStage", {"key": "a"}, facts=0).and_so()
        one.when("RetireStage", {"key": "c"}, facts=0).then_rejected(Rejected, code="last-stage")

    def test_a_retired_stage_takes_no_commands_but_may_come_back(self) -> None:
        retired = defined().when("RetireStage", {"key": "b"}, facts=0).and_so()
        retired.when("SetGate", {"key": "b", "gate": None}).then_rejected(Invalid, "key", "unknown-stage")
        back = retired.when("UndoPipelineChange", {"version": 2}).and_so()
        assert [s["key"] for s in back.state.open_stages] == ["a", "b", "c"]


class TestDefault:
    def test_made_and_cleared(self) -> None:
        default = defined().when("MakeDefault").then(events.PipelineMadeDefault(NOW))
        assert PIPELINE.document(default.state)["default"] is True
        default.when("MakeDefault").then_nothing()
        default.when("ArchivePipeline").then_rejected(Rejected, code="default-pipeline")
        cleared = default.when("ClearDefault", {"successor": "p2", "since": NOW}).then(
            events.PipelineDefaultCleared("p2")
        )
        cleared.when("ArchivePipeline").and_so()

    def test_a_late_hand_does_not_clear_a_newer_mark(self) -> None:
        default = defined().when("MakeDefault").and_so()
        default.when("ClearDefault", {"successor": "p2", "since": NOW - 1}).then_nothing()


class TestDetails:
    def test_name_and_archive(self) -> None:
        named = defined().when("ChangePipelineDetails", {"name": "Q"}).and_so()
        assert named.state.name == "Q"
        archived = named.when("ArchivePipeline").and_so()
        archived.when("ChangePipelineDetails", {"name": "R"}).then_rejected(Rejected, code="archived")
