-- Mails that were not delivered yet. Address, subject and text are sealed with the city key; a delivered mail leaves no row.
CREATE TABLE mails (
  id ID,
  sealed BYTEA NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'refused')),
  written_at BIGINT NOT NULL,
  useless_after BIGINT,
  tries BIGINT NOT NULL CHECK (tries >= 0),
  last_tried_at BIGINT,
  failure TEXT
);
CREATE INDEX mails_written_at ON mails (written_at);
