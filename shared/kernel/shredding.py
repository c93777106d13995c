"""An erased person's key is destroyed before the erasure is acknowledged."""

from __future__ import annotations

from shared.events.common import Erased
from shared.faults import crashpoint
from shared.kernel.append import AfterAppend
from shared.kernel.rule_enforcement import Written
from shared.security.keycache import KeyCache


def destroy_keys(keys: KeyCache) -> AfterAppend:
    """The step after an append. The policies of erasures repeat it, for a process that died in between."""

    async def after_append(written: Written) -> None:
        for _, event, _ in written.events:
            if isinstance(event, Erased):
                crashpoint("command.erased")
                await keys.destroy(written.tenant, event.subject_id)

    return after_append
