-- How long a facility could be booked on a day and how long it was used, in minutes of units, as last reported to the facts.
CREATE TABLE booking_hours (
  facility_key TEXT NOT NULL REFERENCES booking_facilities (key),
  day TEXT NOT NULL CHECK (length(day) = 10),
  minutes_open BIGINT NOT NULL CHECK (minutes_open >= 0),
  minutes_used BIGINT NOT NULL CHECK (minutes_used >= 0),
  minutes_official BIGINT NOT NULL CHECK (minutes_official >= 0),
  -- Counts how often the day was reported differently.
  revision BIGINT NOT NULL CHECK (revision >= 1),
  PRIMARY KEY (facility_key, day)
);
