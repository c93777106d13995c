"""`crm views`: the collections and indexes in MongoDB. The driver is loaded only where it is asked for."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

import typer

from crm.applying import show_and_make
from crm.settings import MONGODB, WrongSetting, setting

app = typer.Typer(help="The views in MongoDB.", no_args_is_help=True)


@app.callback()
def options() -> None:
    """The views in MongoDB."""


@app.command()
def apply(
    views: Annotated[
        str, typer.Option("--views", metavar="URL", help="As mongodb://host/crm; without it CRM_VIEWS counts.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference and change nothing.")] = False,
) -> None:
    """Show what differs from the declared collections and indexes, then make it so."""
    url = views or setting("CRM_VIEWS")
    if not url.startswith(MONGODB):
        raise WrongSetting("CRM_VIEWS: only views in MongoDB have collections to be made: mongodb://HOST:PORT/DATABASE")
    asyncio.run(_apply(url, dry_run))


async def _apply(url: str, dry_run: bool) -> None:
    from crm.roles import SERVICES, catalogue_of
    from shared.streaming.parked import PARKED
    from shared.views.mongo_plan import make, plan
    from shared.views.port import ViewsUnavailable

    try:
        steps = await plan(url, [*catalogue_of(SERVICES).collections, PARKED])
        await show_and_make(steps, "the views are as declared", partial(make, url), dry_run=dry_run)
    except ViewsUnavailable as error:
        raise WrongSetting(str(error)) from error
