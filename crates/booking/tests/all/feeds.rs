//! Reminders, each sent once, and calendars that tell no names. On both databases.

use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_booking::{
    BookingService,
    store::{
        people::{Contact, Holder},
        reservations::NewBooking,
    },
};
use yakuba_city::{
    City, each_database, run_due_jobs, sql::Sql as _, testing::test_moment, web::Problem,
};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, resident},
};
use yakuba_kernel::Channel;
use yakuba_mail::MailService;

use crate::{
    groups::{for_group, registered},
    support::{book, hall, offer, somebody, wish},
};

/// How many reminders were sent, each in the write that notes it; a mail goes when the time it speaks of has begun.
async fn reminders(city: &City) -> i64 {
    run_due_jobs(city).await.unwrap();
    for mail in yakuba_mail::store::all_waiting(city.db(), 100)
        .await
        .unwrap()
    {
        let mail = mail.open(city.key().unwrap()).unwrap();
        assert!(mail.subject.contains("近づきました"));
        assert!(mail.text.contains("早めに取り消してください"));
        assert!(!mail.text.contains("澄川 hana"));
    }
    let notes: Option<i64> = city
        .db()
        .value("SELECT COUNT(*) FROM booking_reminders", [])
        .await
        .unwrap();
    notes.unwrap()
}

each_database!(
    each_reminder_is_sent_once,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut document = hall();
        document.reminders = vec![7, 1];
        offer(&city, document).await;
        let after = |days: i64| {
            city.clock()
                .set(test_moment() + SignedDuration::from_hours(24 * days));
        };
        // Booked on the 21st for the 5th; and for the 26th, when its first reminder's day is over.
        for day in ["2026-12-05", "2026-11-26"] {
            book(
                &city,
                wish("half_a", day, "9:00", "12:00"),
                somebody(&city, "hana"),
            )
            .await
            .unwrap();
        }
        assert_eq!(reminders(&city).await, 0);
        after(3);
        assert_eq!(reminders(&city).await, 0);
        after(4);
        assert_eq!(reminders(&city).await, 1, "the day before the 26th");
        assert_eq!(reminders(&city).await, 1);
        // The server was down on the 28th: it is made up for.
        after(8);
        assert_eq!(reminders(&city).await, 2);
        after(10);
        assert_eq!(reminders(&city).await, 2);
        after(13);
        assert_eq!(reminders(&city).await, 3);
        after(14);
        assert_eq!(reminders(&city).await, 3);
    }
);

each_database!(
    calendars_tell_what_and_when_to_whoever_has_the_address,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let group = registered(&city, 7, 3, 0).await;
        let contact = Contact {
            name: "澄川 花子".into(),
            email: None,
            phone: None,
            note: None,
            language: yakuba_ui::Language::Japanese,
        };
        let of = wish("half_a", "2026-11-28", "9:00", "12:00").of;
        let key = city.key().unwrap();
        let new = NewBooking::new(key, Holder::Resident(7), &contact, Channel::Online, of).unwrap();
        book(&city, wish("half_a", "2026-11-28", "9:00", "12:00"), new)
            .await
            .unwrap();
        book(
            &city,
            wish("half_b", "2026-11-28", "9:00", "12:00"),
            for_group(&city, group),
        )
        .await
        .unwrap();
        let services: [&dyn yakuba_city::Service; 3] =
            [&MailService, &IdentityService, &BookingService];
        let mut hana = Browser::new(&city, &services).of(resident(7));
        let page = hana.get("/booking/feeds").await;
        assert!(page.text().contains("澄川クラブ") && !page.text().contains("http://"));
        let own = [("owner", "resident/7")];
        let team = format!("group/{group}");
        let theirs = [("owner", team.as_str())];
        for owner in [&own, &theirs] {
            let page = hana.post("/booking/feeds/renew", owner).await;
            assert_eq!(page.to, "/booking/feeds?done=renewed");
        }
        let page = hana.get("/booking/feeds").await;
        let addresses: Vec<String> = page
            .text()
            .split("http://localhost:8080")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect();
        assert_eq!(addresses.len(), 2, "{}", page.text());
        // Anybody's calendar program, without a log-in.
        let mut program = Browser::new(&city, &services);
        let mine = program.get(&addresses[0]).await;
        assert_eq!(mine.status, StatusCode::OK);
        assert_eq!(mine.headers["content-type"], "text/calendar; charset=utf-8");
        let text = mine.text();
        assert!(
            text.contains("DTSTART:20261128T000000Z\r\n") && text.contains("東側"),
            "{text}"
        );
        assert!(!text.contains("花子") && !text.contains("西側"));
        let tag = mine.headers["etag"].clone();
        assert_eq!(program.get(&addresses[0]).await.headers["etag"], tag);
        let of_group = program.get(&addresses[1]).await.text();
        assert!(of_group.contains("西側") && !of_group.contains("東側"));
        assert!(!of_group.contains("花子"));
        // A new address ends the old one; strangers cannot make or end one.
        let mut stranger = Browser::new(&city, &services).of(resident(8));
        for path in ["/booking/feeds/renew", "/booking/feeds/end"] {
            for owner in [&own, &theirs] {
                let page = stranger.post(path, owner).await;
                assert_eq!(page.problem, Some(Problem::NotFound));
            }
            let page = program.post(path, &own).await;
            assert_eq!(page.problem, Some(Problem::ResidentSignInNeeded));
        }
        hana.post("/booking/feeds/renew", &own).await;
        hana.post("/booking/feeds/end", &theirs).await;
        for address in &addresses {
            assert_eq!(program.get(address).await.problem, Some(Problem::NotFound));
        }
        // What is taken of a room, for everybody.
        let public = program.get("/booking/hall/whole/calendar.ics").await;
        let text = public.text();
        assert!(text.contains("SUMMARY:予約あり"), "{text}");
        assert_eq!(
            text.matches("BEGIN:VEVENT").count(),
            1,
            "both halves are one time"
        );
        assert!(!text.contains("花子") && !text.contains("澄川クラブ"));
        let free = program.get("/booking/hall/court/calendar.ics").await;
        assert!(!free.text().contains("BEGIN:VEVENT"));
        let attic = program.get("/booking/hall/attic/calendar.ics").await;
        assert_eq!(attic.problem, Some(Problem::NotFound));
    }
);
