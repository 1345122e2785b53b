-- An indicator of the city and one of a neighbour that a person said are not the same: not suggested again.
CREATE TABLE plan_declined_comparisons (
  plan_id BIGINT NOT NULL,
  indicator_key TEXT NOT NULL,
  other_plan_id BIGINT NOT NULL,
  other_key TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (plan_id, indicator_key, other_plan_id, other_key),
  FOREIGN KEY (plan_id, indicator_key) REFERENCES plan_indicators (plan_id, key) ON DELETE CASCADE,
  FOREIGN KEY (other_plan_id, other_key) REFERENCES plan_indicators (plan_id, key) ON DELETE CASCADE
);
