-- A file of a dataset that stands elsewhere, or is fetched from there.
CREATE TABLE places_links (
  dataset TEXT NOT NULL,
  file BIGINT NOT NULL,
  address TEXT NOT NULL CHECK (address LIKE 'http%'),
  -- What kind of file it is, such as CSV.
  format TEXT NOT NULL,
  -- Whether copies are kept as versions.
  is_copied BIGINT NOT NULL CHECK (is_copied IN (0, 1)),
  -- A link is never fetched. What waits is fetched by a job; what failed waits for a person or for its day.
  state TEXT NOT NULL CHECK (state IN ('linked', 'waiting', 'fetched', 'failed')),
  -- JSON: why it did not come the last time; empty: it came, or was not tried.
  problem TEXT NOT NULL DEFAULT '',
  tried_at BIGINT,
  fetched_at BIGINT,
  -- By what the other server knows the contents again (ETag); empty: it does not say.
  tag TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (dataset, file),
  FOREIGN KEY (dataset, file) REFERENCES places_files (dataset, number),
  CHECK ((state = 'linked') = (is_copied = 0))
);
