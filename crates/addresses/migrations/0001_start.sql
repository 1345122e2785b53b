-- The municipalities whose addresses are known: what people may leave out or write before an address.
CREATE TABLE addresses_municipalities (
  code TEXT NOT NULL PRIMARY KEY,
  prefecture TEXT NOT NULL,
  county TEXT NOT NULL,
  city TEXT NOT NULL,
  ward TEXT NOT NULL
);
-- Addresses with their positions in millionths of a degree. The key is what the ways of writing an address have in common, as UTF-8, so
-- that it has the same order on every database.
CREATE TABLE addresses_entries (
  id ID,
  municipality TEXT NOT NULL REFERENCES addresses_municipalities (code),
  -- 1 town, 2 block, 3 house.
  level BIGINT NOT NULL CHECK (level BETWEEN 1 AND 3),
  key BYTEA NOT NULL,
  label TEXT NOT NULL,
  -- Of towns, what is looked through for a part of their name.
  found TEXT NOT NULL,
  latitude BIGINT NOT NULL,
  longitude BIGINT NOT NULL,
  -- The square of the ground, a five-hundredth of a degree wide.
  cell BIGINT NOT NULL
);
CREATE INDEX addresses_entries_key ON addresses_entries (level, key);
CREATE INDEX addresses_entries_cell ON addresses_entries (level, cell);
CREATE INDEX addresses_entries_municipality ON addresses_entries (municipality, level);
