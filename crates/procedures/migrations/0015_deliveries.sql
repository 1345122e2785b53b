-- Other systems are told of more than the receipt and the end of a case, and of corrections as often as they come. The lines move to a
-- table that can hold that.
CREATE TABLE procedures_case_deliveries (
  id ID,
  -- The number that the line had before, which jobs that wait and receivers may still know; none for newer lines.
  former BIGINT UNIQUE,
  endpoint_id BIGINT NOT NULL REFERENCES procedures_endpoints (id),
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  event TEXT NOT NULL CHECK (event IN ('received', 'corrected', 'handed_over', 'decided', 'decision_changed', 'delivered', 'withdrawn')),
  -- Which time of several, counted by what happened to the case; 0 for what happens once.
  occasion BIGINT NOT NULL CHECK (occasion >= 0),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
  tries BIGINT NOT NULL CHECK (tries >= 0),
  problem TEXT,
  made_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  UNIQUE (endpoint_id, case_id, event, occasion),
  CHECK ((state = 'failed') = (problem IS NOT NULL) OR state = 'waiting')
);
INSERT INTO procedures_case_deliveries (former, endpoint_id, case_id, event, occasion, state, tries, problem, made_at, changed_at)
  SELECT id, endpoint_id, case_id, event, 0, state, tries, problem, made_at, changed_at FROM procedures_deliveries ORDER BY id;
DROP TABLE procedures_deliveries;
CREATE INDEX procedures_case_deliveries_by_state ON procedures_case_deliveries (state, changed_at);
CREATE INDEX procedures_case_deliveries_by_endpoint ON procedures_case_deliveries (endpoint_id, id);

-- A system that is told no more: its line stays for the ledger, without its secret, under a name that leaves the old one free.
ALTER TABLE procedures_endpoints ADD COLUMN removed_at BIGINT;
