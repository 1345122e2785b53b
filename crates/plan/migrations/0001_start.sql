CREATE TABLE plans (
  id ID,
  key TEXT NOT NULL UNIQUE CHECK (length(key) BETWEEN 1 AND 60),
  -- The city's own plan, or a neighbour's to compare with.
  own BIGINT NOT NULL CHECK (own IN (0, 1)),
  title TEXT NOT NULL,
  publisher TEXT NOT NULL,
  municipality TEXT,
  first_year BIGINT,
  last_year BIGINT,
  version_label TEXT,
  summary TEXT,
  source TEXT,
  statements TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  CHECK ((first_year IS NULL) = (last_year IS NULL)),
  CHECK (first_year IS NULL OR first_year <= last_year)
);

CREATE TABLE plan_groups (
  plan_id BIGINT NOT NULL REFERENCES plans (id),
  key TEXT NOT NULL,
  parent_key TEXT,
  position BIGINT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT,
  title TEXT NOT NULL,
  text TEXT,
  aim TEXT,
  texts TEXT NOT NULL,
  PRIMARY KEY (plan_id, key),
  FOREIGN KEY (plan_id, parent_key) REFERENCES plan_groups (plan_id, key)
);

CREATE TABLE plan_initiatives (
  plan_id BIGINT NOT NULL REFERENCES plans (id),
  key TEXT NOT NULL,
  group_key TEXT NOT NULL,
  position BIGINT NOT NULL,
  number TEXT,
  title TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('running', 'new', 'completed', 'new_and_completed', 'merged', 'suspended')),
  -- Everything of the initiative but its indicators, as JSON.
  body TEXT NOT NULL,
  -- Counts up with every change: whoever saves an older one is told so.
  revision BIGINT NOT NULL,
  PRIMARY KEY (plan_id, key),
  FOREIGN KEY (plan_id, group_key) REFERENCES plan_groups (plan_id, key)
);

-- Names of departments as the plan writes them, tied to the city's own departments where they are known.
CREATE TABLE plan_departments (
  plan_id BIGINT NOT NULL,
  initiative_key TEXT NOT NULL,
  position BIGINT NOT NULL,
  lead BIGINT NOT NULL CHECK (lead IN (0, 1)),
  name TEXT NOT NULL,
  code TEXT,
  PRIMARY KEY (plan_id, initiative_key, lead, position),
  FOREIGN KEY (plan_id, initiative_key) REFERENCES plan_initiatives (plan_id, key) ON DELETE CASCADE
);
CREATE INDEX plan_departments_code ON plan_departments (code);

CREATE TABLE plan_indicators (
  plan_id BIGINT NOT NULL REFERENCES plans (id),
  key TEXT NOT NULL,
  group_key TEXT,
  initiative_key TEXT,
  position BIGINT NOT NULL,
  name TEXT NOT NULL,
  definition TEXT,
  unit TEXT,
  direction TEXT CHECK (direction IN ('more', 'fewer', 'keep', 'at_most')),
  marks TEXT NOT NULL,
  PRIMARY KEY (plan_id, key),
  FOREIGN KEY (plan_id, group_key) REFERENCES plan_groups (plan_id, key),
  FOREIGN KEY (plan_id, initiative_key) REFERENCES plan_initiatives (plan_id, key),
  CHECK ((group_key IS NULL) <> (initiative_key IS NULL))
);

-- A formula holds from a fiscal year on until the next version; older versions stay.
CREATE TABLE plan_formulas (
  plan_id BIGINT NOT NULL,
  indicator_key TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  valid_from BIGINT NOT NULL,
  formula TEXT NOT NULL,
  reason TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (plan_id, indicator_key, version),
  FOREIGN KEY (plan_id, indicator_key) REFERENCES plan_indicators (plan_id, key) ON DELETE CASCADE
);

-- One figure per indicator, kind and year; year 0 stands for "no year" (a baseline without one).
CREATE TABLE plan_figures (
  plan_id BIGINT NOT NULL,
  indicator_key TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('baseline', 'target', 'actual')),
  fiscal_year BIGINT NOT NULL CHECK (fiscal_year = 0 OR fiscal_year BETWEEN 1868 AND 2300),
  position BIGINT NOT NULL,
  value TEXT,
  body TEXT NOT NULL,
  review BIGINT NOT NULL CHECK (review IN (0, 1)),
  PRIMARY KEY (plan_id, indicator_key, kind, fiscal_year),
  FOREIGN KEY (plan_id, indicator_key) REFERENCES plan_indicators (plan_id, key) ON DELETE CASCADE
);
CREATE INDEX plan_figures_review ON plan_figures (plan_id, review);

-- What the files said at the last import: the base against which a corrected file is compared.
CREATE TABLE plan_sources (
  plan_id BIGINT NOT NULL PRIMARY KEY REFERENCES plans (id),
  document TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE plan_imports (
  id ID,
  plan_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('preview', 'committed', 'discarded')),
  -- Names and hashes of the files, what each table was recognised as, and every cell with its role: JSON.
  files TEXT NOT NULL,
  reading TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  settled_at BIGINT
);
CREATE INDEX plan_imports_plan ON plan_imports (plan_key, id);

-- A published version: the whole plan as it was, never changed afterwards.
CREATE TABLE plan_versions (
  plan_id BIGINT NOT NULL REFERENCES plans (id),
  number BIGINT NOT NULL CHECK (number >= 1),
  document TEXT NOT NULL,
  reason TEXT NOT NULL,
  changes TEXT NOT NULL,
  published_by TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (plan_id, number)
);

-- Computed figures as they stood when a version was published.
CREATE TABLE plan_published_figures (
  plan_id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  indicator_key TEXT NOT NULL,
  fiscal_year BIGINT NOT NULL,
  formula_version BIGINT NOT NULL,
  value TEXT NOT NULL,
  parts TEXT NOT NULL,
  PRIMARY KEY (plan_id, version, indicator_key, fiscal_year),
  FOREIGN KEY (plan_id, version) REFERENCES plan_versions (plan_id, number)
);

-- A judgement by a person that stands before the computed one.
CREATE TABLE plan_overrides (
  plan_id BIGINT NOT NULL,
  indicator_key TEXT NOT NULL,
  fiscal_year BIGINT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('achieved', 'on_track', 'behind', 'cannot_be_judged')),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (plan_id, indicator_key, fiscal_year),
  FOREIGN KEY (plan_id, indicator_key) REFERENCES plan_indicators (plan_id, key) ON DELETE CASCADE
);

-- Indicators of several plans that a person confirmed to be the same.
CREATE TABLE plan_comparisons (
  id ID,
  name TEXT NOT NULL,
  unit TEXT,
  made_by TEXT NOT NULL,
  made_at BIGINT NOT NULL
);

CREATE TABLE plan_comparison_members (
  comparison_id BIGINT NOT NULL REFERENCES plan_comparisons (id) ON DELETE CASCADE,
  plan_id BIGINT NOT NULL,
  indicator_key TEXT NOT NULL,
  PRIMARY KEY (plan_id, indicator_key),
  FOREIGN KEY (plan_id, indicator_key) REFERENCES plan_indicators (plan_id, key) ON DELETE CASCADE
);
CREATE INDEX plan_comparison_members_comparison ON plan_comparison_members (comparison_id);
