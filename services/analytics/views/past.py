"""Records as they were at the end of a day."""

from __future__ import annotations

# who may see them is decided by `owner_now`
OPPORTUNITIES_THEN = (
    "(SELECT _p.*, _n.owner AS owner_now FROM (SELECT _f.* FROM opportunity_facts AS _f PREWHERE _f.tenant = "
    "{tenant:String} WHERE _f.occurred_at <= fromUnixTimestamp64Micro({day:Int64}, 'UTC') "
    "ORDER BY _f.tenant, _f.id, _f.version DESC LIMIT 1 BY _f.id) AS _p LEFT JOIN (SELECT _w.id AS id, _w.owner AS "
    "owner FROM opportunities_now AS _w FINAL PREWHERE _w.tenant = {tenant:String}) AS _n ON _n.id = _p.id)"
)
