-- Groups: which department looks them over, whose turn it is, how many they are, and the code by which others join.
ALTER TABLE booking_groups ADD COLUMN department TEXT NOT NULL DEFAULT '';
ALTER TABLE booking_groups ADD COLUMN turn TEXT NOT NULL DEFAULT 'nobody' CHECK (turn IN ('nobody', 'staff', 'group'));
ALTER TABLE booking_groups ADD COLUMN members BIGINT NOT NULL DEFAULT 0 CHECK (members >= 0);
ALTER TABLE booking_groups ADD COLUMN residents BIGINT NOT NULL DEFAULT 0 CHECK (residents >= 0);
ALTER TABLE booking_groups ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
-- Sent twice with the same mark it is one group.
ALTER TABLE booking_groups ADD COLUMN request TEXT;
-- The keyed hash of the code that lets somebody with an account book in the group's name.
ALTER TABLE booking_groups ADD COLUMN invite_hash TEXT;
ALTER TABLE booking_groups ADD COLUMN invite_until BIGINT;
CREATE UNIQUE INDEX booking_groups_request ON booking_groups (request);
CREATE UNIQUE INDEX booking_groups_invite ON booking_groups (invite_hash);
CREATE INDEX booking_groups_department ON booking_groups (department);

-- Who may book in a group's name with their account. What the others of the group know them by is sealed.
CREATE TABLE booking_group_people (
  group_id BIGINT NOT NULL REFERENCES booking_groups (id),
  resident BIGINT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('representative', 'member')),
  sealed BYTEA NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (group_id, resident)
);
CREATE UNIQUE INDEX booking_group_people_representative ON booking_group_people (group_id) WHERE role = 'representative';
CREATE INDEX booking_group_people_resident ON booking_group_people (resident);
CREATE INDEX booking_reservations_group ON booking_reservations (group_id, day) WHERE group_id IS NOT NULL;

-- Penalty points for cancelling late and for not coming: once for each reservation.
CREATE TABLE booking_points (
  reservation_id BIGINT NOT NULL PRIMARY KEY REFERENCES booking_reservations (id),
  holder TEXT NOT NULL CHECK (holder <> ''),
  facility_key TEXT NOT NULL REFERENCES booking_facilities (key),
  cause TEXT NOT NULL CHECK (cause IN ('late', 'absent')),
  points BIGINT NOT NULL CHECK (points > 0),
  given_on TEXT NOT NULL CHECK (length(given_on) = 10),
  lapses_on TEXT NOT NULL CHECK (length(lapses_on) = 10),
  taken_back_at BIGINT,
  -- The account of whoever took it back; none: it was a mistake at the reception that was put right.
  taken_back_by BIGINT,
  reason TEXT,
  CHECK (taken_back_by IS NULL OR (taken_back_at IS NOT NULL AND reason <> ''))
);
CREATE INDEX booking_points_holder ON booking_points (holder, facility_key);

-- The same time again and again, asked for at once.
CREATE TABLE booking_series (
  id ID,
  request TEXT NOT NULL UNIQUE,
  facility_key TEXT NOT NULL REFERENCES booking_facilities (key),
  resource_key TEXT NOT NULL,
  pattern TEXT NOT NULL,
  first_day TEXT NOT NULL CHECK (length(first_day) = 10),
  last_day TEXT NOT NULL CHECK (length(last_day) = 10),
  from_minute BIGINT NOT NULL CHECK (from_minute >= 0),
  to_minute BIGINT NOT NULL CHECK (to_minute <= 1440),
  holder TEXT NOT NULL CHECK (holder <> ''),
  resident BIGINT,
  group_id BIGINT REFERENCES booking_groups (id),
  channel TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  CHECK (from_minute < to_minute AND first_day <= last_day)
);
CREATE INDEX booking_series_resident ON booking_series (resident);
CREATE INDEX booking_series_group ON booking_series (group_id);

-- What became of each day of a series: a reservation, or the reason why there is none.
CREATE TABLE booking_series_days (
  series_id BIGINT NOT NULL REFERENCES booking_series (id),
  day TEXT NOT NULL CHECK (length(day) = 10),
  reservation_id BIGINT UNIQUE REFERENCES booking_reservations (id),
  failure TEXT,
  PRIMARY KEY (series_id, day),
  CHECK ((reservation_id IS NULL) <> (failure IS NULL))
);

-- Who waits for a time that is full, in the order in which they came. What is offered to them is a held reservation.
CREATE TABLE booking_waiting (
  id ID,
  facility_key TEXT NOT NULL REFERENCES booking_facilities (key),
  resource_key TEXT NOT NULL,
  day TEXT NOT NULL CHECK (length(day) = 10),
  from_minute BIGINT NOT NULL CHECK (from_minute >= 0),
  to_minute BIGINT NOT NULL CHECK (to_minute <= 1440),
  holder TEXT NOT NULL CHECK (holder <> ''),
  resident BIGINT,
  group_id BIGINT REFERENCES booking_groups (id),
  -- Who it is for and what for; gone when it is over.
  sealed BYTEA,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'taken', 'declined', 'lapsed', 'left', 'over')),
  reservation_id BIGINT,
  offered_until BIGINT,
  -- When they were told of the offer.
  told_at BIGINT,
  made_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  CHECK (from_minute < to_minute),
  CHECK ((state = 'offered') = (offered_until IS NOT NULL)),
  CHECK (state NOT IN ('offered', 'taken') OR reservation_id IS NOT NULL),
  CHECK (state NOT IN ('waiting', 'offered') OR sealed IS NOT NULL)
);
CREATE UNIQUE INDEX booking_waiting_once ON booking_waiting (holder, facility_key, resource_key, day, from_minute, to_minute)
  WHERE state IN ('waiting', 'offered');
CREATE INDEX booking_waiting_time ON booking_waiting (facility_key, day, id) WHERE state IN ('waiting', 'offered');
CREATE INDEX booking_waiting_holder ON booking_waiting (holder);

-- Which reminders were sent: a reservation that moves to another day is reminded of again.
CREATE TABLE booking_reminders (
  reservation_id BIGINT NOT NULL REFERENCES booking_reservations (id),
  day TEXT NOT NULL CHECK (length(day) = 10),
  days_before BIGINT NOT NULL CHECK (days_before >= 0),
  sent_at BIGINT NOT NULL,
  PRIMARY KEY (reservation_id, day, days_before)
);

-- Secret addresses of calendars: of a person (`resident/7`) or a group (`group/3`). The token is found by its hash.
CREATE TABLE booking_feeds (
  owner TEXT NOT NULL PRIMARY KEY,
  token_hash TEXT NOT NULL UNIQUE,
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL
);
