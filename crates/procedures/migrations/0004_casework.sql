-- What the desk keeps beside a case. Texts about a person are sealed under the case's data key.

-- Notes that only staff read. Sealed.
CREATE TABLE procedures_case_notes (
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  number BIGINT NOT NULL CHECK (number >= 1),
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  made_by BIGINT NOT NULL,
  PRIMARY KEY (case_id, number)
);

-- Ticks of the procedure's checklist: the place of the item in the case's version of the procedure, from 0.
CREATE TABLE procedures_case_ticks (
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  item BIGINT NOT NULL CHECK (item >= 0),
  ticked_by BIGINT NOT NULL,
  ticked_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, item)
);

-- Filters of the inbox that somebody keeps under a name.
CREATE TABLE procedures_saved_views (
  id ID,
  account BIGINT NOT NULL,
  name TEXT NOT NULL CHECK (name <> '' AND length(name) <= 60),
  query TEXT NOT NULL,
  UNIQUE (account, name)
);

-- Files made for core systems: who took which cases, in which layout, and how many characters the charset could not hold.
CREATE TABLE procedures_exports (
  id ID,
  procedure_key TEXT NOT NULL REFERENCES procedures_definitions (key),
  format TEXT NOT NULL CHECK (format IN ('csv_utf8', 'csv_cp932', 'xlsx')),
  cases BIGINT NOT NULL CHECK (cases >= 0),
  unheld BIGINT NOT NULL CHECK (unheld >= 0),
  made_at BIGINT NOT NULL,
  made_by BIGINT NOT NULL
);

-- Other systems that are told of a case: an address and a secret (sealed under the city key) that signs each message.
CREATE TABLE procedures_endpoints (
  id ID,
  name TEXT NOT NULL UNIQUE CHECK (name <> '' AND length(name) <= 60),
  department TEXT NOT NULL CHECK (department <> ''),
  procedure_key TEXT REFERENCES procedures_definitions (key),
  url TEXT NOT NULL CHECK (url LIKE 'http%'),
  secret BYTEA NOT NULL,
  active BIGINT NOT NULL CHECK (active IN (0, 1)),
  made_at BIGINT NOT NULL,
  made_by BIGINT NOT NULL
);

-- What was, or is still to be, delivered. One line for each case, system and event: sending again finds the same line.
CREATE TABLE procedures_deliveries (
  id ID,
  endpoint_id BIGINT NOT NULL REFERENCES procedures_endpoints (id),
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  event TEXT NOT NULL CHECK (event IN ('received', 'decided', 'withdrawn')),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  tries BIGINT NOT NULL CHECK (tries >= 0),
  problem TEXT,
  made_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  UNIQUE (endpoint_id, case_id, event),
  CHECK ((state = 'failed') = (problem IS NOT NULL) OR state = 'waiting')
);
CREATE INDEX procedures_deliveries_by_state ON procedures_deliveries (state, changed_at);

-- Lists of cases whose retention is over. One person proposes, another approves; then the cases' data keys are destroyed.
CREATE TABLE procedures_disposals (
  id ID,
  department TEXT NOT NULL CHECK (department <> ''),
  state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'declined')),
  cases BIGINT NOT NULL CHECK (cases >= 1),
  proposed_by BIGINT NOT NULL,
  proposed_at BIGINT NOT NULL,
  settled_by BIGINT,
  settled_at BIGINT,
  CHECK ((state = 'proposed') = (settled_at IS NULL)),
  CHECK ((settled_by IS NULL) = (settled_at IS NULL)),
  CHECK (settled_by <> proposed_by)
);
CREATE TABLE procedures_disposal_cases (
  disposal_id BIGINT NOT NULL REFERENCES procedures_disposals (id),
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  PRIMARY KEY (disposal_id, case_id)
);
