-- People are account numbers, or actors as the audit log writes them (staff:12); departments are codes. Days are YYYY-MM-DD.

-- Do: what a department writes in the course of the year. A note is never changed, only taken back with a reason.
CREATE TABLE plan_progress_notes (
  id ID,
  plan_id BIGINT NOT NULL,
  initiative_key TEXT NOT NULL,
  department TEXT NOT NULL CHECK (department <> ''),
  day TEXT NOT NULL CHECK (length(day) = 10),
  text TEXT NOT NULL CHECK (text <> ''),
  written_by TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  withdrawn_by TEXT,
  withdrawn_at BIGINT,
  withdrawn_reason TEXT CHECK (withdrawn_reason <> ''),
  FOREIGN KEY (plan_id, initiative_key) REFERENCES plan_initiatives (plan_id, key),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL)),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX plan_progress_notes_place ON plan_progress_notes (plan_id, initiative_key);

CREATE TABLE plan_tasks (
  id ID,
  plan_id BIGINT NOT NULL,
  initiative_key TEXT NOT NULL,
  title TEXT NOT NULL CHECK (title <> ''),
  department TEXT NOT NULL CHECK (department <> ''),
  assignee BIGINT,
  due TEXT NOT NULL CHECK (length(due) = 10),
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
  settled_on TEXT CHECK (length(settled_on) = 10),
  note TEXT,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  FOREIGN KEY (plan_id, initiative_key) REFERENCES plan_initiatives (plan_id, key),
  CHECK ((state = 'open') = (settled_on IS NULL)),
  CHECK (state <> 'dropped' OR note IS NOT NULL)
);
CREATE INDEX plan_tasks_place ON plan_tasks (plan_id, initiative_key);
CREATE INDEX plan_tasks_due ON plan_tasks (state, due);
CREATE INDEX plan_tasks_assignee ON plan_tasks (assignee, state);

-- Check: one self-review per initiative, department and year.
CREATE TABLE plan_reviews (
  id ID,
  plan_id BIGINT NOT NULL,
  initiative_key TEXT NOT NULL,
  department TEXT NOT NULL CHECK (department <> ''),
  fiscal_year BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'checked', 'approved', 'published')),
  -- The draft waits for the head of the department.
  ready BIGINT NOT NULL CHECK (ready IN (0, 1)),
  -- Lists of lines, as JSON.
  results TEXT NOT NULL,
  analysis TEXT NOT NULL,
  next TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  first_submitted_at BIGINT,
  -- The DX office's remark that is published with the review.
  check_text TEXT,
  published_at BIGINT,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  UNIQUE (plan_id, initiative_key, department, fiscal_year),
  FOREIGN KEY (plan_id, initiative_key) REFERENCES plan_initiatives (plan_id, key),
  CHECK (ready = 0 OR state = 'draft'),
  CHECK (state = 'draft' OR first_submitted_at IS NOT NULL),
  CHECK ((state = 'published') = (published_at IS NOT NULL))
);
CREATE INDEX plan_reviews_year ON plan_reviews (plan_id, fiscal_year, state);

CREATE TABLE plan_decisions (
  id ID,
  plan_id BIGINT NOT NULL REFERENCES plans (id),
  fiscal_year BIGINT NOT NULL,
  title TEXT NOT NULL CHECK (title <> ''),
  text TEXT NOT NULL,
  decided_on TEXT NOT NULL CHECK (length(decided_on) = 10),
  decided_by TEXT NOT NULL,
  published_at BIGINT
);
CREATE INDEX plan_decisions_year ON plan_decisions (plan_id, fiscal_year);

-- One verdict per initiative and year.
CREATE TABLE plan_decision_items (
  decision_id BIGINT NOT NULL REFERENCES plan_decisions (id) ON DELETE CASCADE,
  plan_id BIGINT NOT NULL,
  fiscal_year BIGINT NOT NULL,
  initiative_key TEXT NOT NULL,
  verdict TEXT NOT NULL CHECK (verdict IN ('continue', 'strengthen', 'review', 'complete')),
  text TEXT NOT NULL,
  PRIMARY KEY (plan_id, fiscal_year, initiative_key),
  FOREIGN KEY (plan_id, initiative_key) REFERENCES plan_initiatives (plan_id, key)
);

-- Act: one record per missed target.
CREATE TABLE plan_acts (
  id ID,
  plan_id BIGINT NOT NULL,
  indicator_key TEXT NOT NULL,
  fiscal_year BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'in_progress', 'done')),
  opened_on TEXT NOT NULL CHECK (length(opened_on) = 10),
  fact TEXT NOT NULL CHECK (fact <> ''),
  cause TEXT NOT NULL,
  countermeasure TEXT NOT NULL,
  owner TEXT NOT NULL,
  assignee BIGINT,
  due TEXT CHECK (length(due) = 10),
  outcome TEXT,
  closed_on TEXT CHECK (length(closed_on) = 10),
  published_at BIGINT,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  UNIQUE (plan_id, indicator_key, fiscal_year),
  FOREIGN KEY (plan_id, indicator_key) REFERENCES plan_indicators (plan_id, key),
  CHECK ((state = 'done') = (closed_on IS NOT NULL)),
  CHECK (state <> 'done' OR outcome IS NOT NULL),
  CHECK (state = 'open' OR (cause <> '' AND countermeasure <> ''))
);
CREATE INDEX plan_acts_assignee ON plan_acts (assignee, state);

-- The plan of a later year took a countermeasure over into an initiative.
CREATE TABLE plan_takeovers (
  act_id BIGINT NOT NULL PRIMARY KEY REFERENCES plan_acts (id),
  plan_id BIGINT NOT NULL,
  initiative_key TEXT NOT NULL,
  fiscal_year BIGINT NOT NULL,
  text TEXT NOT NULL CHECK (text <> ''),
  taken_by TEXT NOT NULL,
  taken_at BIGINT NOT NULL,
  FOREIGN KEY (plan_id, initiative_key) REFERENCES plan_initiatives (plan_id, key)
);
CREATE INDEX plan_takeovers_place ON plan_takeovers (plan_id, initiative_key);

-- A decided new version of the plan, in the city's own numbering.
CREATE TABLE plan_revisions (
  id ID,
  plan_id BIGINT NOT NULL REFERENCES plans (id),
  label TEXT NOT NULL CHECK (label <> ''),
  fiscal_year BIGINT NOT NULL,
  decided_on TEXT NOT NULL CHECK (length(decided_on) = 10),
  decided_by TEXT NOT NULL,
  summary TEXT NOT NULL CHECK (summary <> ''),
  UNIQUE (plan_id, label)
);

-- What happened to initiatives and targets, and why; without a revision it waits for the next one.
CREATE TABLE plan_life_changes (
  id ID,
  plan_id BIGINT NOT NULL,
  initiative_key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('added', 'completed', 'merged', 'suspended', 'resumed', 'target_changed', 'department_changed')),
  into_key TEXT,
  indicator TEXT,
  before TEXT,
  after TEXT,
  reason TEXT NOT NULL CHECK (reason <> ''),
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  revision_id BIGINT REFERENCES plan_revisions (id),
  FOREIGN KEY (plan_id, initiative_key) REFERENCES plan_initiatives (plan_id, key),
  FOREIGN KEY (plan_id, into_key) REFERENCES plan_initiatives (plan_id, key),
  CHECK ((kind = 'merged') = (into_key IS NOT NULL)),
  CHECK (into_key IS NULL OR into_key <> initiative_key)
);
CREATE INDEX plan_life_changes_plan ON plan_life_changes (plan_id, revision_id);

-- The small circle of one system. Money is in yen.
CREATE TABLE plan_proposals (
  id ID,
  key TEXT NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 60),
  title TEXT NOT NULL CHECK (title <> ''),
  department TEXT NOT NULL CHECK (department <> ''),
  purpose TEXT NOT NULL CHECK (purpose <> ''),
  amount BIGINT NOT NULL CHECK (amount >= 0),
  yearly_cost BIGINT NOT NULL CHECK (yearly_cost >= 0),
  state TEXT NOT NULL CHECK (state IN ('proposed', 'withdrawn', 'accepted', 'declined', 'introduced', 'measured', 'concluded')),
  proposed_by TEXT NOT NULL,
  proposed_on TEXT NOT NULL CHECK (length(proposed_on) = 10),
  verdict TEXT CHECK (verdict IN ('as_proposed', 'reduced', 'declined')),
  decided_amount BIGINT,
  heard_on TEXT CHECK (length(heard_on) = 10),
  hearing_text TEXT,
  introduced_on TEXT CHECK (length(introduced_on) = 10),
  measured_on TEXT CHECK (length(measured_on) = 10),
  conclusion TEXT CHECK (conclusion IN ('improve', 'continue', 'retire')),
  concluded_on TEXT CHECK (length(concluded_on) = 10),
  conclusion_text TEXT,
  revision BIGINT NOT NULL CHECK (revision >= 1),
  CHECK ((verdict IS NULL) = (state IN ('proposed', 'withdrawn'))),
  CHECK ((verdict IS NULL) = (heard_on IS NULL)),
  CHECK ((verdict IS NULL) = (decided_amount IS NULL)),
  CHECK (verdict IS NULL OR (verdict = 'declined') = (state = 'declined')),
  CHECK (verdict IS NULL OR verdict <> 'as_proposed' OR decided_amount = amount),
  CHECK (verdict IS NULL OR verdict <> 'reduced' OR (decided_amount > 0 AND decided_amount < amount)),
  CHECK (verdict IS NULL OR verdict <> 'declined' OR decided_amount = 0),
  CHECK ((introduced_on IS NOT NULL) = (state IN ('introduced', 'measured', 'concluded'))),
  CHECK ((measured_on IS NOT NULL) = (state IN ('measured', 'concluded'))),
  CHECK ((conclusion IS NULL) = (concluded_on IS NULL)),
  CHECK (state <> 'concluded' OR conclusion IS NOT NULL)
);
CREATE INDEX plan_proposals_heard ON plan_proposals (heard_on);

-- What a proposal expects, and what came of it. Numbers are plain decimals.
CREATE TABLE plan_expectations (
  proposal_id BIGINT NOT NULL REFERENCES plan_proposals (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  name TEXT NOT NULL CHECK (name <> ''),
  unit TEXT NOT NULL,
  before TEXT NOT NULL,
  expected TEXT NOT NULL,
  measured TEXT,
  measured_text TEXT,
  PRIMARY KEY (proposal_id, position)
);

-- Every step of a task, review, Act record or proposal: who, when, why.
CREATE TABLE plan_steps (
  id ID,
  task_id BIGINT REFERENCES plan_tasks (id),
  review_id BIGINT REFERENCES plan_reviews (id),
  act_id BIGINT REFERENCES plan_acts (id),
  proposal_id BIGINT REFERENCES plan_proposals (id),
  step TEXT NOT NULL CHECK (step <> ''),
  from_state TEXT,
  to_state TEXT NOT NULL,
  text TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  CHECK (1 = CASE WHEN task_id IS NULL THEN 0 ELSE 1 END + CASE WHEN review_id IS NULL THEN 0 ELSE 1 END
           + CASE WHEN act_id IS NULL THEN 0 ELSE 1 END + CASE WHEN proposal_id IS NULL THEN 0 ELSE 1 END)
);
CREATE INDEX plan_steps_task ON plan_steps (task_id);
CREATE INDEX plan_steps_review ON plan_steps (review_id);
CREATE INDEX plan_steps_act ON plan_steps (act_id);
CREATE INDEX plan_steps_proposal ON plan_steps (proposal_id);

-- The notice box of the staff: at most one notice about the same thing and day.
CREATE TABLE plan_notices (
  id ID,
  account BIGINT NOT NULL,
  day TEXT NOT NULL CHECK (length(day) = 10),
  kind TEXT NOT NULL CHECK (kind IN ('task_due_soon', 'task_overdue', 'task_assigned', 'act_due_soon', 'act_overdue', 'act_assigned', 'review_returned')),
  -- The thing, such as task/12.
  subject TEXT NOT NULL,
  title TEXT NOT NULL,
  url TEXT NOT NULL,
  due TEXT CHECK (length(due) = 10),
  made_at BIGINT NOT NULL,
  read_at BIGINT,
  UNIQUE (account, subject, kind, day)
);
CREATE INDEX plan_notices_unread ON plan_notices (account, read_at);
