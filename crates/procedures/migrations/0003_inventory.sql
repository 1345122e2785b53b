-- The inventory (棚卸): every procedure a department has, online or not. Entries are ended, never deleted, so that past years stay counted.
-- An entry may name a procedure before that is made here, so procedure_key refers to nothing yet.
CREATE TABLE procedures_inventory (
  number TEXT NOT NULL PRIMARY KEY CHECK (number <> '' AND length(number) <= 40),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  title TEXT NOT NULL CHECK (title <> ''),
  law TEXT NOT NULL,
  department TEXT NOT NULL CHECK (department <> ''),
  seal BIGINT NOT NULL CHECK (seal IN (0, 1)),
  face BIGINT NOT NULL CHECK (face IN (0, 1)),
  paper_original BIGINT NOT NULL CHECK (paper_original IN (0, 1)),
  attachments TEXT NOT NULL,
  fee TEXT NOT NULL,
  online_since TEXT CHECK (length(online_since) = 10),
  why_not_online TEXT NOT NULL,
  exclusion TEXT NOT NULL,
  procedure_key TEXT UNIQUE CHECK (procedure_key <> ''),
  listed_on TEXT NOT NULL CHECK (length(listed_on) = 10),
  ended_on TEXT CHECK (length(ended_on) = 10),
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  CHECK (ended_on IS NULL OR ended_on >= listed_on)
);
CREATE INDEX procedures_inventory_department ON procedures_inventory (department);

-- Applications that this system did not receive itself, by channel: of a month (2026-04), or of a fiscal year as far as it is not
-- divided into months (2026-00).
CREATE TABLE procedures_counts (
  number TEXT NOT NULL REFERENCES procedures_inventory (number),
  fiscal_year BIGINT NOT NULL,
  period TEXT NOT NULL CHECK (length(period) = 7),
  channel TEXT NOT NULL CHECK (channel IN ('online', 'counter', 'paper', 'phone')),
  count BIGINT NOT NULL CHECK (count >= 0),
  PRIMARY KEY (number, period, channel)
);
