//! What devices tell, what is refused, and whom it alarms. On both databases.

use axum::http::StatusCode;
use jiff::SignedDuration;
use yakuba_assets::{
    AssetService,
    capabilities::WORK,
    model::state::State,
    store::{
        self,
        alerts::alerts_of,
        telemetry::{Refusal, tell},
    },
};
use yakuba_city::{Actor, each_database, sql::Sql as _};
use yakuba_identity::{IdentityService, LoginName, NewAccount, create_account};
use yakuba_mail::MailService;

use crate::support::{
    Browser, camera, counted, desk, forward, found, installed, key_of, look, mails, measured,
    message, minutes, placed, say, set_up, staff, stranger, teller, trap,
};

each_database!(
    a_device_tells_its_state_and_nothing_is_taken_twice,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let asset = installed(&city, camera(), "C-1", &[]).await;
        let key = key_of(&city, camera(), asset.id).await;
        assert_eq!(
            say(&city, measured(&city, &key, "heat", "21.5")).await,
            Ok(())
        );
        let now = city.now();
        let at = |seconds: i64| {
            let mut message = measured(&city, &key, "heat", "22");
            message.at = Some(now + SignedDuration::from_secs(seconds));
            message
        };
        assert_eq!(say(&city, at(0)).await, Err(Refusal::ToldBefore));
        assert_eq!(say(&city, at(-60)).await, Err(Refusal::ToldBefore));
        assert_eq!(say(&city, at(-90_000)).await, Err(Refusal::TooOld));
        assert_eq!(say(&city, at(301)).await, Err(Refusal::Ahead));
        assert_eq!(
            say(&city, measured(&city, &key, "smoke", "1")).await,
            Err(Refusal::ToldBefore)
        );
        forward(&city, SignedDuration::from_secs(10));
        assert_eq!(
            say(&city, measured(&city, &key, "smoke", "1")).await,
            Err(Refusal::UnknownValue("smoke".to_owned()))
        );
        for bad in ["1.0001", "1000000000000"] {
            assert_eq!(
                say(&city, measured(&city, &key, "heat", bad)).await,
                Err(Refusal::BadValue("heat".to_owned()))
            );
        }
        assert_eq!(
            say(&city, measured(&city, "nobody's key", "heat", "1")).await,
            Err(Refusal::UnknownKey)
        );
        assert_eq!(
            say(&city, placed(&city, &key, (34_410_000, 135_060_000))).await,
            Ok(())
        );
        let device = store::device(city.db(), asset.id).await.unwrap();
        assert_eq!(device.heard_at, Some(city.now()));
        assert_eq!(device.readings["heat"].to_string(), "21.5");
        assert_eq!(
            device.point.unwrap().millionths(),
            (34_410_000, 135_060_000)
        );
        let readings: Option<i64> = city
            .db()
            .value("SELECT COUNT(*) FROM assets_readings", [])
            .await
            .unwrap();
        assert_eq!(readings, Some(1));
    }
);

each_database!(
    a_key_is_shown_once_replaced_and_revoked,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let asset = installed(&city, camera(), "C-1", &[]).await;
        let mut clerk = desk(&city, &[WORK], "crisis");
        let href = format!("/desk/assets/{}", asset.id);
        let page = clerk.post(&format!("{href}/key"), &[]).await;
        assert_eq!(page.status, StatusCode::OK);
        let first = page.between("<code class=\"asset-key\">", "</code>");
        assert_eq!(first.len(), 32);
        assert!(!clerk.get(&href).await.text().contains(&first));
        let stored: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM assets_keys WHERE hash = $1",
                [first.as_str().into()],
            )
            .await
            .unwrap();
        assert_eq!(stored, Some(0));
        assert_eq!(say(&city, message(&city, &first)).await, Ok(()));
        let second = clerk
            .post(&format!("{href}/key"), &[])
            .await
            .between("<code class=\"asset-key\">", "</code>");
        forward(&city, SignedDuration::from_secs(1));
        assert_eq!(
            say(&city, message(&city, &first)).await,
            Err(Refusal::UnknownKey)
        );
        assert_eq!(say(&city, message(&city, &second)).await, Ok(()));
        let gone = clerk.post(&format!("{href}/revoke"), &[]).await;
        assert!(gone.to.ends_with("done=revoked"));
        forward(&city, SignedDuration::from_secs(1));
        assert_eq!(
            say(&city, message(&city, &second)).await,
            Err(Refusal::UnknownKey)
        );
        // A device out of service is not heard, and a removed one gets no key.
        let third = key_of(&city, camera(), asset.id).await;
        let removed = found(&city, asset.id).await;
        clerk
            .post(
                &format!("{href}/turn"),
                &[
                    ("revision", &removed.revision.to_string()),
                    ("state", "out_of_service"),
                ],
            )
            .await;
        assert_eq!(
            say(&city, message(&city, &third)).await,
            Err(Refusal::NotInService)
        );
        let revision = found(&city, asset.id).await.revision.to_string();
        clerk
            .post(
                &format!("{href}/turn"),
                &[("revision", &revision), ("state", "removed")],
            )
            .await;
        assert_eq!(found(&city, asset.id).await.state, State::Removed);
        assert_eq!(
            say(&city, message(&city, &third)).await,
            Err(Refusal::UnknownKey)
        );
        let refused = clerk.post(&format!("{href}/key"), &[]).await;
        assert!(
            refused.text().contains("いまの状態からは") && !refused.text().contains("asset-key")
        );
    }
);

each_database!(
    many_devices_are_heard_at_once,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let mut keys = Vec::new();
        for number in 0..40 {
            let asset = installed(&city, camera(), &format!("C-{number}"), &[]).await;
            keys.push((asset.id, key_of(&city, camera(), asset.id).await));
        }
        // Each device from two senders at the same moment: one is taken, the other was told before.
        let teller = teller(&city);
        let sent = keys.iter().chain(&keys).map(|(_, key)| {
            let message = measured(&city, key, "heat", "20");
            let (city, teller) = (&city, &teller);
            async move { tell(city, teller, vec![message]).await.remove(0) }
        });
        let outcomes = futures::future::join_all(sent).await;
        assert_eq!(
            outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
            40
        );
        assert!(
            outcomes
                .iter()
                .all(|outcome| matches!(outcome, Ok(()) | Err(Refusal::ToldBefore)))
        );
        let heard: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM assets_state WHERE heard_at IS NOT NULL",
                [],
            )
            .await
            .unwrap();
        assert_eq!(heard, Some(40));
    }
);

each_database!(
    nobody_floods_the_city,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let asset = installed(&city, camera(), "C-1", &[]).await;
        let key = key_of(&city, camera(), asset.id).await;
        let now = city.now();
        let messages = (0..61)
            .map(|second| {
                let mut message = message(&city, &key);
                message.at = Some(now - SignedDuration::from_secs(100 - second));
                message
            })
            .collect();
        let outcomes = tell(&city, &teller(&city), messages).await;
        assert_eq!(
            outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
            60
        );
        assert_eq!(outcomes[60], Err(Refusal::TooMany));
        forward(&city, SignedDuration::from_mins(1));
        assert_eq!(say(&city, message(&city, &key)).await, Ok(()));
    }
);

each_database!(
    devices_speak_over_http,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let one = installed(&city, camera(), "C-1", &[]).await;
        let other = installed(&city, trap(), "T-1", &[]).await;
        let (first, second) = (
            key_of(&city, camera(), one.id).await,
            key_of(&city, trap(), other.id).await,
        );
        let mut device = stranger(&city);
        let batch = format!(
            r#"{{"messages": [{{"key": "{first}", "values": {{"heat": 30.25}}}}, {{"key": "{second}", "values": {{"closed": 0}}, "position": {{"latitude": 34.41, "longitude": 135.06}}}}, {{"key": "x"}}]}}"#
        );
        let page = device
            .ask(
                "POST",
                "/api/devices/telemetry",
                "application/json",
                batch.clone(),
            )
            .await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        let answer: serde_json::Value = serde_json::from_str(&page.text()).unwrap();
        assert_eq!(answer["kept"], 2);
        assert_eq!(answer["refused"][0]["message"], 2);
        assert_eq!(answer["refused"][0]["code"], "unknown_key");
        // The same once more is told before, of each.
        let again = device
            .ask("POST", "/api/devices/telemetry", "application/json", batch)
            .await;
        let answer: serde_json::Value = serde_json::from_str(&again.text()).unwrap();
        assert_eq!(answer["kept"], 0);
        let deep = "[".repeat(100_000);
        let kept = async || {
            let count: Option<i64> = city
                .db()
                .value("SELECT COUNT(*) FROM assets_readings", [])
                .await
                .unwrap();
            count.unwrap()
        };
        let before = kept().await;
        for (body, status) in [
            (deep.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
            ("\u{0}\u{fffd}", StatusCode::UNPROCESSABLE_ENTITY),
            (
                r#"{"messages": [{"key": "a\u0000b", "values": {"\u0000": 1}}]}"#,
                StatusCode::OK,
            ),
            (
                r#"{"messages": [{"key": "'; DROP TABLE assets_assets; --"}]}"#,
                StatusCode::OK,
            ),
            (
                r#"{"messages": [{"key": "a", "values": {"heat": 1e400}}]}"#,
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            ("{}", StatusCode::UNPROCESSABLE_ENTITY),
            ("<html>", StatusCode::UNPROCESSABLE_ENTITY),
            (
                r#"{"messages": [{"values": {}}]}"#,
                StatusCode::UNAUTHORIZED,
            ),
            (
                r#"{"messages": [{"key": "a", "position": {"latitude": 0, "longitude": 0}}]}"#,
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
        ] {
            let page = device
                .ask(
                    "POST",
                    "/api/devices/telemetry",
                    "application/json",
                    body.to_owned(),
                )
                .await;
            assert_eq!(page.status, status, "{}", &body[..body.len().min(100)]);
        }
        assert_eq!(kept().await, before);
        let long = format!(
            r#"{{"messages": [{{"key": "{}"}}]}}"#,
            "x".repeat(300 * 1024)
        );
        let page = device
            .ask("POST", "/api/devices/telemetry", "application/json", long)
            .await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
        // Whoever tries keys is slowed down.
        let mut statuses = Vec::new();
        for _ in 0..60 {
            let guess = r#"{"messages": [{"key": "guess"}]}"#;
            statuses.push(
                device
                    .ask("POST", "/api/devices/telemetry", "application/json", guess)
                    .await
                    .status,
            );
        }
        assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS));
    }
);

each_database!(
    a_silent_device_alarms_once_is_passed_on_and_ends_by_itself,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let mut cameras = Vec::new();
        for number in ["C-1", "C-2"] {
            let asset = installed(&city, camera(), number, &[("mail", "own@example.jp")]).await;
            cameras.push((asset.id, key_of(&city, camera(), asset.id).await));
        }
        look(&city).await;
        for (_, key) in &cameras {
            assert_eq!(say(&city, message(&city, key)).await, Ok(()));
        }
        minutes(&city, 15).await;
        assert!(mails(&city).await.is_empty());
        minutes(&city, 2).await;
        let first = mails(&city).await;
        // One mail for both cameras to each address.
        let to: Vec<&str> = first.iter().map(|(to, _, _)| to.as_str()).collect();
        assert_eq!(to, ["crisis@example.jp", "own@example.jp"]);
        assert!(first[0].1.contains("防犯カメラ") && first[0].1.contains("通信が途絶えています"));
        assert!(first[0].2.contains("C-1") && first[0].2.contains("C-2"));
        assert_eq!(counted(&city, "assets.alerts", "crisis", "camera").await, 2);
        let mut clerk = desk(&city, &[WORK], "crisis");
        let list = clerk.get("/desk/assets/alerts").await.text();
        assert!(list.contains("C-1") && list.contains("対応する"));
        assert!(
            clerk
                .get("/desk/assets?which=silent")
                .await
                .text()
                .contains("通信なし")
        );
        let alert = alerts_of(city.db(), cameras[0].0).await.unwrap().remove(0);
        let taken = clerk
            .post(
                &format!("/desk/assets/alerts/{}", alert.id),
                &[("note", "電源を確認します")],
            )
            .await;
        assert!(taken.to.ends_with("done=taken"));
        let twice = clerk
            .post(
                &format!("/desk/assets/alerts/{}", alert.id),
                &[("note", "私も")],
            )
            .await;
        assert!(twice.to.ends_with("done=taken-before"));
        // The other goes to the head, once; the one that was taken up does not.
        minutes(&city, 70).await;
        let later = mails(&city).await;
        assert_eq!(later.len(), 3);
        assert_eq!(later[2].0, "head@example.jp");
        assert!(later[2].2.contains("C-2") && !later[2].2.contains("C-1"));
        assert_eq!(say(&city, message(&city, &cameras[0].1)).await, Ok(()));
        let ended = alerts_of(city.db(), cameras[0].0).await.unwrap();
        assert_eq!(ended.len(), 1);
        assert!(ended[0].closed_at.is_some() && ended[0].note == "電源を確認します");
        assert!(
            alerts_of(city.db(), cameras[1].0).await.unwrap()[0]
                .closed_at
                .is_none()
        );
    }
);

each_database!(
    a_program_that_slept_calls_nobody_silent,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let asset = installed(&city, camera(), "C-1", &[]).await;
        let key = key_of(&city, camera(), asset.id).await;
        look(&city).await;
        assert_eq!(say(&city, message(&city, &key)).await, Ok(()));
        // Yakuba was down for a night.
        forward(&city, SignedDuration::from_hours(8));
        assert_eq!(look(&city).await.opened, 0);
        minutes(&city, 10).await;
        assert!(mails(&city).await.is_empty());
        // The device did not come back with it.
        minutes(&city, 6).await;
        assert_eq!(mails(&city).await.len(), 1);
        // Out of service nobody waits for it, and the alert ends.
        let revision = found(&city, asset.id).await.revision;
        city.write(
            Actor::CommandLine,
            (camera(), asset.id, revision),
            |tx, (kind, id, revision)| {
                Box::pin(store::turn(
                    tx,
                    kind,
                    *id,
                    *revision,
                    State::OutOfService,
                    "故障",
                ))
            },
        )
        .await
        .unwrap();
        assert!(
            alerts_of(city.db(), asset.id).await.unwrap()[0]
                .closed_at
                .is_some()
        );
        minutes(&city, 20).await;
        assert_eq!(mails(&city).await.len(), 1);
    }
);

each_database!(
    a_closed_trap_tells_the_hunters,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        let asset = installed(&city, trap(), "T-7", &[("place", "北山の沢の入口")]).await;
        let key = key_of(&city, trap(), asset.id).await;
        assert_eq!(
            say(&city, measured(&city, &key, "closed", "0")).await,
            Ok(())
        );
        forward(&city, SignedDuration::from_mins(1));
        assert_eq!(
            say(&city, measured(&city, &key, "closed", "1")).await,
            Ok(())
        );
        forward(&city, SignedDuration::from_mins(1));
        assert_eq!(
            say(&city, measured(&city, &key, "closed", "1")).await,
            Ok(())
        );
        let told = mails(&city).await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0, "hunters@example.jp");
        assert!(told[0].1.contains("わなが閉じました") && told[0].2.contains("T-7"));
        // Hunters have no account: where it is stands in the mail, and the link opens for everybody.
        for part in [
            "北山の沢の入口",
            "34.4, 135.05",
            "/map?at=34.4,135.05,17&pin",
            "職員は、次のページで",
        ] {
            assert!(told[0].2.contains(part), "{part}: {}", told[0].2);
        }
        assert!(!told[0].2.contains(&format!("/desk/assets/{}", asset.id)));
        forward(&city, SignedDuration::from_mins(1));
        assert_eq!(
            say(&city, measured(&city, &key, "closed", "0")).await,
            Ok(())
        );
        assert!(
            alerts_of(city.db(), asset.id).await.unwrap()[0]
                .closed_at
                .is_some()
        );
    }
);

each_database!(
    several_alerts_are_taken_up_at_once_and_it_is_said_by_whom,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        const PAGE: &str = "/desk/assets/alerts";
        set_up(&city).await;
        let mut cameras = Vec::new();
        for number in ["C-1", "C-2", "C-3"] {
            let asset = installed(&city, camera(), number, &[]).await;
            let key = key_of(&city, camera(), asset.id).await;
            assert_eq!(say(&city, message(&city, &key)).await, Ok(()));
            cameras.push(asset.id);
        }
        minutes(&city, 17).await;
        let mut alerts = Vec::new();
        for camera in &cameras {
            alerts.push(
                alerts_of(city.db(), *camera)
                    .await
                    .unwrap()
                    .remove(0)
                    .id
                    .to_string(),
            );
        }
        let new = NewAccount {
            login_name: LoginName::new("sato").unwrap(),
            display_name: "佐藤花子".to_owned(),
            kana: String::new(),
            email: None,
            password: None,
        };
        let account = city
            .write(Actor::CommandLine, new, |tx, new| {
                Box::pin(create_account(tx, new))
            })
            .await
            .unwrap();
        let mut clerk =
            Browser::new(&city, &[&AssetService]).of(staff(account.0, &[WORK], "crisis"));
        let none = clerk.post(PAGE, &[]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.text().contains("対応する異常を一覧で選んでください"));
        // Nobody takes up what is another department's: not even what is their own beside it.
        let both = [("alert", alerts[0].as_str()), ("alert", alerts[1].as_str())];
        let mut other = desk(&city, &[WORK], "roads");
        assert_eq!(other.post(PAGE, &both).await.status, StatusCode::NOT_FOUND);
        let taken = clerk.post(PAGE, &both).await;
        assert!(taken.to.ends_with("done=taken"), "{}", taken.text());
        let page = clerk.get(PAGE).await.text();
        assert_eq!(
            page.matches("に佐藤花子が対応を始めました").count(),
            2,
            "{page}"
        );
        // One is left: there is nothing to tick.
        assert!(!page.contains("name=\"alert\"") && page.contains("C-3"));
        assert!(
            clerk
                .post(PAGE, &both)
                .await
                .to
                .ends_with("done=taken-before")
        );
    }
);

each_database!(
    a_kind_belongs_to_a_department_of_the_city,
    [&MailService, &IdentityService, &AssetService],
    async |city| {
        set_up(&city).await;
        assert!(
            store::must_know_department(city.db(), &camera())
                .await
                .is_ok()
        );
        let mut strange = camera();
        strange.department = "moon".parse().unwrap();
        let told = store::must_know_department(city.db(), &strange)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            told.contains("\"moon\"") && told.contains("crisis") && told.contains("hunters"),
            "{told}"
        );
    }
);
