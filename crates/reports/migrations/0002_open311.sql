-- How many reports another system has sent within an hour.
CREATE INDEX reports_steps_actor ON reports_steps (actor, at);
