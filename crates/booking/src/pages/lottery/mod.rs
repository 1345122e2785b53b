//! Lotteries for residents: what is drawn and how, entering, what became of it, and everything needed to run a draw again.

pub(crate) mod choosing;
pub(crate) mod fairness;
mod front;
mod mine;
mod round;
pub(crate) mod showing;

use yakuba_city::web::{Access, Problem, Routes};
use yakuba_ui::{Language, NotificationBanner, Words};

use super::asked::Asked;
use crate::{
    LOTTERY_WORDS,
    error::BookingError,
    store::{
        Facility, facility,
        lottery::{self, Round},
    },
};

/// The address of lotteries.
pub(crate) const HOME: &str = "/booking/lottery";

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(HOME, Access::Public, front::page)
        .get("/booking/lottery/mine", Access::Public, mine::page)
        .post("/booking/lottery/mine/show", Access::Public, mine::show)
        .post(
            "/booking/lottery/mine/withdraw",
            Access::Public,
            mine::withdraw,
        )
        .post("/booking/lottery/mine/accept", Access::Public, mine::accept)
        .post(
            "/booking/lottery/mine/decline",
            Access::Public,
            mine::decline,
        )
        .get("/booking/lottery/done", Access::Public, mine::done)
        .get("/booking/lottery/{round}", Access::Public, round::page)
        .post(
            "/booking/lottery/{round}/bring",
            Access::Public,
            round::bring,
        )
        .post(
            "/booking/lottery/{round}/secret",
            Access::Public,
            round::secret,
        )
        .get(
            "/booking/lottery/{round}/list.txt",
            Access::Public,
            round::list,
        )
        .get(
            "/booking/lottery/{round}/transcript.txt",
            Access::Public,
            round::transcript,
        )
        .get(
            "/booking/lottery/{round}/fairness.csv",
            Access::Public,
            fairness::public_file,
        )
        .get(
            "/booking/lottery/{round}/enter",
            Access::Public,
            choosing::page,
        )
        .post(
            "/booking/lottery/{round}/enter",
            Access::Public,
            choosing::send,
        )
}

/// A request to a page of lotteries.
pub(crate) struct Room {
    pub(crate) asked: Asked,
    pub(crate) texts: Words,
}

impl Room {
    pub(crate) fn new(asked: Asked) -> Self {
        Self {
            texts: LOTTERY_WORDS.words(asked.language),
            asked,
        }
    }

    pub(crate) fn language(&self) -> Language {
        self.asked.language
    }

    pub(crate) fn t(&self, key: &str) -> String {
        self.texts.get(key).into_owned()
    }

    pub(crate) fn counted(&self, key: &str, n: i64) -> String {
        self.texts.with(key, &[("n", n.into())]).into_owned()
    }

    /// A round of a facility that can be booked.
    pub(crate) async fn round(&self, id: i64) -> Result<(Round, Facility), Problem> {
        let db = self.asked.city().db();
        let round = lottery::round(db, id).await?.ok_or(Problem::NotFound)?;
        let found = facility(db, &round.facility)
            .await?
            .ok_or(Problem::NotFound)?;
        Ok((round, found))
    }

    /// A notice after something was done, from `?done=…`.
    pub(crate) fn done(&self, done: Option<&str>) -> Option<NotificationBanner> {
        let key = format!("lottery-done-{}", done?);
        self.texts
            .has(&key)
            .then(|| NotificationBanner::success(self.texts.get(&key)))
    }

    /// What a person reads about a failure that is theirs to mend; the problem otherwise.
    pub(crate) fn explain(&self, error: BookingError) -> Result<String, Problem> {
        Ok(match error {
            BookingError::LimitReached(most) => self.counted("lottery-error-limit", most.into()),
            BookingError::TooEarly(_) => self.t("lottery-error-early"),
            BookingError::TooLate => self.t("lottery-error-late"),
            BookingError::WrongState => self.t("lottery-error-state"),
            BookingError::WrongLotteryValue => self.t("lottery-error-value"),
            BookingError::NotOffered | BookingError::NoSuchResource(_) => {
                self.t("lottery-error-not-offered")
            }
            other => return self.asked.explain(other),
        })
    }
}

/// A text as it stands in an address.
pub(crate) fn in_address(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/') {
            all.push(char::from(byte));
        } else {
            // Writing into a string does not fail.
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}
