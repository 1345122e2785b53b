//! Passwords: which are accepted, and their argon2id hashes.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;
use yakuba_kernel::text::normalise_for_search;

use crate::{IdentityError, model::account::LoginName};

/// A password has at least so many characters (NIST SP 800-63B-4 section 3.1.1.2 asks for 15 where it is the only factor,
/// 8 beside a second one; we ask for more than 8 because the second factor can be made optional).
pub const MINIMUM: usize = 12;
/// And at most so many bytes, so that hashing cannot be made to work for long.
pub const MAXIMUM: usize = 256;

/// Words that are tried first, as parts of which a password must not consist alone.
const EASY: [&str; 14] = [
    "password",
    "passw0rd",
    "qwerty",
    "asdfgh",
    "letmein",
    "welcome",
    "admin",
    "yakuba",
    "yakusho",
    "123456789012",
    "1234567890",
    "012345678",
    "abcdefgh",
    "iloveyou",
];

/// Each hash takes 19 MiB: so many at once, the others wait.
static ROOM: Semaphore = Semaphore::const_new(4);

/// A hash of nothing anybody knows, so that an unknown name costs the same time as a known one.
static DUMMY: LazyLock<String> = LazyLock::new(|| {
    let mut password = [0; 32];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut password);
    Argon2::default()
        .hash_password(&password)
        .map(|hash| hash.to_string())
        .unwrap_or_default()
});

/// Checks a chosen password.
///
/// # Errors
/// [`IdentityError::PasswordLength`] or [`IdentityError::PasswordEasy`].
pub fn check(password: &str, login_name: &LoginName) -> Result<(), IdentityError> {
    if password.chars().count() < MINIMUM || password.len() > MAXIMUM {
        return Err(IdentityError::PasswordLength {
            minimum: MINIMUM,
            maximum: MAXIMUM,
        });
    }
    let folded = normalise_for_search(password);
    let mut rest = folded.replace(login_name.as_str(), "");
    for word in EASY {
        rest = rest.replace(word, "");
    }
    // What remains beside names and easy words must still be something to guess.
    let mut letters: Vec<char> = rest.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    if letters.len() < 5 {
        return Err(IdentityError::PasswordEasy);
    }
    Ok(())
}

/// Hashes a password on a thread for slow work.
///
/// # Errors
/// [`IdentityError::Hashing`].
pub async fn hash(password: String) -> Result<String, IdentityError> {
    let _room = ROOM.acquire().await.map_err(|_| IdentityError::Hashing)?;
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|_| IdentityError::Hashing)
    })
    .await
    .map_err(|_| IdentityError::Hashing)?
}

/// Whether a password fits a hash. Without a hash it takes just as long and never fits.
///
/// # Errors
/// [`IdentityError::Hashing`] when a stored hash cannot be read.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool, IdentityError> {
    let _room = ROOM.acquire().await.map_err(|_| IdentityError::Hashing)?;
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let stored = hash.unwrap_or_else(|| DUMMY.clone());
        let parsed = PasswordHash::new(&stored).map_err(|_| IdentityError::Hashing)?;
        let fits = password.len() <= MAXIMUM
            && Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok();
        Ok(known && fits)
    })
    .await
    .map_err(|_| IdentityError::Hashing)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easy_passwords_are_refused() {
        let login = LoginName::new("sato.hana").unwrap();
        for bad in [
            "short",
            "aaaaaaaaaaaaaaaa",
            "password12345678901212",
            "sato.hana1234",
            "PasswordPassword",
            &"長".repeat(100),
        ] {
            assert!(check(bad, &login).is_err(), "{bad}");
        }
        for good in [
            "correct horse battery",
            "山の向こうに海が見える町",
            "k7#mQ2!vX9pLr",
        ] {
            check(good, &login).unwrap();
        }
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let hashed = hash("correct horse battery".into()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(
            verify("correct horse battery".into(), Some(hashed.clone()))
                .await
                .unwrap()
        );
        assert!(
            !verify("correct horse batterz".into(), Some(hashed))
                .await
                .unwrap()
        );
        assert!(!verify("anything".into(), None).await.unwrap());
    }
}
