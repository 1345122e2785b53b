-- Days on which a facility, or one of its resources, is closed although its calendar says otherwise. A job carries it out day by day.
CREATE TABLE booking_closures (
  id ID,
  facility_key TEXT NOT NULL REFERENCES booking_facilities (key),
  -- Empty: the whole facility.
  resource_key TEXT NOT NULL,
  first_day TEXT NOT NULL CHECK (length(first_day) = 10),
  last_day TEXT NOT NULL CHECK (length(last_day) = 10),
  -- What everybody is told.
  reason TEXT NOT NULL CHECK (reason <> ''),
  state TEXT NOT NULL CHECK (state IN ('working', 'closed', 'reopened')),
  -- Asked for twice with the same mark it is made once.
  request TEXT NOT NULL UNIQUE,
  made_at BIGINT NOT NULL,
  CHECK (first_day <= last_day)
);
CREATE INDEX booking_closures_facility ON booking_closures (facility_key, last_day);

-- What the fee depends on beside the row itself, as JSON: where they live, admission, business, the reductions agreed.
ALTER TABLE booking_reservations ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';

-- What was paid and not given back.
ALTER TABLE booking_reservations ADD COLUMN paid BIGINT NOT NULL DEFAULT 0 CHECK (paid >= 0);

-- What the city uses it for, when it is the city's own.
ALTER TABLE booking_reservations ADD COLUMN title TEXT NOT NULL DEFAULT '';

-- The city's own use to which it had to give way.
ALTER TABLE booking_reservations ADD COLUMN displaced_by BIGINT REFERENCES booking_reservations (id);

-- The closure that it is a day of, or to which it had to give way.
ALTER TABLE booking_reservations ADD COLUMN closure_id BIGINT REFERENCES booking_closures (id);
CREATE INDEX booking_reservations_closure ON booking_reservations (closure_id, day) WHERE closure_id IS NOT NULL;
-- A day is closed once by a closure.
CREATE UNIQUE INDEX booking_reservations_closed_day ON booking_reservations (closure_id, day) WHERE kind = 'closure';
CREATE INDEX booking_reservations_paid ON booking_reservations (facility_key, day) WHERE paid > 0;
CREATE INDEX booking_reservations_requested ON booking_reservations (facility_key, day) WHERE state = 'requested';
CREATE INDEX booking_reservations_changed ON booking_reservations (changed_at);

-- What was done with a reservation, by whom. What was said is sealed; the rest holds nothing personal.
CREATE TABLE booking_history (
  id ID,
  reservation_id BIGINT NOT NULL REFERENCES booking_reservations (id),
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  detail TEXT NOT NULL,
  sealed BYTEA
);
CREATE INDEX booking_history_reservation ON booking_history (reservation_id, id);

-- Which member of staff saw who a reservation is for.
CREATE TABLE booking_looks (
  id ID,
  reservation_id BIGINT NOT NULL REFERENCES booking_reservations (id),
  at BIGINT NOT NULL,
  day TEXT NOT NULL CHECK (length(day) = 10),
  account BIGINT NOT NULL,
  way TEXT NOT NULL CHECK (way IN ('page', 'list', 'file', 'permit'))
);
CREATE INDEX booking_looks_reservation ON booking_looks (reservation_id, id);
