//! How long devices worked, over days, months and restarts. On both databases.

use jiff::{SignedDuration, Timestamp};
use sea_orm::FromQueryResult;
use yakuba_assets::{AssetService, store::counting::count};
use yakuba_city::{City, each_database, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;

use crate::support::{
    camera, counted, installed, key_of, look, measured, message, say, set_clock, set_up,
};

#[derive(Debug, PartialEq, FromQueryResult)]
struct Counted {
    day: String,
    up: i64,
    expected: i64,
}

#[derive(Debug, PartialEq, FromQueryResult)]
struct Hour {
    readings: i64,
    least: i64,
    largest: i64,
    total: i64,
}

async fn days(city: &City) -> Vec<Counted> {
    city.db()
        .rows("SELECT day, up, expected FROM assets_days ORDER BY day", [])
        .await
        .unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The program looks each minute and the device speaks every five, from one moment to another.
async fn run(city: &City, key: &str, from: Timestamp, until: Timestamp, speaks: bool) {
    let mut now = from;
    let mut minute = 0;
    while now <= until {
        set_clock(city, now);
        look(city).await;
        if speaks && minute % 5 == 0 {
            assert_eq!(say(city, message(city, key)).await, Ok(()));
        }
        now += SignedDuration::from_mins(1);
        minute += 1;
    }
}

each_database!(
    a_month_is_counted_from_its_days_and_a_sleeping_program_costs_nothing,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        // 23:00 on the last day of November, in Japan.
        set_clock(&city, at("2026-11-30T23:00:00+09:00"));
        let asset = installed(&city, camera(), "C-1", &[]).await;
        let key = key_of(&city, camera(), asset.id).await;
        // It speaks for 20 minutes, the program sleeps for 10, it speaks for 20 more, and is silent over midnight until 0:20.
        run(
            &city,
            &key,
            at("2026-11-30T23:00:00+09:00"),
            at("2026-11-30T23:20:00+09:00"),
            true,
        )
        .await;
        run(
            &city,
            &key,
            at("2026-11-30T23:30:00+09:00"),
            at("2026-11-30T23:50:00+09:00"),
            true,
        )
        .await;
        run(
            &city,
            &key,
            at("2026-11-30T23:51:00+09:00"),
            at("2026-12-01T00:19:00+09:00"),
            false,
        )
        .await;
        run(
            &city,
            &key,
            at("2026-12-01T00:20:00+09:00"),
            at("2026-12-01T01:00:00+09:00"),
            true,
        )
        .await;
        set_clock(&city, at("2026-12-02T02:30:00+09:00"));
        assert_eq!(count(&city).await.unwrap(), 2);
        // 23:00–23:20 and 23:30–23:55 of the 50 minutes in which the program listened; then 0:20–1:00 of an hour.
        assert_eq!(
            days(&city).await,
            [
                Counted {
                    day: "2026-11-30".into(),
                    up: 45 * 60,
                    expected: 50 * 60
                },
                Counted {
                    day: "2026-12-01".into(),
                    up: 40 * 60,
                    expected: 60 * 60
                },
            ]
        );
        assert_eq!(
            counted(&city, "assets.up_minutes", "crisis", "camera").await,
            45
        );
        assert_eq!(
            counted(&city, "assets.expected_minutes", "crisis", "camera").await,
            50
        );
        // Counting again changes nothing.
        assert_eq!(count(&city).await.unwrap(), 0);
        assert_eq!(
            counted(&city, "assets.up_minutes", "crisis", "camera").await,
            45
        );
        assert_eq!(
            counted(&city, "assets.installed", "crisis", "camera").await,
            1
        );
    }
);

each_database!(
    old_readings_become_hours,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        set_clock(&city, at("2026-11-01T10:00:00+09:00"));
        let asset = installed(&city, camera(), "C-1", &[]).await;
        let key = key_of(&city, camera(), asset.id).await;
        look(&city).await;
        for (minute, heat) in [(1, "20.5"), (31, "-3"), (61, "40")] {
            set_clock(
                &city,
                at("2026-11-01T10:00:00+09:00") + SignedDuration::from_mins(minute),
            );
            assert_eq!(
                say(&city, measured(&city, &key, "heat", heat)).await,
                Ok(())
            );
        }
        set_clock(&city, at("2026-12-20T02:30:00+09:00"));
        count(&city).await.unwrap();
        let hours: Vec<Hour> = city
            .db()
            .rows(
                "SELECT readings, least, largest, total FROM assets_hours ORDER BY hour",
                [],
            )
            .await
            .unwrap();
        assert_eq!(
            hours,
            [
                Hour {
                    readings: 2,
                    least: -3_000,
                    largest: 20_500,
                    total: 17_500
                },
                Hour {
                    readings: 1,
                    least: 40_000,
                    largest: 40_000,
                    total: 40_000
                },
            ]
        );
        let left: Option<i64> = city
            .db()
            .value("SELECT COUNT(*) FROM assets_readings", [])
            .await
            .unwrap();
        assert_eq!(left, Some(0));
    }
);
