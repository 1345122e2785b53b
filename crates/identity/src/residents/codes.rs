//! Proving that one reads mail at an address, by a code sent there.

use axum::http::{HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use sea_orm::FromQueryResult;
use yakuba_city::{Actor, setting, sql::Sql as _};
use yakuba_mail::{EmailAddress, Mail};
use yakuba_ui::Language;

use crate::{
    Identity, IdentityError, IdentitySettings, WORDS,
    model::{back_off::Allowance, token::Token},
    store::attempts::{self, Bucket},
    visitor::{Cookie, Visitor},
};

/// A code holds for so long.
pub const VALID: SignedDuration = SignedDuration::from_mins(10);
/// A code may be mistyped so often.
pub const TRIES: i64 = 5;
/// A proved address counts for so long.
pub const PROOF: SignedDuration = SignedDuration::from_hours(24);

/// Codes for one address asked for from one place.
const ADDRESS_FROM_SOURCE: Allowance = Allowance {
    free: 5,
    longest: SignedDuration::from_mins(15),
};
/// Codes for any address asked for from one place, such as a counter with a shared connection.
const SOURCE: Allowance = Allowance {
    free: 40,
    longest: SignedDuration::from_mins(5),
};
/// Codes for one address from anywhere. Strangers could make its owner wait, so never for long; it is there so that a
/// mailbox cannot be flooded and six digits cannot be guessed from many places.
const ADDRESS: Allowance = Allowance {
    free: 10,
    longest: SignedDuration::from_mins(2),
};

/// What came of asking for a code.
#[derive(Debug, Clone)]
pub enum CodeStart {
    /// It is on its way: the token for [`email_cookie`].
    Sent(Token),
    /// Too many were asked for; wait so many seconds.
    Wait(u64),
}

/// What came of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeCheck {
    /// It is right.
    Right(ConfirmedEmail),
    /// It is wrong; so many tries are left, at least one.
    Wrong(i64),
    /// It has expired, was mistyped too often, or was never asked for.
    BeginAgain,
}

/// An address whose mail somebody reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmedEmail {
    /// The address.
    pub email: EmailAddress,
    /// When it was proved.
    pub proved_at: Timestamp,
}

/// `Set-Cookie` for the token of a code or of the proof made with it; without a token it removes the cookie.
/// The request's [`Visitor::email`] holds it afterwards.
pub fn email_cookie(
    settings: &IdentitySettings,
    token: Option<&Token>,
) -> (HeaderName, HeaderValue) {
    Cookie::Email.set(settings, token)
}

pub(super) fn buckets(identity: &Identity, visitor: &Visitor, email: &EmailAddress) -> Vec<Bucket> {
    let bucket = |text: String, allowance, cleared_by_success| Bucket {
        name: identity.key().look_up("mail codes", &text),
        allowance,
        cleared_by_success,
    };
    let (address, source) = (email.folded(), visitor.source_range());
    vec![
        bucket(
            format!("address/{address}/from/{source}"),
            ADDRESS_FROM_SOURCE,
            true,
        ),
        bucket(format!("from/{source}"), SOURCE, false),
        bucket(format!("address/{address}"), ADDRESS, false),
    ]
}

fn code_hash(identity: &Identity, token: &Token, code: &str) -> String {
    identity
        .key()
        .look_up("mail code", &format!("{}/{code}", token.hash()))
}

fn purpose(token: &Token) -> String {
    format!("mail code/{}", token.hash())
}

/// Sends a code of six digits to an address. The same happens whether somebody has an account with it or not.
///
/// # Errors
/// The database's.
pub async fn start_email_code(
    identity: &Identity,
    visitor: &Visitor,
    email: &EmailAddress,
    language: Language,
) -> Result<CodeStart, IdentityError> {
    let city = identity.city();
    let token = Token::generate();
    let code = format!("{:06}", rand::rng().random_range(0..1_000_000_u32));
    let words = WORDS.words(language);
    let city_name = match language {
        Language::English => setting(city.db(), "city.name_en").await?,
        _ => None,
    };
    let city_name = match city_name {
        Some(name) => name,
        None => setting(city.db(), "city.name").await?.unwrap_or_default(),
    };
    let values = [
        ("city", city_name.as_str().into()),
        ("code", code.as_str().into()),
    ];
    let until = city.now() + VALID;
    let mail = Mail::new(
        email.clone(),
        words.with("resident-mail-subject", &values),
        format!("{}\n", words.with("resident-mail-text", &values)),
    )
    .until(until);
    let email_sealed = identity
        .key()
        .seal(&purpose(&token), email.as_str().as_bytes())?;
    let input = (
        buckets(identity, visitor, email),
        token.hash(),
        email_sealed,
        code_hash(identity, &token, &code),
        identity.key().clone(),
        mail,
        until,
    );
    let wait = city
        .write(
            Actor::Public,
            input,
            |tx, (buckets, token, email, code, key, mail, until)| {
                Box::pin(async move {
                    if let Some(seconds) = attempts::begin(tx, buckets).await? {
                        return Ok::<_, IdentityError>(Some(seconds));
                    }
                    tx.connection()
                        .run(
                            "INSERT INTO email_codes (token_hash, email, code_hash, tries, ends_at)
                             VALUES ($1, $2, $3, 0, $4)",
                            [
                                token.as_str().into(),
                                email.clone().into(),
                                code.as_str().into(),
                                until.as_microsecond().into(),
                            ],
                        )
                        .await?;
                    yakuba_mail::enqueue(tx, key, mail).await?;
                    Ok(None)
                })
            },
        )
        .await?;
    Ok(wait.map_or(CodeStart::Sent(token), CodeStart::Wait))
}

#[derive(FromQueryResult)]
struct CodeRow {
    email: Vec<u8>,
    code_hash: String,
    tries: i64,
}

/// Judges a code. When it is right, the same token proves the address for [`PROOF`].
///
/// # Errors
/// The database's; [`IdentityError::Key`].
pub async fn check_email_code(
    identity: &Identity,
    visitor: &Visitor,
    token: &Token,
    code: &str,
) -> Result<CodeCheck, IdentityError> {
    let city = identity.city();
    // Digits as people type them: full-width, with blanks.
    let digits: String = code
        .chars()
        .filter_map(|c| match c {
            '０'..='９' => char::from_digit(c as u32 - '０' as u32, 10),
            _ => c.is_ascii_digit().then_some(c),
        })
        .collect();
    let given = code_hash(identity, token, &digits);
    let row = city
        .write(
            Actor::Public,
            (token.hash(), given.clone()),
            |tx, (token, given)| {
                Box::pin(async move {
                    let now = tx.now();
                    let row: Option<CodeRow> = tx
                        .connection()
                        .row(
                            "UPDATE email_codes SET tries = tries + 1
                             WHERE token_hash = $1 AND ends_at > $2 AND proved_at IS NULL AND tries < $3
                             RETURNING email, code_hash, tries",
                            [
                                token.as_str().into(),
                                now.as_microsecond().into(),
                                TRIES.into(),
                            ],
                        )
                        .await?;
                    if row.as_ref().is_some_and(|row| row.code_hash == *given) {
                        tx.connection()
                            .run(
                                "UPDATE email_codes SET proved_at = $2, ends_at = $3 WHERE token_hash = $1",
                                [
                                    token.as_str().into(),
                                    now.as_microsecond().into(),
                                    (now + PROOF).as_microsecond().into(),
                                ],
                            )
                            .await?;
                    }
                    Ok::<_, IdentityError>(row)
                })
            },
        )
        .await?;
    // What is compared are keyed hashes of this challenge: how long it takes tells nothing about the code.
    match row {
        Some(row) if row.code_hash == given => {
            let email = address(identity, token, &row.email)?;
            let buckets = buckets(identity, visitor, &email);
            city.write(Actor::Public, buckets, |tx, buckets| {
                Box::pin(
                    async move { Ok::<_, IdentityError>(attempts::succeeded(tx, buckets).await?) },
                )
            })
            .await?;
            Ok(CodeCheck::Right(ConfirmedEmail {
                email,
                proved_at: city.now(),
            }))
        }
        Some(row) if row.tries < TRIES => Ok(CodeCheck::Wrong(TRIES - row.tries)),
        _ => Ok(CodeCheck::BeginAgain),
    }
}

fn address(
    identity: &Identity,
    token: &Token,
    sealed: &[u8],
) -> Result<EmailAddress, IdentityError> {
    let opened = identity.key().open_sealed(&purpose(token), sealed)?;
    Ok(EmailAddress::read(&String::from_utf8_lossy(&opened))?)
}

/// The address a token proves, if it does.
///
/// # Errors
/// The database's; [`IdentityError::Key`].
pub async fn confirmed_email(
    identity: &Identity,
    token: &Token,
) -> Result<Option<ConfirmedEmail>, IdentityError> {
    #[derive(FromQueryResult)]
    struct Row {
        email: Vec<u8>,
        proved_at: i64,
    }
    let city = identity.city();
    let row: Option<Row> = city
        .db()
        .row(
            "SELECT email, proved_at FROM email_codes
             WHERE token_hash = $1 AND proved_at IS NOT NULL AND ends_at > $2",
            [token.hash().into(), city.now().as_microsecond().into()],
        )
        .await?;
    row.map(|row| {
        Ok(ConfirmedEmail {
            email: address(identity, token, &row.email)?,
            proved_at: Timestamp::from_microsecond(row.proved_at).unwrap_or(Timestamp::UNIX_EPOCH),
        })
    })
    .transpose()
}
