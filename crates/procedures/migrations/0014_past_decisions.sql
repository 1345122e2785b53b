-- Decisions that are in force no more: corrected (更正) or revoked (取消し). What was decided is sealed as it was; why it ended and what the
-- applicant was told of a revocation is sealed beside it.
CREATE TABLE procedures_case_past_decisions (
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  number BIGINT NOT NULL CHECK (number >= 1),
  outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'refused', 'partly')),
  sealed BYTEA NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  ended TEXT NOT NULL CHECK (ended IN ('corrected', 'revoked')),
  sealed_end BYTEA NOT NULL,
  ended_at BIGINT NOT NULL,
  ended_by TEXT NOT NULL,
  PRIMARY KEY (case_id, number)
);
