//! The rush itself: residents who all want a time at once, what they met with, and a recount that does not rest on the constraint.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures::{StreamExt as _, TryStreamExt as _, future::join_all, stream};
use jiff::civil::Date;
use rand::Rng as _;
use sea_orm::FromQueryResult;
use yakuba_city::{City, sql::Sql as _};
use yakuba_identity::{
    Identity, Token, Visitor,
    residents::{CodeCheck, CodeStart, check_email_code, start_email_code},
};
use yakuba_mail::EmailAddress;
use yakuba_ui::Language;

use super::client::{Answer, Client};
use crate::failure::Failure;

/// So many addresses are confirmed at once.
const AT_ONCE: usize = 32;

/// Where and for what they rush.
pub(super) struct Plan {
    pub(super) address: SocketAddr,
    pub(super) facility: &'static str,
    pub(super) resource: &'static str,
    pub(super) day: Date,
    /// Nobody begins anew after so long.
    pub(super) within: Duration,
}

/// Somebody whose mail address is confirmed: where they come from, and their cookie.
pub(super) struct Resident {
    source: String,
    token: Token,
}

/// Confirms addresses as residents do; the codes are read from the waiting mails of the copy.
pub(super) async fn residents(
    city: &City,
    identity: &Identity,
    count: u32,
) -> Result<Vec<Resident>, Failure> {
    let key = city.key()?;
    let begun: Vec<(String, String, Token)> = stream::iter(0..count)
        .map(|number| async move {
            // 10.0.0.0/8 has room for all; each is a source of its own.
            let [_, a, b, c] = number.to_be_bytes();
            let source = format!("10.{a}.{b}.{c}");
            let address = format!("resident-{number}@capacity-test.invalid");
            let visitor = Visitor {
                source: source.clone(),
                ..Visitor::default()
            };
            let email = EmailAddress::read(&address)?;
            match start_email_code(identity, &visitor, &email, Language::Japanese).await? {
                CodeStart::Sent(token) => Ok((address, source, token)),
                CodeStart::Wait(_) => Err(unconfirmed()),
            }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let mut codes: HashMap<String, String> = HashMap::new();
    for mail in yakuba_mail::store::all_waiting(city.db(), i64::from(count)).await? {
        let mail = mail.open(key)?;
        let digits: Vec<char> = mail.text.chars().collect();
        let code = digits
            .windows(6)
            .find(|six| six.iter().all(char::is_ascii_digit))
            .map(|six| six.iter().collect());
        codes.insert(mail.to.as_str().to_owned(), code.unwrap_or_default());
    }
    let codes = &codes;
    stream::iter(begun)
        .map(|(address, source, token)| async move {
            let visitor = Visitor {
                source: source.clone(),
                ..Visitor::default()
            };
            let code = codes.get(&address).ok_or_else(unconfirmed)?;
            match check_email_code(identity, &visitor, &token, code).await? {
                CodeCheck::Right(_) => Ok(Resident { source, token }),
                CodeCheck::Wrong(_) | CodeCheck::BeginAgain => Err(unconfirmed()),
            }
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

fn unconfirmed() -> Failure {
    Failure::new(
        "a made-up resident's address could not be confirmed in the copy. Report this as a bug",
    )
}

/// How it ended for a resident.
enum End {
    /// They have a number.
    Booked,
    /// Nothing was left.
    Full,
    /// The time was over.
    Over,
    /// Something went wrong, and where.
    Error(String),
}

/// What a rush came to.
#[derive(Debug, Default)]
pub(super) struct Report {
    residents: usize,
    pub(super) booked: usize,
    pub(super) full: usize,
    over: usize,
    errors: BTreeMap<String, usize>,
    /// From the first request to the last number.
    took: Duration,
    /// How long each answer took, sorted.
    times: Vec<Duration>,
    /// How long the waiting room's page takes, and the page before which people wait.
    pub(super) waiting: Option<(Duration, Duration)>,
    /// Places taken more often than they exist.
    pub(super) doubles: i64,
    /// Numbers that were shown and are not in the database.
    pub(super) lost: i64,
}

impl Report {
    /// Whether the machine carried it: no error, nothing taken twice, nothing lost.
    pub(super) fn is_good(&self) -> bool {
        self.errors.is_empty() && self.over == 0 && self.doubles == 0 && self.lost == 0
    }

    fn quantile(&self, hundredths: usize) -> f64 {
        let last = self.times.len().saturating_sub(1);
        self.times
            .get(last * hundredths / 100)
            .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    }

    /// The report, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let seconds = self.took.as_secs_f64().max(0.001);
        #[allow(clippy::cast_precision_loss, reason = "for reading")]
        let per_second = |count: usize| count as f64 / seconds;
        let mut lines = vec![
            format!(
                "Residents: {}; booked {}, nothing left for {}, out of time {}",
                self.residents, self.booked, self.full, self.over
            ),
            format!(
                "Bookings: {:.1} per second, all settled after {seconds:.1} s",
                per_second(self.booked)
            ),
            format!(
                "Requests: {}, {:.0} per second; p50 {:.0} ms, p99 {:.0} ms, longest {:.0} ms",
                self.times.len(),
                per_second(self.times.len()),
                self.quantile(50),
                self.quantile(99),
                self.quantile(100)
            ),
            format!("Errors: {}", self.errors.values().sum::<usize>()),
        ];
        lines.extend(
            self.errors
                .iter()
                .map(|(kind, count)| format!("  {kind}: {count}")),
        );
        lines.push(format!(
            "Double bookings (recounted): {}; bookings shown and not kept: {}",
            self.doubles, self.lost
        ));
        if let Some((waiting, page)) = self.waiting {
            let shown = |time: Duration| time.as_secs_f64() * 1000.0;
            lines.push(format!(
                "The waiting room's page takes {:.2} ms, the page of a day behind it {:.2} ms",
                shown(waiting),
                shown(page)
            ));
        }
        lines
    }
}

/// Lets everybody rush at once.
pub(super) async fn run(plan: &Plan, residents: Vec<Resident>) -> Report {
    let begun = Instant::now();
    let count = residents.len();
    let ends = join_all(residents.into_iter().map(|resident| async move {
        let cookie = (
            "yakuba_email".to_owned(),
            resident.token.as_str().to_owned(),
        );
        let mut client = Client::new(plan.address, resident.source, cookie);
        let end = match rush(plan, begun, &mut client).await {
            Ok(end) => end,
            Err(error) => End::Error(format!("connection: {}", error.kind())),
        };
        (end, begun.elapsed(), client.times)
    }))
    .await;
    let mut report = Report {
        residents: count,
        ..Report::default()
    };
    for (end, at, times) in ends {
        report.took = report.took.max(at);
        report.times.extend(times);
        match end {
            End::Booked => report.booked += 1,
            End::Full => report.full += 1,
            End::Over => report.over += 1,
            End::Error(kind) => *report.errors.entry(kind).or_default() += 1,
        }
    }
    report.times.sort_unstable();
    report
}

/// The times that the page of a day offers.
fn offered(page: &str) -> Vec<(&str, &str)> {
    page.split("name=\"from\" value=\"")
        .skip(1)
        .filter_map(|rest| {
            let (from, rest) = rest.split_once('"')?;
            let (_, rest) = rest.split_once("name=\"to\" value=\"")?;
            Some((from, rest.split_once('"')?.0))
        })
        .collect()
}

fn unexpected(step: &str, answer: &Answer) -> End {
    End::Error(format!("{step}: status {}", answer.status))
}

/// One resident: looks at the day, takes a time that is free, says who it is for, checks, sends, sees the number.
async fn rush(plan: &Plan, begun: Instant, client: &mut Client) -> std::io::Result<End> {
    let day = plan.day.to_string();
    let path = format!("/booking/{}/{}?day={day}", plan.facility, plan.resource);
    loop {
        if begun.elapsed() > plan.within {
            return Ok(End::Over);
        }
        let page = client.get(&path).await?;
        if page.status != 200 {
            return Ok(unexpected("day", &page));
        }
        let times = offered(&page.body);
        if times.is_empty() {
            return Ok(End::Full);
        }
        let (from, to) = times[rand::rng().random_range(0..times.len())];
        let held = client
            .post(
                "/booking/cart/hold",
                &[
                    ("facility", plan.facility),
                    ("resource", plan.resource),
                    ("day", &day),
                    ("from", from),
                    ("to", to),
                ],
            )
            .await?;
        if held.status != 303 {
            return Ok(unexpected("hold", &held));
        }
        // Somebody was quicker: back to the day, with a sentence.
        if held.to.starts_with("/booking/cart") {
            break;
        }
    }
    let cart = client.get("/booking/cart").await?;
    let Some(id) = cart
        .body
        .split_once("name=\"people.")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(id, _)| id.to_owned())
    else {
        return Ok(unexpected("cart", &cart));
    };
    let people = format!("people.{id}");
    let fields = [
        (people.as_str(), "1"),
        ("name", "負荷 試験"),
        ("phone", "000-000-0000"),
        ("lives", "here"),
        ("note", ""),
    ];
    let check = client.post("/booking/cart/check", &fields).await?;
    if check.status != 200 {
        return Ok(unexpected("check", &check));
    }
    let sent = client.post("/booking/cart/send", &fields).await?;
    if sent.status != 303 || sent.to != "/booking/cart/done" {
        return Ok(unexpected("send", &sent));
    }
    let done = client.get("/booking/cart/done").await?;
    if done.status == 200 && done.body.contains("translate=\"no\">") {
        Ok(End::Booked)
    } else {
        Ok(unexpected("done", &done))
    }
}

/// Counts from the reservations alone, without the table whose key forbids it, how often more was booked at a time than exists; and
/// what was acknowledged and is not there.
pub(super) async fn recount(
    city: &City,
    facility: &str,
    places: u32,
    report: &mut Report,
) -> Result<(), Failure> {
    #[derive(FromQueryResult)]
    struct Time {
        count: i64,
    }
    let times: Vec<Time> = city
        .db()
        .rows(
            "SELECT COUNT(*) AS count FROM booking_reservations WHERE facility_key = $1 AND state = 'confirmed' \
             GROUP BY resource_key, day, from_minute, to_minute",
            [facility.into()],
        )
        .await?;
    report.doubles = times
        .iter()
        .map(|time| (time.count - i64::from(places)).max(0))
        .sum();
    let kept: i64 = times.iter().map(|time| time.count).sum();
    report.lost = (i64::try_from(report.booked).unwrap_or(i64::MAX) - kept).max(0);
    Ok(())
}
