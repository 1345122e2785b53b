//! The demo city as the program makes it, beside what was written down about it apart from the program.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
};
use jiff::civil::date;
use serde::Deserialize;
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, each_database,
    testing::{on_postgres, on_sqlite},
    web::Scope,
};
use yakuba_identity::{
    AccountId, IdentityError, IdentityService,
    model::personnel,
    store::{
        accounts::{account_by_login, posts_of},
        personnel::commit,
        roles::grants_of,
    },
};
use yakuba_kernel::{Decimal, FiscalYear};
use yakuba_plan::{
    PlanService, capabilities,
    measuring::{Actual, MeasuredIndicator, MeasuredPlan, MeasuredYear, measure},
    model::{
        computation::{Computed, Parts},
        status::Status,
    },
    store,
};

use crate::services;

/// A line of `content/demo/expected.csv`.
#[derive(Debug, Deserialize)]
struct Expected {
    initiative: String,
    indicator: String,
    fiscal_year: i32,
    value: Option<Decimal>,
    numerator: Option<Decimal>,
    denominator: Option<Decimal>,
    against_target: String,
    /// The figure as it was published, where it has changed since.
    published: Option<Decimal>,
}

fn expected() -> Vec<Expected> {
    csv::Reader::from_reader(super::text("demo/expected.csv").unwrap().as_bytes())
        .deserialize()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// The part and the whole that a page shows beside a figure.
fn division(computed: &Computed) -> (Option<Decimal>, Option<Decimal>) {
    let count = |count: usize| Some(Decimal::from(count));
    match &computed.parts {
        Parts::Ratio {
            numerator,
            denominator,
            ..
        } => (
            Some(numerator.quantity.to_decimal()),
            Some(denominator.quantity.to_decimal()),
        ),
        Parts::Growth { base, current, .. } => (Some(current.quantity.to_decimal()), Some(*base)),
        Parts::Departments { did, of, .. } => (count(did.len()), Some(Decimal::from(*of))),
        Parts::Survey {
            numerator,
            denominator,
            ..
        } => (
            Some(Decimal::from(*numerator)),
            Some(Decimal::from(*denominator)),
        ),
        // A mean has no one part; it is of so many ratios.
        Parts::Mean { subjects, .. } => (None, count(subjects.len())),
        Parts::Count { .. } | Parts::Sum { .. } | Parts::Stock { .. } | Parts::Maximum { .. } => {
            (None, None)
        }
    }
}

/// What is not as expected, in words.
fn differences(expected: &Expected, year: &MeasuredYear, running: FiscalYear) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, found: String, expected: String| {
        if found != expected {
            differences.push(format!("{what} is {found}, expected {expected}"));
        }
    };
    // As text: 40.0 is a figure with one place, and 40 is not it.
    let text = |value: Option<Decimal>| value.map_or("none".to_owned(), |value| value.to_string());
    compare("value", text(year.value()), text(expected.value));
    let (part, whole, provisional) = match &year.actual {
        Some(Actual::Computed { now, .. }) => {
            let (part, whole) = division(now);
            (part, whole, Some(now.provisional))
        }
        _ => (None, None, None),
    };
    let plain = |value: Option<Decimal>| text(value.map(|value| value.normalize()));
    compare("numerator", plain(part), plain(expected.numerator));
    compare("denominator", plain(whole), plain(expected.denominator));
    let status = year.standing.computed.status;
    let found = match status {
        _ if provisional == Some(true) => {
            // A year that is not over has achieved nothing yet.
            compare("year", year.year.to_string(), running.to_string());
            compare(
                "achieved",
                (status == Status::Achieved).to_string(),
                "false".to_owned(),
            );
            "running"
        }
        Status::CannotBeJudged if year.value().is_none() => "cannot_be_judged",
        _ if year.target.is_none() => "no_target",
        Status::Achieved => "achieved",
        Status::Behind => "missed",
        Status::OnTrack => "on_track",
        Status::CannotBeJudged => "target_without_judgement",
    };
    compare("status", found.to_owned(), expected.against_target.clone());
    if let Some(Actual::Computed { published, .. }) = &year.actual
        && year.year < running
    {
        // Frozen when it was published: the figure of that day. The running year's says nothing final yet.
        compare(
            "published",
            text(*published),
            text(expected.published.or(expected.value)),
        );
    }
    differences
}

fn find<'plan>(plan: &'plan MeasuredPlan, expected: &Expected) -> Option<&'plan MeasuredIndicator> {
    plan.indicators.values().find(|indicator| {
        indicator.owner.number.as_deref() == Some(&expected.initiative)
            && indicator.indicator.name == expected.indicator
    })
}

async fn compare_every_figure(city: &City) {
    super::fill(city).await.unwrap();
    let plan = store::published(city, "sumikawa-2022")
        .await
        .unwrap()
        .unwrap();
    let plan = measure(city, plan).await.unwrap();
    let running = plan.running_year();
    let mut wrong = Vec::new();
    let mut named: BTreeSet<(String, FiscalYear)> = BTreeSet::new();
    for line in &expected() {
        let what = format!(
            "{} {} {}",
            line.initiative, line.indicator, line.fiscal_year
        );
        let year = FiscalYear::new(line.fiscal_year).unwrap();
        let Some(indicator) = find(&plan, line) else {
            wrong.push(format!("{what}: the plan has no such indicator"));
            continue;
        };
        let first = named.insert((indicator.key().to_owned(), year));
        assert!(first, "{what} is expected twice");
        match indicator.year(year) {
            Some(measured) => wrong.extend(
                differences(line, measured, running)
                    .into_iter()
                    .map(|difference| format!("{what}: {difference}")),
            ),
            None => wrong.push(format!("{what}: the plan says nothing about this year")),
        }
    }
    // Nothing is measured that nobody computed apart.
    for indicator in plan.indicators.values() {
        for year in &indicator.years {
            let key = (indicator.key().to_owned(), year.year);
            if year.actual.is_some() && !named.contains(&key) {
                wrong.push(format!(
                    "{} {} {}: not in expected.csv, found {:?}",
                    indicator.owner.shown(),
                    indicator.indicator.name,
                    year.year,
                    year.value()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    // A formula over a survey says the answers as they were read, and not their keys.
    let survey = plan
        .indicators
        .values()
        .find(|indicator| indicator.indicator.name.contains("安全に扱っている"))
        .unwrap();
    for (language, answer) in [("ja", "「そう思う」（"), ("en", "“Strongly agree” (")] {
        let path = format!(
            "/plan/sumikawa-2022/indicators/{}?lang={language}",
            survey.key()
        );
        let page = page(city, &path).await;
        assert!(page.contains(answer), "{path} does not say {answer}");
        assert!(!page.contains("residents-digital-2025.trust"), "{path}");
    }
    // What was counted is named, and each name leads there.
    let counted = page(city, "/plan/sumikawa-2022/indicators/20.2/2025").await;
    for link in [
        "<a href=\"/reports?category=road&#38;state=all\">道路の穴・段差</a>",
        "<a href=\"/reports?category=light&#38;state=all\">街灯の故障</a>",
    ] {
        assert!(counted.contains(link), "{link}");
    }
    assert!(
        named.len() >= 28 * 4,
        "only {} figures were compared",
        named.len()
    );
}

/// Whatever services and layers offer can be made, and says no small count.
async fn look_over_what_is_made_from_records(city: &City) {
    use yakuba_places::store;
    let datasets = store::datasets(city.db()).await.unwrap();
    let made: Vec<_> = datasets
        .iter()
        .filter(|found| !found.source.is_empty())
        .collect();
    assert!(made.len() >= 6, "{}", made.len());
    for found in made {
        let key = found.key();
        assert!(found.is_public(), "{key}");
        let version = store::version(city.db(), key, 1, None)
            .await
            .unwrap()
            .unwrap();
        assert!(version.rows >= 15, "{key}: {}", version.rows);
        assert_eq!(version.must, 0, "{key}");
        // Nothing happened since: made again it is the same.
        assert!(
            !store::make(city, Actor::CommandLine, key).await.unwrap(),
            "{key}"
        );
    }
    for table in city.open_tables() {
        let rows = (table.make)(city).await.unwrap();
        assert!(!rows.rows.is_empty(), "{}", table.key);
        for row in &rows.rows {
            assert_eq!(row.len(), rows.header.len(), "{}", table.key);
            for (column, value) in rows.header.iter().zip(row) {
                let is_count = column.ends_with("件数") || column.starts_with("うち");
                let is_small = ["1", "2", "3", "4"].contains(&value.as_str());
                assert!(!(is_count && is_small), "{}: {row:?}", table.key);
            }
        }
    }
    let facilities = city
        .open_tables()
        .iter()
        .find(|table| table.key == "booking.facilities");
    let facilities = (facilities.unwrap().make)(city).await.unwrap();
    assert_eq!(facilities.rows.len(), 34);
    let hall = facilities
        .rows
        .iter()
        .find(|row| row[1] == "chuo-kominkan")
        .unwrap();
    assert_eq!(hall[3..5], ["中央公民館", "チュウオウコウミンカン"]);
    assert_eq!(hall[10..13], ["火水木金土日", "09:00", "21:00"]);
}

/// The bookings of the demo in short: for each facility how many, and the beginning of the SHA-256 of all of them with their times,
/// states and fees, in the order in which they were made.
async fn bookings(city: &City) -> String {
    use sha2::{Digest as _, Sha256};
    use yakuba_city::sql::Sql as _;
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        facility: String,
        line: String,
    }
    let rows: Vec<Row> = city
        .db()
        .rows(
            "SELECT facility_key AS facility, resource_key || ' ' || day || ' ' || from_minute || '-' || to_minute || ' ' || state || ' ' \
               || kind || ' ' || channel || ' ' || purpose || ' ' || people || ' ' || fee || ' ' || kept_fee || ' ' || made_at || ' ' \
               || changed_at AS line \
             FROM booking_reservations ORDER BY id",
            [],
        )
        .await
        .unwrap();
    let mut facilities: BTreeMap<String, (usize, Sha256)> = BTreeMap::new();
    for row in rows {
        let (count, hash) = facilities.entry(row.facility).or_default();
        *count += 1;
        hash.update(row.line);
        hash.update("\n");
    }
    let mut text = String::from("facility,bookings,sha256\n");
    for (facility, (count, hash)) in facilities {
        let hash = hash.finalize();
        let [first, second, third, ..] = hash[..] else {
            unreachable!("a SHA-256 has 32 bytes")
        };
        let line = format!("{facility},{count},{first:02x}{second:02x}{third:02x}\n");
        text.push_str(&line);
    }
    text
}

/// Two years of bookings are the same in every demo city, on both databases. After a change of the story or of a facility write down
/// anew what the test prints.
async fn compare_the_bookings(city: &City) {
    let made = bookings(city).await;
    assert_eq!(made, include_str!("expected_bookings.csv"), "now:\n{made}");
}

// With every service that the program has: the story uses them all.
#[tokio::test]
async fn the_plan_measures_what_was_computed_apart_from_it_sqlite() {
    on_sqlite(&services::all(), async |city| {
        compare_every_figure(&city).await;
        compare_the_bookings(&city).await;
        look_over_what_is_made_from_records(&city).await;
    })
    .await;
}

#[tokio::test]
async fn the_plan_measures_what_was_computed_apart_from_it_postgres() {
    on_postgres(&services::all(), async |city| {
        compare_every_figure(&city).await;
        compare_the_bookings(&city).await;
        look_over_what_is_made_from_records(&city).await;
    })
    .await;
}

/// Where somebody works on a day, with which post, and the departments whose progress they may write about.
async fn stands(city: &City, login: &str, day: jiff::civil::Date) -> String {
    let account = account_by_login(city.db(), login).await.unwrap();
    let Some(account) = account else {
        return "nobody".to_owned();
    };
    if !account.is_usable(day) {
        return "gone".to_owned();
    }
    let posts = posts_of(city.db(), account.id).await.unwrap();
    let posts: Vec<String> = posts
        .iter()
        .filter(|held| held.holds_on(day))
        .map(|held| format!("{} {}", held.department, held.post))
        .collect();
    format!(
        "{} / {}",
        posts.join(", "),
        may_edit(city, account.id, day).await
    )
}

async fn may_edit(city: &City, account: AccountId, day: jiff::civil::Date) -> String {
    let grants = grants_of(city.db(), account, day).await.unwrap();
    grants
        .into_iter()
        .filter(|grant| grant.capability == capabilities::EDIT.name)
        .map(|grant| match grant.scope {
            Scope::City => "city".to_owned(),
            Scope::Department(code) => code.to_string(),
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// The demo city with its departments and staff, and nothing else yet.
async fn staff(city: &City) {
    let story: super::city::CityFile = super::read("demo/city.yaml").unwrap();
    super::city::make(city, &story).await.unwrap();
}

async fn transfer(city: &City) {
    staff(city).await;
    let enter = async || {
        let text = super::text("demo/transfers.csv").unwrap();
        let file = personnel::read(text.as_bytes(), "transfers.csv").unwrap();
        assert_eq!(file.problems, []);
        city.write(Actor::CommandLine, file, |tx, file| {
            Box::pin(async move {
                let done = commit(tx, file, None).await?;
                Ok::<_, IdentityError>(done)
            })
        })
        .await
        .unwrap()
    };
    let done = enter().await;
    // Every post of the file is one that the city has, and everybody in it is known by the same name.
    assert_eq!(done.problems, []);
    assert_eq!(done.changing_lines(), 6);
    let (before, after) = (date(2027, 3, 31), date(2027, 4, 1));
    for (login, was, is) in [
        (
            "sano",
            "dx_office 係員 / city, dx_office",
            "planning 係長 / city, planning",
        ),
        (
            "watanabe",
            "civic 係長 / civic",
            "dx_office 係長 / dx_office",
        ),
        ("tokunaga", "tax 係員 / tax", "civic 係長 / civic"),
        ("onodera", "nursery 課長 / child, nursery", "gone"),
        ("hamada", "nursery 係長 / nursery", "nursery 課長 / nursery"),
        ("shindo", " / ", "nursery 係員 / "),
        // Not in the file.
        (
            "mori",
            "lifelong_learning 係長 / library, lifelong_learning",
            "lifelong_learning 係長 / library, lifelong_learning",
        ),
    ] {
        assert_eq!(stands(city, login, before).await, was, "{login} before");
        assert_eq!(stands(city, login, after).await, is, "{login} after");
    }
    // Entered again it changes nothing.
    assert_eq!(enter().await.changing_lines(), 0);
}

each_database!(
    the_april_transfer_moves_people_and_what_they_may_edit_on_its_day,
    [&IdentityService, &PlanService],
    async |city| transfer(&city).await
);

/// A page of the city as somebody without an account gets it.
async fn page(city: &City, path: &str) -> String {
    let identity = crate::server::identity(city, "http://localhost:8080", |_| {}).unwrap();
    let router = crate::server::application(city.clone(), identity, Arc::default(), &[]).unwrap();
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let answer = router.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let bytes = to_bytes(answer.into_body(), 1_000_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

each_database!(
    the_front_page_tells_of_the_city_in_the_language_of_its_reader,
    [&IdentityService, &PlanService],
    async |city| {
        staff(&city).await;
        for (path, told) in [
            ("/", ["澄んだ川と港のある", "<title>澄川市"]),
            (
                "/?lang=en",
                ["A town of about 86,000 people", "Sumikawa City"],
            ),
            (
                "/?lang=easy",
                [
                    "きれいな<ruby>川<rp>（</rp><rt>かわ</rt><rp>）</rp></ruby>",
                    "澄川市（すみかわし）",
                ],
            ),
        ] {
            let page = page(&city, path).await;
            for text in told {
                assert!(page.contains(text), "{path} does not say {text}");
            }
        }
    }
);
