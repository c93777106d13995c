"""The options that several commands share: which suite they work on, and how they answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="The data directory to work on.")]
Url = Annotated[str | None, typer.Option("--url", help="A running suite, in place of --data.")]
TokenFile = Annotated[
    Path | None, typer.Option("--token-file", metavar="FILE", help="An API key or access token; else CRM_TOKEN.")
]
Organisation = Annotated[str | None, typer.Option("--organisation", help="Where --data holds several of them.")]
Json = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]
