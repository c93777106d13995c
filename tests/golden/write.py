"""`python -m tests.golden.write`: a file for each event version that has none; none is ever changed.

The documents of the topics in docs/contracts, which follow from the events, are written again.
"""

from __future__ import annotations

from tests.contract.event_contract import write
from tests.golden.catalogue import contents, every_type, path_of


def main() -> None:
    for type_ in every_type():
        path = path_of(type_.name, type_.version)
        if not path.exists():
            path.write_bytes(contents(type_))
            print(f"wrote {path.name}")
    write()


if __name__ == "__main__":
    main()
