-- What a city keeps registers of: each kind as a document. Kinds are not removed, so that the sum of the revisions counts every change.
CREATE TABLE assets_kinds (
  key TEXT NOT NULL PRIMARY KEY,
  document TEXT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  changed_at BIGINT NOT NULL
);

-- The things themselves.
CREATE TABLE assets_assets (
  id ID,
  kind TEXT NOT NULL REFERENCES assets_kinds (key),
  number TEXT NOT NULL CHECK (length(number) BETWEEN 1 AND 40),
  name TEXT NOT NULL CHECK (length(name) >= 1),
  place TEXT NOT NULL,
  -- Millionths of a degree.
  latitude BIGINT CHECK (latitude BETWEEN 20000000 AND 46000000),
  longitude BIGINT CHECK (longitude BETWEEN 122000000 AND 154000000),
  fields TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('planned', 'in_service', 'out_of_service', 'removed')),
  department TEXT NOT NULL,
  installed_on TEXT,
  removed_on TEXT,
  inspection_due TEXT,
  -- Mail addresses that hear of its alerts beside those of its kind, with line breaks between.
  mail TEXT NOT NULL,
  folded TEXT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  changed_at BIGINT NOT NULL,
  UNIQUE (kind, number),
  CHECK ((latitude IS NULL) = (longitude IS NULL)),
  CHECK ((state = 'removed') = (removed_on IS NOT NULL)),
  CHECK (state <> 'in_service' OR installed_on IS NOT NULL)
);
CREATE INDEX assets_assets_list ON assets_assets (department, kind, state, number);
CREATE INDEX assets_assets_places ON assets_assets (kind, latitude);
CREATE INDEX assets_assets_inspections ON assets_assets (inspection_due);

-- From when until when it was in service.
CREATE TABLE assets_service (
  id ID,
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  from_at BIGINT NOT NULL,
  until_at BIGINT,
  CHECK (until_at >= from_at)
);
CREATE UNIQUE INDEX assets_service_now ON assets_service (asset) WHERE until_at IS NULL;
CREATE INDEX assets_service_asset ON assets_service (asset, from_at);

-- Everything that happened to it.
CREATE TABLE assets_log (
  id ID,
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('added', 'changed', 'state', 'note', 'inspected', 'key', 'revoked')),
  state TEXT,
  text TEXT NOT NULL,
  CHECK ((kind = 'state') = (state IS NOT NULL))
);
CREATE INDEX assets_log_asset ON assets_log (asset, id);

-- The secret of a device, as a keyed hash; one at a time.
CREATE TABLE assets_keys (
  id ID,
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  hash TEXT NOT NULL UNIQUE,
  made_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE UNIQUE INDEX assets_keys_now ON assets_keys (asset) WHERE revoked_at IS NULL;

-- What a device told last. A span is a time without a silence that counts.
CREATE TABLE assets_state (
  asset BIGINT NOT NULL PRIMARY KEY REFERENCES assets_assets (id),
  -- When the city heard it, and the device's own time of that.
  heard_at BIGINT,
  told_at BIGINT,
  span_from BIGINT,
  readings TEXT NOT NULL,
  latitude BIGINT,
  longitude BIGINT,
  -- How many messages came in the minute of the last one.
  in_minute BIGINT NOT NULL,
  CHECK ((heard_at IS NULL) = (told_at IS NULL)),
  CHECK ((heard_at IS NULL) = (span_from IS NULL)),
  CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE INDEX assets_state_heard ON assets_state (heard_at);

-- The spans before the present one.
CREATE TABLE assets_spans (
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  PRIMARY KEY (asset, from_at),
  CHECK (until_at >= from_at)
);
CREATE INDEX assets_spans_until ON assets_spans (until_at);

-- What devices measured, in thousandths, one row for each value; after a set time only the hours are kept.
CREATE TABLE assets_readings (
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  told_at BIGINT NOT NULL,
  value TEXT NOT NULL,
  thousandths BIGINT NOT NULL,
  PRIMARY KEY (asset, told_at, value)
);
CREATE INDEX assets_readings_age ON assets_readings (told_at);
CREATE TABLE assets_hours (
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  hour BIGINT NOT NULL,
  value TEXT NOT NULL,
  readings BIGINT NOT NULL CHECK (readings > 0),
  least BIGINT NOT NULL,
  largest BIGINT NOT NULL,
  total BIGINT NOT NULL,
  PRIMARY KEY (asset, hour, value),
  CHECK (least <= largest)
);

-- When this city's program listened: a time in which it did not is no device's silence.
CREATE TABLE assets_listening (
  id ID,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  CHECK (until_at >= from_at)
);
CREATE INDEX assets_listening_until ON assets_listening (until_at);

-- How long a device worked, of the time in which it should have, in seconds.
CREATE TABLE assets_days (
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  day TEXT NOT NULL,
  up BIGINT NOT NULL CHECK (up >= 0),
  expected BIGINT NOT NULL,
  PRIMARY KEY (asset, day),
  CHECK (up <= expected)
);
CREATE TABLE assets_months (
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  month TEXT NOT NULL,
  up_minutes BIGINT NOT NULL CHECK (up_minutes >= 0),
  expected_minutes BIGINT NOT NULL,
  PRIMARY KEY (asset, month),
  CHECK (up_minutes <= expected_minutes)
);

-- What is not as it should be: at most one open of each rule.
CREATE TABLE assets_alerts (
  id ID,
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  -- The key of a value, or `-silent`, which no key is.
  rule TEXT NOT NULL,
  thousandths BIGINT,
  opened_at BIGINT NOT NULL,
  escalated_at BIGINT,
  acknowledged_at BIGINT,
  acknowledged_by TEXT NOT NULL,
  note TEXT NOT NULL,
  closed_at BIGINT,
  CHECK (closed_at >= opened_at)
);
CREATE UNIQUE INDEX assets_alerts_open ON assets_alerts (asset, rule) WHERE closed_at IS NULL;
CREATE INDEX assets_alerts_asset ON assets_alerts (asset, id);
CREATE INDEX assets_alerts_newest ON assets_alerts (opened_at);
