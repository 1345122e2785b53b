-- A facility with what can be booked of it. The document is JSON.
CREATE TABLE booking_facilities (
  key TEXT NOT NULL PRIMARY KEY CHECK (key <> '' AND length(key) <= 50),
  department TEXT NOT NULL CHECK (department <> ''),
  document TEXT NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  -- Offline: nobody books, what is booked stays.
  is_offered BIGINT NOT NULL CHECK (is_offered IN (0, 1))
);

-- What can be taken only once at a time: a room, a part of a hall, one of ten tablets.
CREATE TABLE booking_units (
  id ID,
  facility_key TEXT NOT NULL REFERENCES booking_facilities (key),
  key TEXT NOT NULL,
  UNIQUE (facility_key, key)
);

-- A group that may book, with the roster that staff have looked over.
CREATE TABLE booking_groups (
  id ID,
  name TEXT NOT NULL CHECK (name <> ''),
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'registered', 'ended')),
  until TEXT CHECK (length(until) = 10),
  sealed BYTEA NOT NULL,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  made_at BIGINT NOT NULL
);

-- A reservation. Who it is for is sealed; `holder` is a keyed hash, the same for all reservations of one person or group, and
-- empty for the city's own use. `number_hash` is the keyed hash of the reservation number.
CREATE TABLE booking_reservations (
  id ID,
  number_hash TEXT UNIQUE,
  facility_key TEXT NOT NULL REFERENCES booking_facilities (key),
  resource_key TEXT NOT NULL,
  day TEXT NOT NULL CHECK (length(day) = 10),
  from_minute BIGINT NOT NULL CHECK (from_minute >= 0),
  to_minute BIGINT NOT NULL CHECK (to_minute <= 1440),
  state TEXT NOT NULL CHECK (state IN ('held', 'requested', 'confirmed', 'attended', 'absent', 'cancelled', 'refused')),
  kind TEXT NOT NULL CHECK (kind IN ('booking', 'official', 'closure')),
  channel TEXT NOT NULL,
  holder TEXT NOT NULL,
  resident BIGINT,
  group_id BIGINT REFERENCES booking_groups (id),
  -- The browser that holds it while the form is filled in: the keyed hash of its cookie.
  visit TEXT,
  held_until BIGINT,
  purpose TEXT NOT NULL,
  people BIGINT NOT NULL CHECK (people >= 0),
  fee BIGINT NOT NULL CHECK (fee >= 0),
  kept_fee BIGINT NOT NULL CHECK (kept_fee >= 0 AND kept_fee <= fee),
  sealed BYTEA,
  -- Asked for twice with the same mark it is made once.
  request TEXT UNIQUE,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  made_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  CHECK (from_minute < to_minute),
  CHECK ((state = 'held') = (held_until IS NOT NULL)),
  CHECK (state <> 'held' OR visit IS NOT NULL),
  CHECK (kind <> 'booking' OR state = 'held' OR holder <> '')
);
CREATE INDEX booking_reservations_day ON booking_reservations (facility_key, day);
CREATE INDEX booking_reservations_holder ON booking_reservations (holder, day);
CREATE INDEX booking_reservations_resident ON booking_reservations (resident);
CREATE INDEX booking_reservations_visit ON booking_reservations (visit) WHERE visit IS NOT NULL;
CREATE INDEX booking_reservations_held ON booking_reservations (held_until) WHERE held_until IS NOT NULL;

-- Which unit is taken in which step of time, by whom. The key is what makes a double booking impossible. `at` is minutes of local
-- time since 1970.
CREATE TABLE booking_taken (
  unit_id BIGINT NOT NULL REFERENCES booking_units (id),
  at BIGINT NOT NULL,
  reservation_id BIGINT NOT NULL REFERENCES booking_reservations (id),
  PRIMARY KEY (unit_id, at)
);
CREATE INDEX booking_taken_reservation ON booking_taken (reservation_id);
CREATE INDEX booking_taken_at ON booking_taken (at, unit_id);

-- Who books within limits: writes in the name of one person or group wait for each other at this row.
CREATE TABLE booking_counts (
  holder TEXT NOT NULL PRIMARY KEY,
  count BIGINT NOT NULL
);
