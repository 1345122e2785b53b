-- A course of several sessions is one booking. The booking has a row of its own, which takes no units; each of its sessions is a row that
-- names it in `course_id` and takes a place of its own, so that who comes is noted for each session.
ALTER TABLE booking_reservations ADD COLUMN is_course BIGINT NOT NULL DEFAULT 0 CHECK (is_course IN (0, 1));
ALTER TABLE booking_reservations ADD COLUMN course_id BIGINT REFERENCES booking_reservations (id);
CREATE INDEX booking_reservations_course ON booking_reservations (course_id) WHERE course_id IS NOT NULL;
