"""The suite's measures: each module has `run(rounds) -> list[Figure]` and prints a table when run as a script."""
