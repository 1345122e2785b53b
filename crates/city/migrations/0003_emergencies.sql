-- Disasters that the city is in or was in. Several can be open at a time. Names and notices are JSON by language.
CREATE TABLE emergencies (
  id ID,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  notice TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  ended_at BIGINT,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  CHECK (ended_at IS NULL OR ended_at >= begun_at)
);
CREATE INDEX emergencies_open ON emergencies (ended_at, begun_at);
