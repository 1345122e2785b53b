//! A time that comes again, entered at the desk and given up from one of its days on; and the language of what is written. On both
//! databases.

use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_booking::{
    BookingService,
    capabilities::{RECEIVE, TAKE_OVER},
    model::{document::Who, state::State},
    store::{
        history::looks,
        people::{Contact, Holder},
        reservations::{NewBooking, Wish, reservation, reservations_between},
    },
};
use yakuba_city::{
    City, each_database, run_due_jobs, sql::Sql as _, testing::test_moment, web::Problem,
};
use yakuba_identity::{
    IdentityService,
    testing::{resident, staff},
};
use yakuba_kernel::Channel;
use yakuba_mail::MailService;
use yakuba_ui::Language;

use crate::{
    desk::{DAY, DEPARTMENT, browser, clerk, desk, mails},
    support::{book, hall, offer, somebody, wish},
};

const ENTER: &str = "/desk/booking/hall/enter";

fn fields(repeat: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("resource", "half_a"),
        ("day", DAY),
        ("from", "09:00"),
        ("request", "mark"),
        ("time", "09:00-12:00"),
        ("repeat", repeat),
        ("last_year", "2027"),
        ("last_month", "1"),
        ("last_day", "9"),
        ("channel", "phone"),
        ("name", "澄川 花子"),
        ("phone", "000-000-0001"),
        ("email", "hana@example.jp"),
        ("mail_language", "en"),
        ("people", "20"),
        ("lives", "here"),
    ]
}

async fn count(city: &City, table: &str) -> i64 {
    city.db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await
        .unwrap()
        .unwrap()
}

each_database!(
    a_series_is_entered_for_a_caller_and_the_rest_of_it_cancelled,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        book(
            &city,
            wish("half_a", "2026-12-12", "9:00", "12:00"),
            somebody(&city, "taro"),
        )
        .await
        .unwrap();
        let page = clerk
            .get(&format!("{ENTER}?resource=half_a&day={DAY}&from=0900"))
            .await;
        assert!(page.text().contains("2週間ごと"), "{}", page.text());
        // Until when is asked for.
        let mut missing = fields("weekly");
        missing.retain(|(name, _)| !name.starts_with("last"));
        let page = clerk.post(ENTER, &missing).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("2回目が入る日まで"));
        // All days are shown, and nothing is booked.
        let page = clerk.post(ENTER, &fields("weekly")).await;
        let text = page.text();
        assert!(text.contains("予約できない日が2日あります"), "{text}");
        assert!(text.contains("空きがありません"), "12 December");
        assert!(text.contains("休みの日か"), "2 January");
        assert!(text.contains("value=\"hana@example.jp\""), "carried along");
        assert_eq!(count(&city, "booking_series").await, 0);
        assert_eq!(count(&city, "booking_reservations").await, 1);
        let mut sent = fields("weekly");
        sent.push(("mode", "possible"));
        let page = clerk.post(ENTER, &sent).await;
        assert!(
            page.to.ends_with("?done=series-entered"),
            "{} {}",
            page.to,
            page.text()
        );
        let again = clerk.post(ENTER, &sent).await;
        assert_eq!(again.to, page.to, "twice is once");
        let series = page.to.split('?').next().unwrap().to_owned();
        let all = reservations_between(
            city.db(),
            "hall",
            "2026-11-21".parse().unwrap(),
            "2027-01-31".parse().unwrap(),
        )
        .await
        .unwrap();
        let mine: Vec<_> = all
            .iter()
            .filter(|found| found.channel == Channel::Phone)
            .collect();
        assert_eq!(mine.len(), 5, "without 12 December and 2 January");
        let look = looks(city.db(), mine[0].id).await.unwrap();
        assert_eq!(look.len(), 1, "entered once");
        let told = mails(&city).await;
        assert_eq!(told.len(), 1);
        assert!(told[0].text.contains("Your series is booked"));
        for found in &mine {
            let (number, _) = found.contact(city.key().unwrap()).unwrap().unwrap();
            assert!(told[0].text.contains(&number));
        }
        let page = clerk.get(&series).await;
        assert!(page.text().contains("電話"), "how it came in");
        assert!(!page.text().contains("澄川 花子"), "no names here");
        // From one of its reservations to giving up the later ones.
        let second = mine[1];
        let page = clerk
            .get(&format!("/desk/booking/reservations/{}", second.id))
            .await;
        let later = format!("{series}?from={}", second.span.day());
        assert!(page.text().contains(&later), "{}", page.text());
        let page = clerk.get(&later).await;
        assert!(
            page.text().contains("次の4日の予約を取り消します"),
            "{}",
            page.text()
        );
        let ids: Vec<String> = mine[1..].iter().map(|one| one.id.to_string()).collect();
        let mut given_up = vec![("from", DAY), ("because", "ご本人の都合")];
        given_up.extend(ids.iter().map(|id| ("shown", id.as_str())));
        // Somebody else's is not given up with it.
        let taro = all
            .iter()
            .find(|found| found.channel == Channel::Online)
            .unwrap();
        let theirs = taro.id.to_string();
        given_up.push(("shown", &theirs));
        for _ in 0..2 {
            let page = clerk.post(&format!("{series}/cancel"), &given_up).await;
            assert!(
                page.to.ends_with("?done=series-cancelled"),
                "{}",
                page.text()
            );
        }
        for (found, state) in mine
            .iter()
            .zip([State::Confirmed].into_iter().chain([State::Cancelled; 4]))
            .chain([(&taro, State::Confirmed)])
        {
            let now = reservation(city.db(), found.id).await.unwrap().unwrap();
            assert_eq!(now.state, state, "{}", found.span.day());
        }
        let told = mails(&city).await;
        assert_eq!(told.len(), 2, "one mail for the four days");
        let days = told
            .iter()
            .find(|mail| mail.text.contains("These days of your series"))
            .unwrap();
        assert!(days.text.contains("ご本人の都合"));
        // Whoever has nothing to do with the hall does not find it.
        for (who, problem) in [
            (staff(8, &[RECEIVE], "civic"), Problem::NotFound),
            (staff(8, &[TAKE_OVER], DEPARTMENT), Problem::NotAllowed),
            (resident(7), Problem::SignInNeeded),
        ] {
            let mut other = browser(&city).of(who);
            assert_eq!(other.get(&series).await.problem, Some(problem.clone()));
            let answer = other.post(&format!("{series}/cancel"), &given_up).await;
            assert_eq!(answer.problem, Some(problem));
        }
    }
);

each_database!(
    a_series_of_which_one_day_fails_can_be_left_altogether,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        let mut document = hall();
        document.rules.who = Who::Groups;
        offer(&city, document).await;
        let page = clerk.post(ENTER, &fields("weekly")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.text().contains("この方は、ここを予約できません"),
            "{}",
            page.text()
        );
        offer(&city, hall()).await;
        let mut sent = fields("monthly");
        sent.push(("mode", "all"));
        let page = clerk.post(ENTER, &sent).await;
        assert!(page.to.ends_with("?done=series-entered"), "{}", page.text());
        // 28 November and 26 December: the fourth Saturdays.
        assert_eq!(count(&city, "booking_reservations").await, 2);
        let mut other = clerk_of_another_department(&city);
        let page = other.post(ENTER, &sent).await;
        assert_eq!(page.problem, Some(Problem::NotFound));
    }
);

fn clerk_of_another_department(city: &City) -> yakuba_identity::testing::Browser {
    browser(city).of(staff(9, &[RECEIVE], "civic"))
}

fn english(city: &City, wish: &Wish) -> NewBooking {
    NewBooking::new(
        city.key().unwrap(),
        Holder::Email("mary@example.jp".into()),
        &Contact {
            name: "Mary Example".into(),
            email: Some("mary@example.jp".into()),
            phone: None,
            note: None,
            language: Language::English,
        },
        Channel::Online,
        wish.of.clone(),
    )
    .unwrap()
}

each_database!(
    whoever_causes_a_mail_it_is_in_the_language_of_whoever_booked,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        let mut document = hall();
        document.reminders = vec![1];
        offer(&city, document).await;
        let mut ids = Vec::new();
        for (day, from, to) in [
            (DAY, "9:00", "12:00"),
            (DAY, "18:00", "21:30"),
            ("2026-11-26", "9:00", "12:00"),
        ] {
            let wish = wish("half_a", day, from, to);
            let new = english(&city, &wish);
            ids.push(book(&city, wish, new).await.unwrap().id);
        }
        clerk
            .post(
                &format!("/desk/booking/reservations/{}/step", ids[0]),
                &[("step", "cancel")],
            )
            .await;
        let shown = ids[1].to_string();
        let own = [
            ("resource", "whole"),
            ("day", DAY),
            ("from", "18:00"),
            ("to", "21:30"),
            ("title", "Election"),
            ("request", "own"),
            ("shown", shown.as_str()),
        ];
        let page = clerk.post("/desk/booking/hall/official", &own).await;
        assert!(page.to.ends_with("?done=official"), "{}", page.text());
        // The day before the third one.
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(4 * 24));
        run_due_jobs(&city).await.unwrap();
        let mut subjects: Vec<String> = mails(&city)
            .await
            .into_iter()
            .map(|mail| mail.subject)
            .collect();
        subjects.sort();
        assert_eq!(
            subjects,
            [
                "Your reservation is near",
                "Your reservation was cancelled",
                "Your reservation was cancelled (the city needs the place)",
            ]
        );
        let mut receiver = self::clerk(&city, &[RECEIVE]);
        let page = receiver
            .get(&format!("/desk/booking/reservations/{}", ids[2]))
            .await;
        assert_eq!(page.status, StatusCode::OK);
    }
);
