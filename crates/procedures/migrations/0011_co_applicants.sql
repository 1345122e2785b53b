-- By which day everybody must have agreed to an application that its applicant has sent; none: it is still being filled in. Until then it
-- stays a draft, and the desk knows nothing of it.
ALTER TABLE procedures_drafts ADD COLUMN agree_by TEXT CHECK (agree_by IS NULL OR length(agree_by) = 10);

-- People who make an application together with the applicant: of a draft, then of the case that it became. Who they are is sealed under
-- the key of the draft or case. The link that was mailed to them is found by the hash of its token; the text of the token is sealed.
CREATE TABLE procedures_co_applicants (
  id ID,
  draft_id BIGINT REFERENCES procedures_drafts (id) ON DELETE CASCADE,
  case_id BIGINT REFERENCES procedures_cases (id),
  state TEXT NOT NULL CHECK (state IN ('named', 'asked', 'agreed', 'declined')),
  way TEXT NOT NULL CHECK (way IN ('mail', 'paper')),
  token TEXT UNIQUE CHECK (length(token) = 64),
  resident BIGINT,
  sealed BYTEA NOT NULL,
  tries BIGINT NOT NULL CHECK (tries >= 0),
  asked_at BIGINT,
  answered_at BIGINT,
  reminded_at BIGINT,
  CHECK ((draft_id IS NULL) <> (case_id IS NULL)),
  CHECK ((answered_at IS NOT NULL) = (state IN ('agreed', 'declined')))
);
CREATE INDEX procedures_co_applicants_by_draft ON procedures_co_applicants (draft_id);
CREATE INDEX procedures_co_applicants_by_case ON procedures_co_applicants (case_id);
CREATE INDEX procedures_co_applicants_by_resident ON procedures_co_applicants (resident);
