-- What a crew does on a day: places of reports, in the order in which they are visited.
CREATE TABLE reports_orders (
  id ID,
  department TEXT NOT NULL,
  day TEXT NOT NULL,
  crew TEXT NOT NULL CHECK (length(crew) BETWEEN 1 AND 60),
  -- What to bring, and other words for the crew.
  bring TEXT NOT NULL,
  -- Where the crew sets out and comes back to, in millionths of a degree.
  latitude BIGINT CHECK (latitude BETWEEN 20000000 AND 46000000),
  longitude BIGINT CHECK (longitude BETWEEN 122000000 AND 154000000),
  -- When its day was over and what was left of it went to another day.
  closed_at BIGINT,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  UNIQUE (department, day, crew),
  CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE INDEX reports_orders_open ON reports_orders (closed_at, day);

CREATE TABLE reports_stops (
  id ID,
  work_order BIGINT NOT NULL REFERENCES reports_orders (id),
  position BIGINT NOT NULL,
  report BIGINT NOT NULL REFERENCES reports_reports (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('waiting', 'done', 'not_done', 'missed')),
  marked_at BIGINT,
  -- Whether it was left over from an earlier day.
  is_carried BIGINT NOT NULL CHECK (is_carried IN (0, 1)),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  UNIQUE (work_order, report),
  CHECK ((marked_at IS NULL) = (outcome = 'waiting'))
);
-- No two crews are sent to the same place.
CREATE UNIQUE INDEX reports_stops_waiting ON reports_stops (report) WHERE outcome = 'waiting';
