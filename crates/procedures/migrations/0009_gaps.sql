-- Questions of a paper application that were left without an answer: paths of fields, nothing that anybody wrote. While there are any the
-- case is not decided.
CREATE TABLE procedures_case_gaps (
  case_id BIGINT NOT NULL REFERENCES procedures_cases (id),
  path TEXT NOT NULL CHECK (path <> ''),
  position BIGINT NOT NULL,
  PRIMARY KEY (case_id, path)
);
