-- A layer of the map: what is said about it.
CREATE TABLE places_layers (
  key TEXT NOT NULL PRIMARY KEY,
  department TEXT NOT NULL,
  audience TEXT NOT NULL CHECK (audience IN ('public', 'departments', 'nobody')),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  -- Counts whatever changes how the layer is drawn: copies of tiles are told apart by it.
  drawn BIGINT NOT NULL CHECK (drawn >= 1),
  -- The dataset whose rows its features are; empty: they are its own.
  dataset TEXT NOT NULL,
  -- The largest number that a feature has had.
  last_number BIGINT NOT NULL DEFAULT 0 CHECK (last_number >= 0),
  document TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE INDEX places_layers_dataset ON places_layers (dataset);

-- A feature as it stands. Boxes are in ten-millionths of a degree.
CREATE TABLE places_features (
  layer TEXT NOT NULL REFERENCES places_layers (key),
  number BIGINT NOT NULL CHECK (number >= 1),
  -- The smallest zoom at which it is drawn, and its cell of the ground.
  shown_from BIGINT NOT NULL CHECK (shown_from BETWEEN 0 AND 16),
  cell BIGINT NOT NULL,
  level BIGINT NOT NULL CHECK (level BETWEEN 0 AND 30),
  west BIGINT NOT NULL,
  south BIGINT NOT NULL,
  east BIGINT NOT NULL,
  north BIGINT NOT NULL,
  -- GeoJSON; empty for a point, which is its box.
  shape TEXT NOT NULL,
  properties TEXT NOT NULL,
  -- The properties as they are searched.
  found TEXT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  PRIMARY KEY (layer, number),
  CHECK (west <= east AND south <= north)
);
CREATE INDEX places_features_ground ON places_features (layer, shown_from, cell);

-- What a feature was before each change by hand; empty: it was not there.
CREATE TABLE places_feature_changes (
  id ID,
  layer TEXT NOT NULL REFERENCES places_layers (key),
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- The account; empty: the command line or the catalogue.
  account BIGINT,
  kind TEXT NOT NULL CHECK (kind IN ('added', 'changed', 'removed', 'restored', 'imported')),
  before TEXT NOT NULL,
  after TEXT NOT NULL
);
CREATE INDEX places_feature_changes_layer ON places_feature_changes (layer, id);
