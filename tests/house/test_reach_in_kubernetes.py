"""What the NetworkPolicies let each role reach is what the code of that role asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.roles import Roles, parse_roles
from infra.objects import objects_in
from tests.house.test_infra import OVERLAYS, RENDERED

# policy → overlay, the roles that it is for, and the jobs
REACH: dict[str, tuple[str, Callable[[Roles], Any], set[str]]] = {
    "people": ("production", lambda r: r.apis, set()),
    "topics": ("production", lambda r: r.loops & {"relay", "projector"}, {"prepare"}),
    "questions-about-the-past": ("production", lambda r: r.asks_past, {"verify"}),
    "questions-about-facts": ("production", lambda r: r.needs_warehouse and "warehouse" not in r.loops, {"verify"}),
    "buckets": ("buckets", lambda r: r.has_files or "notary" in r.loops, {"verify", "drill"}),
}


def served(overlay: str) -> dict[str, tuple[Roles, dict[str, Any]]]:
    """Label → the roles and the container of what serves."""
    found: dict[str, tuple[Roles, dict[str, Any]]] = {}
    for one in objects_in(RENDERED / f"{overlay}.yaml"):
        if one["kind"] in ("Deployment", "StatefulSet"):
            [container] = one["spec"]["template"]["spec"]["containers"]
            words = container["args"]
            named = [words[n + 1] for n, word in enumerate(words) if word == "--role"]
            found[one["spec"]["template"]["metadata"]["labels"]["crm/role"]] = parse_roles(named), container
    assert len(found) == 11
    return found


def selected(overlay: str, policy: str) -> set[str]:
    [one] = [o for o in objects_in(RENDERED / f"{overlay}.yaml") if o["metadata"]["name"] == policy]
    assert one["kind"] == "NetworkPolicy"
    selector = one["spec"]["podSelector"]
    if (label := selector.get("matchLabels", {}).get("crm/role")) is not None:
        return {label}
    [expression] = selector["matchExpressions"]
    return {*expression["values"]}


@pytest.mark.parametrize("policy", REACH)
def test_a_role_reaches_what_it_asks(policy: str) -> None:
    overlay, asks, jobs = REACH[policy]
    assert selected(overlay, policy) == {label for label, (roles, _) in served(overlay).items() if asks(roles)} | jobs


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_views_of_another_form_may_take_an_hour_to_be_filled(overlay: str) -> None:
    """A process answers nothing before that; one that is killed meanwhile begins again, and so does one whose rollout
    counts as failed by then, where that is taken back."""
    for label, (_, container) in served(overlay).items():
        probe = container["startupProbe"]
        assert probe["periodSeconds"] * probe["failureThreshold"] >= 3600, label
    for one in objects_in(RENDERED / f"{overlay}.yaml"):
        if one["kind"] == "Deployment":
            assert one["spec"].get("progressDeadlineSeconds", 600) > 3600, one["metadata"]["name"]
