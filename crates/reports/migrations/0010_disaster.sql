-- Reports that came in while a disaster was open, with what the desk makes of them.
CREATE TABLE reports_in_disasters (
  report BIGINT NOT NULL PRIMARY KEY REFERENCES reports_reports (id),
  emergency BIGINT NOT NULL REFERENCES emergencies (id),
  urgency TEXT NOT NULL CHECK (urgency IN ('unsorted', 'danger', 'urgent', 'can_wait', 'information')),
  confirmed_at BIGINT,
  confirmed_by TEXT,
  taken_by BIGINT,
  -- What is to be done next, sealed: it may name people.
  next_step BYTEA,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
);
CREATE INDEX reports_in_disasters_board ON reports_in_disasters (emergency, urgency);
