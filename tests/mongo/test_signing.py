"""Two processes sign with the same keys, also when both rotate at once."""

from __future__ import annotations

from pathlib import Path

from shared.clock import SystemClock
from shared.security.rootkey import RootKey
from shared.security.signing_shared import SharedSigningKeys
from shared.security.signingkeys import PURPOSE, SigningKeys

WRAPPER = RootKey(b"\1" * 32).wrapper(PURPOSE)


async def opened(url: str, file: Path) -> tuple[SharedSigningKeys, SigningKeys]:
    shared = SharedSigningKeys(url, file)
    await shared.fetch()
    keys = SigningKeys.open(file, WRAPPER, SystemClock())
    await shared.offer()
    return shared, keys


def kids(keys: SigningKeys) -> list[str]:
    return [kid for kid, _ in keys.public()]


async def test_a_second_process_has_the_keys_of_the_first(mongo_url: str, tmp_path: Path) -> None:
    one, mine = await opened(mongo_url, tmp_path / "one" / "signing.keys")
    other, theirs = await opened(mongo_url, tmp_path / "other" / "signing.keys")
    assert kids(mine) == kids(theirs)
    mine.rotate()
    await one.offer()
    await other.offer()
    await other.fetch()
    assert kids(mine) == kids(theirs)
    assert mine.current().kid == theirs.current().kid
    await one.close()
    await other.close()


async def test_a_token_is_valid_everywhere_while_both_rotate(mongo_url: str, tmp_path: Path) -> None:
    one, mine = await opened(mongo_url, tmp_path / "one" / "signing.keys")
    other, theirs = await opened(mongo_url, tmp_path / "other" / "signing.keys")
    mine.rotate()
    theirs.rotate()
    assert mine.current().kid in kids(theirs)
    assert theirs.current().kid in kids(mine)
    for _ in range(2):
        for process in (one, other):
            await process.offer()
            await process.fetch()
    assert kids(mine) == kids(theirs)
    await one.close()
    await other.close()


async def test_two_first_starts_at_once_agree(mongo_url: str, tmp_path: Path) -> None:
    one, other = (SharedSigningKeys(mongo_url, tmp_path / name / "signing.keys") for name in ("one", "other"))
    for process in (one, other):
        await process.fetch()
    files = [tmp_path / name / "signing.keys" for name in ("one", "other")]
    mine, theirs = (SigningKeys.open(file, WRAPPER, SystemClock()) for file in files)
    for process in (one, other):
        await process.offer()
    assert kids(mine) == kids(theirs)
    await one.close()
    await other.close()
