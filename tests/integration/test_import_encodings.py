"""Files whose encoding is not sure: nothing is guessed in silence, the caller says which one it is."""

from __future__ import annotations

from pathlib import Path

from tests.support.importing import office

KOREANS = """
name: Koreans
steps:
  - { name: people, file: people.csv, resource: contact, fields: { name: 이름 } }
"""


async def test_an_encoding_that_is_not_sure_is_named(tmp_path: Path) -> None:
    async with office(tmp_path) as desk:
        files = {"people.csv": "이름\n김철수\n".encode("euc_kr")}
        for path in ("/imports", "/imports/dry-run"):
            refused = await desk.send(KOREANS, files, path)
            assert [e["code"] for e in refused.json()["errors"]] == ["encoding-unsure"]
        part = {"file": ("people.csv", files["people.csv"])}
        assert (await desk.client.post("/imports/inspect", files=part)).status_code == 422
        shown = (await desk.client.post("/imports/inspect?encoding=euc-kr", files=part)).raise_for_status().json()
        assert (shown["encoding"], shown["confidence"], shown["samples"]) == ("euc_kr", 1.0, [{"이름": "김철수"}])
        assert (await desk.client.post("/imports/inspect?encoding=klingon", files=part)).status_code == 422

        named = KOREANS.replace("resource:", "encoding: euc-kr, resource:")
        assert (await desk.run(named, files, "/imports/dry-run"))["totals"]["created"] == 1
        assert (await desk.run(KOREANS, files, "/imports?encoding=euc-kr"))["totals"]["created"] == 1
        assert [c["name"] for c in (await desk.get("/customer/contacts"))["items"]] == ["김철수"]
