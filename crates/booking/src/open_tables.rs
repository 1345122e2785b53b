//! Open data from the records of bookings: the facilities as the national standard wants them, and how much they are used.
//!
//! Headers and marks such as 月火水 are the format of the published files, which is in Japanese for every reader.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::BoxFuture;
use jiff::civil::Date;
use yakuba_city::{
    City, CityError, OpenTable, TableRows, month_totals, setting, shown_count, shown_part,
};
use yakuba_forms::model::document::Text;
use yakuba_kernel::{Channel, MeasureName, text::hiragana_to_katakana};
use yakuba_ui::{Language, Words};

use crate::{
    PAGE_WORDS,
    capabilities::{CANCELLATIONS, MINUTES_OFFICIAL, MINUTES_OPEN, MINUTES_USED, RESERVATIONS},
    error::BookingError,
    model::{
        document::{DayOfWeek, FacilityDocument},
        time::ClockTime,
    },
    store::facilities::{Facility, facilities},
};

/// The tables of the service.
pub(crate) fn tables() -> Vec<OpenTable> {
    vec![
        OpenTable {
            key: "booking.facilities",
            national: Some("public_facility"),
            words: |language| PAGE_WORDS.table_words(language, "booking-table-facilities"),
            make: |city| made(places(city)),
        },
        OpenTable {
            key: "booking.use",
            national: None,
            words: |language| PAGE_WORDS.table_words(language, "booking-table-use"),
            make: |city| made(used(city)),
        },
    ]
}

fn made<'a>(
    table: impl Future<Output = Result<TableRows, BookingError>> + Send + 'a,
) -> BoxFuture<'a, Result<TableRows, CityError>> {
    Box::pin(async move {
        table.await.map_err(|error| match error {
            BookingError::City(error) => error,
            error => CityError::Stored {
                what: "open data of bookings",
                cause: error.to_string(),
            },
        })
    })
}

/// The places that are offered; counters, check-ups and classes are no facilities.
async fn offered(city: &City) -> Result<Vec<Facility>, BookingError> {
    let mut all = facilities(city.db()).await?;
    all.retain(|facility| facility.is_offered && facility.document.kind.is_place());
    Ok(all)
}

/// 公共施設一覧, with the columns that a facility's document fills.
async fn places(city: &City) -> Result<TableRows, BookingError> {
    let mut table = TableRows::new([
        "全国地方公共団体コード",
        "ID",
        "地方公共団体名",
        "名称",
        "名称_カナ",
        "名称_英字",
        "所在地_連結表記",
        "緯度",
        "経度",
        "電話番号",
        "利用可能曜日",
        "開始時間",
        "終了時間",
        "利用可能日時特記事項",
        "説明",
        "車椅子可",
    ]);
    let code = setting(city.db(), "city.municipality")
        .await?
        .unwrap_or_default();
    let name = setting(city.db(), "city.name").await?.unwrap_or_default();
    let words = PAGE_WORDS.words(Language::Japanese);
    for facility in offered(city).await? {
        let document = &facility.document;
        let text = |text: Option<&Text>| text.map_or_else(String::new, |text| text.ja.clone());
        let [latitude, longitude] = document.position.map_or_else(Default::default, |position| {
            let (latitude, longitude) = position.degrees();
            [latitude.to_string(), longitude.to_string()]
        });
        let hours = Hours::of(document, words);
        table.rows.push(vec![
            code.clone(),
            facility.key().to_owned(),
            name.clone(),
            document.name.ja.clone(),
            reading(&document.name).unwrap_or_default(),
            document.name.en.clone().unwrap_or_default(),
            text(document.address.as_ref()),
            latitude,
            longitude,
            document.phone.clone().unwrap_or_default(),
            hours.weekdays,
            hours.from,
            hours.to,
            hours.notes,
            text(document.summary.as_ref()),
            text(document.access.as_ref()),
        ]);
    }
    Ok(table)
}

/// A name's reading in katakana, from the readings in brackets of its easy form; none when it has none or says something else.
fn reading(name: &Text) -> Option<String> {
    let easy = name.easy.as_deref()?;
    let (mut written, mut read) = (String::new(), String::new());
    // The kanji since the last character that reads as it is written.
    let mut kanji = String::new();
    let mut inside: Option<String> = None;
    for character in easy.chars() {
        match (character, &mut inside) {
            ('（', None) => inside = Some(String::new()),
            ('）', Some(kana)) => {
                read.push_str(kana);
                kanji.clear();
                inside = None;
            }
            (other, Some(kana)) => kana.push(other),
            (' ' | '　', None) => {}
            (other, None) => {
                written.push(other);
                if is_kana(other) {
                    if kanji.is_empty() {
                        read.push(other);
                    } else {
                        // Okurigana belong to the word whose reading follows: 申（もう）し込み and 申し込み（もうしこみ） are both written.
                        kanji.push(other);
                    }
                } else {
                    kanji.push(other);
                }
            }
        }
    }
    let read = hiragana_to_katakana(&read);
    let is_whole = inside.is_none()
        && kanji.is_empty()
        && written == name.ja
        && !read.is_empty()
        && read.chars().all(is_kana);
    is_whole.then_some(read)
}

fn is_kana(character: char) -> bool {
    matches!(character, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '・')
}

/// When a facility is open, as the columns want it.
#[derive(Default)]
struct Hours {
    weekdays: String,
    from: String,
    to: String,
    notes: String,
}

impl Hours {
    fn of(document: &FacilityDocument, words: Words) -> Self {
        const WEEK: [(DayOfWeek, char); 7] = [
            (DayOfWeek::Mon, '月'),
            (DayOfWeek::Tue, '火'),
            (DayOfWeek::Wed, '水'),
            (DayOfWeek::Thu, '木'),
            (DayOfWeek::Fri, '金'),
            (DayOfWeek::Sat, '土'),
            (DayOfWeek::Sun, '日'),
        ];
        let closed = &document.closed;
        let mut notes: Vec<String> = Vec::new();
        let mut weekdays = String::new();
        let mut hours = BTreeSet::new();
        for (weekday, name) in WEEK {
            // A weekday that is closed in some weeks of a month only is open in the others.
            if closed.weeks.is_empty() && closed.weekdays.contains(&weekday) {
                continue;
            }
            let of_day: Vec<_> = document
                .opening
                .iter()
                .filter(|opening| {
                    opening.weekdays.is_empty() || opening.weekdays.contains(&weekday)
                })
                .collect();
            if of_day.is_empty() {
                continue;
            }
            weekdays.push(name);
            let first = of_day.iter().map(|opening| opening.from).min();
            let last = of_day.iter().map(|opening| opening.to).max();
            hours.insert((first, last));
        }
        let is_seasonal = document
            .opening
            .iter()
            .any(|opening| opening.season.is_some());
        let [from, to] = match hours.first() {
            Some((Some(from), Some(to))) if hours.len() == 1 && !is_seasonal => {
                [hh_mm(*from), hh_mm(*to)]
            }
            Some(_) => {
                notes.push(words.get("booking-table-hours-differ").into_owned());
                Default::default()
            }
            None => Default::default(),
        };
        if !closed.weekdays.is_empty() && !closed.weeks.is_empty() {
            notes.push(words.get("booking-table-closed-weeks").into_owned());
        }
        if closed.holidays {
            notes.push(words.get("booking-table-closed-holidays").into_owned());
        }
        if closed.moves_after_holidays {
            notes.push(words.get("booking-table-closed-moves").into_owned());
        }
        for season in &closed.seasons {
            notes.push(
                words
                    .with(
                        "booking-table-closed-season",
                        &[
                            (
                                "from",
                                words_of_day(words, &String::from(season.from)).into(),
                            ),
                            ("to", words_of_day(words, &String::from(season.to)).into()),
                        ],
                    )
                    .into_owned(),
            );
        }
        Self {
            weekdays,
            from,
            to,
            notes: notes.join("。"),
        }
    }
}

/// A time as the standard writes it: `09:00`.
fn hh_mm(time: ClockTime) -> String {
    format!("{:02}:{:02}", time.minutes() / 60, time.minutes() % 60)
}

/// `12-29` as a day in words.
fn words_of_day(words: Words, day: &str) -> String {
    let (month, day) = day.split_once('-').unwrap_or((day, ""));
    words
        .with(
            "booking-table-day",
            &[
                ("month", month.trim_start_matches('0').to_owned().into()),
                ("day", day.trim_start_matches('0').to_owned().into()),
            ],
        )
        .into_owned()
}

/// What happened at a facility in a month.
#[derive(Default)]
struct Month {
    made: u64,
    online: u64,
    cancelled: u64,
    minutes: [i64; 3],
}

/// Bookings and hours by facility and month, of the months that are over.
async fn used(city: &City) -> Result<TableRows, BookingError> {
    let mut table = TableRows::new([
        "年月",
        "施設ID",
        "施設名",
        "予約件数",
        "うちオンライン",
        "取消件数",
        "予約できた時間（時間）",
        "利用された時間（時間）",
        "市が使った時間（時間）",
        "稼働率（%）",
    ]);
    let today = city.today();
    let before = Date::new(today.year(), today.month(), 1).unwrap_or(today);
    let mut months: BTreeMap<(String, String), Month> = BTreeMap::new();
    let mut collect = async |measure: &MeasureName, add: fn(&mut Month, &Counted)| {
        for row in month_totals(city.db(), measure, before).await? {
            let facility = row.subject.split('.').next().unwrap_or_default().to_owned();
            let counted = Counted {
                is_online: row.channel == Channel::Online.as_str(),
                number: u64::try_from(row.count).unwrap_or(0),
                whole: row.total / 1000,
            };
            add(months.entry((row.month, facility)).or_default(), &counted);
        }
        Ok::<_, BookingError>(())
    };
    collect(&RESERVATIONS.name, |month, counted| {
        month.made += counted.number;
        if counted.is_online {
            month.online += counted.number;
        }
    })
    .await?;
    collect(&CANCELLATIONS.name, |month, counted| {
        month.cancelled += counted.number;
    })
    .await?;
    collect(&MINUTES_OPEN.name, |month, counted| {
        month.minutes[0] += counted.whole;
    })
    .await?;
    collect(&MINUTES_USED.name, |month, counted| {
        month.minutes[1] += counted.whole;
    })
    .await?;
    collect(&MINUTES_OFFICIAL.name, |month, counted| {
        month.minutes[2] += counted.whole;
    })
    .await?;
    let names: BTreeMap<String, String> = offered(city)
        .await?
        .iter()
        .map(|facility| (facility.key().to_owned(), facility.document.name.ja.clone()))
        .collect();
    for ((month, facility), counted) in months {
        let Some(name) = names.get(&facility) else {
            continue;
        };
        let [open, used, official] = counted.minutes;
        table.rows.push(vec![
            month,
            facility,
            name.clone(),
            shown_count(counted.made),
            shown_part(counted.online, counted.made),
            shown_count(counted.cancelled),
            tenths(open, 60),
            tenths(used, 60),
            tenths(official, 60),
            if open > 0 {
                tenths((used + official).saturating_mul(100), open)
            } else {
                String::new()
            },
        ]);
    }
    Ok(table)
}

/// What a row of monthly sums adds.
struct Counted {
    is_online: bool,
    number: u64,
    whole: i64,
}

/// A quotient with one digit after the point, rounded half up.
fn tenths(number: i64, divisor: i64) -> String {
    let tenths = (number.saturating_mul(20) + divisor) / (divisor * 2);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(ja: &str, easy: &str) -> Text {
        Text {
            ja: ja.to_owned(),
            easy: (!easy.is_empty()).then(|| easy.to_owned()),
            en: None,
        }
    }

    #[test]
    fn readings_come_from_the_brackets_or_not_at_all() {
        for (ja, easy, kana) in [
            (
                "中央公民館",
                "中央公民館（ちゅうおうこうみんかん）",
                Some("チュウオウコウミンカン"),
            ),
            (
                "中央テニスコート",
                "中央（ちゅうおう）テニスコート",
                Some("チュウオウテニスコート"),
            ),
            (
                "森のキャンプ場",
                "森（もり）の キャンプ場（じょう）",
                Some("モリノキャンプジョウ"),
            ),
            // It says something else, has no reading for a part, or is only in Japanese.
            ("大会議室", "大（おお）きい 会議室（かいぎしつ）", None),
            ("中央公民館", "中央（ちゅうおう）公民館", None),
            ("中央公民館", "", None),
            ("中央公民館", "中央公民館（ちゅうおう", None),
        ] {
            assert_eq!(reading(&name(ja, easy)).as_deref(), kana, "{easy}");
        }
    }

    #[test]
    fn quotients_are_rounded_half_up() {
        assert_eq!(
            [tenths(90, 60), tenths(3, 60), tenths(2, 60), tenths(200, 3)],
            ["1.5", "0.1", "0.0", "66.7"]
        );
    }
}
