"""Where the files of the suite lie: loaded without the rest of the suite by what copies them."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from crm.settings import WrongSetting, writable
from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import Blobs, BlobsRefused, BlobsUnavailable

OWN_FILES = "folder:"  # CRM_FILES: in the data directory
_NOWHERE = "none"  # a folder that no bucket has
LOOK_SECONDS = 10.0  # at a bucket: one that takes a connection and says nothing holds up no start
_FEW = {"max_retries": 2, "retry_timeout": timedelta(seconds=LOOK_SECONDS)}  # not the library's ten in three minutes
log = logging.getLogger("crm.files")


def open_blobs(data: Path, environment: Mapping[str, str] = os.environ) -> Blobs:
    """CRM_FILES: `folder:`, in the data directory, `folder:///path`, shared, or `s3://bucket/prefix`.

    Raises WrongSetting.
    """
    url = environment.get("CRM_FILES", OWN_FILES)
    if url == OWN_FILES:
        return ObjectBlobs.in_folder(data / "files")
    if url.startswith("folder:///"):
        return ObjectBlobs.in_folder(writable(Path(url.removeprefix("folder://")), "CRM_FILES"))
    if not url.startswith("s3://"):
        raise WrongSetting(f"CRM_FILES: no adapter for {url}: folder:, folder:///PATH and s3://bucket/prefix")
    return bucket_at(url, "CRM_FILES")


def bucket_at(url: str, named: str) -> ObjectBlobs:
    """`s3://bucket/prefix`. named: what holds the address. Raises WrongSetting, which begins with that."""
    try:
        return ObjectBlobs.in_s3(url)
    except ValueError as error:
        raise WrongSetting(f"{named}: {error}") from error


async def check_files(environment: Mapping[str, str] = os.environ) -> None:
    """Look at the bucket of CRM_FILES, where it names one; see `check_bucket`. Raises WrongSetting."""
    await check_bucket(environment.get("CRM_FILES", OWN_FILES), "CRM_FILES")


async def check_bucket(url: str, named: str) -> None:
    """Look whether the settings of a bucket are right. One that is away ends nothing: what needs it answers 503.

    A place that is no bucket is not looked at. Raises WrongSetting, which begins with `named`.
    """
    if not url.startswith("s3://"):
        return
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await ObjectBlobs.in_s3(url, retry_config=_FEW).keys(_NOWHERE)
    except ValueError as error:
        raise WrongSetting(f"{named}: {error}") from error
    except BlobsRefused as error:
        raise WrongSetting(f"{named}: {url}: {error}") from error
    except BlobsUnavailable as error:
        log.warning("%s: %s: %s", named, url, error)
    except TimeoutError:
        log.warning("%s: %s: no answer within %g s", named, url, LOOK_SECONDS)
