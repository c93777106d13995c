"""What an older program still showed of an erased person is gone at the next start, from the files as well."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from crm.compose import Suite
from crm.settings import Settings
from services.customer.contact import CONTACT
from shared.kernel.bus import Call
from shared.security.permissions import system_access
from shared.views.port import Scope, Write
from tests.support.leaks import files_with
from tests.support.world import TENANT

WORDS = ("marzipan", "quince")
BOSS, ALL = system_access(TENANT), Scope(TENANT)


async def test_tags_and_roles_of_the_erased_are_masked_and_purged(tmp_path: Path) -> None:
    with patch.object(CONTACT, "collection", replace(CONTACT.collection, version=1)):
        suite = await Suite.open(Settings(tmp_path))
        bus, views = suite.kernel.bus, suite.kernel.views
        id = (await bus.send("customer.CreateContact", {"name": "Otto Plain"}, Call(BOSS))).id
        await bus.send("customer.TagContact", {"add": ["marzipan"]}, Call(BOSS, id))
        await bus.send("customer.EraseContact", {}, Call(BOSS, id))
        await suite.kernel.projector.catch_up()
        shown = await views.get("contacts", id, ALL)
        assert shown is not None
        old = {**shown, "tags": ["marzipan"], "accounts": [{"account": "a", "role": "quince", "active": True}]}
        await views.write([Write("contacts", TENANT, id, old, shown["version"], overwrite=True)])
        await suite.close()
    assert list(files_with(tmp_path, WORDS)) == ["views.db"]

    suite = await Suite.open(Settings(tmp_path))
    now = await suite.kernel.views.get("contacts", id, ALL)
    assert now is not None
    assert (now["tags"], now["accounts"], now["erased"]) == ([], [], True)
    await suite.close()
    assert files_with(tmp_path, WORDS) == {}
