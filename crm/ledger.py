"""The notary of this process, and the places outside that its checkpoints go to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from crm.blobs import bucket_at, check_bucket
from crm.settings import WrongSetting, writable
from shared.blobs.objects import ObjectBlobs
from shared.blobs.port import Blobs
from shared.kernel.kernel import Kernel
from shared.kernel.ports import Ports
from shared.ledger.notary import Notary, Publisher
from shared.security.notarykey import PURPOSE, NotaryKey


async def with_notary(kernel: Kernel, ports: Ports, data: Path, *, signs: bool) -> Kernel:
    """The kernel with the places outside and, if it signs, its notary. Raises WrongSetting, KeysUnusable."""
    if (ledger := kernel.ledger) is None:
        return kernel
    places = places_outside(data)
    kernel = replace(kernel, outside=places)
    if not signs:
        return kernel
    for url in places:
        await check_bucket(url, "CRM_CHECKPOINTS")
    key = NotaryKey.open(data / "keys" / "notary.key", await ports.keys.wrapper(PURPOSE))
    notary = Notary(ledger, key, kernel.codec, kernel.clock, kernel.ids, kernel.views)
    return replace(kernel, notary=notary, publisher=Publisher(ledger, places) if places else None)


def places_outside(data: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Blobs]:
    """CRM_CHECKPOINTS: `folder:///path` and `s3://bucket/prefix`, with commas between. Raises WrongSetting."""
    listed = environment.get("CRM_CHECKPOINTS", "")
    return {one: _place(one, data) for one in map(str.strip, listed.split(",")) if one}


def _place(url: str, data: Path) -> Blobs:
    if url.startswith("folder:///"):
        folder = Path(url.removeprefix("folder://")).resolve()
        if folder.is_relative_to(data.resolve()):
            raise WrongSetting(f"CRM_CHECKPOINTS: {folder} is in the data directory: name a place outside of it")
        return ObjectBlobs.in_folder(writable(folder, "CRM_CHECKPOINTS"))
    if not url.startswith("s3://"):
        raise WrongSetting(f"CRM_CHECKPOINTS: no adapter for {url}: folder:///path and s3://bucket/prefix")
    return bucket_at(url, "CRM_CHECKPOINTS")
