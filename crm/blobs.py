"""Where the files of the suite lie: loaded without the rest of the suite by what copies them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from crm.settings import WrongSetting
from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import Blobs

OWN_FILES = "folder:"  # CRM_FILES: in the data directory


def open_blobs(data: Path, environment: Mapping[str, str] = os.environ) -> Blobs:
    """CRM_FILES: `folder:`, in the data directory, `folder:///path`, shared, or `s3://bucket/prefix`.

    Raises WrongSetting.
    """
    url = environment.get("CRM_FILES", OWN_FILES)
    if url == OWN_FILES:
        return ObjectBlobs.in_folder(data / "files")
    if url.startswith("folder:///"):
        return ObjectBlobs.in_folder(Path(url.removeprefix("folder://")))
    if not url.startswith("s3://"):
        raise WrongSetting(f"CRM_FILES: no adapter for {url}: folder:, folder:///PATH and s3://bucket/prefix")
    return bucket_at(url, "CRM_FILES")


def bucket_at(url: str, named: str) -> ObjectBlobs:
    """`s3://bucket/prefix`. named: what holds the address. Raises WrongSetting, which begins with that."""
    try:
        return ObjectBlobs.in_s3(url)
    except ValueError as error:
        raise WrongSetting(f"{named}: {error}") from error
