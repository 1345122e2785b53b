-- Categories, areas, authorities and sentences of the city, as one document.
CREATE TABLE reports_rules (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  document TEXT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  changed_at BIGINT NOT NULL
);

-- What residents told the city. What they wrote is sealed; what everybody reads is what the desk has looked at.
CREATE TABLE reports_reports (
  id ID,
  public_id TEXT NOT NULL UNIQUE CHECK (length(public_id) = 10),
  -- The keyed hash of the number by which its sender finds it.
  reference TEXT NOT NULL UNIQUE,
  category TEXT NOT NULL,
  department TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('received', 'checked', 'planned', 'fixed', 'no_action', 'forwarded', 'merged')),
  is_shown BIGINT NOT NULL CHECK (is_shown IN (0, 1)),
  is_looked_at BIGINT NOT NULL CHECK (is_looked_at IN (0, 1)),
  received_at BIGINT NOT NULL,
  due_on TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  handled_at BIGINT,
  -- Millionths of a degree.
  latitude BIGINT CHECK (latitude BETWEEN 20000000 AND 46000000),
  longitude BIGINT CHECK (longitude BETWEEN 122000000 AND 154000000),
  area TEXT NOT NULL,
  public_place TEXT NOT NULL,
  public_text TEXT NOT NULL,
  folded TEXT NOT NULL,
  -- What was sent, with who sent it; gone when it is no longer needed.
  sealed BYTEA,
  merged_into BIGINT REFERENCES reports_reports (id),
  authority TEXT NOT NULL,
  assigned_to BIGINT,
  is_contested BIGINT NOT NULL CHECK (is_contested IN (0, 1)),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  CHECK ((latitude IS NULL) = (longitude IS NULL)),
  CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
  CHECK ((handled_at IS NOT NULL) = (state IN ('fixed', 'no_action', 'forwarded', 'merged'))),
  CHECK (merged_into IS NULL OR merged_into <> id)
);
CREATE INDEX reports_reports_inbox ON reports_reports (department, state, received_at);
CREATE INDEX reports_reports_newest ON reports_reports (is_shown, received_at);
CREATE INDEX reports_reports_places ON reports_reports (latitude, longitude);
CREATE INDEX reports_reports_merged ON reports_reports (merged_into);

-- Everything that happened to a report.
CREATE TABLE reports_steps (
  id ID,
  report BIGINT NOT NULL REFERENCES reports_reports (id),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('state', 'contested', 'routed', 'assigned', 'text', 'photos', 'note')),
  state TEXT,
  -- What everybody reads, as JSON by language.
  public_text TEXT NOT NULL,
  -- What only staff read.
  sealed BYTEA,
  told_at BIGINT,
  CHECK ((kind = 'state') = (state IS NOT NULL))
);
CREATE INDEX reports_steps_report ON reports_steps (report, id);

-- Pictures, made anew and sealed. The public sees those that the desk released.
CREATE TABLE reports_photos (
  id ID,
  report BIGINT NOT NULL REFERENCES reports_reports (id),
  key TEXT NOT NULL UNIQUE,
  origin TEXT NOT NULL CHECK (origin IN ('report', 'contest', 'desk')),
  media_type TEXT NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png')),
  contents BYTEA NOT NULL,
  size BIGINT NOT NULL CHECK (size > 0),
  is_released BIGINT NOT NULL CHECK (is_released IN (0, 1)),
  kept_at BIGINT NOT NULL
);
CREATE INDEX reports_photos_report ON reports_photos (report, id);

-- Who is told what becomes of a report, at an address that they proved to be theirs.
CREATE TABLE reports_followers (
  id ID,
  report BIGINT NOT NULL REFERENCES reports_reports (id),
  address TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  since BIGINT NOT NULL,
  UNIQUE (report, address)
);

-- Reports that are being written. One that was sent holds only the number, for its last page.
CREATE TABLE reports_drafts (
  token TEXT NOT NULL PRIMARY KEY,
  category TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  expires_at BIGINT NOT NULL,
  sent_as BIGINT REFERENCES reports_reports (id)
);
CREATE INDEX reports_drafts_expiry ON reports_drafts (expires_at);
CREATE TABLE reports_draft_photos (
  token TEXT NOT NULL REFERENCES reports_drafts (token),
  key TEXT NOT NULL,
  media_type TEXT NOT NULL,
  contents BYTEA NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (token, key)
);
