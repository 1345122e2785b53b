//! What can go wrong with booking, each with a sentence for the person who must mend it.

use yakuba_city::{CityError, KeyError, web::Problem};

use crate::model::fees::NoFee;

/// A failure of the service `booking`.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    /// There is no such facility, or nothing of that name in it.
    #[error("there is no \"{0}\" to book. Look for it in the list of facilities")]
    NoSuchResource(String),
    /// There is no such reservation.
    #[error("there is no such reservation. Check the number")]
    NoSuchReservation,
    /// There is no such group, or the code for it is wrong or over.
    #[error(
        "there is no such group, or the code is wrong or no longer valid. Ask its representative for a new one"
    )]
    NoSuchGroup,
    /// A group is not such as may book this.
    #[error("the group has too few members, or too few of them in the city, to book this")]
    GroupTooSmall,
    /// Penalty points keep somebody from booking.
    #[error("booking is possible again from {0}, because of penalty points")]
    Blocked(jiff::civil::Date),
    /// A key holds characters that addresses cannot, or is an address of the service itself.
    #[error(
        "the key \"{0}\" may hold only letters a–z, digits and hyphens, at most 50 of them, and must not be a page of its own"
    )]
    BadKey(String),
    /// The file cannot be read as a facility.
    #[error("the file is not a facility: {0}. Compare it with the schema")]
    BadFile(String),
    /// A time cannot be read.
    #[error("\"{0}\" is no time of the day, such as 9:00 or 21:30")]
    BadTime(String),
    /// A day of the year cannot be read.
    #[error("\"{0}\" is no day of the year, such as 12-29")]
    BadDayOfYear(String),
    /// A step that does not divide an hour.
    #[error("{0} minutes is no step: choose 5, 10, 15, 20, 30 or 60")]
    BadStep(u16),
    /// A position is none in Japan.
    #[error(
        "\"{0}\" is no position: write latitude and longitude in degrees, such as 34.7594, 135.5168"
    )]
    BadPosition(String),
    /// Findings that must be mended first.
    #[error("{0} things must be mended before it can be booked. Check the facility and mend them")]
    MustBeMended(usize),
    /// A change would leave coming reservations without a place.
    #[error(
        "there are {0} coming reservations that this change leaves without a place. Move or cancel them first"
    )]
    StillBooked(u64),
    /// Somebody else saved in between.
    #[error(
        "somebody else has changed this in the meantime. Reload the page and enter your change again"
    )]
    ChangedMeanwhile,
    /// The time is not offered.
    #[error("this time is not offered. Choose one of the times shown")]
    NotOffered,
    /// Booking has not begun.
    #[error("this day can be booked from {0}")]
    TooEarly(String),
    /// Booking has ended.
    #[error("this time can no longer be booked")]
    TooLate,
    /// Somebody else has it.
    #[error("this time has just been taken. Choose another one")]
    Taken,
    /// There are not so many of this equipment, by its key, free at the time, or it does not go with what is booked.
    #[error("there are not so many of {0} free at this time. Choose a smaller number")]
    EquipmentTaken(String),
    /// Whoever asks may not book this.
    #[error("this can be booked by {0} only")]
    NotAllowed(&'static str),
    /// A limit is reached.
    #[error("you have as many reservations as are allowed ({0})")]
    LimitReached(u32),
    /// Too many people.
    #[error("it holds {0} people")]
    TooManyPeople(u32),
    /// The purpose is not allowed.
    #[error("it cannot be used for this purpose")]
    WrongPurpose,
    /// What was held has lapsed.
    #[error("the time was kept for you for a while and has been given back. Choose it again")]
    Lapsed,
    /// The step is not possible in the present state.
    #[error("this step is not possible now. Reload the page to see the present state")]
    WrongState,
    /// There is no such round of a lottery.
    #[error("there is no such lottery. See the list of lotteries")]
    NoSuchRound,
    /// A value that is to decide a draw is not the one that was fixed for it.
    #[error("this is not the value that was fixed for this draw. Compare it with its source")]
    WrongLotteryValue,
    /// A draw cannot be run.
    #[error("the draw cannot be run: {0}. Restore a backup or report this as a bug")]
    LotteryBroken(String),
    /// A stored round or entry cannot be read.
    #[error(
        "a stored record of lottery {0} cannot be read. Restore a backup or report this as a bug"
    )]
    LotteryStored(i64),
    /// The fee cannot be told.
    #[error(transparent)]
    Fee(#[from] NoFee),
    /// A stored document or person could not be read back.
    #[error("a stored record cannot be read: {0}. Restore a backup or report this as a bug")]
    Stored(#[from] serde_json::Error),
    /// Something could not be sealed or opened.
    #[error(transparent)]
    Sealing(#[from] KeyError),
    /// An account or a code could not be looked up.
    #[error(transparent)]
    Identity(#[from] yakuba_identity::IdentityError),
    /// A mail could not be written.
    #[error(transparent)]
    Mail(#[from] yakuba_mail::MailError),
    /// A value is not what the kernel takes.
    #[error(transparent)]
    Value(#[from] yakuba_kernel::ValueError),
    /// The city's machinery failed.
    #[error(transparent)]
    City(#[from] CityError),
}

impl From<sea_orm::DbErr> for BookingError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::City(error.into())
    }
}

impl From<BookingError> for Problem {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::NoSuchResource(_)
            | BookingError::NoSuchReservation
            | BookingError::NoSuchGroup
            | BookingError::NoSuchRound => Self::NotFound,
            BookingError::BadKey(_)
            | BookingError::BadFile(_)
            | BookingError::BadTime(_)
            | BookingError::BadDayOfYear(_)
            | BookingError::BadStep(_)
            | BookingError::BadPosition(_)
            | BookingError::MustBeMended(_)
            | BookingError::NotOffered
            | BookingError::TooManyPeople(_)
            | BookingError::WrongPurpose
            | BookingError::WrongLotteryValue => Self::BadRequest(error.to_string()),
            BookingError::StillBooked(_)
            | BookingError::ChangedMeanwhile
            | BookingError::TooEarly(_)
            | BookingError::TooLate
            | BookingError::Taken
            | BookingError::EquipmentTaken(_)
            | BookingError::NotAllowed(_)
            | BookingError::LimitReached(_)
            | BookingError::Lapsed
            | BookingError::GroupTooSmall
            | BookingError::Blocked(_)
            | BookingError::WrongState => Self::Conflict(error.to_string()),
            BookingError::Fee(_)
            | BookingError::LotteryBroken(_)
            | BookingError::LotteryStored(_)
            | BookingError::Stored(_)
            | BookingError::Sealing(_)
            | BookingError::Identity(_)
            | BookingError::Mail(_)
            | BookingError::Value(_)
            | BookingError::City(_) => Self::internal(&error),
        }
    }
}
