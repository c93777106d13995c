"""`crm topics`, and the Kafka of CRM_KAFKA. aiokafka is loaded only where there is one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm.applying import show_and_make
from crm.settings import WrongSetting, setting

if TYPE_CHECKING:
    from shared.streaming.kafka.connection import Kafka

_DECLARED = Path(__file__).parents[1] / "shared" / "streaming" / "kafka"
DECLARED, ACCESS = _DECLARED / "topics.yaml", _DECLARED / "access.yaml"

app = typer.Typer(help="The topics in Kafka.", no_args_is_help=True)


@app.callback()
def options() -> None:
    """The topics in Kafka."""


@app.command()
def apply(
    kafka: Annotated[
        str, typer.Option("--kafka", metavar="URL", help="As kafka://host:9092?tls=true; without it CRM_KAFKA counts.")
    ] = "",
    replicas: Annotated[
        int | None, typer.Option(min=1, help="Copies of each partition, in place of the file's.")
    ] = None,
    file: Annotated[Path, typer.Option(metavar="FILE", help="What the topics are.")] = DECLARED,
    access: Annotated[Path, typer.Option(metavar="FILE", help="Who may do what, and how fast.")] = ACCESS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference and change nothing.")] = False,
) -> None:
    """Show what differs from the declared topics, rights and quotas, then make it so."""
    found = _parsed(kafka) if kafka else kafka_of()
    if found is None:
        raise WrongSetting("CRM_KAFKA: name the brokers, as kafka://HOST:9092, here or in the file CRM_KAFKA_FILE")
    asyncio.run(_apply(found, file, replicas, access, dry_run))


async def _apply(kafka: Kafka, file: Path, replicas: int | None, access: Path, dry_run: bool) -> None:
    from aiokafka.errors import KafkaError

    from shared.streaming.kafka.access import declared_access, make_access, plan_access
    from shared.streaming.kafka.topics import TopicsRefused, declared, make, plan

    try:
        steps, given = await plan(kafka, declared(file, replicas)), declared_access(access)
        await show_and_make(steps, "the topics are as declared", partial(make, kafka), dry_run=dry_run)
        rights = await plan_access(kafka, given)
        if rights is None:
            typer.echo("the brokers have no authorizer: everybody may do everything")
        else:
            agreed = "rights and quotas are as declared"
            await show_and_make(rights, agreed, partial(make_access, kafka), dry_run=dry_run)
    except TopicsRefused as error:
        raise WrongSetting(str(error)) from error
    except (KafkaError, OSError, TimeoutError) as error:
        raise WrongSetting(await refused(kafka, error)) from error


def kafka_of(environment: Mapping[str, str] = os.environ) -> Kafka | None:
    """The Kafka of CRM_KAFKA, None where it is not set. Raises WrongSetting."""
    url = setting("CRM_KAFKA", "", environment)
    return _parsed(url) if url else None


def _parsed(url: str) -> Kafka:
    from shared.addresses import WrongAddress
    from shared.streaming.kafka.connection import Kafka

    try:
        return Kafka.parse(url)
    except WrongAddress as error:
        raise WrongSetting(f"CRM_KAFKA: {error}") from error


async def refused(kafka: Kafka, error: BaseException) -> str:
    """The line for a Kafka that cannot be reached, or does not admit this user."""
    from aiokafka.errors import KafkaError

    why = await kafka.refusal()
    if not why and isinstance(error, KafkaError) and "Authorization" in type(error).__name__:
        why = f"{kafka} does not allow this ({type(error).__name__}): give the user its rights, see crm topics apply"
    return f"CRM_KAFKA: {why or f'{kafka} failed ({error or type(error).__name__}): try again'}"
