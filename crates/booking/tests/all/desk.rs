//! The desk in a browser without JavaScript: today, the plan, a reservation, entering and moving. On both databases.

use axum::http::StatusCode;
use yakuba_booking::{
    BookingService,
    capabilities::{ALL, RECEIVE, TAKE_OVER},
    model::{state::State, time::Span},
    store::{
        history::{What, history, looks},
        reservations::{NewBooking, reservation, taken},
    },
};
use yakuba_city::{
    City, Service as _, each_database,
    sql::Sql as _,
    web::{Access, Problem},
};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, departments, resident, staff},
};
use yakuba_kernel::{Channel, Yen};
use yakuba_mail::MailService;

use crate::support::{book, hall, offer, somebody, wish};

pub(crate) const DAY: &str = "2026-11-28";
pub(crate) const DEPARTMENT: &str = "lifelong_learning";

/// A hall with its department, and a clerk of it.
pub(crate) async fn desk(city: &City) -> Browser {
    departments(city, &[DEPARTMENT, "civic"]).await;
    let mut document = hall();
    document.fees[0].changes.push(
        serde_json::from_value(serde_json::json!({
            "name": "市が認めた減免", "when": {"agreed": "half"}, "percent": -50
        }))
        .unwrap(),
    );
    offer(city, document).await;
    clerk(city, &[RECEIVE, TAKE_OVER])
}

pub(crate) fn clerk(city: &City, capabilities: &[yakuba_city::web::Capability]) -> Browser {
    browser(city).of(staff(7, capabilities, DEPARTMENT))
}

pub(crate) fn browser(city: &City) -> Browser {
    Browser::new(city, &[&MailService, &IdentityService, &BookingService])
}

pub(crate) async fn mails(city: &City) -> Vec<yakuba_mail::Mail> {
    yakuba_mail::store::all_waiting(city.db(), 500)
        .await
        .unwrap()
        .iter()
        .map(|mail| mail.open(city.key().unwrap()).unwrap())
        .collect()
}

async fn count(city: &City, sql: &str) -> i64 {
    city.db().value(sql, []).await.unwrap().unwrap_or_default()
}

/// The sum of the facts of a measure.
pub(crate) async fn facts(city: &City, measure: &str) -> i64 {
    city.db()
        .value(
            "SELECT CAST(COALESCE(SUM(sign), 0) AS BIGINT) FROM facts WHERE measure = $1",
            [measure.into()],
        )
        .await
        .unwrap()
        .unwrap()
}

each_database!(
    a_caller_is_entered_shown_moved_and_checked_in,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        let page = clerk.get(&format!("/desk/booking/hall?day={DAY}")).await;
        assert_eq!(page.status, StatusCode::OK, "{:?}", page.problem);
        let enter = format!("/desk/booking/hall/enter?resource=whole&day={DAY}&from=0900");
        assert!(
            page.text().contains(&enter.replace('&', "&#38;")),
            "{}",
            page.text()
        );
        let page = clerk.get(&enter).await;
        assert!(page.text().contains("3,000円"));
        let request = page.between("name=\"request\" value=\"", "\"");
        let fields = [
            ("resource", "whole"),
            ("day", DAY),
            ("from", "09:00"),
            ("request", request.as_str()),
            ("time", "09:00-12:00"),
            ("channel", "phone"),
            ("name", "澄川 花子"),
            ("phone", "000-000-0001"),
            ("email", "hana@example.jp"),
            ("purpose", "meeting"),
            ("people", "20"),
            ("lives", "here"),
            ("agreed", "half"),
        ];
        // What is missing is told, and nothing typed is lost.
        let page = clerk.post("/desk/booking/hall/enter", &fields[..7]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("澄川 花子"));
        let page = clerk.post("/desk/booking/hall/enter", &fields).await;
        assert!(
            page.to.ends_with("?done=entered"),
            "{} {}",
            page.to,
            page.text()
        );
        // A double click enters it once.
        let again = clerk.post("/desk/booking/hall/enter", &fields).await;
        assert_eq!(again.to, page.to);
        assert_eq!(
            count(&city, "SELECT COUNT(*) FROM booking_reservations").await,
            1
        );
        let sent = mails(&city).await;
        assert_eq!(sent.len(), 1);
        let shown = clerk.get(&page.to).await;
        assert!(shown.text().contains("澄川 花子"));
        assert!(
            shown.text().contains("1,500円"),
            "half of 3,000 yen was agreed to"
        );
        let number = shown.between("予約番号</dt><dd>", "<");
        assert!(sent[0].text.contains(&number));
        let at = page.to.split('?').next().unwrap().to_owned();
        let id: i64 = at.rsplit('/').next().unwrap().parse().unwrap();
        let found = reservation(city.db(), id).await.unwrap().unwrap();
        assert_eq!(found.channel, Channel::Phone);
        assert_eq!(
            looks(city.db(), id).await.unwrap().len(),
            2,
            "entered, and opened once"
        );
        // Moved to the afternoon, with the fee of the afternoon.
        let page = clerk
            .get(&format!("{at}/move?resource=whole&day={DAY}"))
            .await;
        assert!(page.text().contains("13:00-17:00"));
        let to = [
            ("resource", "whole"),
            ("day", DAY),
            ("length", "240"),
            ("time", "13:00-17:00"),
        ];
        let page = clerk.post(&format!("{at}/move"), &to).await;
        assert!(page.to.ends_with("?done=moved"), "{}", page.text());
        let page = clerk.post(&format!("{at}/move"), &to).await;
        assert!(page.to.ends_with("?done=moved"));
        let found = reservation(city.db(), id).await.unwrap().unwrap();
        assert_eq!(found.fee, Yen::new(2_000));
        assert_eq!(mails(&city).await.len(), 2, "moved once, told once");
        let page = clerk
            .post(
                &format!("{at}/move"),
                &[("resource", "whole"), ("day", DAY)],
            )
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Paid; then it is free of the reduction.
        clerk.post(&format!("{at}/paid"), &[("paid", "all")]).await;
        clerk.post(&format!("{at}/agree"), &[]).await;
        let found = reservation(city.db(), id).await.unwrap().unwrap();
        assert_eq!((found.fee, found.paid), (Yen::new(4_000), Yen::new(2_000)));
        clerk
            .post(
                &format!("{at}/agree"),
                &[("agreed", "half"), ("agreed", "unknown")],
            )
            .await;
        clerk
            .post(&format!("{at}/note"), &[("note", "車いす2台")])
            .await;
        assert!(clerk.get(&at).await.text().contains("車いす2台"));
        assert_eq!(
            count(
                &city,
                "SELECT COUNT(*) FROM booking_history WHERE detail LIKE '%車いす%'"
            )
            .await,
            0,
            "what is said is sealed"
        );
        // They came; that was a mistake; nobody came; that too.
        for (step, state, came, absent) in [
            ("check_in", State::Attended, 1, 0),
            ("check_in", State::Attended, 1, 0),
            ("take_back", State::Confirmed, 0, 0),
            ("absent", State::Absent, 0, 1),
            ("check_in", State::Attended, 1, 0),
            ("take_back", State::Confirmed, 0, 0),
        ] {
            let page = clerk.post(&format!("{at}/step"), &[("step", step)]).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{step}");
            let found = reservation(city.db(), id).await.unwrap().unwrap();
            assert_eq!(found.state, state, "{step}");
            assert_eq!(facts(&city, "booking.attendances").await, came, "{step}");
            assert_eq!(facts(&city, "booking.absences").await, absent, "{step}");
        }
        // Cancelled late for them, without the fee that the rules would keep: all is to be given back.
        city.clock().set("2026-11-27T03:00:00Z".parse().unwrap());
        let page = clerk.get(&at).await;
        assert!(
            page.text().contains("取消料（1,000円）をとらない"),
            "{}",
            page.text()
        );
        let page = clerk
            .post(
                &format!("{at}/step"),
                &[("step", "cancel"), ("waive", "yes"), ("because", "雨漏り")],
            )
            .await;
        assert!(page.to.ends_with("?done=cancelled"));
        let found = reservation(city.db(), id).await.unwrap().unwrap();
        assert_eq!(found.to_give_back(), Yen::new(2_000));
        assert!(
            mails(&city)
                .await
                .iter()
                .any(|mail| mail.text.contains("雨漏り"))
        );
        let page = clerk.get("/desk/booking/refunds").await;
        assert!(page.text().contains("2,000円"));
        assert!(!page.text().contains("花子"));
        let file = clerk.post("/desk/booking/refunds/file", &[]).await;
        assert!(file.text().contains("澄川 花子"));
        let page = clerk
            .post("/desk/booking/refunds", &[("id", &id.to_string())])
            .await;
        assert_eq!(page.to, "/desk/booking/refunds?done=given-back");
        assert!(
            clerk
                .get("/desk/booking/refunds")
                .await
                .text()
                .contains("返金するものはありません")
        );
        let entries = history(city.db(), id).await.unwrap();
        assert_eq!(entries.first().unwrap().what, What::Booked);
        assert!(
            entries
                .iter()
                .any(|entry| matches!(entry.what, What::Moved { .. }))
        );
    }
);

each_database!(
    what_needs_agreement_is_agreed_to_or_declined_with_a_reason,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        let mut document = hall();
        document.rules.way = yakuba_booking::model::document::Way::Approval;
        offer(&city, document).await;
        let mut ids = Vec::new();
        for (who, resource) in [("hana", "half_a"), ("taro", "half_b")] {
            let booked = book(
                &city,
                wish(resource, DAY, "9:00", "12:00"),
                somebody(&city, who),
            )
            .await
            .unwrap();
            assert_eq!(booked.state, State::Requested);
            ids.push(booked.id);
        }
        let page = clerk.get("/desk/booking").await;
        for id in &ids {
            assert!(
                page.text()
                    .contains(&format!("/desk/booking/reservations/{id}"))
            );
        }
        let at = |id: i64| format!("/desk/booking/reservations/{id}/step");
        clerk
            .post(
                &at(ids[0]),
                &[("step", "approve"), ("because", "正面玄関からどうぞ")],
            )
            .await;
        let page = clerk.post(&at(ids[1]), &[("step", "refuse")]).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "not without a reason"
        );
        clerk
            .post(
                &at(ids[1]),
                &[("step", "refuse"), ("because", "工事のため")],
            )
            .await;
        // Twice is once.
        clerk
            .post(
                &at(ids[1]),
                &[("step", "refuse"), ("because", "工事のため")],
            )
            .await;
        let sent = mails(&city).await;
        assert_eq!(sent.len(), 2);
        for said in ["正面玄関からどうぞ", "工事のため"] {
            assert_eq!(
                sent.iter().filter(|mail| mail.text.contains(said)).count(),
                1
            );
        }
        let states = [State::Confirmed, State::Refused];
        for (id, state) in ids.iter().zip(states) {
            assert_eq!(
                reservation(city.db(), *id).await.unwrap().unwrap().state,
                state
            );
        }
        let page = clerk.post(&at(ids[1]), &[("step", "approve")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    today_shows_who_comes_and_remembers_who_looked,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut clerk = desk(&city).await;
        // The tests' clock shows 10:00 on a Saturday.
        let today = "2026-11-21";
        let new = NewBooking::new(
            city.key().unwrap(),
            yakuba_booking::store::people::Holder::Phone("000-000-0009".into()),
            &yakuba_booking::store::people::Contact {
                name: "川端 一郎".into(),
                email: None,
                phone: Some("000-000-0009".into()),
                note: None,
                language: yakuba_ui::Language::Japanese,
            },
            Channel::Phone,
            wish("half_a", today, "13:00", "17:00").of,
        )
        .unwrap();
        let booked = book(&city, wish("half_a", today, "13:00", "17:00"), new)
            .await
            .unwrap();
        for _ in 0..2 {
            let page = clerk.get("/desk/booking").await;
            assert!(page.text().contains("川端 一郎"), "{}", page.text());
        }
        assert_eq!(
            looks(city.db(), booked.id).await.unwrap().len(),
            1,
            "once a day"
        );
        let page = clerk
            .post(
                &format!("/desk/booking/reservations/{}/step", booked.id),
                &[("step", "check_in"), ("from", "today")],
            )
            .await;
        assert_eq!(page.to, "/desk/booking?done=came");
        // The plan of the whole hall shows that half of it is taken, without a name.
        let page = clerk
            .get("/desk/booking/hall?day=2026-11-21&view=week")
            .await;
        assert!(
            page.text().contains("ホール（東側） 利用済み"),
            "{}",
            page.text()
        );
        assert!(!page.text().contains("川端"));
    }
);

each_database!(
    nobody_else_gets_in,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let _ = desk(&city).await;
        let booked = book(
            &city,
            wish("half_a", DAY, "9:00", "12:00"),
            somebody(&city, "hana"),
        )
        .await
        .unwrap();
        let mut walked = 0;
        for entry in BookingService.routes().entries() {
            let own = [
                "",
                "/refunds",
                "/reservations",
                "/closures",
                "/set-up",
                "/{facility}",
            ];
            let Some(rest) = entry.path.strip_prefix("/desk/booking") else {
                continue;
            };
            if !own.iter().any(|place| {
                rest == *place || (!place.is_empty() && rest.starts_with(&format!("{place}/")))
            }) {
                continue;
            }
            walked += 1;
            assert_ne!(entry.access, Access::Public, "{}", entry.path);
            let path = entry
                .path
                .replace("{id}", &booked.id.to_string())
                .replace("{facility}", "hall")
                .replace("{resource}", "whole");
            let kind = "application/x-www-form-urlencoded";
            let method = entry.method.as_str();
            for mut nobody in [browser(&city), browser(&city).of(resident(3))] {
                let page = nobody.ask(method, &path, kind, "").await;
                assert_eq!(page.problem, Some(Problem::SignInNeeded), "{method} {path}");
            }
            let mut without = browser(&city).of(staff(8, &[], DEPARTMENT));
            let page = without.ask(method, &path, kind, "").await;
            assert!(
                matches!(page.problem, Some(Problem::NotAllowed | Problem::NotFound)),
                "{method} {path}: {:?}",
                page.problem
            );
            let mut foreign = browser(&city).of(staff(9, &ALL, "civic"));
            let page = foreign.ask(method, &path, kind, "").await;
            // Lists of all of one's facilities are there, and empty.
            let is_list = !entry.path.contains('{');
            assert!(
                is_list || matches!(page.problem, Some(Problem::NotAllowed | Problem::NotFound)),
                "{method} {path}: {:?} {}",
                page.problem,
                page.status
            );
            assert!(
                !page.text().contains("中央会館") && !page.text().contains("hana"),
                "{path}"
            );
        }
        assert!(walked > 10, "{walked}");
        let found = reservation(city.db(), booked.id).await.unwrap().unwrap();
        assert_eq!(found.state, State::Confirmed);
        let day = DAY.parse().unwrap();
        let steps = taken(city.db(), "hall", day, day, city.now())
            .await
            .unwrap();
        let morning = Span::new(day, "9:00".parse().unwrap(), "12:00".parse().unwrap()).unwrap();
        assert_eq!(steps.iter().count(), morning.steps(30).count());
    }
);
