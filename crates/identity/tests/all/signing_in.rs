//! Stories of signing in, each on both databases.

use crate::support::{
    Browser, PASSWORD, account, administrator, codes, count, second_factor_is_optional,
};
use axum::http::{Request, StatusCode, header};
use jiff::SignedDuration;
use yakuba_city::{Actor, City, Service as _, each_database, sql::Sql as _};
use yakuba_identity::{
    IdentityError, IdentityService, NewToken, Token, WORDS, create_token, store,
};
use yakuba_kernel::MeasureName;

fn later(city: &City, seconds: i64) {
    city.clock()
        .set(city.now() + SignedDuration::from_secs(seconds));
}

each_database!(
    a_password_and_a_code_open_a_session_and_leave_a_fact_without_a_person,
    [&IdentityService],
    async |city| {
        let id = account(&city, "sato").await;
        let secret = codes(&city, id).await;
        let mut browser = Browser::new(&city, "192.0.2.1");
        let answer = browser.sign_in("SATO", PASSWORD).await;
        assert_eq!(answer.location(), "/login/second-factor?next=/account");
        assert!(!browser.is_signed_in().await);
        let code = secret.code_at(city.now());
        let answer = browser
            .post(
                "/login/second-factor",
                &[("code", &code), ("next", "/desk?a=1")],
            )
            .await;
        assert_eq!(answer.location(), "/desk?a=1");
        assert!(browser.is_signed_in().await);
        let facts =
            yakuba_city::year_totals(city.db(), &[MeasureName::declared("identity.sign_in")])
                .await
                .unwrap();
        assert_eq!(
            (facts.len(), facts[0].subject.as_str(), facts[0].count),
            (1, "password_totp", 1)
        );
        assert!(
            yakuba_city::verify_audit(city.db())
                .await
                .unwrap()
                .broken
                .is_none()
        );

        browser.post("/logout", &[]).await;
        assert!(!browser.is_signed_in().await);
        assert_eq!(count(&city, "sessions").await, 0);
    }
);

each_database!(a_code_is_accepted_once, [&IdentityService], async |city| {
    let id = account(&city, "sato").await;
    let secret = codes(&city, id).await;
    let code = secret.code_at(city.now());
    let mut first = Browser::new(&city, "192.0.2.1");
    first.sign_in("sato", PASSWORD).await;
    first.post("/login/second-factor", &[("code", &code)]).await;
    assert!(first.is_signed_in().await);
    // Somebody looked over the shoulder and knows the password, too.
    let mut second = Browser::new(&city, "198.51.100.9");
    second.sign_in("sato", PASSWORD).await;
    let answer = second
        .post("/login/second-factor", &[("code", &code)])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!second.is_signed_in().await);
});

each_database!(
    guessing_codes_ends_with_the_password_again,
    [&IdentityService],
    async |city| {
        let id = account(&city, "sato").await;
        codes(&city, id).await;
        let mut browser = Browser::new(&city, "192.0.2.1");
        browser.sign_in("sato", PASSWORD).await;
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(
                browser
                    .post("/login/second-factor", &[("code", "000000")])
                    .await
                    .status,
            );
        }
        assert!(
            statuses.contains(&StatusCode::TOO_MANY_REQUESTS),
            "{statuses:?}"
        );
        later(&city, 3_600);
        // The step has expired, and the right code does not help any more.
        let answer = browser
            .post("/login/second-factor", &[("code", "000000")])
            .await;
        assert!(answer.location().starts_with("/login?"));
    }
);

each_database!(
    an_administrator_lets_somebody_in_again_who_lost_their_passkey,
    [&IdentityService],
    async |city| {
        let chief = account(&city, "chief").await;
        administrator(&city, chief).await;
        let secret = codes(&city, chief).await;
        let lost = account(&city, "sato").await;
        second_factor_is_optional(&city).await;
        city.write(Actor::System("test".into()), lost, |tx, lost| {
            Box::pin(async move {
                tx.connection()
                    .run(
                        "INSERT INTO passkeys (account, credential, name, passkey, created_at) VALUES ($1, 'lost', '電話', '{}', 0)",
                        [lost.0.into()],
                    )
                    .await?;
                Ok::<_, IdentityError>(())
            })
        })
        .await
        .unwrap();
        let mut owner = Browser::new(&city, "192.0.2.1");
        let answer = owner.sign_in("sato", PASSWORD).await;
        assert!(answer.location().starts_with("/login/second-factor"));
        assert!(!owner.is_signed_in().await);

        let mut browser = Browser::new(&city, "192.0.2.2");
        browser.sign_in("chief", PASSWORD).await;
        let code = secret.code_at(city.now());
        browser
            .post("/login/second-factor", &[("code", &code)])
            .await;
        let place = format!("/desk/identity/accounts/{lost}");
        let page = browser.get(&place).await;
        assert!(page.text.contains("value=\"factors\""), "{}", page.text);
        let answer = browser
            .post(&format!("{place}/do"), &[("what", "factors")])
            .await;
        assert_eq!(answer.location(), format!("{place}?done=saved"));
        assert!(!browser.get(&place).await.text.contains("value=\"factors\""));
        assert_eq!(count(&city, "passkeys").await, 0);
        owner.sign_in("sato", PASSWORD).await;
        assert!(owner.is_signed_in().await);
    }
);

each_database!(
    a_stranger_slows_down_only_themselves,
    [&IdentityService],
    async |city| {
        let id = account(&city, "sato").await;
        second_factor_is_optional(&city).await;
        let mut owner = Browser::new(&city, "192.0.2.1");
        owner.sign_in("sato", PASSWORD).await;
        assert!(owner.is_signed_in().await);
        owner.post("/logout", &[]).await;

        // From elsewhere, and even from the owner's own address behind the city's gateway.
        for address in ["198.51.100.9", "192.0.2.1"] {
            let mut stranger = Browser::new(&city, address);
            let mut waits = 0;
            for _ in 0..20 {
                let answer = stranger.sign_in("sato", "wrong wrong wrong").await;
                if answer.status == StatusCode::TOO_MANY_REQUESTS {
                    waits += 1;
                    assert!(answer.headers.contains_key(header::RETRY_AFTER));
                }
            }
            assert!(waits > 10, "{waits}");
            // The right password does not get past the pause either: no oracle.
            assert_eq!(
                stranger.sign_in("sato", PASSWORD).await.status,
                StatusCode::TOO_MANY_REQUESTS
            );
        }
        // The owner, on the device they used before, is not held up at all.
        owner.sign_in("sato", PASSWORD).await;
        assert!(owner.is_signed_in().await);
        // Nor from a new device at another address.
        let mut elsewhere = Browser::new(&city, "203.0.113.5");
        elsewhere.sign_in("sato", PASSWORD).await;
        assert!(elsewhere.is_signed_in().await);
        // A device cookie that somebody made up gives no allowance.
        let mut forged = Browser::new(&city, "198.51.100.9");
        forged
            .cookies
            .insert("yakuba_device".into(), "x".repeat(43));
        assert_eq!(
            forged.sign_in("sato", PASSWORD).await.status,
            StatusCode::TOO_MANY_REQUESTS
        );
        assert_eq!(id.0, 1);
    }
);

each_database!(
    many_guesses_at_once_do_not_slip_through,
    [&IdentityService],
    async |city| {
        account(&city, "sato").await;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let mut browser = Browser::new(&city, "198.51.100.9");
            tasks.spawn(async move { browser.sign_in("sato", "wrong wrong wrong").await.status });
        }
        let statuses = tasks.join_all().await;
        let judged = statuses
            .iter()
            .filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY)
            .count();
        assert_eq!(judged, 5, "{statuses:?}");
    }
);

each_database!(
    an_unknown_name_is_answered_like_a_wrong_password,
    [&IdentityService],
    async |city| {
        account(&city, "sato").await;
        let mut browser = Browser::new(&city, "192.0.2.1");
        let known = browser.sign_in("sato", "wrong wrong wrong").await;
        let unknown = browser.sign_in("suzuki", "wrong wrong wrong").await;
        assert_eq!(known.status, unknown.status);
        assert_eq!(known.text.replace("sato", "suzuki"), unknown.text);
        assert!(browser.cookies.is_empty());
    }
);

each_database!(
    a_session_planted_before_signing_in_is_not_taken_over,
    [&IdentityService],
    async |city| {
        let victim = account(&city, "sato").await;
        let attacker = account(&city, "evil").await;
        second_factor_is_optional(&city).await;
        let mut evil = Browser::new(&city, "198.51.100.9");
        evil.sign_in("evil", PASSWORD).await;
        let planted = evil.cookies.clone();
        let mut browser = Browser::new(&city, "192.0.2.1");
        browser.cookies = planted.clone();
        browser.sign_in("sato", PASSWORD).await;
        assert_ne!(browser.cookies["yakuba_session"], planted["yakuba_session"]);
        assert_ne!(browser.cookies["yakuba_device"], planted["yakuba_device"]);
        // The planted session has ended: the attacker sees nothing of the victim's.
        assert!(!evil.is_signed_in().await);
        assert_ne!(victim, attacker);
    }
);

each_database!(
    sessions_end_when_idle_and_at_the_latest_after_half_a_day,
    [&IdentityService],
    async |city| {
        account(&city, "sato").await;
        second_factor_is_optional(&city).await;
        let mut browser = Browser::new(&city, "192.0.2.1");
        browser.sign_in("sato", PASSWORD).await;
        later(&city, 59 * 60);
        assert!(browser.is_signed_in().await);
        later(&city, 61 * 60);
        assert!(!browser.is_signed_in().await);

        browser.sign_in("sato", PASSWORD).await;
        for _ in 0..23 {
            later(&city, 30 * 60);
            assert!(browser.is_signed_in().await);
        }
        later(&city, 31 * 60);
        assert!(!browser.is_signed_in().await);
        city.write(Actor::CommandLine, (), |tx, ()| {
            Box::pin(async move {
                tx.enqueue(yakuba_city::Job {
                    name: "identity.clean_up",
                    payload: serde_json::Value::Null,
                    not_before: None,
                    deduplicate: None,
                })
                .await
            })
        })
        .await
        .unwrap();
        yakuba_city::run_due_jobs(&city).await.unwrap();
        assert_eq!(count(&city, "sessions").await, 0);
    }
);

each_database!(
    administration_wants_a_fresh_proof_and_gives_a_new_token,
    [&IdentityService],
    async |city| {
        let id = account(&city, "sato").await;
        administrator(&city, id).await;
        let secret = codes(&city, id).await;
        let mut browser = Browser::new(&city, "192.0.2.1");
        browser.sign_in("sato", PASSWORD).await;
        let code = secret.code_at(city.now());
        browser
            .post("/login/second-factor", &[("code", &code)])
            .await;
        assert_eq!(
            browser.get("/desk/identity/accounts").await.status,
            StatusCode::OK
        );
        later(&city, 11 * 60);
        assert_eq!(
            browser.get("/desk/identity/accounts").await.status,
            StatusCode::FORBIDDEN
        );
        let before = browser.cookies["yakuba_session"].clone();
        // The password alone is not enough for who has a second factor.
        let answer = browser
            .post("/account/confirm", &[("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let code = secret.code_at(city.now());
        let answer = browser
            .post(
                "/account/confirm",
                &[("code", &code), ("next", "/desk/identity/accounts")],
            )
            .await;
        assert_eq!(answer.location(), "/desk/identity/accounts");
        assert_ne!(browser.cookies["yakuba_session"], before);
        assert_eq!(
            browser.get("/desk/identity/accounts").await.status,
            StatusCode::OK
        );
    }
);

each_database!(
    who_needs_a_second_factor_sets_one_up_first,
    [&IdentityService],
    async |city| {
        let id = account(&city, "sato").await;
        administrator(&city, id).await;
        let mut browser = Browser::new(&city, "192.0.2.1");
        let answer = browser.sign_in("sato", PASSWORD).await;
        assert_eq!(answer.location(), "/account/codes");
        assert_eq!(
            browser.get("/desk/identity/accounts").await.status,
            StatusCode::FORBIDDEN
        );
        let page = browser.get("/account/codes").await;
        let text = page.text.split("空白は不要").nth(1).unwrap();
        let secret: String = text
            .split("<p>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .into();
        // Reloading keeps the secret that was scanned.
        assert!(browser.get("/account/codes").await.text.contains(&secret));
        let code = store_code(&secret, city.now());
        let wrong = browser.post("/account/codes", &[("code", "000000")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = browser.post("/account/codes", &[("code", &code)]).await;
        assert_eq!(done.text.matches("<code>").count(), 10);
        assert_eq!(
            browser.get("/desk/identity/accounts").await.status,
            StatusCode::OK
        );

        // A recovery code works once.
        let recovery = done
            .text
            .split("<code>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .to_owned();
        for (turn, accepted) in [(1, true), (2, false)] {
            let mut lost = Browser::new(&city, "203.0.113.5");
            lost.sign_in("sato", PASSWORD).await;
            lost.post(
                "/login/second-factor",
                &[("code", &recovery.to_uppercase())],
            )
            .await;
            assert_eq!(lost.is_signed_in().await, accepted, "turn {turn}");
        }
    }
);

fn store_code(secret: &str, now: jiff::Timestamp) -> String {
    let mut bits = 0_u64;
    let mut count = 0;
    let mut bytes = Vec::new();
    for letter in secret.bytes().filter(u8::is_ascii_alphanumeric) {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            _ => letter - b'2' + 26,
        };
        bits = bits << 5 | u64::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    yakuba_identity::model::one_time_code::CodeSecret::from_bytes(bytes).code_at(now)
}

each_database!(
    changing_the_password_ends_all_other_sessions,
    [&IdentityService],
    async |city| {
        account(&city, "sato").await;
        second_factor_is_optional(&city).await;
        let mut one = Browser::new(&city, "192.0.2.1");
        let mut other = Browser::new(&city, "192.0.2.2");
        one.sign_in("sato", PASSWORD).await;
        other.sign_in("sato", PASSWORD).await;
        let new = "a quite different sentence";
        for (fields, location) in [
            (
                [
                    ("present", "wrong wrong wrong"),
                    ("new", new),
                    ("again", new),
                ],
                "",
            ),
            (
                [("present", PASSWORD), ("new", "short"), ("again", "short")],
                "",
            ),
            (
                [("present", PASSWORD), ("new", new), ("again", new)],
                "/account?done=password",
            ),
        ] {
            assert_eq!(
                one.post("/account/password", &fields).await.location(),
                location
            );
        }
        assert!(one.is_signed_in().await);
        assert!(!other.is_signed_in().await);
    }
);

each_database!(
    a_system_shows_its_token_until_it_is_revoked,
    [&IdentityService],
    async |city| {
        let token = Token::with_prefix("yakuba_");
        let id = city
            .write(Actor::CommandLine, token.clone(), |tx, token| {
                Box::pin(async move {
                    let new = NewToken {
                        name: "facility-booking".into(),
                        capabilities: vec!["plan.post_facts".into()],
                        measures: vec![MeasureName::declared("booking.reservation")],
                        last_day: None,
                    };
                    create_token(tx, &new, token).await
                })
            })
            .await
            .unwrap();
        let ask = async |text: &str| {
            use axum::{Router, routing::get};
            use tower::ServiceExt as _;
            use yakuba_city::web::Principal;
            let router: Router = yakuba_identity::layer(
                Router::new().route(
                    "/",
                    get(|principal: Principal| async move {
                        match principal {
                            Principal::System(system) => {
                                format!("{} {:?}", system.name, system.measures.len())
                            }
                            _ => "nobody".to_owned(),
                        }
                    }),
                ),
                crate::support::identity(&city),
            );
            let request = Request::get("/")
                .header(header::AUTHORIZATION, format!("Bearer {text}"))
                .body(axum::body::Body::empty())
                .unwrap();
            let response = router.oneshot(request).await.unwrap();
            let bytes = axum::body::to_bytes(response.into_body(), 1_000)
                .await
                .unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        assert_eq!(ask(token.as_str()).await, "facility-booking 1");
        assert_eq!(ask("yakuba_wrong").await, "nobody");
        city.write(Actor::CommandLine, id, |tx, id| {
            Box::pin(async move { store::tokens::revoke_token(tx, *id).await })
        })
        .await
        .unwrap();
        assert_eq!(ask(token.as_str()).await, "nobody");
        let again: Result<(), IdentityError> = city
            .write(Actor::CommandLine, id, |tx, id| {
                Box::pin(async move { store::tokens::revoke_token(tx, *id).await })
            })
            .await;
        assert!(matches!(again, Err(IdentityError::Unknown { .. })));
    }
);

#[test]
fn all_texts_are_there() {
    yakuba_ui::assert_complete(&WORDS);
    yakuba_ui::assert_used_words_exist(&WORDS, env!("CARGO_MANIFEST_DIR"));
}

each_database!(
    no_page_of_the_desk_or_the_account_opens_without_signing_in,
    [&IdentityService],
    async |city| {
        let mut browser = Browser::new(&city, "192.0.2.1");
        for entry in IdentityService.routes().entries() {
            let path = entry
                .path
                .replace("{id}", "1")
                .replace("{code}", "x")
                .replace("{key}", "x");
            let request = Request::builder()
                .method(entry.method.clone())
                .uri(&path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(axum::body::Body::empty())
                .unwrap();
            let answer = browser.send(request).await;
            if entry.access == yakuba_city::web::Access::Public {
                assert!(
                    path.starts_with("/login")
                        || path == "/logout"
                        || path.starts_with("/confirm-email")
                        || path.starts_with("/resident/"),
                    "{path} is public"
                );
            } else {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
            }
            if path.starts_with("/desk") {
                assert!(
                    matches!(entry.access, yakuba_city::web::Access::Staff(capability) if capability.step_up),
                    "{path}"
                );
            }
        }
    }
);
