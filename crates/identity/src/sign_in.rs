//! Signing in, step by step, and proving freshly who one is.

use yakuba_city::{Actor, Tx, web::StaffPrincipal};

use crate::{
    Identity, IdentityError,
    model::{
        account::{AccountId, LoginName},
        back_off::{KNOWN_DEVICE, NAME_FROM_SOURCE, SECOND_FACTOR, SOURCE},
        one_time_code::{CodeSecret, plain_recovery_code, recovery_codes},
        password,
        token::Token,
    },
    store::{
        accounts::{self, Account},
        attempts::{self, Bucket},
        credentials,
        sessions::{self, CurrentSession, Method, NewSession, SecondFactorPolicy},
    },
    visitor::Visitor,
};

/// A session that was just opened: tokens for the browser's cookies.
#[derive(Debug, Clone)]
pub struct Opened {
    /// For the session cookie.
    pub session: Token,
    /// For the cookie by which the device is known from now on.
    pub device: Token,
    /// Whose session it is.
    pub account: AccountId,
}

/// What came of a password.
#[derive(Debug, Clone)]
pub enum PasswordOutcome {
    /// Name or password are wrong; it is not said which.
    Refused,
    /// Too many tries; wait so many seconds.
    Wait(u64),
    /// They are right, and a second factor is needed: the token for the cookie of this step.
    SecondFactor(Token),
    /// They are right and enough.
    SignedIn(Opened),
}

/// What came of a code.
#[derive(Debug, Clone)]
pub enum CodeOutcome {
    /// It is wrong or was used before.
    Refused,
    /// Too many tries; wait so many seconds.
    Wait(u64),
    /// The password must be given again.
    BeginAgain,
    /// It is right.
    SignedIn(Opened),
}

/// What came of a fresh proof.
#[derive(Debug, Clone)]
pub enum StepUpOutcome {
    /// It is wrong or was used before.
    Refused,
    /// Too many tries; wait so many seconds.
    Wait(u64),
    /// It is right: the session's new token.
    Fresh(Token),
}

/// A fresh proof of identity.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A one-time or recovery code.
    Code(String),
    /// The password; only for accounts without a second factor.
    Password(String),
}

pub(crate) const SECOND_FACTOR_STEP: &str = "second_factor";
const CODE_SET_UP_STEP: &str = "code_set_up";

/// Where tries for a name are counted.
fn buckets(identity: &Identity, visitor: &Visitor, name: &str, known_device: bool) -> Vec<Bucket> {
    let bucket = |text: String, allowance, cleared_by_success| Bucket {
        name: identity.key().look_up("sign-in attempts", &text),
        allowance,
        cleared_by_success,
    };
    if let (true, Some(device)) = (known_device, &visitor.device) {
        return vec![bucket(
            format!("device/{}/{name}", device.hash()),
            KNOWN_DEVICE,
            true,
        )];
    }
    let source = visitor.source_range();
    vec![
        bucket(format!("name/{name}/from/{source}"), NAME_FROM_SOURCE, true),
        bucket(format!("from/{source}"), SOURCE, false),
    ]
}

/// Where tries for a second factor are counted.
fn second_buckets(
    identity: &Identity,
    visitor: &Visitor,
    account: AccountId,
    known_device: bool,
) -> Vec<Bucket> {
    let place = match (&visitor.device, known_device) {
        (Some(device), true) => format!("device/{}", device.hash()),
        _ => "elsewhere".to_owned(),
    };
    vec![Bucket {
        name: identity
            .key()
            .look_up("sign-in attempts", &format!("second/{account}/{place}")),
        allowance: SECOND_FACTOR,
        cleared_by_success: true,
    }]
}

/// Where tries of something are counted that only a secret opens.
fn try_buckets(identity: &Identity, visitor: &Visitor, what: &str) -> Vec<Bucket> {
    vec![Bucket {
        name: identity.key().look_up(
            "sign-in attempts",
            &format!("{what}/from/{}", visitor.source_range()),
        ),
        allowance: SOURCE,
        cleared_by_success: false,
    }]
}

impl Identity {
    /// Counts a try of something that only a secret opens, such as a reservation by its number, against where it comes from, before it
    /// is judged. Returns the seconds to wait when it must not be judged.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_try(
        &self,
        visitor: &Visitor,
        what: &'static str,
    ) -> Result<Option<u64>, IdentityError> {
        let buckets = try_buckets(self, visitor, what);
        self.city()
            .write(Actor::Public, buckets, |tx, buckets| {
                Box::pin(async move { Ok::<_, IdentityError>(attempts::begin(tx, buckets).await?) })
            })
            .await
    }

    /// Takes a counted try back: it was right.
    ///
    /// # Errors
    /// The database's.
    pub async fn try_succeeded(
        &self,
        visitor: &Visitor,
        what: &'static str,
    ) -> Result<(), IdentityError> {
        let buckets = try_buckets(self, visitor, what);
        self.city()
            .write(Actor::Public, buckets, |tx, buckets| {
                Box::pin(
                    async move { Ok::<_, IdentityError>(attempts::succeeded(tx, buckets).await?) },
                )
            })
            .await
    }

    /// The first step: name and password. Takes the same time whether the name exists or not.
    ///
    /// # Errors
    /// The database's.
    pub async fn sign_in_with_password(
        &self,
        visitor: &Visitor,
        login_name: &str,
        password: String,
    ) -> Result<PasswordOutcome, IdentityError> {
        let city = self.city();
        let name = LoginName::new(login_name);
        let account = match &name {
            Ok(name) => accounts::account_by_login(city.db(), name.as_str()).await?,
            Err(_) => None,
        };
        let known_device = self.is_known(visitor, account.as_ref()).await?;
        let counted = name.as_ref().map_or_else(
            |_| login_name.chars().take(100).collect(),
            LoginName::to_string,
        );
        let buckets = buckets(self, visitor, &counted, known_device);
        let wait = city
            .write(Actor::Public, buckets.clone(), |tx, buckets| {
                Box::pin(async move { Ok::<_, IdentityError>(attempts::begin(tx, buckets).await?) })
            })
            .await?;
        if let Some(seconds) = wait {
            return Ok(PasswordOutcome::Wait(seconds));
        }
        let usable = account.filter(|account| account.is_usable(city.today()));
        let hash = match &usable {
            Some(account) => credentials::password_hash(city.db(), account.id).await?,
            None => None,
        };
        let fits = password::verify(password, hash).await?;
        let Some(account) = usable.filter(|_| fits) else {
            return Ok(PasswordOutcome::Refused);
        };
        let factors = credentials::second_factors(city.db(), account.id).await?;
        if factors.any() {
            let step = Token::generate();
            city.write(
                Actor::Public,
                (buckets, step.clone(), account.id),
                |tx, (buckets, step, account)| {
                    Box::pin(async move {
                        attempts::succeeded(tx, buckets).await?;
                        sessions::begin_ceremony(tx, step, SECOND_FACTOR_STEP, Some(*account), b"")
                            .await
                    })
                },
            )
            .await?;
            return Ok(PasswordOutcome::SecondFactor(step));
        }
        let opened = self
            .open(visitor, account.id, Method::Password, true, buckets, None)
            .await?;
        Ok(PasswordOutcome::SignedIn(opened))
    }

    /// The account whose second factor is awaited, and what it has.
    ///
    /// # Errors
    /// The database's.
    pub async fn awaited_second_factor(
        &self,
        visitor: &Visitor,
    ) -> Result<Option<(AccountId, credentials::SecondFactors)>, IdentityError> {
        let Some(step) = &visitor.step else {
            return Ok(None);
        };
        let city = self.city();
        let ceremony = sessions::ceremony(city.db(), step, SECOND_FACTOR_STEP, city.now()).await?;
        let Some(account) = ceremony.and_then(|ceremony| ceremony.account) else {
            return Ok(None);
        };
        let factors = credentials::second_factors(city.db(), account).await?;
        Ok(Some((account, factors)))
    }

    /// The second step: a one-time code or a recovery code.
    ///
    /// # Errors
    /// The database's; [`IdentityError::Key`].
    pub async fn sign_in_with_code(
        &self,
        visitor: &Visitor,
        code: &str,
    ) -> Result<CodeOutcome, IdentityError> {
        let city = self.city();
        let Some((account, _)) = self.awaited_second_factor(visitor).await? else {
            return Ok(CodeOutcome::BeginAgain);
        };
        let Some(step) = visitor.step.clone() else {
            return Ok(CodeOutcome::BeginAgain);
        };
        let usable = accounts::account(city.db(), account)
            .await?
            .filter(|account| account.is_usable(city.today()));
        let Some(usable) = usable else {
            return Ok(CodeOutcome::BeginAgain);
        };
        let known_device = self.is_known(visitor, Some(&usable)).await?;
        let buckets = second_buckets(self, visitor, account, known_device);
        let (wait, ceremony) = city
            .write(
                Actor::Public,
                (buckets.clone(), step.clone()),
                |tx, (buckets, step)| {
                    Box::pin(async move {
                        if let Some(seconds) = attempts::begin(tx, buckets).await? {
                            return Ok::<_, IdentityError>((Some(seconds), None));
                        }
                        Ok((
                            None,
                            sessions::try_ceremony(tx, step, SECOND_FACTOR_STEP).await?,
                        ))
                    })
                },
            )
            .await?;
        if let Some(seconds) = wait {
            return Ok(CodeOutcome::Wait(seconds));
        }
        if ceremony.and_then(|ceremony| ceremony.account) != Some(account) {
            return Ok(CodeOutcome::BeginAgain);
        }
        if !self.use_code(account, code).await? {
            return Ok(CodeOutcome::Refused);
        }
        let opened = self
            .open(
                visitor,
                account,
                Method::PasswordAndCode,
                true,
                buckets,
                Some(step),
            )
            .await?;
        Ok(CodeOutcome::SignedIn(opened))
    }

    /// Proves freshly who somebody is. The session gets a new token.
    ///
    /// # Errors
    /// The database's; [`IdentityError::Expired`] when the session has ended.
    pub async fn step_up(
        &self,
        visitor: &Visitor,
        session: &CurrentSession,
        proof: Proof,
    ) -> Result<StepUpOutcome, IdentityError> {
        let city = self.city();
        let account = accounts::account(city.db(), session.account)
            .await?
            .ok_or(IdentityError::Expired)?;
        let known_device = self.is_known(visitor, Some(&account)).await?;
        let buckets = second_buckets(self, visitor, session.account, known_device);
        let wait = city
            .write(
                Actor::Staff(session.account.0),
                buckets.clone(),
                |tx, buckets| {
                    Box::pin(
                        async move { Ok::<_, IdentityError>(attempts::begin(tx, buckets).await?) },
                    )
                },
            )
            .await?;
        if let Some(seconds) = wait {
            return Ok(StepUpOutcome::Wait(seconds));
        }
        let factors = credentials::second_factors(city.db(), session.account).await?;
        let proved = match proof {
            Proof::Code(code) => self.use_code(session.account, &code).await?,
            // Who has a second factor must use it: a password left in a browser is not enough.
            Proof::Password(_) if factors.any() => false,
            Proof::Password(password) => {
                let hash = credentials::password_hash(city.db(), session.account).await?;
                password::verify(password, hash).await?
            }
        };
        if !proved {
            return Ok(StepUpOutcome::Refused);
        }
        let token = self.rotate(session, None, buckets).await?;
        Ok(StepUpOutcome::Fresh(token))
    }

    /// Gives a session a new token and notes the fresh proof.
    pub(crate) async fn rotate(
        &self,
        session: &CurrentSession,
        method: Option<Method>,
        buckets: Vec<Bucket>,
    ) -> Result<Token, IdentityError> {
        let token = Token::generate();
        self.city()
            .write(
                Actor::Staff(session.account.0),
                (session.clone(), token.clone(), method, buckets),
                |tx, (session, token, method, buckets)| {
                    Box::pin(async move {
                        attempts::succeeded(tx, buckets).await?;
                        sessions::rotate_session(tx, session.id, token, *method, true).await?;
                        tx.audit(yakuba_city::AuditEntry::new(
                            "identity.step_up",
                            format!("account/{}", session.account),
                        ));
                        Ok::<_, IdentityError>(())
                    })
                },
            )
            .await?;
        Ok(token)
    }

    /// Ends the session of a browser.
    ///
    /// # Errors
    /// The database's.
    pub async fn sign_out(&self, session: &CurrentSession) -> Result<(), IdentityError> {
        self.city()
            .write(
                Actor::Staff(session.account.0),
                session.clone(),
                |tx, session| Box::pin(sessions::end_session(tx, session.account, session.id)),
            )
            .await
    }

    /// Begins to set up one-time codes: the secret for the app, kept (encrypted) until the first code is right,
    /// and the token for the cookie of this step. A secret that waits in this browser is given again,
    /// so that reloading the page does not spoil the code already scanned.
    ///
    /// # Errors
    /// The database's.
    pub async fn begin_code_set_up(
        &self,
        visitor: &Visitor,
        session: &CurrentSession,
    ) -> Result<(CodeSecret, Token), IdentityError> {
        let city = self.city();
        let purpose = format!("code set-up of account {}", session.account);
        if let Some(step) = &visitor.step {
            let waiting = sessions::ceremony(city.db(), step, CODE_SET_UP_STEP, city.now()).await?;
            if let Some(waiting) = waiting
                && waiting.account == Some(session.account)
            {
                let secret = self.key().open_sealed(&purpose, &waiting.state)?;
                return Ok((CodeSecret::from_bytes(secret), step.clone()));
            }
        }
        let secret = CodeSecret::generate();
        let step = Token::generate();
        let sealed = self.key().seal(&purpose, secret.as_bytes())?;
        city.write(
            Actor::Staff(session.account.0),
            (step.clone(), session.account, sealed),
            |tx, (step, account, sealed)| {
                Box::pin(sessions::begin_ceremony(
                    tx,
                    step,
                    CODE_SET_UP_STEP,
                    Some(*account),
                    sealed,
                ))
            },
        )
        .await?;
        Ok((secret, step))
    }

    /// Finishes setting up one-time codes with the first code. Returns new recovery codes, to be shown once, and the
    /// session's new token; none when the code is wrong.
    ///
    /// # Errors
    /// [`IdentityError::Expired`]; the database's.
    pub async fn finish_code_set_up(
        &self,
        visitor: &Visitor,
        session: &CurrentSession,
        code: &str,
    ) -> Result<Option<(Vec<String>, Token)>, IdentityError> {
        let city = self.city();
        let step = visitor.step.clone().ok_or(IdentityError::Expired)?;
        let ceremony = city
            .write(Actor::Staff(session.account.0), step.clone(), |tx, step| {
                Box::pin(sessions::try_ceremony(tx, step, CODE_SET_UP_STEP))
            })
            .await?
            .filter(|ceremony| ceremony.account == Some(session.account))
            .ok_or(IdentityError::Expired)?;
        let purpose = format!("code set-up of account {}", session.account);
        let secret = CodeSecret::from_bytes(self.key().open_sealed(&purpose, &ceremony.state)?);
        let Some(used) = secret.accept(code, city.now(), 0) else {
            return Ok(None);
        };
        let codes = recovery_codes();
        let hashes = self.recovery_hashes(&codes);
        let token = Token::generate();
        let input = (
            self.key().clone(),
            session.clone(),
            secret,
            used,
            hashes,
            step,
            token.clone(),
        );
        city.write(
            Actor::Staff(session.account.0),
            input,
            |tx, (key, session, secret, used, hashes, step, token)| {
                Box::pin(async move {
                    sessions::end_ceremony(tx, step).await?;
                    credentials::set_one_time_codes(tx, key, session.account, secret, *used)
                        .await?;
                    credentials::set_recovery_codes(tx, session.account, hashes).await?;
                    strengthen(tx, session, token).await
                })
            },
        )
        .await?;
        Ok(Some((codes, token)))
    }

    /// Makes new recovery codes, to be shown once; the old ones count no more.
    ///
    /// # Errors
    /// The database's.
    pub async fn new_recovery_codes(
        &self,
        account: AccountId,
    ) -> Result<Vec<String>, IdentityError> {
        let codes = recovery_codes();
        let hashes = self.recovery_hashes(&codes);
        self.city()
            .write(
                Actor::Staff(account.0),
                (account, hashes),
                |tx, (account, hashes)| {
                    Box::pin(credentials::set_recovery_codes(tx, *account, hashes))
                },
            )
            .await?;
        Ok(codes)
    }

    /// Changes somebody's own password: false when the present one is wrong. All other sessions end.
    ///
    /// # Errors
    /// [`IdentityError::PasswordLength`], [`IdentityError::PasswordEasy`]; the database's.
    pub async fn change_password(
        &self,
        visitor: &Visitor,
        session: &CurrentSession,
        present: String,
        new: String,
    ) -> Result<Result<Token, Option<u64>>, IdentityError> {
        let city = self.city();
        let account = accounts::account(city.db(), session.account)
            .await?
            .ok_or(IdentityError::Expired)?;
        password::check(&new, &LoginName::new(&account.login_name)?)?;
        let known_device = self.is_known(visitor, Some(&account)).await?;
        let buckets = buckets(self, visitor, &account.login_name, known_device);
        let wait = city
            .write(
                Actor::Staff(session.account.0),
                buckets.clone(),
                |tx, buckets| {
                    Box::pin(
                        async move { Ok::<_, IdentityError>(attempts::begin(tx, buckets).await?) },
                    )
                },
            )
            .await?;
        if wait.is_some() {
            return Ok(Err(wait));
        }
        let stored = credentials::password_hash(city.db(), session.account).await?;
        if !password::verify(present, stored).await? {
            return Ok(Err(None));
        }
        let hash = password::hash(new).await?;
        let token = Token::generate();
        city.write(
            Actor::Staff(session.account.0),
            (session.clone(), hash, token.clone(), buckets),
            |tx, (session, hash, token, buckets)| {
                Box::pin(async move {
                    attempts::succeeded(tx, buckets).await?;
                    credentials::set_password(tx, session.account, hash, false).await?;
                    sessions::end_sessions(tx, session.account, Some(session.id)).await?;
                    sessions::rotate_session(tx, session.id, token, None, true).await
                })
            },
        )
        .await?;
        Ok(Ok(token))
    }

    /// Whether staff need a second factor.
    ///
    /// # Errors
    /// The database's.
    pub async fn second_factor_policy(&self) -> Result<SecondFactorPolicy, IdentityError> {
        let setting =
            yakuba_city::setting(self.city().db(), sessions::SECOND_FACTOR_SETTING).await?;
        Ok(SecondFactorPolicy::read(setting.as_deref()))
    }

    /// Opens a session after everything was proved.
    pub(crate) async fn open(
        &self,
        visitor: &Visitor,
        account: AccountId,
        method: Method,
        fresh: bool,
        buckets: Vec<Bucket>,
        step: Option<Token>,
    ) -> Result<Opened, IdentityError> {
        // A device cookie is only kept when this account was known on it: one that was planted in the browser
        // gets no allowance here.
        let known = match &visitor.device {
            Some(device) => {
                sessions::is_known_device(self.city().db(), device, account, self.city().now())
                    .await?
            }
            None => false,
        };
        let device = visitor.device.clone().filter(|_| known);
        let opened = Opened {
            // Always new: a token that was in the browser before is never taken over.
            session: Token::generate(),
            device: device.unwrap_or_else(Token::generate),
            account,
        };
        let session = NewSession {
            token: opened.session.clone(),
            account,
            method,
            source: visitor.source.clone(),
            user_agent: visitor.user_agent.clone(),
            fresh,
        };
        self.city()
            .write(
                Actor::Staff(account.0),
                (
                    session,
                    opened.device.clone(),
                    buckets,
                    step,
                    visitor.session.clone(),
                ),
                |tx, (session, device, buckets, step, old)| {
                    Box::pin(async move {
                        attempts::succeeded(tx, buckets).await?;
                        if let Some(step) = step {
                            sessions::end_ceremony(tx, step).await?;
                        }
                        if let Some(old) = old {
                            sessions::drop_session(tx, old).await?;
                        }
                        sessions::remember_device(tx, device, session.account).await?;
                        sessions::open_session(tx, session).await
                    })
                },
            )
            .await?;
        Ok(opened)
    }

    async fn is_known(
        &self,
        visitor: &Visitor,
        account: Option<&Account>,
    ) -> Result<bool, IdentityError> {
        match (&visitor.device, account) {
            (Some(device), Some(account)) => Ok(sessions::is_known_device(
                self.city().db(),
                device,
                account.id,
                self.city().now(),
            )
            .await?),
            _ => Ok(false),
        }
    }

    async fn use_code(&self, account: AccountId, code: &str) -> Result<bool, IdentityError> {
        let recovery = self
            .key()
            .look_up("recovery codes", &plain_recovery_code(code));
        self.city()
            .write(
                Actor::Staff(account.0),
                (self.key().clone(), account, code.to_owned(), recovery),
                |tx, (key, account, code, recovery)| {
                    Box::pin(async move {
                        if credentials::use_one_time_code(tx, key, *account, code).await? {
                            return Ok(true);
                        }
                        credentials::use_recovery_code(tx, *account, recovery).await
                    })
                },
            )
            .await
    }

    fn recovery_hashes(&self, codes: &[String]) -> Vec<String> {
        codes
            .iter()
            .map(|code| {
                self.key()
                    .look_up("recovery codes", &plain_recovery_code(code))
            })
            .collect()
    }
}

/// After a second factor was set up, the session counts as opened with it.
pub(crate) async fn strengthen(
    tx: &Tx,
    session: &CurrentSession,
    token: &Token,
) -> Result<(), IdentityError> {
    let method = (session.method == Method::Password).then_some(Method::PasswordAndCode);
    sessions::rotate_session(tx, session.id, token, method, true).await
}

/// Whether a proof given until then still counts.
pub fn is_fresh(staff: &StaffPrincipal, now: jiff::Timestamp) -> bool {
    staff.stepped_up_until.is_some_and(|until| now < until)
}
