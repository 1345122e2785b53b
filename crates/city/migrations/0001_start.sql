CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE measures (
  name TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('flow', 'stock', 'extent')),
  unit TEXT NOT NULL,
  name_ja TEXT NOT NULL,
  name_en TEXT NOT NULL
);

-- Facts are only ever added. Empty text stands for "no such dimension", so that it can be part of a key.
CREATE TABLE facts (
  id ID,
  measure TEXT NOT NULL,
  at BIGINT NOT NULL,
  day TEXT NOT NULL CHECK (length(day) = 10),
  fiscal_year BIGINT NOT NULL,
  department TEXT NOT NULL,
  channel TEXT NOT NULL,
  subject TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  sign BIGINT NOT NULL CHECK (sign IN (1, -1)),
  corrects BIGINT UNIQUE REFERENCES facts (id),
  source TEXT NOT NULL,
  record TEXT,
  idempotency_key TEXT,
  recorded_at BIGINT NOT NULL,
  CHECK ((sign = -1) = (corrects IS NOT NULL))
);
CREATE INDEX facts_measure_day ON facts (measure, day);
CREATE UNIQUE INDEX facts_idempotency ON facts (source, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE fact_days (
  measure TEXT NOT NULL,
  day TEXT NOT NULL,
  fiscal_year BIGINT NOT NULL,
  department TEXT NOT NULL,
  channel TEXT NOT NULL,
  subject TEXT NOT NULL,
  total BIGINT NOT NULL,
  count BIGINT NOT NULL CHECK (count >= 0),
  maximum BIGINT,
  PRIMARY KEY (measure, day, department, channel, subject)
);
CREATE INDEX fact_days_year ON fact_days (measure, fiscal_year, day);

CREATE TABLE fact_years (
  measure TEXT NOT NULL,
  fiscal_year BIGINT NOT NULL,
  department TEXT NOT NULL,
  channel TEXT NOT NULL,
  subject TEXT NOT NULL,
  total BIGINT NOT NULL,
  count BIGINT NOT NULL CHECK (count >= 0),
  maximum BIGINT,
  PRIMARY KEY (measure, fiscal_year, department, channel, subject)
);

CREATE TABLE recounts (
  id ID,
  at BIGINT NOT NULL,
  facts BIGINT NOT NULL,
  differences BIGINT NOT NULL
);

CREATE TABLE audit_log (
  number BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_log_target ON audit_log (target, number);

CREATE TABLE audit_head (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  number BIGINT NOT NULL,
  hash TEXT NOT NULL
);
INSERT INTO audit_head (id, number, hash) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TABLE jobs (
  id ID,
  name TEXT NOT NULL,
  payload TEXT NOT NULL,
  deduplicate TEXT UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'dead')),
  attempts BIGINT NOT NULL,
  run_at BIGINT NOT NULL,
  last_error TEXT,
  enqueued_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX jobs_due ON jobs (state, run_at);

CREATE TABLE files (
  hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),
  contents BYTEA NOT NULL,
  kept_at BIGINT NOT NULL
);

CREATE TABLE search_entries (
  service TEXT NOT NULL,
  key TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  url TEXT NOT NULL,
  public BIGINT NOT NULL CHECK (public IN (0, 1)),
  folded_title TEXT NOT NULL,
  folded TEXT NOT NULL,
  PRIMARY KEY (service, key)
);
