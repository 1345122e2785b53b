//! A facility as a file: its units, what can be booked of it, when, by whom and for how much. The shape of its YAML.

use jiff::civil::{Date, Weekday};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yakuba_forms::model::document::{Key, Text};
use yakuba_kernel::{Decimal, DepartmentCode, FiscalYear, Yen};

use super::{groups::GroupRules, lottery::rules::LotteryRules, time::ClockTime};
use crate::error::BookingError;

/// The format of facilities that this version writes and reads.
pub const FACILITY_FORMAT: &str = "yakuba-facility/1";

/// A place, a counter, a series of classes or a store of equipment, with everything that can be booked of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FacilityDocument {
    /// Always `yakuba-facility/1`.
    pub format: String,
    /// Its lasting key in addresses: letters a–z, digits and hyphens, at most 50.
    pub key: String,
    /// What it is called.
    pub name: Text,
    /// What kind of booking it is for; the search begins with it.
    pub kind: FacilityKind,
    /// The code of the department that runs it.
    #[schemars(with = "String")]
    pub department: DepartmentCode,
    /// What there is, in a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Text>,
    /// Where it is on the map: latitude and longitude in degrees, such as `34.7594, 135.5168`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// The telephone number of who answers questions about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What visitors must know: how to get in, parking, steps, toilets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Text>,
    /// What whoever uses it must keep to; printed on the permit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Text>,
    /// Times are taken in steps of so many minutes, counted from midnight: 15, 30 or 60. It cannot change while there are bookings.
    pub step: Step,
    /// What can be taken only once at a time: rooms, courts, halves of a hall.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<Unit>,
    /// When it is open.
    pub opening: Vec<Opening>,
    /// When it is closed nevertheless.
    #[serde(default)]
    pub closed: ClosingDays,
    /// The rules of its resources that have none of their own.
    #[serde(default)]
    pub rules: Rules,
    /// What penalty points lead to, in the whole facility; none: to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penalty: Option<Penalty>,
    /// How many days before they are reminded by mail, such as `[7, 1]`; empty: nobody is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<u16>,
    /// What can be booked.
    pub resources: Vec<Resource>,
    /// What can be taken along with them for the same time: projectors, table-tennis tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equipment: Vec<Equipment>,
    /// What it costs, by the day from which an ordinance holds; none: nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<FeeTable>,
}

/// What kind of booking a facility is for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FacilityKind {
    /// 公民館・集会所など
    CommunityCentre,
    /// ホール・会館
    Hall,
    /// 体育館・武道場
    Gym,
    /// グラウンド・コート
    SportsGround,
    /// 学校開放
    School,
    /// 公園・キャンプ場
    Park,
    /// 窓口の予約
    Counter,
    /// 健診・検診・予防接種
    CheckUp,
    /// 講座・教室
    Class,
    /// 相談
    Consultation,
    /// 物品・機器の貸出
    Equipment,
}

impl FacilityKind {
    /// All kinds, in the order in which they are offered.
    pub const ALL: [Self; 11] = [
        Self::CommunityCentre,
        Self::Hall,
        Self::Gym,
        Self::SportsGround,
        Self::School,
        Self::Park,
        Self::Counter,
        Self::CheckUp,
        Self::Class,
        Self::Consultation,
        Self::Equipment,
    ];

    /// Whether it is a place that people use themselves, so that its hours open and used are measured (稼働率); not a counter, a
    /// check-up, a class, a consultation or a loan.
    pub fn is_place(self) -> bool {
        matches!(
            self,
            Self::CommunityCentre
                | Self::Hall
                | Self::Gym
                | Self::SportsGround
                | Self::School
                | Self::Park
        )
    }

    /// The name in files, addresses and message keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::CommunityCentre => "community_centre",
            Self::Hall => "hall",
            Self::Gym => "gym",
            Self::SportsGround => "sports_ground",
            Self::School => "school",
            Self::Park => "park",
            Self::Counter => "counter",
            Self::CheckUp => "check_up",
            Self::Class => "class",
            Self::Consultation => "consultation",
            Self::Equipment => "equipment",
        }
    }
}

/// The length of a step in minutes: 5, 10, 15, 20, 30 or 60, which all divide an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u16", into = "u16")]
#[schemars(with = "u16")]
pub struct Step(u16);

impl Step {
    /// The length in minutes.
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for Step {
    type Error = BookingError;

    fn try_from(minutes: u16) -> Result<Self, BookingError> {
        if matches!(minutes, 5 | 10 | 15 | 20 | 30 | 60) {
            Ok(Self(minutes))
        } else {
            Err(BookingError::BadStep(minutes))
        }
    }
}

impl From<Step> for u16 {
    fn from(step: Step) -> Self {
        step.0
    }
}

/// A position in Japan in degrees, written as map services copy it: latitude first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Position {
    latitude: Decimal,
    longitude: Decimal,
}

impl Position {
    /// Degrees north and degrees east.
    pub fn degrees(self) -> (Decimal, Decimal) {
        (self.latitude, self.longitude)
    }
}

impl TryFrom<String> for Position {
    type Error = BookingError;

    fn try_from(text: String) -> Result<Self, BookingError> {
        let number = |part: &str| part.trim().parse::<Decimal>().ok();
        let within = |number: Decimal, low: i64, high: i64| {
            number.scale() <= 12 && number >= Decimal::from(low) && number <= Decimal::from(high)
        };
        match text
            .split_once(',')
            .map(|(first, second)| (number(first), number(second)))
        {
            Some((Some(latitude), Some(longitude)))
                if within(latitude, 20, 46) && within(longitude, 122, 154) =>
            {
                Ok(Self {
                    latitude,
                    longitude,
                })
            }
            _ => Err(BookingError::BadPosition(text)),
        }
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        format!("{}, {}", position.latitude, position.longitude)
    }
}

/// Something that can be taken only once at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its key in the facility.
    pub key: Key,
    /// What staff call it.
    pub name: Text,
}

/// When a facility is open on some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// On which days of the week; empty: on all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<DayOfWeek>,
    /// From when.
    pub from: ClockTime,
    /// Until when.
    pub to: ClockTime,
    /// The first day of the year on which this holds, such as `04-01`; none: the whole year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<Season>,
}

/// A part of every year, both days included; it may go over the end of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// The first day.
    pub from: DayOfYear,
    /// The last day.
    pub to: DayOfYear,
}

impl Season {
    /// Whether a day lies in it.
    pub fn contains(self, day: Date) -> bool {
        let day = DayOfYear {
            month: day.month(),
            day: day.day(),
        };
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            self.from <= day || day <= self.to
        }
    }
}

/// A day of every year: `12-29`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct DayOfYear {
    month: i8,
    day: i8,
}

impl TryFrom<String> for DayOfYear {
    type Error = BookingError;

    fn try_from(text: String) -> Result<Self, BookingError> {
        let wrong = || BookingError::BadDayOfYear(text.clone());
        let (month, day) = text.split_once('-').ok_or_else(wrong)?;
        if month.len() != 2 || day.len() != 2 {
            return Err(wrong());
        }
        let (month, day) = (
            month.parse().map_err(|_| wrong())?,
            day.parse().map_err(|_| wrong())?,
        );
        // 2024 has a 29th of February.
        Date::new(2024, month, day)
            .map(|_| Self { month, day })
            .map_err(|_| wrong())
    }
}

impl From<DayOfYear> for String {
    fn from(day: DayOfYear) -> Self {
        format!("{:02}-{:02}", day.month, day.day)
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DayOfWeek {
    /// 月
    Mon,
    /// 火
    Tue,
    /// 水
    Wed,
    /// 木
    Thu,
    /// 金
    Fri,
    /// 土
    Sat,
    /// 日
    Sun,
}

impl DayOfWeek {
    /// The day of the week of a day.
    pub fn of(day: Date) -> Self {
        match day.weekday() {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// When a facility is closed although its opening says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingDays {
    /// Every week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<DayOfWeek>,
    /// Only the first, second… such day of a month (第3月曜日): empty: every one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weeks: Vec<u8>,
    /// On national holidays.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holidays: bool,
    /// When a weekly closing day is a national holiday, it is open then and closed on the next day that is none (振替休館).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moves_after_holidays: bool,
    /// Every year, such as the turn of the year.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seasons: Vec<Season>,
    /// Single days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub days: Vec<Date>,
    /// Days on which it is open although one of the above says otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub except: Vec<Date>,
}

/// Something that can be booked: a room, the whole hall, a window of a counter, a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resource {
    /// Its key in the facility.
    pub key: Key,
    /// What it is called.
    pub name: Text,
    /// What it is like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
    /// What a booking of it takes.
    pub takes: Takes,
    /// How many people it holds; none: it does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// What it may be used for; empty: nobody is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// At what times it can be booked.
    pub times: Times,
    /// Its sessions are booked together, as a course; none: each by itself. Of several courses, each session names its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<Joining>,
    /// Minutes before a booking that nobody else can have (set-up).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub minutes_before: u16,
    /// Minutes after a booking that nobody else can have (clearing, cleaning).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub minutes_after: u16,
    /// Its own rules; none: those of the facility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
    /// Which rows of the fee table are for it; none: it costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Key>,
    /// How many people it is meant for, by fiscal year; the share of them that comes is measured (受診率の対象者).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub eligible: Vec<Eligible>,
}

/// Something that is there so many times and is taken along with a room, by the same booking and for the same time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Equipment {
    /// Its key in the facility, other than those of units and resources.
    pub key: Key,
    /// What it is called.
    pub name: Text,
    /// How many of it there are.
    pub count: u32,
    /// With which resources it can be taken; empty: with all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Key>,
    /// Which rows of the fee table are for each of it; none: it costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Key>,
}

/// How many people something is meant for in a fiscal year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Eligible {
    /// The fiscal year, by the western year in which it begins.
    #[schemars(with = "i32")]
    pub year: FiscalYear,
    /// How many people.
    pub people: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_zero(value: &u16) -> bool {
    *value == 0
}

/// What a booking takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// All of these units at once: one room, or every part of a hall.
    Units(Vec<Key>),
    /// One of so many that are alike: windows of a counter, places in a class, tablets.
    OneOf(u32),
}

/// What a resource may be used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its key, the same in all facilities, so that the search finds it: `badminton`, `meeting`.
    pub key: Key,
    /// What it is called.
    pub name: Text,
}

/// At what times a resource can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    /// In fixed parts of the day (午前・午後・夜間), one or several on end.
    Bands(Vec<Band>),
    /// Between any two steps while it is open.
    Free(FreeTimes),
    /// On fixed days only: classes, check-ups.
    Sessions(Vec<Session>),
}

/// A fixed part of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Its key, which fees name.
    pub key: Key,
    /// What it is called.
    pub name: Text,
    /// From when.
    pub from: ClockTime,
    /// Until when.
    pub to: ClockTime,
}

/// How long a free time may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FreeTimes {
    /// At least so many minutes.
    pub at_least: u16,
    /// At most so many minutes.
    pub at_most: u16,
    /// It begins only every so many minutes after the opening; none: at each step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_every: Option<u16>,
}

/// One time on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The day.
    #[schemars(with = "String")]
    pub day: Date,
    /// From when.
    pub from: ClockTime,
    /// Until when.
    pub to: ClockTime,
    /// What it is about, when not all are the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// The course it belongs to, such as `spring_2026`: sessions with the same key are booked together, and so are those without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<Key>,
}

/// How one joins a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Joining {
    /// Only before its first session.
    FromTheStart,
    /// Also afterwards, for the sessions that are left.
    LateEntry,
}

/// Who may book what, how far ahead, how often, and how it can be given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Who may book.
    pub who: Who,
    /// How a booking comes about.
    pub way: Way,
    /// From when a day can be booked.
    pub opens: Opens,
    /// Until how many days before; 0: until it begins.
    pub closes_days_before: u16,
    /// How many coming bookings one may have at once; none: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_at_once: Option<u32>,
    /// How many bookings one may have in a month; none: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_in_a_month: Option<u32>,
    /// How many bookings one may have on a day; none: any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_on_a_day: Option<u32>,
    /// How a booking can be cancelled.
    pub cancelling: Cancelling,
    /// A lottery among those who want it, before what is left can be booked; none: it is booked from `opens` on. With a lottery,
    /// `opens` does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lottery: Option<LotteryRules>,
    /// What a registered group must be like to book it; none: any group may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<GroupRules>,
    /// How people can wait for a time that is full; none: they cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            who: Who::Anyone,
            way: Way::Instant,
            opens: Opens::default(),
            closes_days_before: 0,
            most_at_once: None,
            most_in_a_month: None,
            most_on_a_day: None,
            cancelling: Cancelling::default(),
            lottery: None,
            groups: None,
            waiting: None,
        }
    }
}

/// Who may book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Anybody whose mail address is confirmed.
    Anyone,
    /// Residents whose account shows who they are.
    Residents,
    /// Registered groups whose roster staff have looked over.
    Groups,
    /// Nobody over the web: staff enter what they are asked for.
    StaffOnly,
}

/// How a booking comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// At once.
    Instant,
    /// When staff have agreed; it is taken until then.
    Approval,
}

/// From when a day can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// So many days before, at a time of the day.
    DaysBefore {
        /// How many days.
        days: u16,
        /// When on that day.
        at: ClockTime,
    },
    /// A whole month at once, on a day of an earlier month: `months: 2, day: 1` opens all of June on 1 April.
    MonthsBefore {
        /// How many months before the month of use.
        months: u8,
        /// On which day of that month, 1 to 28.
        day: u8,
        /// When on that day.
        at: ClockTime,
    },
}

impl Default for Opens {
    fn default() -> Self {
        Self::DaysBefore {
            days: 90,
            at: ClockTime::default(),
        }
    }
}

/// How a booking can be cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cancelling {
    /// Until so many days before, nothing is lost.
    pub free_days_before: u16,
    /// Afterwards this share of the fee is kept, in hundredths, 0 to 100.
    pub late_percent: u8,
    /// Penalty points for cancelling late.
    pub late_points: u8,
    /// Penalty points for not coming.
    pub absence_points: u8,
}

/// How people can wait for a time that is full. What becomes free is offered to one after the other, in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Waiting {
    /// So many hours an offer holds, 1 to 168; never beyond the end of booking.
    pub offer_hours: u16,
    /// At most so many wait for one time.
    pub most: u16,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            offer_hours: 24,
            most: 20,
        }
    }
}

/// From how many penalty points on nobody books for a while. Rules say under `cancelling` what points are given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Penalty {
    /// From so many points on.
    pub points: u8,
    /// For so many days from the day on which the last point was given.
    pub blocked_days: u16,
    /// A point counts for so many days.
    pub lapse_days: u16,
}

/// What things cost from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeTable {
    /// The first day of use to which it applies.
    #[schemars(with = "String")]
    pub from: Date,
    /// The ordinance it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordinance: Option<Text>,
    /// What is asked. The first row that fits counts.
    pub rows: Vec<FeeRow>,
    /// What comes on top or off, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FeeChange>,
    /// Amounts are rounded down to a multiple of this, 1 or 10.
    #[serde(default = "one_yen")]
    pub rounded_down_to: u16,
}

fn one_yen() -> u16 {
    1
}

/// One row of a fee table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeRow {
    /// For which resources.
    pub fee: Key,
    /// Only for this band; none: for any time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub band: Option<Key>,
    /// Only in this season.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<Season>,
    /// Only on Saturdays, Sundays and national holidays (`true`), or only on other days (`false`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekend: Option<bool>,
    /// Only for these purposes; empty: for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Key>,
    /// How much.
    #[schemars(with = "i64")]
    pub yen: Yen,
    /// For what.
    pub per: Per,
}

/// What an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Each band or session, or a free time as a whole.
    Use,
    /// Each hour or part of one.
    Hour,
    /// Each person.
    Person,
}

/// A surcharge, a reduction or an exemption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeChange {
    /// What it is called on the receipt.
    pub name: Text,
    /// When it applies.
    pub when: FeeCondition,
    /// Added to the amount so far, in hundredths of it: 50 for half as much again, -100 for an exemption.
    pub percent: i16,
}

/// When a fee changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeeCondition {
    /// Whoever books does not live in the city.
    NotResident,
    /// An admission fee is taken from the visitors.
    TakesAdmission,
    /// It is used for business.
    Commercial,
    /// The group is registered under one of these kinds (減免団体).
    GroupKind(Vec<Key>),
    /// Staff have agreed to it for this booking (減免申請).
    Agreed(Key),
}

impl FacilityDocument {
    /// Reads a facility from YAML (or JSON, which is YAML).
    ///
    /// # Errors
    /// [`BookingError::BadFile`] with line and reason; [`BookingError::BadKey`].
    pub fn from_yaml(text: &str) -> Result<Self, BookingError> {
        let document: Self = serde_saphyr::from_str(text)
            .map_err(|error| BookingError::BadFile(error.to_string()))?;
        if document.format != FACILITY_FORMAT {
            return Err(BookingError::BadFile(format!(
                "its format is {:?}, but this version reads {FACILITY_FORMAT:?}",
                document.format
            )));
        }
        let well_formed = !document.key.is_empty()
            && document.key.len() <= 50
            && document
                .key
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        // Addresses of the service's own pages.
        let is_taken = [
            "new",
            "upload",
            "mine",
            "search",
            "queue",
            "lottery",
            "cart",
            "use",
            "groups",
            "series",
            "waiting",
            "feeds",
            "points",
            "ticket",
            "reservations",
            "refunds",
            "closures",
            "set-up",
            "settings",
        ]
        .contains(&document.key.as_str());
        if !well_formed || is_taken {
            return Err(BookingError::BadKey(document.key));
        }
        Ok(document)
    }

    /// The facility as YAML, which [`FacilityDocument::from_yaml`] reads back unchanged.
    ///
    /// # Errors
    /// [`BookingError::BadFile`] when it cannot be written, which no document is known to cause.
    pub fn to_yaml(&self) -> Result<String, BookingError> {
        serde_saphyr::to_string(self).map_err(|error| BookingError::BadFile(error.to_string()))
    }

    /// A resource by its key.
    pub fn resource(&self, key: &str) -> Option<&Resource> {
        self.resources
            .iter()
            .find(|resource| resource.key.as_str() == key)
    }

    /// The rules of a resource: its own, or the facility's.
    pub fn rules_of<'a>(&'a self, resource: &'a Resource) -> &'a Rules {
        resource.rules.as_ref().unwrap_or(&self.rules)
    }

    /// The units of the facility as they are kept: its named units, and the single ones of what is alike, numbered from 1.
    pub fn unit_keys(&self) -> Vec<String> {
        let named = self.units.iter().map(|unit| unit.key.to_string());
        let alike = self.resources.iter().flat_map(Resource::numbered_units);
        let along = self.equipment.iter().flat_map(Equipment::units);
        named.chain(alike).chain(along).collect()
    }

    /// What can be taken along with a resource; nothing with a course.
    pub fn equipment_of<'a>(
        &'a self,
        resource: &'a Resource,
    ) -> impl Iterator<Item = &'a Equipment> {
        self.equipment
            .iter()
            .filter(|_| resource.course.is_none())
            .filter(|one| one.with.is_empty() || one.with.contains(&resource.key))
    }
}

impl Equipment {
    /// Its units, numbered from 1: `projector#1`, `projector#2`…
    pub fn units(&self) -> Vec<String> {
        numbered(&self.key, self.count)
    }
}

fn numbered(key: &Key, count: u32) -> Vec<String> {
    (1..=count)
        .map(|number| format!("{key}#{number}"))
        .collect()
}

impl Resource {
    /// The units of what is alike: `window#1`, `window#2`…; none when it takes named units.
    pub fn numbered_units(&self) -> Vec<String> {
        match self.takes {
            Takes::Units(_) => Vec::new(),
            Takes::OneOf(count) => numbered(&self.key, count),
        }
    }

    /// The units it may take: all of them at once, or one of them.
    pub fn units(&self) -> Vec<String> {
        match &self.takes {
            Takes::Units(units) => units.iter().map(ToString::to_string).collect(),
            Takes::OneOf(_) => self.numbered_units(),
        }
    }
}

/// The JSON Schema of a facility's YAML.
pub fn schema() -> String {
    serde_json::to_string_pretty(&schemars::schema_for!(FacilityDocument)).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small hall that can be divided, with a court and a class, for tests.
    pub(crate) const HALL: &str = include_str!("../../tests/all/hall.yaml");

    pub(crate) fn facility(text: &str) -> FacilityDocument {
        FacilityDocument::from_yaml(text).unwrap()
    }

    #[test]
    fn a_facility_is_read_and_written_unchanged() {
        let hall = facility(HALL);
        assert_eq!(facility(&hall.to_yaml().unwrap()), hall);
        assert_eq!(
            hall.unit_keys(),
            ["a", "b", "court_1", "class#1", "class#2", "class#3"]
        );
        for (right, wrong) in [
            ("step: 30", "step: 7"),
            ("key: hall\n", "key: Hall\n"),
            ("key: hall\n", "key: search\n"),
            ("from: \"12-29\"", "from: \"12-32\""),
            ("to: \"21:30\"", "to: \"24:30\""),
            ("yakuba-facility/1", "yakuba-facility/2"),
        ] {
            assert!(HALL.contains(right), "{right}");
            assert!(FacilityDocument::from_yaml(&HALL.replacen(right, wrong, 1)).is_err());
        }
    }
}
