"""The tables of a job store, and the statement that is too long to stand in its method."""

SCHEMA = """
DROP TABLE IF EXISTS made;
CREATE TABLE IF NOT EXISTS mark(id INTEGER PRIMARY KEY CHECK(id = 1), state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS made_by_key(
    step INTEGER NOT NULL, key BLOB NOT NULL, record TEXT NOT NULL, PRIMARY KEY(step, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rejected(
    step INTEGER NOT NULL, row INTEGER NOT NULL, line INTEGER NOT NULL, cells BLOB NOT NULL, errors BLOB NOT NULL,
    PRIMARY KEY(step, row)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS warned(
    step INTEGER NOT NULL, row INTEGER NOT NULL, line INTEGER NOT NULL, cells BLOB NOT NULL, errors BLOB NOT NULL,
    PRIMARY KEY(step, row)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS touched(
    n INTEGER PRIMARY KEY, category TEXT NOT NULL, id TEXT NOT NULL, created INTEGER NOT NULL, versions TEXT NOT NULL,
    last INTEGER NOT NULL, foreigner INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '', UNIQUE(category, id)
);
CREATE INDEX IF NOT EXISTS to_do ON touched(n) WHERE outcome = '';
CREATE TABLE IF NOT EXISTS claim(
    id INTEGER PRIMARY KEY CHECK(id = 1), holder TEXT NOT NULL, until INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS progress(id INTEGER PRIMARY KEY CHECK(id = 1), state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS dry_run(id INTEGER PRIMARY KEY CHECK(id = 1), state BLOB NOT NULL);
"""
TOUCH = """
INSERT INTO touched(category, id, created, versions, last) VALUES(?, ?, ?, ?, ?)
ON CONFLICT(category, id) DO UPDATE SET last = excluded.last,
    versions = CASE WHEN created THEN versions ELSE versions || ',' || excluded.versions END
"""
