-- A dataset of the catalogue: what is said about it.
CREATE TABLE places_datasets (
  key TEXT NOT NULL PRIMARY KEY,
  department TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  document TEXT NOT NULL,
  -- The service whose table it shows; empty: it is looked after at the desk.
  source TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  published_at BIGINT,
  -- What the facts say is published of it.
  counted_files BIGINT NOT NULL DEFAULT 0 CHECK (counted_files >= 0),
  counted_recommended BIGINT NOT NULL DEFAULT 0 CHECK (counted_recommended >= 0),
  CHECK (counted_recommended <= counted_files),
  CHECK (state <> 'published' OR published_at IS NOT NULL)
);

-- A file of a dataset, through all its versions.
CREATE TABLE places_files (
  dataset TEXT NOT NULL REFERENCES places_datasets (key),
  number BIGINT NOT NULL CHECK (number >= 1),
  title TEXT NOT NULL,
  PRIMARY KEY (dataset, number)
);

-- What a file held from some moment on. Never changed; only its contents can be taken away for good.
CREATE TABLE places_versions (
  dataset TEXT NOT NULL,
  file BIGINT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  made_at BIGINT NOT NULL,
  note TEXT NOT NULL,
  columns TEXT NOT NULL,
  row_count BIGINT NOT NULL CHECK (row_count >= 0),
  -- How many findings the check had, and the national dataset it compared with.
  must BIGINT NOT NULL CHECK (must >= 0),
  should BIGINT NOT NULL CHECK (should >= 0),
  national TEXT NOT NULL,
  has_places BIGINT NOT NULL CHECK (has_places IN (0, 1)),
  hash TEXT NOT NULL CHECK (length(hash) = 64),
  csv_bytes BIGINT NOT NULL,
  contents BYTEA,
  PRIMARY KEY (dataset, file, version),
  FOREIGN KEY (dataset, file) REFERENCES places_files (dataset, number)
);

-- A file that was sent and not yet taken as a version. One for each file; gone with the decision.
CREATE TABLE places_pending (
  dataset TEXT NOT NULL,
  file BIGINT NOT NULL,
  name TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  contents BYTEA NOT NULL,
  PRIMARY KEY (dataset, file),
  FOREIGN KEY (dataset, file) REFERENCES places_files (dataset, number)
);

-- What happened to a dataset that its readers should know.
CREATE TABLE places_changes (
  id ID,
  dataset TEXT NOT NULL REFERENCES places_datasets (key),
  at BIGINT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('published', 'withdrawn', 'version', 'removed', 'described')),
  file BIGINT,
  version BIGINT,
  note TEXT NOT NULL
);
CREATE INDEX places_changes_dataset ON places_changes (dataset, id);
