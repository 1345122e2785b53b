-- Days are the first and the last day on which something holds, both included; no last day: until further notice.

CREATE TABLE departments (
  code TEXT NOT NULL PRIMARY KEY,
  name_ja TEXT NOT NULL CHECK (name_ja <> ''),
  name_en TEXT NOT NULL,
  parent TEXT REFERENCES departments (code) CHECK (parent <> code),
  first_day TEXT NOT NULL CHECK (length(first_day) = 10),
  last_day TEXT CHECK (length(last_day) = 10),
  position BIGINT NOT NULL,
  CHECK (last_day IS NULL OR last_day >= first_day)
);
CREATE INDEX departments_parent ON departments (parent);

CREATE TABLE accounts (
  id ID,
  login_name TEXT NOT NULL UNIQUE CHECK (login_name <> ''),
  display_name TEXT NOT NULL CHECK (display_name <> ''),
  kana TEXT NOT NULL,
  email TEXT UNIQUE CHECK (email <> ''),
  state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
  last_day TEXT CHECK (length(last_day) = 10),
  handle TEXT NOT NULL UNIQUE CHECK (length(handle) = 36),
  created_at BIGINT NOT NULL
);

CREATE TABLE posts_held (
  id ID,
  account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  department TEXT NOT NULL REFERENCES departments (code),
  post TEXT NOT NULL CHECK (post <> ''),
  concurrent BIGINT NOT NULL CHECK (concurrent IN (0, 1)),
  first_day TEXT NOT NULL CHECK (length(first_day) = 10),
  last_day TEXT CHECK (length(last_day) = 10),
  CHECK (last_day IS NULL OR last_day >= first_day),
  UNIQUE (account, department, post, first_day)
);
-- One main post at a time: the one without an end, and none twice from the same day.
CREATE UNIQUE INDEX posts_held_one_main ON posts_held (account) WHERE concurrent = 0 AND last_day IS NULL;
CREATE UNIQUE INDEX posts_held_one_main_a_day ON posts_held (account, first_day) WHERE concurrent = 0;
CREATE INDEX posts_held_department ON posts_held (department);

CREATE TABLE roles (
  role_key TEXT NOT NULL PRIMARY KEY CHECK (role_key <> ''),
  name_ja TEXT NOT NULL CHECK (name_ja <> ''),
  name_en TEXT NOT NULL
);
CREATE TABLE role_capabilities (
  role_key TEXT NOT NULL REFERENCES roles (role_key) ON DELETE CASCADE,
  capability TEXT NOT NULL CHECK (capability <> ''),
  PRIMARY KEY (role_key, capability)
);
-- A role is held by one account, or by everybody in a post (of one department, or of any).
CREATE TABLE role_grants (
  id ID,
  role_key TEXT NOT NULL REFERENCES roles (role_key) ON DELETE CASCADE,
  account BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
  post TEXT CHECK (post <> ''),
  post_department TEXT REFERENCES departments (code),
  scope TEXT NOT NULL CHECK (scope IN ('city', 'department', 'own')),
  department TEXT REFERENCES departments (code),
  first_day TEXT NOT NULL CHECK (length(first_day) = 10),
  last_day TEXT CHECK (length(last_day) = 10),
  CHECK ((account IS NULL) <> (post IS NULL)),
  CHECK (post_department IS NULL OR post IS NOT NULL),
  CHECK ((scope = 'department') = (department IS NOT NULL)),
  CHECK (last_day IS NULL OR last_day >= first_day)
);
CREATE INDEX role_grants_account ON role_grants (account);
CREATE INDEX role_grants_post ON role_grants (post);

CREATE TABLE passwords (
  account BIGINT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  must_change BIGINT NOT NULL CHECK (must_change IN (0, 1)),
  changed_at BIGINT NOT NULL
);
-- The secret is encrypted with the city key and bound to the account.
CREATE TABLE one_time_codes (
  account BIGINT NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  secret BYTEA NOT NULL,
  last_step BIGINT NOT NULL,
  set_up_at BIGINT NOT NULL
);
CREATE TABLE passkeys (
  id ID,
  account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  credential TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (name <> ''),
  passkey TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX passkeys_account ON passkeys (account);
CREATE TABLE recovery_codes (
  code_hash TEXT NOT NULL PRIMARY KEY,
  account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  used_at BIGINT
);
CREATE INDEX recovery_codes_account ON recovery_codes (account);
CREATE TABLE oidc_links (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject),
  UNIQUE (issuer, account)
);

CREATE TABLE sessions (
  id ID,
  token_hash TEXT NOT NULL UNIQUE,
  account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  method TEXT NOT NULL CHECK (method IN ('password', 'password_totp', 'passkey', 'oidc')),
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  stepped_up_until BIGINT,
  source TEXT NOT NULL,
  user_agent TEXT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account);
-- What a browser began and must come back with: a second factor, a passkey challenge, a log-in at another provider.
CREATE TABLE ceremonies (
  token_hash TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  account BIGINT REFERENCES accounts (id) ON DELETE CASCADE,
  state BYTEA NOT NULL,
  tries BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX ceremonies_ends_at ON ceremonies (ends_at);
CREATE TABLE known_devices (
  token_hash TEXT NOT NULL,
  account BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  last_used_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash, account)
);
CREATE INDEX known_devices_account ON known_devices (account);
-- How often somebody failed of late, by a keyed hash of where from (and for which name): no address is kept.
CREATE TABLE sign_in_attempts (
  bucket TEXT NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL CHECK (failures >= 0),
  last_at BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_last_at ON sign_in_attempts (last_at);

CREATE TABLE api_tokens (
  id ID,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  token_hash TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  last_day TEXT CHECK (length(last_day) = 10),
  revoked_at BIGINT,
  last_used_at BIGINT
);
CREATE TABLE api_token_capabilities (
  token BIGINT NOT NULL REFERENCES api_tokens (id) ON DELETE CASCADE,
  capability TEXT NOT NULL CHECK (capability <> ''),
  PRIMARY KEY (token, capability)
);
CREATE TABLE api_token_measures (
  token BIGINT NOT NULL REFERENCES api_tokens (id) ON DELETE CASCADE,
  measure TEXT NOT NULL CHECK (measure <> ''),
  PRIMARY KEY (token, measure)
);

CREATE TABLE personnel_files (
  id ID,
  file_name TEXT NOT NULL,
  contents TEXT NOT NULL,
  uploaded_by TEXT NOT NULL,
  uploaded_at BIGINT NOT NULL,
  committed_at BIGINT
);
