-- Applications that staff enter for somebody: at the counter, from paper, on the telephone. The draft is one like any other, sealed;
-- its holder is the member of staff. What only the desk knows of it (proofs looked at, what came on paper) is sealed under the draft's key.
CREATE TABLE procedures_counter_entries (
  draft_id BIGINT NOT NULL PRIMARY KEY REFERENCES procedures_drafts (id) ON DELETE CASCADE,
  account BIGINT NOT NULL,
  department TEXT NOT NULL CHECK (department <> ''),
  channel TEXT NOT NULL CHECK (channel IN ('counter', 'paper', 'phone')),
  notes BYTEA NOT NULL,
  begun_at BIGINT NOT NULL
);
CREATE INDEX procedures_counter_entries_by_account ON procedures_counter_entries (account);

-- Who entered a case and how what it says was checked. Sealed under the case's data key.
CREATE TABLE procedures_case_entries (
  case_id BIGINT NOT NULL PRIMARY KEY REFERENCES procedures_cases (id),
  account BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  entered_at BIGINT NOT NULL
);

-- Codes that are read from one screen and typed into another, each good once and for a short time. Found by a keyed hash; sealed, so that
-- the screen that shows it can show it again. A tablet's and an applicant's code are about a draft, a resident's about the account.
CREATE TABLE procedures_counter_codes (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 64),
  use_for TEXT NOT NULL CHECK (use_for IN ('tablet', 'draft', 'resident')),
  about BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (use_for, about)
);
CREATE INDEX procedures_counter_codes_by_end ON procedures_counter_codes (expires_at);

-- A tablet that shows one visitor the answers of one draft: reached by a random token in a cookie (here its hash). What the visitor said
-- holds for one revision of the draft; the parts that are wrong are keys of fields.
CREATE TABLE procedures_counter_tablets (
  draft_id BIGINT NOT NULL PRIMARY KEY REFERENCES procedures_drafts (id) ON DELETE CASCADE,
  token TEXT NOT NULL UNIQUE CHECK (length(token) = 64),
  expires_at BIGINT NOT NULL,
  revision BIGINT,
  answer TEXT CHECK (answer IN ('correct', 'wrong')),
  wrong TEXT NOT NULL,
  CHECK ((revision IS NULL) = (answer IS NULL))
);

-- Life events of the navigator and where departments receive visitors, as files (yakuba-life-event/1, yakuba-desks/1). JSON.
CREATE TABLE procedures_guide_files (
  kind TEXT NOT NULL CHECK (kind IN ('life_event', 'desks')),
  key TEXT NOT NULL CHECK (key <> '' AND length(key) <= 60),
  position BIGINT NOT NULL,
  document TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (kind, key)
);

-- What somebody answered to the navigator, to see the list of procedures and to fill several forms at once. Sealed under a key of its
-- own; reached by a random token in a cookie (here its hash).
CREATE TABLE procedures_visits (
  id ID,
  token TEXT NOT NULL UNIQUE CHECK (length(token) = 64),
  event TEXT NOT NULL,
  data_key BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1)
);
CREATE INDEX procedures_visits_by_end ON procedures_visits (expires_at);

-- Applications that belong to one life event of one person: the submission is that of the draft and later of its case. The mark is
-- random and says nothing.
CREATE TABLE procedures_visit_drafts (
  submission TEXT NOT NULL PRIMARY KEY CHECK (submission <> ''),
  mark TEXT NOT NULL CHECK (length(mark) = 64),
  expires_at BIGINT NOT NULL
);
CREATE INDEX procedures_visit_drafts_by_mark ON procedures_visit_drafts (mark);
