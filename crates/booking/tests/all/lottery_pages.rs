//! Lotteries in a browser without JavaScript: entering, changing, the outcome with its reasons, the desk; and what nobody else may see.

use axum::http::StatusCode;
use yakuba_booking::{
    BookingService,
    capabilities::{RECEIVE, SET_UP},
    model::{
        document::FacilityDocument,
        lottery::{list::FrozenList, rules::SeedRule, transcript::verify},
        state::State,
    },
    store::{
        lottery,
        official::{self, OwnUse},
        reservations::reservation,
    },
};
use yakuba_city::{Actor, City, each_database, web::Problem};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, Page, departments, resident, staff},
};
use yakuba_mail::MailService;

use crate::{
    lottery::{ANSWERED, CLOSED, DRAWN, SECRETS, announced, at, drawn, hall, hashes},
    support::{offer, span},
};

fn browser(city: &City) -> Browser {
    Browser::new(city, &[&MailService, &IdentityService, &BookingService])
}

const MORNING: &str = "half_a/2027-03-06/0900-1200";

async fn enter(browser: &mut Browser, round: i64, more: &[(&str, &str)]) -> Page {
    let mut fields = vec![
        ("choice", MORNING),
        ("people", "5"),
        ("purpose", "meeting"),
        ("name", "澄川 花子"),
        ("phone", "000-000-0001"),
        ("lives", "here"),
        ("request", "one"),
    ];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name) || *name == "choice");
    fields.extend(more);
    browser
        .post(&format!("/booking/lottery/{round}/enter"), &fields)
        .await
}

each_database!(
    somebody_enters_changes_and_is_told_why,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let round = announced(&city).await;
        hashes(&city, round).await;
        let mut hana = browser(&city).of(resident(7));
        let page = hana.get("/booking/lottery").await;
        assert!(
            page.text()
                .contains(&format!("href=\"/booking/lottery/{round}\""))
        );
        let page = hana.get(&format!("/booking/lottery/{round}")).await;
        assert!(page.text().contains("監査委員と住民代表"));
        // Choosing, step by step in the address.
        let base = format!("/booking/lottery/{round}/enter");
        let page = hana
            .get(&format!("{base}?resource=half_a&day=2027-03-06"))
            .await;
        let add = page
            .between("data-size=\"sm\" href=\"", "\"")
            .replace("&#38;", "&")
            .replace("&amp;", "&");
        assert!(add.contains("choice=half_a/2027-03-06/0900-1200"), "{add}");
        let page = hana.get(&add).await;
        assert!(page.text().contains("9:00〜12:00"));
        assert!(page.text().contains("第2希望に加える"));
        assert!(page.text().contains("前の希望と組にする"));
        assert!(page.text().contains("name=\"request\""));
        // What is missing is told, and nothing is lost.
        let page = enter(&mut hana, round, &[("phone", "12")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("澄川 花子"));
        let page = enter(&mut hana, round, &[]).await;
        assert_eq!(page.to, "/booking/lottery/done", "{}", page.text());
        // A double click.
        enter(&mut hana, round, &[]).await;
        assert_eq!(lottery::counts(city.db(), round).await.unwrap().entries, 1);
        let page = hana.get("/booking/lottery/done").await;
        let number = page.between("translate=\"no\">", "<");
        assert_eq!(number.len(), 20);
        let entry = lottery::entries_of_resident(city.db(), 7).await.unwrap()[0].clone();
        // Nobody else finds it.
        let id = entry.id.to_string();
        for mut other in [browser(&city), browser(&city).of(resident(8))] {
            for act in ["show", "withdraw", "accept", "decline"] {
                let page = other
                    .post(&format!("/booking/lottery/mine/{act}"), &[("id", &id)])
                    .await;
                assert!(
                    page.text().contains("この受付番号の申込みはありません"),
                    "{act}"
                );
                assert!(!page.text().contains("花子"));
            }
            assert!(
                !other
                    .get("/booking/lottery/done")
                    .await
                    .text()
                    .contains(&number)
            );
        }
        let mut other = browser(&city).of(resident(8));
        enter(&mut other, round, &[("change", &id)]).await;
        assert_eq!(
            lottery::entry(city.db(), entry.id).await.unwrap().unwrap(),
            entry
        );
        // Changed with the account, and with the number.
        let page = enter(
            &mut hana,
            round,
            &[("change", &id), ("choice", "half_b/2027-03-06/0900-1200")],
        )
        .await;
        assert_eq!(
            page.to,
            "/booking/lottery/mine?done=changed",
            "{}",
            page.text()
        );
        let changed = lottery::entry(city.db(), entry.id).await.unwrap().unwrap();
        assert_eq!(changed.choices.len(), 2);
        let page = hana
            .post("/booking/lottery/mine/show", &[("number", &number)])
            .await;
        assert!(page.text().contains("第2希望"));
        // The same person cannot have three, a second person one; who did not confirm an address is asked to.
        enter(&mut hana, round, &[("request", "two")]).await;
        let page = enter(&mut hana, round, &[("request", "three")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text().contains("決まりの数（2）"), "{}", page.text());
        enter(&mut other, round, &[("request", "four")]).await;
        let page = enter(&mut browser(&city), round, &[]).await;
        assert!(page.text().contains("/confirm-email?next="));
        assert_eq!(lottery::counts(city.db(), round).await.unwrap().entries, 3);

        // Frozen: the list is public, and the same for everybody.
        let files = format!("/booking/lottery/{round}");
        assert_eq!(
            hana.get(&format!("{files}/list.txt")).await.problem,
            Some(Problem::NotFound)
        );
        city.clock().set(at(CLOSED));
        lottery::advance(&city, round).await.unwrap();
        let list = browser(&city)
            .get(&format!("{files}/list.txt"))
            .await
            .text();
        FrozenList::read(&list).unwrap();
        assert!(!list.contains("花子"));
        let page = enter(&mut hana, round, &[("request", "five")]).await;
        assert!(page.to.contains("problem=late"), "{}", page.to);
        // The parties tell; a wrong secret is refused.
        city.clock().set(at(DRAWN));
        let secret = format!("/booking/lottery/{round}/secret");
        let page = browser(&city)
            .post(&secret, &[("secret", "not the right secret")])
            .await;
        assert!(page.text().contains("決めておいた値ではありません"));
        let page = browser(&city)
            .post(&secret, &[("secret", SECRETS[0])])
            .await;
        assert!(page.to.contains("done=told"), "{}", page.to);
        let page = browser(&city)
            .post(&secret, &[("secret", SECRETS[1])])
            .await;
        assert!(page.to.contains("done=drawn"), "{}", page.to);
        let transcript = browser(&city).get(&format!("{files}/transcript.txt")).await;
        verify(&transcript.text()).unwrap();
        // Everybody sees the figures, and each the reasons of their own.
        let page = browser(&city).get(&files).await;
        assert!(page.text().contains("当選した割合"));
        let mut losers = 0;
        for who in [7, 8] {
            for entry in lottery::entries_of_resident(city.db(), who).await.unwrap() {
                let mut own = browser(&city).of(resident(who));
                let id = entry.id.to_string();
                let page = own.post("/booking/lottery/mine/show", &[("id", &id)]).await;
                assert!(page.text().contains("順番は"));
                if entry.won.is_some() {
                    assert!(page.text().contains("当選しました"));
                    let page = own
                        .post("/booking/lottery/mine/accept", &[("id", &id)])
                        .await;
                    assert!(
                        page.text().contains("使うことに決まりました"),
                        "{}",
                        page.text()
                    );
                } else {
                    losers += 1;
                    assert!(
                        page.text().contains("番の方に決まっていました")
                            || page.text().contains("決まりの数まで当選"),
                        "{}",
                        page.text()
                    );
                }
            }
        }
        assert!(losers > 0);
        city.clock().set(at(ANSWERED));
        lottery::advance(&city, round).await.unwrap();
        assert_eq!(lottery::counts(city.db(), round).await.unwrap().given_up, 0);
    }
);

each_database!(
    the_desk_enters_for_others_and_cannot_choose,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        departments(&city, &["lifelong_learning", "citizens"]).await;
        let mut document: FacilityDocument = hall();
        document.rules.lottery.as_mut().unwrap().seed =
            SeedRule::PublicValue(serde_json::from_value("終値".into()).unwrap());
        offer(&city, document).await;
        let round = announced(&city).await;
        let clerk = || browser(&city).of(staff(1, &[RECEIVE], "lifelong_learning"));
        let base = format!("/desk/booking/lottery/{round}");
        let page = clerk().get("/desk/booking/lottery").await;
        assert!(page.text().contains(&format!("href=\"{base}\"")));
        let page = clerk().get(&format!("{base}/enter?choice={MORNING}")).await;
        assert!(page.text().contains("受け付けた方法"));
        let fields = [
            ("choice", MORNING),
            ("channel", "phone"),
            ("people", "5"),
            ("purpose", "meeting"),
            ("name", "澄川 太郎"),
            ("phone", "000-000-0002"),
            ("lives", "here"),
            ("request", "desk"),
        ];
        let page = clerk().post(&format!("{base}/enter"), &fields).await;
        assert!(
            page.text().contains("受付番号をお伝えください"),
            "{}",
            page.text()
        );
        assert_eq!(lottery::counts(city.db(), round).await.unwrap().online, 0);
        // Nobody without the right of this department.
        for (name, mut other) in [
            ("nobody", browser(&city)),
            ("resident", browser(&city).of(resident(7))),
            (
                "set up only",
                browser(&city).of(staff(2, &[SET_UP], "lifelong_learning")),
            ),
            (
                "another department",
                browser(&city).of(staff(3, &[RECEIVE], "citizens")),
            ),
        ] {
            let list = other.get("/desk/booking/lottery").await;
            assert!(
                list.problem.is_some() || !list.text().contains(&base),
                "{name}"
            );
            assert!(other.get(&base).await.problem.is_some(), "{name}");
            assert!(
                other.get(&format!("{base}/enter")).await.problem.is_some(),
                "{name}"
            );
            for path in ["enter", "hash", "value"] {
                let page = other.post(&format!("{base}/{path}"), &fields).await;
                assert!(page.problem.is_some(), "{name} {path}");
            }
        }
        assert_eq!(lottery::counts(city.db(), round).await.unwrap().entries, 1);
        city.clock().set(at(CLOSED));
        lottery::advance(&city, round).await.unwrap();
        // Too early, then by two.
        let value = format!("{base}/value");
        let page = clerk().post(&value, &[("value", "39,894.54")]).await;
        assert!(page.text().contains("まだできません"));
        city.clock().set(at(DRAWN));
        for (account, done) in [(1, "value"), (2, "drawn")] {
            let mut clerk = browser(&city).of(staff(account, &[RECEIVE], "lifelong_learning"));
            let page = clerk.post(&value, &[("value", "39,894.54")]).await;
            assert!(
                page.to.ends_with(&format!("done={done}")),
                "{} {}",
                page.to,
                page.text()
            );
        }
        let page = clerk().post(&value, &[("value", "1")]).await;
        assert!(page.text().contains("いまはできません"));
    }
);

each_database!(
    how_fair_a_draw_was_is_shown_without_small_counts,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        departments(&city, &["lifelong_learning", "citizens"]).await;
        offer(&city, hall()).await;
        let round = announced(&city).await;
        hashes(&city, round).await;
        // Seven want the same half on the same morning; one of them another morning, too.
        for resident_id in 1..=7 {
            let mut who = browser(&city).of(resident(resident_id));
            let request = format!("request-{resident_id}");
            let mut more = vec![("request", request.as_str())];
            if resident_id == 1 {
                more.push(("choice", "half_a/2027-03-13/0900-1200"));
            }
            let page = enter(&mut who, round, &more).await;
            assert_eq!(page.to, "/booking/lottery/done", "{}", page.text());
        }
        let (public, desk) = (
            format!("/booking/lottery/{round}"),
            format!("/desk/booking/lottery/{round}"),
        );
        // Before the draw there is nothing to tell.
        let mut anybody = browser(&city);
        assert!(!anybody.get(&public).await.text().contains("ジニ係数"));
        let file = anybody.get(&format!("{public}/fairness.csv")).await;
        assert!(matches!(file.problem, Some(Problem::NotFound)));
        drawn(&city, round).await;
        let page = anybody.get(&public).await;
        // One of seven for one half, and a second place in the other half that nobody asked for.
        assert!(page.text().contains("3.5倍"), "{}", page.text());
        assert!(page.text().contains("少数"));
        let file = anybody.get(&format!("{public}/fairness.csv")).await;
        assert!(
            file.text().contains("time,2027-03-06,9:00,12:00,,7,2,1,"),
            "{}",
            file.text()
        );
        // One entry asks for this morning: nobody else is told.
        assert!(!file.text().contains("2027-03-13"));
        let mut clerk = browser(&city).of(staff(1, &[RECEIVE], "lifelong_learning"));
        let page = clerk.get(&desk).await;
        assert!(page.text().contains("ジニ係数"));
        let file = clerk.get(&format!("{desk}/fairness.csv")).await;
        assert!(file.text().contains("2027-03-13"));
        assert!(file.text().contains("gini,"));
        for mut other in [
            browser(&city),
            browser(&city).of(resident(1)),
            browser(&city).of(staff(2, &[SET_UP], "lifelong_learning")),
            browser(&city).of(staff(3, &[RECEIVE], "citizens")),
        ] {
            let file = other.get(&format!("{desk}/fairness.csv")).await;
            assert!(file.problem.is_some(), "{}", file.text());
        }
    }
);

each_database!(
    a_draw_of_nobody_is_a_draw,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let round = announced(&city).await;
        hashes(&city, round).await;
        drawn(&city, round).await;
        let page = browser(&city)
            .get(&format!("/booking/lottery/{round}"))
            .await;
        assert!(page.text().contains("抽選済み"));
    }
);

each_database!(
    whoever_won_what_the_city_took_gets_another_time,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        departments(&city, &["lifelong_learning"]).await;
        offer(&city, hall()).await;
        let round = announced(&city).await;
        hashes(&city, round).await;
        let base = format!("/desk/booking/lottery/{round}");
        let clerk = || browser(&city).of(staff(1, &[RECEIVE], "lifelong_learning"));
        let entered = [
            ("choice", MORNING),
            ("people", "5"),
            ("purpose", "meeting"),
            ("name", "Mary Example"),
            ("phone", "000-000-0001"),
            ("email", "mary@example.jp"),
            ("mail_language", "en"),
            ("lives", "here"),
            ("request", "one"),
        ];
        let page = clerk().post(&format!("{base}/enter"), &entered).await;
        assert!(page.text().contains("受け付けました"), "{}", page.text());
        city.clock().set(at(CLOSED));
        lottery::advance(&city, round).await.unwrap();
        // After the list is frozen the city takes the hall.
        let own = OwnUse {
            facility: "hall".into(),
            resource: "whole".into(),
            count: 1,
            span: span("2027-03-06", "9:00", "12:00"),
            title: "選挙".into(),
            request: "own".into(),
            shown: Vec::new(),
        };
        city.write(Actor::Staff(1), own, |tx, own| {
            Box::pin(official::take_over(tx, own))
        })
        .await
        .unwrap();
        drawn(&city, round).await;
        let blocked = lottery::problems(city.db(), round).await.unwrap();
        assert_eq!(blocked.len(), 1);
        let instead = format!("{base}/entries/{}/instead", blocked[0].id);
        let page = clerk().get(&base).await;
        assert!(page.text().contains(&instead), "{}", page.text());
        let page = clerk().get(&instead).await;
        assert!(page.text().contains("Mary Example"));
        let page = clerk()
            .get(&format!("{instead}?resource=half_b&day=2027-03-07"))
            .await;
        assert!(page.text().contains("09:00-12:00"), "{}", page.text());
        let with = |resource: &'static str, day: &'static str| {
            [
                ("resource", resource),
                ("day", day),
                ("time", "09:00-12:00"),
            ]
        };
        // Nobody else does it.
        for (mut other, problem) in [
            (
                browser(&city).of(staff(2, &[RECEIVE], "civic")),
                Problem::NotFound,
            ),
            (
                browser(&city).of(staff(2, &[SET_UP], "lifelong_learning")),
                Problem::NotAllowed,
            ),
            (browser(&city).of(resident(7)), Problem::SignInNeeded),
        ] {
            assert_eq!(other.get(&instead).await.problem, Some(problem.clone()));
            let page = other.post(&instead, &with("half_b", "2027-03-07")).await;
            assert_eq!(page.problem, Some(problem));
        }
        // What the city has is not to be had; something must be chosen.
        let page = clerk().post(&instead, &with("half_a", "2027-03-06")).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            page.text()
        );
        let page = clerk().post(&instead, &[("resource", "half_b")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = clerk().post(&instead, &with("half_b", "2027-03-07")).await;
        assert!(
            page.to.ends_with("?done=entered"),
            "{} {}",
            page.to,
            page.text()
        );
        let again = clerk().post(&instead, &with("half_b", "2027-03-07")).await;
        assert_eq!(again.to, page.to, "twice is once");
        let id: i64 = page
            .to
            .trim_end_matches("?done=entered")
            .rsplit('/')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let made = reservation(city.db(), id).await.unwrap().unwrap();
        assert_eq!(made.state, State::Confirmed);
        assert_eq!(made.span, span("2027-03-07", "9:00", "12:00"));
        let fee = hall()
            .fee(hall().resource("half_b").unwrap(), made.span, &made.of())
            .unwrap();
        assert_eq!(made.fee, fee.total);
        assert!(
            lottery::problems(city.db(), round)
                .await
                .unwrap()
                .is_empty()
        );
        let told = crate::desk::mails(&city).await;
        assert!(
            told.iter()
                .any(|mail| mail.text.contains("that you won in the lottery"))
        );
    }
);
