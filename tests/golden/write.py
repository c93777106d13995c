"""`python -m tests.golden.write`: a file for each event version that has none. What is there is never touched."""

from __future__ import annotations

from tests.golden.catalogue import contents, every_type, path_of


def main() -> None:
    for type_ in every_type():
        path = path_of(type_.name, type_.version)
        if not path.exists():
            path.write_bytes(contents(type_))
            print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
