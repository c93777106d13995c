"""The policy that holds the rules over several records for commands whose process died before it could. ADR 8."""

from __future__ import annotations

from shared.domain.catalogue import Catalogue
from shared.streaming.policies import Policy, Reaction


def rules_policy(catalogue: Catalogue) -> Policy:
    """After every event that may break a rule: look, and withdraw it if it does."""
    handled = frozenset(kind for aggregate in catalogue for rule in aggregate.rules for kind in rule.after)

    async def settle(reaction: Reaction) -> None:
        await reaction.bus.settle(reaction.recorded)

    return Policy("rules", handled, settle)
