-- Who is told by mail of new reports somewhere, at an address that they proved to be theirs.
CREATE TABLE reports_alerts (
  id ID,
  -- The keyed hash of the address.
  address TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  -- What is wanted, in one text, so that nobody is told twice of the same.
  wanted TEXT NOT NULL,
  rhythm TEXT NOT NULL CHECK (rhythm IN ('at_once', 'daily')),
  since BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  UNIQUE (address, wanted)
);
CREATE INDEX reports_alerts_end ON reports_alerts (ends_at);

-- Reports that the desk has looked at, each once, and whether those who wait for them were told.
CREATE TABLE reports_news (
  report BIGINT NOT NULL PRIMARY KEY REFERENCES reports_reports (id),
  at BIGINT NOT NULL,
  told_at BIGINT,
  gathered_at BIGINT
);
CREATE INDEX reports_news_gathered ON reports_news (gathered_at);
