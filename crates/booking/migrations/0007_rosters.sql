-- When the roster of a group that is no more was deleted, with everything else that was sealed of it.
ALTER TABLE booking_groups ADD COLUMN forgotten_at BIGINT;
