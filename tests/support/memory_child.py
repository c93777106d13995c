"""`python -m tests.support.memory_child FOLDER`: load a suite, let it give memory back, print what it held as JSON."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path

from crm.compose import Suite
from crm.relief import Relief
from crm.settings import Settings
from services.identity.setup import set_up
from shared.kernel.bus import Call
from shared.security.passwords import Passwords
from shared.security.permissions import system_access
from shared.views.port import Condition, Query, Scope
from tests.support.suite import PASSWORD, QUICK

RECORDS, AT_ONCE = 1_500, 100


def resident() -> float:
    """Megabytes."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


async def measure(folder: Path) -> dict[str, float]:
    suite = await Suite.open(Settings(folder))
    kernel = suite.kernel
    done = await set_up(kernel, "Org", "Ada", "ada@example.com", PASSWORD, "en", Passwords(QUICK))
    await suite.start()
    access, text = system_access(done.tenant, done.user), "many long words " * 600
    before = resident()

    async def one(n: int) -> None:
        body = {"name": f"A{n}", "description": f"{n} {text}", "allow_duplicate": True}
        made = await kernel.bus.send("customer.CreateAccount", body, Call(access))
        await kernel.bus.send("customer.ChangeAccountDetails", {"city": f"C{n}"}, Call(access, id=made.id))

    for start in range(0, RECORDS, AT_ONCE):
        await asyncio.gather(*(one(n) for n in range(start, start + AT_ONCE)))
    await kernel.projector.catch_up()
    loaded = resident()
    await Relief(kernel, lambda: 0).release()
    released = resident()
    where = (Condition("city", "eq", "C7"),)
    found = await kernel.views.count("accounts", Query(where=where), Scope(done.tenant))
    await suite.close()
    return {"before": before, "loaded": loaded, "released": released, "found": found}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(measure(Path(sys.argv[1])))))
