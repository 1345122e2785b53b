-- Photos, made anew, and documents of an asset; all sealed.
CREATE TABLE assets_files (
  id ID,
  asset BIGINT NOT NULL REFERENCES assets_assets (id),
  key TEXT NOT NULL UNIQUE,
  what TEXT NOT NULL CHECK (what IN ('photo', 'document')),
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  contents BYTEA NOT NULL,
  size BIGINT NOT NULL CHECK (size > 0),
  kept_at BIGINT NOT NULL
);
CREATE INDEX assets_files_asset ON assets_files (asset, id);
