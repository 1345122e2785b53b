-- The rows of a version of a file, in pieces that are read one by one. Written piece by piece: it is complete when a version names it.
CREATE TABLE places_tables (
  id ID,
  begun_at BIGINT NOT NULL,
  row_count BIGINT NOT NULL CHECK (row_count >= 0),
  -- JSON: for each column how many cells are filled, and the first of them.
  columns TEXT NOT NULL
);
-- Rows, a thousand in each.
CREATE TABLE places_chunks (
  table_id BIGINT NOT NULL REFERENCES places_tables (id),
  number BIGINT NOT NULL CHECK (number >= 0),
  body BYTEA NOT NULL,
  PRIMARY KEY (table_id, number)
);
-- The same rows as they are searched. Only of the newest version of a file, as what follows.
CREATE TABLE places_texts (
  table_id BIGINT NOT NULL REFERENCES places_tables (id),
  number BIGINT NOT NULL CHECK (number >= 0),
  body BYTEA NOT NULL,
  PRIMARY KEY (table_id, number)
);
-- The values of each column in order with the rows that have them; under the column -1 the pairs of signs with the chunks that have them.
CREATE TABLE places_orders (
  table_id BIGINT NOT NULL REFERENCES places_tables (id),
  place BIGINT NOT NULL CHECK (place >= -1),
  segment BIGINT NOT NULL CHECK (segment >= 0),
  number BIGINT NOT NULL CHECK (number >= 0),
  first BYTEA NOT NULL,
  last BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (table_id, place, segment, number)
);
-- Empty with `contents` empty: the contents were taken away.
ALTER TABLE places_versions ADD COLUMN table_id BIGINT REFERENCES places_tables (id);
CREATE INDEX places_versions_table ON places_versions (table_id);
