-- Which cases a system with a token may fetch: a token alone opens none.
CREATE TABLE procedures_pull_rights (
  id ID,
  system TEXT NOT NULL CHECK (system <> ''),
  department TEXT NOT NULL CHECK (department <> ''),
  procedure_key TEXT NOT NULL REFERENCES procedures_definitions (key),
  given_at BIGINT NOT NULL,
  given_by BIGINT NOT NULL,
  UNIQUE (system, department, procedure_key)
);
