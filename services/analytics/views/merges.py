"""References to merged records: every one shows the record that lives on, so that no figure is split or lost.

A merge says that two records always were one. So it is followed as it stands now, in views of the past too, as names
and teams are; an un-merge takes it back everywhere.
"""

from __future__ import annotations

_MERGED = (
    "(SELECT {value} FROM (SELECT arrayJoin(_n.absorbed) AS id, _n.id AS survivor FROM accounts_now AS _n FINAL "
    "PREWHERE _n.tenant = {{tenant:String}} WHERE notEmpty(_n.absorbed) AND _n.merged_into = ''))"
)


def living_account(id: str) -> str:
    """The account that an id stands for: the last survivor of its merges, or itself. The engine reads the merges once
    per question and looks each id up, which costs a question nothing where there are none.
    """
    absorbed, survivors = (_MERGED.format(value=f"groupArray({name})") for name in ("id", "survivor"))
    return f"transform({id}, {absorbed}, {survivors}, {id})"
