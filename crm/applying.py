"""What `crm topics apply` and `crm views apply` have in common: show what differs, then make it so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

import typer


class Step(Protocol):
    """One difference, with what people read of it."""

    @property
    def lines(self) -> Sequence[str]: ...


S = TypeVar("S", bound=Step)


async def show_and_make(
    steps: Sequence[S], agreed: str, make: Callable[[Sequence[S]], Awaitable[None]], *, dry_run: bool
) -> None:
    """agreed: what is printed where nothing differs. Raises what `make` raises."""
    for line in [line for one in steps for line in one.lines] or [agreed]:
        typer.echo(line)
    if steps and not dry_run:
        await make(steps)
        typer.echo("done")
