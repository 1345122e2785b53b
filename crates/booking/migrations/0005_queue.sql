-- A counter at which people draw a number: a facility of the kind `counter`. Whatever changes in its line waits for this row and
-- counts its revision, by which screens learn that something has changed.
CREATE TABLE booking_queues (
  facility_key TEXT NOT NULL PRIMARY KEY REFERENCES booking_facilities (key),
  -- What stands before its numbers: A-012.
  letter TEXT NOT NULL UNIQUE CHECK (length(letter) = 1),
  windows BIGINT NOT NULL CHECK (windows >= 1 AND windows <= 30),
  -- Whether a number can be drawn with a telephone.
  from_phones BIGINT NOT NULL CHECK (from_phones IN (0, 1)),
  is_on BIGINT NOT NULL CHECK (is_on IN (0, 1)),
  -- The last number given out, and its day.
  day TEXT NOT NULL CHECK (length(day) = 10),
  last_number BIGINT NOT NULL CHECK (last_number >= 0),
  revision BIGINT NOT NULL CHECK (revision >= 1)
);

-- A window of a counter. It is open on one day; on the next it is closed until somebody opens it.
CREATE TABLE booking_queue_windows (
  facility_key TEXT NOT NULL REFERENCES booking_queues (facility_key),
  number BIGINT NOT NULL CHECK (number >= 1),
  open_on TEXT CHECK (length(open_on) = 10),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  PRIMARY KEY (facility_key, number)
);

-- A number somebody drew. Nothing in it tells who it is. With the counter and day where it was drawn it is what stands on the slip;
-- `counter_key` is where it waits now. `turn` is the moment by which it has its place in line, `due` the time of an appointment.
CREATE TABLE booking_tickets (
  id ID,
  facility_key TEXT NOT NULL REFERENCES booking_queues (facility_key),
  day TEXT NOT NULL CHECK (length(day) = 10),
  number BIGINT NOT NULL CHECK (number >= 1),
  token_hash TEXT NOT NULL UNIQUE,
  counter_key TEXT NOT NULL REFERENCES booking_queues (facility_key),
  resource_key TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'called', 'served', 'left', 'absent')),
  turn BIGINT NOT NULL,
  due BIGINT,
  waiting_since BIGINT NOT NULL,
  -- Why it is called before others: a word from a list.
  reason TEXT CHECK (reason <> ''),
  reservation_id BIGINT UNIQUE REFERENCES booking_reservations (id),
  window_number BIGINT,
  calls BIGINT NOT NULL CHECK (calls >= 0),
  -- How often nobody came when it was called.
  misses BIGINT NOT NULL CHECK (misses >= 0 AND misses <= 2),
  called_at BIGINT,
  ended_at BIGINT,
  made_at BIGINT NOT NULL,
  UNIQUE (facility_key, day, number),
  CHECK (state <> 'called' OR (window_number IS NOT NULL AND called_at IS NOT NULL)),
  CHECK ((state IN ('served', 'left', 'absent')) = (ended_at IS NOT NULL))
);
-- A window calls one at a time.
CREATE UNIQUE INDEX booking_tickets_window ON booking_tickets (counter_key, window_number) WHERE state = 'called';
CREATE INDEX booking_tickets_line ON booking_tickets (counter_key, day, state);

-- How long somebody waited at a counter and was served there, in seconds: what is measured, kept when the numbers are gone.
CREATE TABLE booking_queue_stays (
  id ID,
  facility_key TEXT NOT NULL REFERENCES booking_queues (facility_key),
  day TEXT NOT NULL CHECK (length(day) = 10),
  -- The hour in which the waiting began.
  hour BIGINT NOT NULL CHECK (hour >= 0 AND hour <= 23),
  outcome TEXT NOT NULL CHECK (outcome IN ('served', 'left', 'absent')),
  had_appointment BIGINT NOT NULL CHECK (had_appointment IN (0, 1)),
  waited BIGINT NOT NULL CHECK (waited >= 0),
  served BIGINT CHECK (served >= 0),
  ended_at BIGINT NOT NULL
);
CREATE INDEX booking_queue_stays_day ON booking_queue_stays (facility_key, day);
