-- Residents' accounts. A mail address is found by its keyed hash; it and what a provider vouched for are sealed with the city
-- key for this account alone (bound to its handle).
CREATE TABLE residents (
  id ID,
  handle TEXT NOT NULL UNIQUE CHECK (length(handle) = 36),
  email_hash TEXT UNIQUE CHECK (length(email_hash) = 64),
  email BYTEA,
  verified BYTEA,
  created_at BIGINT NOT NULL,
  CHECK ((email_hash IS NULL) = (email IS NULL))
);
CREATE TABLE resident_links (
  issuer TEXT NOT NULL,
  subject_hash TEXT NOT NULL CHECK (length(subject_hash) = 64),
  resident BIGINT NOT NULL REFERENCES residents (id) ON DELETE CASCADE,
  linked_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject_hash),
  UNIQUE (issuer, resident)
);
CREATE INDEX resident_links_resident ON resident_links (resident);
CREATE TABLE resident_passkeys (
  id ID,
  resident BIGINT NOT NULL REFERENCES residents (id) ON DELETE CASCADE,
  credential TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (name <> ''),
  passkey TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX resident_passkeys_resident ON resident_passkeys (resident);
CREATE TABLE resident_sessions (
  id ID,
  token_hash TEXT NOT NULL UNIQUE,
  resident BIGINT NOT NULL REFERENCES residents (id) ON DELETE CASCADE,
  method TEXT NOT NULL CHECK (method IN ('email_code', 'passkey', 'oidc')),
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX resident_sessions_resident ON resident_sessions (resident);
-- A mail address somebody proves to be theirs by a code sent there; after that, for a while, the proof.
CREATE TABLE email_codes (
  token_hash TEXT NOT NULL PRIMARY KEY,
  email BYTEA NOT NULL,
  code_hash TEXT NOT NULL CHECK (length(code_hash) = 64),
  tries BIGINT NOT NULL CHECK (tries >= 0),
  ends_at BIGINT NOT NULL,
  proved_at BIGINT
);
CREATE INDEX email_codes_ends_at ON email_codes (ends_at);
