"""A process of its own that imports (or reverts) until it is killed at a named point: see CRASHPOINT.

python -m tests.support.import_child import DATA MAPPING SOURCE | revert DATA ID
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from services.integration.imports.embedded import revert_import, run_import
from tests.support.importing import office


async def main(what: str, data: str, *rest: str) -> None:
    async with office(Path(data)) as opened:
        kernel, access = opened.suite.kernel, await opened.access()
        if what == "import":
            await run_import(kernel, Path(rest[0]), Path(rest[1]), access)
        else:
            await revert_import(kernel, rest[0], access)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
