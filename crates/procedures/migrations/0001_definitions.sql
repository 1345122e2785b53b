-- A procedure a city offers online: what it is, in versions. Documents are JSON; days are YYYY-MM-DD.
CREATE TABLE procedures_definitions (
  key TEXT NOT NULL PRIMARY KEY CHECK (key <> '' AND length(key) <= 60),
  department TEXT NOT NULL CHECK (department <> ''),
  made_at BIGINT NOT NULL
);

-- A version is a draft until it goes live from a day; then it is never changed. The version of a day is the one with the latest
-- live_from not after it. A procedure is taken offline by a version that is closed.
CREATE TABLE procedures_versions (
  procedure_key TEXT NOT NULL REFERENCES procedures_definitions (key),
  number BIGINT NOT NULL CHECK (number >= 1),
  state TEXT NOT NULL CHECK (state IN ('draft', 'live', 'closed')),
  live_from TEXT CHECK (length(live_from) = 10),
  document TEXT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (procedure_key, number),
  UNIQUE (procedure_key, live_from),
  CHECK ((state = 'draft') = (live_from IS NULL))
);
-- At most one draft of a procedure.
CREATE UNIQUE INDEX procedures_versions_draft ON procedures_versions (procedure_key) WHERE state = 'draft';
