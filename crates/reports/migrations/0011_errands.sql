-- Crews also do what other services have due at places: a stop is a report or such an errand. The stops move to a table that can hold both.
CREATE TABLE reports_order_stops (
  id ID,
  work_order BIGINT NOT NULL REFERENCES reports_orders (id),
  position BIGINT NOT NULL,
  report BIGINT REFERENCES reports_reports (id),
  -- What it is known by at the other service, such as assets/12, and where it was when it was planned, in millionths of a degree.
  errand TEXT,
  latitude BIGINT CHECK (latitude BETWEEN 20000000 AND 46000000),
  longitude BIGINT CHECK (longitude BETWEEN 122000000 AND 154000000),
  outcome TEXT NOT NULL CHECK (outcome IN ('waiting', 'done', 'not_done', 'missed')),
  marked_at BIGINT,
  -- Whether it was left over from an earlier day.
  is_carried BIGINT NOT NULL CHECK (is_carried IN (0, 1)),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  UNIQUE (work_order, report),
  UNIQUE (work_order, errand),
  CHECK ((report IS NULL) <> (errand IS NULL)),
  CHECK ((latitude IS NULL) = (longitude IS NULL)),
  CHECK ((marked_at IS NULL) = (outcome = 'waiting'))
);
INSERT INTO reports_order_stops (work_order, position, report, outcome, marked_at, is_carried, revision)
  SELECT work_order, position, report, outcome, marked_at, is_carried, revision FROM reports_stops ORDER BY id;
DROP TABLE reports_stops;
-- No two crews are sent to the same place.
CREATE UNIQUE INDEX reports_order_stops_waiting ON reports_order_stops (report) WHERE outcome = 'waiting' AND report IS NOT NULL;
CREATE UNIQUE INDEX reports_order_stops_errand ON reports_order_stops (errand) WHERE outcome = 'waiting' AND errand IS NOT NULL;
