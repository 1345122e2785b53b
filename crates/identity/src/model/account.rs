//! Accounts, departments, posts and roles as values.

use jiff::civil::Date;
use yakuba_kernel::DepartmentCode;

use crate::IdentityError;

/// The number of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

impl std::fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// The name with which somebody signs in: often the staff number. Capital letters are made small,
/// so that nobody can take a name that looks like another's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LoginName(String);

impl LoginName {
    /// Checks a name: 1 to 64 ASCII letters, digits, `.`, `_`, `-`, `@`. Full-width forms are read as half-width.
    ///
    /// # Errors
    /// [`IdentityError::LoginName`].
    pub fn new(text: &str) -> Result<Self, IdentityError> {
        let name: String = text
            .trim()
            .chars()
            .map(|character| match character {
                '！'..='～' => char::from_u32(character as u32 - 0xfee0).unwrap_or(character),
                other => other,
            })
            .map(|character| character.to_ascii_lowercase())
            .collect();
        let good = (1..=64).contains(&name.len())
            && name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "._-@".contains(character));
        if good {
            Ok(Self(name))
        } else {
            Err(IdentityError::LoginName(text.chars().take(80).collect()))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for LoginName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(&self.0)
    }
}

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It may.
    Active,
    /// An administrator has put it out of use for now.
    Suspended,
}

impl AccountState {
    /// The word in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The name to sign in with.
    pub login_name: LoginName,
    /// The name shown to colleagues.
    pub display_name: String,
    /// Its reading in katakana, or empty.
    pub kana: String,
    /// The official e-mail address.
    pub email: Option<String>,
    /// A hashed first password, from [`crate::model::password::hash`].
    pub password: Option<FirstPassword>,
}

/// A first password.
#[derive(Debug, Clone)]
pub struct FirstPassword {
    /// Its argon2id hash.
    pub hash: String,
    /// Whether it must be changed at the first sign-in.
    pub must_change: bool,
}

/// A department to be made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDepartment {
    /// Its code.
    pub code: DepartmentCode,
    /// Its name in Japanese.
    pub name_ja: String,
    /// Its name in English, or empty.
    pub name_en: String,
    /// The department above it.
    pub parent: Option<DepartmentCode>,
    /// The first day on which it exists.
    pub first_day: Date,
    /// The last day.
    pub last_day: Option<Date>,
    /// Its place among its sisters.
    pub position: i64,
}

/// Who holds a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// One account.
    Account(AccountId),
    /// Everybody in a post, in one department or in any.
    Post {
        /// The post, such as 課長.
        post: String,
        /// Only in this department.
        department: Option<DepartmentCode>,
    },
}

/// Where a granted role holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantScope {
    /// In the whole city.
    City,
    /// In a department and those below it.
    Department(DepartmentCode),
    /// In the departments where the holder has a post, and those below.
    Own,
}

/// A role given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// The role's key.
    pub role: String,
    /// To whom.
    pub holder: Holder,
    /// Where.
    pub scope: GrantScope,
    /// From which day.
    pub first_day: Date,
    /// Until which day, included.
    pub last_day: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn login_names_that_look_the_same_are_the_same() {
        assert_eq!(
            LoginName::new("Ｔ０１２Ａ ").unwrap(),
            LoginName::new("t012a").unwrap()
        );
        for bad in ["", " ", "a b", "山田", "a\u{0}", &"x".repeat(65)] {
            assert!(LoginName::new(bad).is_err(), "{bad:?}");
        }
    }
}
