-- A case: one application of one person, from the receipt to the end. What people wrote is never here in the clear: it is sealed
-- under the case's own data key, and that under the city key. The receipt number is here only as a keyed hash (and sealed).
CREATE TABLE procedures_cases (
  id ID,
  reference TEXT NOT NULL UNIQUE CHECK (length(reference) = 64),
  submission TEXT NOT NULL UNIQUE CHECK (submission <> ''),
  procedure_key TEXT NOT NULL,
  procedure_version BIGINT NOT NULL,
  department TEXT NOT NULL CHECK (department <> ''),
  channel TEXT NOT NULL CHECK (channel IN ('online', 'counter', 'paper', 'phone')),
  stage TEXT NOT NULL CHECK (stage IN ('received', 'checked', 'decided', 'delivered', 'closed', 'withdrawn')),
  outcome TEXT CHECK (outcome IN ('approved', 'refused', 'partly')),
  received_at BIGINT NOT NULL,
  due_on TEXT CHECK (length(due_on) = 10),
  decided_at BIGINT,
  closed_at BIGINT,
  assignee BIGINT,
  resident BIGINT,
  person TEXT CHECK (length(person) = 64),
  merged_into BIGINT REFERENCES procedures_cases (id),
  disposed_at BIGINT,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  FOREIGN KEY (procedure_key, procedure_version) REFERENCES procedures_versions (procedure_key, number),
  CHECK ((outcome IS NULL) = (decided_at IS NULL)),
  CHECK (outcome IS NULL OR stage IN ('decided', 'delivered', 'closed')),
  CHECK (stage NOT IN ('decided', 'delivered', 'closed') OR outcome IS NOT NULL),
  CHECK ((closed_at IS NOT NULL) = (stage IN ('closed', 'withdrawn'))),
  CHECK (merged_into <> id)
);
CREATE INDEX procedures_cases_by_department ON procedures_cases (department, stage, due_on);
CREATE INDEX procedures_cases_by_resident ON procedures_cases (resident, received_at);
CREATE INDEX procedures_cases_by_person ON procedures_cases (person, procedure_key);

-- The data key of a case, sealed under the city key. Taking the row away makes everything sealed under it unreadable for ever:
-- that is how a case is disposed of.
CREATE TABLE procedures_case_keys (
  case_id BIGINT NOT NULL PRIMARY KEY REFERENCES procedures_cases (id),
  sealed BYTEA NOT NULL
);

-- The receipt number and how to reach the applicant, sealed.
CREATE TABLE procedures_case_contacts (
  case_id BIGINT NOT NULL PRIMARY KEY REFERENCES procedures_cases (id),
  receipt BYTEA NOT NULL,
  contact BYTEA NOT NULL
);

-- Answers in versions: the first as received, then one for each correction. Sealed.
CREATE TABLE procedures_case_answers (
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  number BIGINT NOT NULL CHECK (number >= 1),
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  PRIMARY KEY (case_id, number)
);

-- Files of a case: name, type and contents sealed. The key is random and stands in the answers.
CREATE TABLE procedures_case_files (
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  key TEXT NOT NULL CHECK (key <> ''),
  use_for TEXT NOT NULL CHECK (use_for IN ('answer', 'message', 'letter')),
  about BYTEA NOT NULL,
  contents BYTEA NOT NULL,
  size BIGINT NOT NULL CHECK (size >= 0),
  kept_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, key)
);

-- Messages between the desk and the applicant. Sealed.
CREATE TABLE procedures_case_messages (
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  number BIGINT NOT NULL CHECK (number >= 1),
  from_desk BIGINT NOT NULL CHECK (from_desk IN (0, 1)),
  sealed BYTEA NOT NULL,
  sent_at BIGINT NOT NULL,
  sent_by TEXT NOT NULL,
  read_at BIGINT,
  PRIMARY KEY (case_id, number)
);

-- Requests for correction (補正). The questions to be answered again are keys of fields; what the desk wrote is sealed.
CREATE TABLE procedures_case_corrections (
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  number BIGINT NOT NULL CHECK (number >= 1),
  fields TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  asked_at BIGINT NOT NULL,
  asked_by TEXT NOT NULL,
  answer_by TEXT CHECK (length(answer_by) = 10),
  ended_at BIGINT,
  answers_number BIGINT,
  PRIMARY KEY (case_id, number),
  FOREIGN KEY (case_id, answers_number) REFERENCES procedures_case_answers (case_id, number),
  CHECK (answers_number IS NULL OR ended_at IS NOT NULL)
);
-- One open request at a time.
CREATE UNIQUE INDEX procedures_case_corrections_open ON procedures_case_corrections (case_id) WHERE ended_at IS NULL;

-- The decision as the applicant reads it. Sealed.
CREATE TABLE procedures_case_decisions (
  case_id BIGINT NOT NULL PRIMARY KEY REFERENCES procedures_cases (id),
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL
);

-- What happened to a case, append-only, nothing personal.
CREATE TABLE procedures_case_history (
  id ID,
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  what TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX procedures_case_history_by_case ON procedures_case_history (case_id, id);

-- Every look of a member of staff at what somebody wrote; the applicant sees department and day.
CREATE TABLE procedures_views (
  id ID,
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  at BIGINT NOT NULL,
  account BIGINT NOT NULL,
  department TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX procedures_views_by_case ON procedures_views (case_id, id);

-- Who has shown a receipt number lately: a random token in a cookie, here its hash.
CREATE TABLE procedures_case_sessions (
  token TEXT NOT NULL PRIMARY KEY CHECK (length(token) = 64),
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  expires_at BIGINT NOT NULL
);

-- An application that is being filled in. Reached by a random token in a cookie (here its hash) or by its resident's account.
-- When it becomes a case its contents and key go; the row stays a while so that sending it again finds the same case.
CREATE TABLE procedures_drafts (
  id ID,
  token TEXT NOT NULL UNIQUE CHECK (length(token) = 64),
  procedure_key TEXT NOT NULL,
  procedure_version BIGINT NOT NULL,
  resident BIGINT,
  data_key BYTEA,
  sealed BYTEA,
  case_id BIGINT REFERENCES procedures_cases (id),
  started_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  FOREIGN KEY (procedure_key, procedure_version) REFERENCES procedures_versions (procedure_key, number),
  CHECK ((case_id IS NULL) = (data_key IS NOT NULL)),
  CHECK ((case_id IS NULL) = (sealed IS NOT NULL))
);
CREATE INDEX procedures_drafts_by_resident ON procedures_drafts (resident);
CREATE INDEX procedures_drafts_by_end ON procedures_drafts (expires_at);

CREATE TABLE procedures_draft_files (
  draft_id BIGINT NOT NULL REFERENCES procedures_drafts (id),
  key TEXT NOT NULL CHECK (key <> ''),
  about BYTEA NOT NULL,
  contents BYTEA NOT NULL,
  size BIGINT NOT NULL CHECK (size >= 0),
  PRIMARY KEY (draft_id, key)
);
