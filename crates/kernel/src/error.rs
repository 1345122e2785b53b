//! The one error type of this crate.

/// Why a value was refused. Each message says what was wrong and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// The number is not a fiscal year this program knows.
    #[error(
        "{0} is not a fiscal year: give the western year in which it starts, from 1868 to 9998 (令和5年度 is 2023)"
    )]
    FiscalYear(i64),
    /// The number is not a year of the era.
    #[error(
        "{year} is not a year of the era {era}: count from 1 (元年), and at most up to year 150"
    )]
    EraYear {
        /// The era's Japanese name.
        era: &'static str,
        /// The year that was given.
        year: i32,
    },
    /// No era has this name or letter.
    #[error(
        "\"{0}\" is not an era: write 明治, 大正, 昭和, 平成, 令和 or the letter M, T, S, H, R"
    )]
    Era(String),
    /// Month and day do not make a date of this era year.
    #[error(
        "{era}{year}年{month}月{day}日 does not exist: check the month, the day and the first day of the era"
    )]
    EraDate {
        /// The era's Japanese name.
        era: &'static str,
        /// The year of the era.
        year: i32,
        /// The month that was given.
        month: i8,
        /// The day that was given.
        day: i8,
    },
    /// A municipality code that is not six digits of a Japanese prefecture.
    #[error(
        "\"{0}\" is not a municipality code: write the six digits of 全国地方公共団体コード, for example 272051"
    )]
    MunicipalityCode(String),
    /// A municipality code whose last digit does not fit the others.
    #[error(
        "the municipality code \"{given}\" has a wrong digit: its check digit should be {expected}. Compare it with the official list"
    )]
    MunicipalityCheckDigit {
        /// The code that was given.
        given: String,
        /// The check digit the first five digits call for.
        expected: u8,
    },
    /// A quantity with more than three decimal places cannot be kept exactly.
    #[error("{0} has more than three decimal places: round it first, saying how")]
    QuantityTooFine(String),
    /// A quantity outside the range that can be kept.
    #[error(
        "{0} is too large: a quantity lies between -9,223,372,036,854,775 and 9,223,372,036,854,775"
    )]
    QuantityTooLarge(String),
    /// Text that is not a number.
    #[error(
        "\"{0}\" is not a number: write digits with at most one decimal point, for example 12.5"
    )]
    NotANumber(String),
    /// A channel name that does not exist.
    #[error("\"{0}\" is not a channel: write online, counter, paper, phone, system or unknown")]
    Channel(String),
    /// A rounding name that does not exist.
    #[error("\"{0}\" is not a way of rounding: write half_up, cut_off or up")]
    Rounding(String),
    /// A department code with characters that do not belong in a code.
    #[error(
        "\"{0}\" is not a department code: use 1 to 64 letters, digits, \"-\", \"_\" or \".\", without blanks"
    )]
    DepartmentCode(String),
    /// A measure name that is not of the form `service.measure`.
    #[error(
        "\"{0}\" is not a measure name: write service.measure in small letters, digits and \"_\", for example plan.progress_note"
    )]
    MeasureName(String),
    /// A subject with characters that do not belong in an identifier.
    #[error(
        "\"{0}\" is not a subject: use 1 to 100 letters, digits, \"-\", \"_\", \".\", \":\" or \"/\", without blanks"
    )]
    Subject(String),
    /// Text that is not an amount of money.
    #[error("\"{0}\" is not an amount of money: write whole yen, for example 1500 or 1,500円")]
    Yen(String),
    /// A person's name that cannot be kept. The name is not repeated, because errors reach logs.
    #[error(
        "the name cannot be kept: give a family or a given name, each at most 100 characters, on one line"
    )]
    PersonName,
    /// The reading of a name that is not written in kana. It is not repeated, because errors reach logs.
    #[error(
        "the reading of the name is not in kana: write フリガナ in katakana, at most 100 characters"
    )]
    PersonNameKana,
    /// Text that is not a postal code.
    #[error("\"{0}\" is not a postal code: write seven digits, for example 564-8550")]
    PostalCode(String),
    /// An address that cannot be kept. It is not repeated, because errors reach logs.
    #[error(
        "the address is not complete: give the city and the town, each part at most 200 characters, on one line"
    )]
    Address,
    /// The prefecture of an address differs from the one its municipality code belongs to.
    #[error("the prefecture does not belong to the municipality code: correct one of them")]
    AddressPrefecture,
    /// A point lies outside Japan.
    #[error(
        "\"{0}\" is no place in Japan. Write latitude and longitude, such as 34.7594, 135.5168"
    )]
    Point(String),
    /// Text that is not thirteen digits.
    #[error("\"{0}\" is not a corporate number: write the thirteen digits of 法人番号")]
    CorporateNumber(String),
    /// A corporate number whose first digit does not fit the others.
    #[error(
        "the corporate number \"{0}\" has a wrong digit: compare it with the official register"
    )]
    CorporateCheckDigit(String),
}
