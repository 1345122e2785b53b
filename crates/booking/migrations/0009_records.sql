-- A time that another service takes for a record of its own, such as an application: the path of that record's page below /desk.
-- Who it is for stands there and not here.
ALTER TABLE booking_reservations ADD COLUMN record TEXT;
CREATE INDEX booking_reservations_record ON booking_reservations (record) WHERE record IS NOT NULL;
