-- A survey: as a draft, open between two moments, closed.
CREATE TABLE surveys_surveys (
  key TEXT NOT NULL PRIMARY KEY,
  department TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'open', 'closed')),
  version BIGINT NOT NULL CHECK (version >= 1),
  revision BIGINT NOT NULL CHECK (revision >= 1),
  document TEXT NOT NULL,
  opens_at BIGINT NOT NULL,
  closes_at BIGINT NOT NULL,
  quota BIGINT CHECK (quota > 0),
  answers BIGINT NOT NULL DEFAULT 0 CHECK (answers >= 0),
  opened_on TEXT,
  closed_at BIGINT,
  published_at BIGINT,
  CHECK (quota IS NULL OR answers <= quota),
  CHECK (state <> 'draft' OR answers = 0),
  CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
  CHECK (published_at IS NULL OR state = 'closed')
);

-- What was asked, as it was put open and as its texts were corrected afterwards. Never changed.
CREATE TABLE surveys_versions (
  survey_key TEXT NOT NULL REFERENCES surveys_surveys (key),
  number BIGINT NOT NULL,
  document TEXT NOT NULL,
  PRIMARY KEY (survey_key, number)
);

-- Answers. The number is random, so that neither it nor the order of the rows tells when an answer came.
CREATE TABLE surveys_answers (
  id BIGINT NOT NULL PRIMARY KEY,
  survey_key TEXT NOT NULL REFERENCES surveys_surveys (key),
  day TEXT NOT NULL CHECK (length(day) = 10),
  answers TEXT NOT NULL
);
CREATE INDEX surveys_answers_survey ON surveys_answers (survey_key);

-- Answers that wait until there are enough of them to be counted together.
CREATE TABLE surveys_waiting (
  id BIGINT NOT NULL PRIMARY KEY,
  survey_key TEXT NOT NULL REFERENCES surveys_surveys (key),
  day TEXT NOT NULL CHECK (length(day) = 10),
  answers TEXT NOT NULL
);
CREATE INDEX surveys_waiting_survey ON surveys_waiting (survey_key);

-- That a person has answered, as a keyed hash; nothing that an answer could be found by. Emptied when the survey closes.
CREATE TABLE surveys_participants (
  mark BIGINT NOT NULL PRIMARY KEY,
  survey_key TEXT NOT NULL REFERENCES surveys_surveys (key)
);
CREATE INDEX surveys_participants_survey ON surveys_participants (survey_key);

-- How often an answer with a quota was chosen.
CREATE TABLE surveys_counts (
  survey_key TEXT NOT NULL REFERENCES surveys_surveys (key),
  cell TEXT NOT NULL,
  count BIGINT NOT NULL CHECK (count >= 0),
  most BIGINT NOT NULL,
  PRIMARY KEY (survey_key, cell),
  CHECK (count <= most)
);

-- What a browser has filled in and not sent yet; sealed.
CREATE TABLE surveys_drafts (
  token TEXT NOT NULL PRIMARY KEY,
  survey_key TEXT NOT NULL REFERENCES surveys_surveys (key),
  sealed BYTEA NOT NULL,
  revision BIGINT NOT NULL,
  expires_on TEXT NOT NULL CHECK (length(expires_on) = 10)
);
CREATE INDEX surveys_drafts_survey ON surveys_drafts (survey_key);
