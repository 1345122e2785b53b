//! Groups: registered, asked back, joined by a code, and booked for within their limits. On both databases.

use std::sync::Arc;

use axum::http::StatusCode;
use futures::future::join_all;
use yakuba_booking::{
    BookingError, BookingService,
    capabilities::{GROUPS, RECEIVE, SETTINGS},
    model::{
        document::{Rules, Who},
        groups::{Age, GroupRules, Lives, Member, Standing},
    },
    store::{
        groups::{self, Group, NewGroup, Review, Sent},
        people::{Contact, Holder},
        reservations::{NewBooking, of_group},
    },
};
use yakuba_city::{
    Actor, City, each_database, run_due_jobs,
    sql::Sql as _,
    web::{Grant, Principal, Problem, Scope, StaffPrincipal},
};
use yakuba_identity::{
    IdentityService,
    testing::{Browser, resident, staff},
};
use yakuba_kernel::{Channel, Yen};
use yakuba_mail::MailService;
use yakuba_ui::Language;

use crate::support::{book, hall, offer, wish};

const DAY: &str = "2026-11-28";
const DEPARTMENT: &str = "lifelong_learning";

fn sent(name: &str, here: usize, elsewhere: usize) -> Sent {
    let member = |lives, place| Member {
        name: format!("会員 {place}"),
        lives,
        age: Age::Adult,
    };
    Sent {
        name: name.into(),
        kind: "welfare".into(),
        about: "毎週の練習".into(),
        contact: Contact {
            name: "澄川 花子".into(),
            email: Some("hana@example.jp".into()),
            phone: Some("000-000-0001".into()),
            note: None,
            language: Language::Japanese,
        },
        members: (0..here)
            .map(|place| member(Lives::Here, place))
            .chain((here..here + elsewhere).map(|place| member(Lives::Elsewhere, place)))
            .collect(),
    }
}

async fn apply(city: &City, account: i64, sent: Sent) -> i64 {
    let new = NewGroup {
        request: format!("{account}/{}", sent.name),
        sent,
        department: DEPARTMENT.parse().unwrap(),
        resident: Some(account),
    };
    city.write(
        Actor::Resident(account),
        (city.key().unwrap().clone(), new),
        |tx, (key, new)| Box::pin(groups::apply(tx, key, new)),
    )
    .await
    .unwrap()
}

async fn review(
    city: &City,
    id: i64,
    revision: i64,
    review: Review,
) -> Result<Group, BookingError> {
    city.write(
        Actor::Staff(1),
        (city.key().unwrap().clone(), id, revision, review),
        |tx, (key, id, revision, review)| Box::pin(groups::review(tx, key, *id, *revision, review)),
    )
    .await
}

/// A group that is registered until the end of March 2028.
pub(crate) async fn registered(city: &City, account: i64, here: usize, elsewhere: usize) -> i64 {
    let id = apply(city, account, sent("澄川クラブ", here, elsewhere)).await;
    let register = Review::Register {
        kind: "welfare".into(),
        until: Some(jiff::civil::date(2028, 3, 31)),
    };
    review(city, id, 1, register).await.unwrap();
    id
}

pub(crate) fn for_group(city: &City, group: i64) -> NewBooking {
    let contact = Contact {
        name: "澄川クラブ 花子".into(),
        email: None,
        phone: Some("000-000-0001".into()),
        note: None,
        language: Language::Japanese,
    };
    let of = wish("half_a", DAY, "9:00", "12:00").of;
    let key = city.key().unwrap();
    NewBooking::new(key, Holder::Group(group), &contact, Channel::Online, of).unwrap()
}

each_database!(
    a_group_is_asked_back_registered_and_ended,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let id = apply(&city, 7, sent("澄川クラブ", 3, 1)).await;
        // A double click.
        assert_eq!(apply(&city, 7, sent("澄川クラブ", 3, 1)).await, id);
        let asked = review(&city, id, 1, Review::AskBack("年齢は？".into()))
            .await
            .unwrap();
        assert!(matches!(
            review(&city, id, 1, Review::Decline("遅い".into())).await,
            Err(BookingError::ChangedMeanwhile)
        ));
        let mended = review(
            &city,
            id,
            asked.revision,
            Review::Send(sent("澄川福祉クラブ", 2, 0), Some("直しました".into())),
        )
        .await
        .unwrap();
        assert_eq!(mended.count.members, 0, "nothing is accepted yet");
        let register = Review::Register {
            kind: "welfare".into(),
            until: Some(jiff::civil::date(2027, 3, 31)),
        };
        let registered = review(&city, id, mended.revision, register).await.unwrap();
        assert_eq!(registered.name, "澄川福祉クラブ");
        assert_eq!(
            (registered.count.members, registered.count.residents),
            (2, 2)
        );
        assert!(registered.is_registered(jiff::civil::date(2027, 3, 31)));
        assert!(!registered.is_registered(jiff::civil::date(2027, 4, 1)));
        let dossier = registered.dossier(city.key().unwrap()).unwrap();
        assert_eq!(dossier.letters.len(), 2);
        // A roster that is not accepted leaves the group as it was.
        let sent_anew = review(
            &city,
            id,
            registered.revision,
            Review::Send(sent("澄川福祉クラブ", 0, 9), None),
        )
        .await
        .unwrap();
        assert_eq!(sent_anew.count.members, 2);
        let declined = review(
            &city,
            id,
            sent_anew.revision,
            Review::Decline("市外の方だけです".into()),
        )
        .await
        .unwrap();
        assert_eq!(declined.place.standing, Standing::Registered);
        assert_eq!(declined.dossier(city.key().unwrap()).unwrap().sent.len(), 2);
        let ended = review(&city, id, declined.revision, Review::End("解散".into()))
            .await
            .unwrap();
        assert_eq!(ended.place.standing, Standing::Ended);
        assert!(matches!(
            review(&city, id, ended.revision, Review::AskBack("？".into())).await,
            Err(BookingError::WrongState)
        ));
        // Names stand nowhere in the open.
        let open: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM audit_log WHERE detail LIKE '%会員%' OR detail LIKE '%花子%'",
                [],
            )
            .await
            .unwrap();
        assert_eq!(open, Some(0));
    }
);

each_database!(
    a_group_books_within_its_rules_and_at_its_fee,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut document = hall();
        document.rules = Rules {
            who: Who::Groups,
            groups: Some(GroupRules {
                members_at_least: Some(5),
                residents_percent: Some(50),
            }),
            ..document.rules
        };
        offer(&city, document).await;
        let asked = |group| {
            book(
                &city,
                wish("half_a", DAY, "9:00", "12:00"),
                for_group(&city, group),
            )
        };
        let small = registered(&city, 1, 4, 0).await;
        assert!(matches!(
            asked(small).await,
            Err(BookingError::GroupTooSmall)
        ));
        let foreign = registered(&city, 2, 2, 4).await;
        assert!(matches!(
            asked(foreign).await,
            Err(BookingError::GroupTooSmall)
        ));
        let waiting = apply(&city, 3, sent("まだの会", 9, 0)).await;
        assert!(matches!(
            asked(waiting).await,
            Err(BookingError::NotAllowed(_))
        ));
        let right = registered(&city, 4, 5, 1).await;
        let booked = asked(right).await.unwrap();
        // A welfare group, whatever the form said: exempt from the fee of 2,000 yen.
        assert_eq!(booked.fee, Yen::ZERO);
        assert_eq!(of_group(city.db(), right).await.unwrap().len(), 1);
        // Registered today, but no longer on the day of use.
        let group = groups::group(city.db(), right).await.unwrap().unwrap();
        let short = Review::Register {
            kind: "sports".into(),
            until: Some(jiff::civil::date(2026, 11, 27)),
        };
        review(&city, right, group.revision, short).await.unwrap();
        assert!(matches!(
            book(
                &city,
                wish("half_b", DAY, "9:00", "12:00"),
                for_group(&city, right)
            )
            .await,
            Err(BookingError::NotAllowed(_))
        ));
    }
);

each_database!(
    all_who_act_for_a_group_share_one_limit,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let group = registered(&city, 1, 6, 0).await;
        let city: &City = &city;
        // Six of its people at the same moment; the hall lets one have two a day.
        let attempts = [
            ("half_a", "9:00", "12:00"),
            ("half_a", "13:00", "17:00"),
            ("half_a", "18:00", "21:30"),
            ("half_b", "9:00", "12:00"),
            ("half_b", "13:00", "17:00"),
            ("half_b", "18:00", "21:30"),
        ]
        .map(|(resource, from, to)| {
            book(city, wish(resource, DAY, from, to), for_group(city, group))
        });
        let results = join_all(attempts).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 2);
        for error in results.into_iter().filter_map(Result::err) {
            assert!(matches!(error, BookingError::LimitReached(2)), "{error}");
        }
    }
);

fn browser(city: &City) -> Browser {
    Browser::new(city, &[&MailService, &IdentityService, &BookingService])
}

const ROSTER: [(&str, &str); 13] = [
    ("name", "澄川バドミントンクラブ"),
    ("kind", "sports"),
    ("about", "毎週火曜の練習"),
    ("contact", "澄川 花子"),
    ("phone", "000-000-0001"),
    ("request", "MARK"),
    ("member", "澄川 花子"),
    ("lives", "here"),
    ("age", "adult"),
    ("member", "川端 太郎"),
    ("lives", "works"),
    ("age", "senior"),
    ("place", "hall"),
];

each_database!(
    a_group_is_registered_joined_and_booked_for_in_the_browser,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        let mut document = hall();
        document.rules = Rules {
            who: Who::Groups,
            ..document.rules
        };
        offer(&city, document).await;
        let mut hana = browser(&city).of(resident(7));
        let page = hana.get("/booking/groups/new").await;
        assert!(page.text().contains("中央会館"));
        // What is missing is told, and nothing typed is lost.
        let page = hana.post("/booking/groups/new", &ROSTER[..8]).await;
        assert!(page.text().contains("1人目の"), "{}", page.text());
        assert!(page.text().contains("value=\"澄川 花子\""));
        let page = hana.post("/booking/groups/new", &ROSTER).await;
        let group = page.to.clone();
        assert!(group.starts_with("/booking/groups/"), "{}", page.text());
        let group = group.split('?').next().unwrap().to_owned();
        assert!(
            hana.get(&group)
                .await
                .text()
                .contains("施設が確認しています")
        );
        // Staff of the hall's department see it, ask, and register it.
        let mut clerk = browser(&city).of(staff(1, &[GROUPS], DEPARTMENT));
        let desk = format!("/desk{group}");
        let list = clerk.get("/desk/booking/groups").await;
        assert!(list.text().contains("澄川バドミントンクラブ"));
        let page = clerk.get(&desk).await;
        assert!(page.text().contains("川端 太郎"));
        let revision = page.revision();
        let page = clerk
            .post(&desk, &[("revision", &revision), ("do", "ask")])
            .await;
        assert!(page.text().contains("入力してください"));
        let page = clerk
            .post(
                &desk,
                &[("revision", &revision), ("do", "ask"), ("text", "人数は？")],
            )
            .await;
        assert!(page.to.ends_with("done=asked"), "{}", page.text());
        assert!(hana.get(&group).await.text().contains("人数は？"));
        let page = hana.get(&format!("{group}/roster")).await;
        assert!(page.text().contains("川端 太郎"));
        let revision = page.revision();
        let mut fields = ROSTER.to_vec();
        fields.extend([("revision", revision.as_str()), ("answer", "2人です")]);
        let page = hana.post(&format!("{group}/roster"), &fields).await;
        assert!(page.to.ends_with("done=sent"), "{}", page.text());
        let page = clerk.get(&desk).await;
        assert!(page.text().contains("2人です"));
        let revision = page.revision();
        let register = [
            ("revision", revision.as_str()),
            ("do", "register"),
            ("kind", "sports"),
            ("until_year", "2028"),
            ("until_month", "3"),
            ("until_day", "31"),
        ];
        let page = clerk.post(&desk, &register).await;
        assert!(page.to.ends_with("done=registered"), "{}", page.text());
        let mails = yakuba_mail::store::all_waiting(city.db(), 10)
            .await
            .unwrap();
        assert_eq!(mails.len(), 0, "the account has no mail address");
        // Somebody joins by a code that is shown once.
        let page = hana.post(&format!("{group}/invite"), &[]).await;
        let code = page.between("translate=\"no\">", "<");
        assert!(!hana.get(&group).await.text().contains(&code));
        let mut taro = browser(&city).of(resident(8));
        assert_eq!(taro.get(&group).await.problem, Some(Problem::NotFound));
        let page = taro
            .post(
                "/booking/groups/join",
                &[("code", "AAAAAA-BBBBBB-CCCCCC"), ("name", "川端 太郎")],
            )
            .await;
        assert!(page.text().contains("この招待コードは使えません"));
        let page = taro
            .post(
                "/booking/groups/join",
                &[("code", &code), ("name", "川端 太郎")],
            )
            .await;
        assert_eq!(page.to, format!("{group}?done=joined"));
        // He books in its name: oneself is refused where only groups may book.
        let hold = [
            ("facility", "hall"),
            ("resource", "half_a"),
            ("day", DAY),
            ("from", "09:00"),
            ("to", "12:00"),
        ];
        taro.post("/booking/cart/hold", &hold).await;
        let cart = taro.get("/booking/cart").await;
        let people = format!("people.{}", cart.between("name=\"people.", "\""));
        let number = group.rsplit('/').next().unwrap();
        let chosen = format!("group-{number}");
        assert!(cart.text().contains(&format!("value=\"{chosen}\"")));
        let mut fields = vec![
            (people.as_str(), "2"),
            ("name", "川端 太郎"),
            ("phone", "00000001"),
            ("as", "self"),
            ("lives", "here"),
        ];
        let page = taro.post("/booking/cart/check", &fields).await;
        assert!(page.text().contains("登録団体だけが予約できます"));
        fields.truncate(3);
        fields.push(("as", &chosen));
        let page = taro.post("/booking/cart/check", &fields).await;
        assert!(
            page.text().contains("澄川バドミントンクラブ"),
            "{}",
            page.text()
        );
        let page = taro.post("/booking/cart/send", &fields).await;
        assert_eq!(page.to, "/booking/cart/done", "{}", page.text());
        // The representative sees it, and can show and cancel it; strangers cannot.
        let page = hana.get(&group).await;
        let id = page.between("name=\"id\" value=\"", "\"");
        let page = hana.post("/booking/mine/show", &[("id", &id)]).await;
        assert!(page.text().contains("川端 太郎"));
        let mut stranger = browser(&city).of(resident(9));
        let page = stranger.post("/booking/mine/show", &[("id", &id)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Somebody who was removed sees nothing more.
        let page = hana
            .post(
                &format!("{group}/people"),
                &[("resident", "8"), ("do", "remove")],
            )
            .await;
        assert!(page.to.ends_with("done=people"));
        assert_eq!(taro.get(&group).await.problem, Some(Problem::NotFound));
        let page = taro.post("/booking/mine/show", &[("id", &id)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    groups_are_closed_to_everybody_else,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let group = registered(&city, 7, 3, 0).await;
        city.write(
            Actor::Resident(7),
            (city.key().unwrap().clone(), group),
            |tx, (key, group)| {
                Box::pin(async move {
                    let code = groups::invite(tx, key, *group).await?;
                    groups::join(tx, key, 8, &code, "川端 太郎").await
                })
            },
        )
        .await
        .unwrap();
        let path = format!("/booking/groups/{group}");
        let gets = [path.clone(), format!("{path}/roster")];
        let posts = ["roster", "invite", "people", "end"].map(|end| format!("{path}/{end}"));
        let form = [("revision", "2"), ("resident", "7"), ("do", "pass-on")];
        // Nobody who is signed in as a resident of the group: strangers find nothing, staff are no residents.
        for account in [9, 10] {
            let mut stranger = browser(&city).of(resident(account));
            for path in &gets {
                assert_eq!(stranger.get(path).await.problem, Some(Problem::NotFound));
            }
            for path in &posts {
                let page = stranger.post(path, &form).await;
                assert_eq!(page.problem, Some(Problem::NotFound), "{path}");
            }
        }
        // Who books for it does not decide for it.
        let mut member = browser(&city).of(resident(8));
        assert_eq!(member.get(&path).await.status, StatusCode::OK);
        for path in &posts {
            let page = member.post(path, &form).await;
            assert_eq!(page.problem, Some(Problem::NotAllowed), "{path}");
        }
        let desk = format!("/desk{path}");
        let mut nobody = browser(&city);
        let mut on = nobody.get(&desk).await.problem;
        assert_eq!(on, Some(Problem::SignInNeeded));
        for path in gets.iter().chain([&"/booking/groups".to_owned()]) {
            on = nobody.get(path).await.problem;
            assert_eq!(on, Some(Problem::ResidentSignInNeeded), "{path}");
        }
        for (who, problem) in [
            (resident(7), Problem::SignInNeeded),
            (staff(1, &[RECEIVE], DEPARTMENT), Problem::NotAllowed),
            (staff(1, &[GROUPS], "civic"), Problem::NotFound),
        ] {
            let mut browser = browser(&city).of(who);
            let page = browser.get(&desk).await;
            assert_eq!(page.problem, Some(problem.clone()));
            let page = browser
                .post(&desk, &[("revision", "2"), ("do", "end"), ("text", "x")])
                .await;
            assert_eq!(page.problem, Some(problem));
        }
        let mut other = browser(&city).of(staff(1, &[GROUPS], "civic"));
        let list = other.get("/desk/booking/groups?state=registered").await;
        assert!(!list.text().contains("澄川クラブ"));
    }
);

each_database!(
    a_form_on_paper_is_entered_and_registered_or_left_for_review,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let mut clerk = browser(&city).of(staff(1, &[GROUPS], DEPARTMENT));
        let page = clerk.get("/desk/booking/groups/new").await;
        assert!(page.text().contains("中央会館"), "{:?}", page.problem);
        let with = |request: &'static str, more: &[(&'static str, &'static str)]| {
            let mut fields = ROSTER.to_vec();
            fields.retain(|(name, _)| *name != "request");
            fields.push(("request", request));
            fields.extend_from_slice(more);
            fields
        };
        // What is missing is told, and nothing typed is lost.
        let page = clerk
            .post(
                "/desk/booking/groups/new",
                &with("one", &[("then", "register"), ("email", "hana")]),
            )
            .await;
        let text = page.text();
        assert!(text.contains("今日より後の期限"), "{text}");
        assert!(text.contains("メールアドレスの形"));
        assert!(text.contains("川端 太郎"));
        let until = [
            ("then", "register"),
            ("until_year", "2028"),
            ("until_month", "3"),
            ("until_day", "31"),
        ];
        let mut registered = with(
            "one",
            &[("email", "hana@example.jp"), ("mail_language", "en")],
        );
        registered.extend(until);
        let page = clerk.post("/desk/booking/groups/new", &registered).await;
        assert!(
            page.to.ends_with("?done=entered-registered"),
            "{}",
            page.text()
        );
        let again = clerk.post("/desk/booking/groups/new", &registered).await;
        assert_eq!(again.to, page.to, "twice is once");
        let id = |to: &str| -> i64 {
            let at = to.split('?').next().unwrap();
            at.rsplit('/').next().unwrap().parse().unwrap()
        };
        let found = groups::group(city.db(), id(&page.to))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.place.standing, Standing::Registered);
        assert_eq!(found.until, Some(jiff::civil::date(2028, 3, 31)));
        assert_eq!(found.count.members, 2);
        let mails = crate::desk::mails(&city).await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].subject, "Your group is registered");
        let shown = clerk.get(&page.to).await;
        assert!(shown.text().contains("招待コードを代表者に渡して"));
        // Left for review, and its roster sent anew on paper.
        let page = clerk
            .post(
                "/desk/booking/groups/new",
                &with("two", &[("then", "wait")]),
            )
            .await;
        assert!(page.to.ends_with("?done=entered"), "{}", page.text());
        let waiting = id(&page.to);
        let found = groups::group(city.db(), waiting).await.unwrap().unwrap();
        assert_eq!(found.place.standing, Standing::Waiting);
        let roster = format!("/desk/booking/groups/{waiting}/roster");
        let page = clerk.get(&roster).await;
        assert!(page.text().contains("川端 太郎"));
        let revision = page.revision();
        let mut anew = with("", &[]);
        anew.retain(|(name, _)| *name != "request");
        anew.push(("revision", &revision));
        anew.extend(until);
        let page = clerk.post(&roster, &anew).await;
        assert!(
            page.to.ends_with("?done=entered-registered"),
            "{}",
            page.text()
        );
        let page = clerk.post(&roster, &anew).await;
        assert!(page.text().contains("ほかの方が先に変更しました"));
        let found = groups::group(city.db(), waiting).await.unwrap().unwrap();
        assert_eq!(found.place.standing, Standing::Registered);
        // Who looks other groups over enters none here.
        let mut civic = browser(&city).of(staff(2, &[GROUPS], "civic"));
        let page = civic.post("/desk/booking/groups/new", &registered).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(civic.get(&roster).await.problem, Some(Problem::NotFound));
        assert_eq!(
            civic.post(&roster, &anew).await.problem,
            Some(Problem::NotFound)
        );
        let mut receiver = browser(&city).of(staff(3, &[RECEIVE], DEPARTMENT));
        for path in ["/desk/booking/groups/new", roster.as_str()] {
            assert_eq!(receiver.get(path).await.problem, Some(Problem::NotAllowed));
            assert_eq!(
                receiver.post(path, &anew).await.problem,
                Some(Problem::NotAllowed)
            );
        }
    }
);

/// What anybody acting for the whole city holds.
fn for_the_city(capability: yakuba_city::web::Capability) -> Principal {
    Principal::Staff(Arc::new(StaffPrincipal {
        account: 9,
        name: "澄川 次郎".into(),
        department: None,
        grants: vec![Grant {
            capability: capability.name.to_owned(),
            scope: Scope::City,
        }],
        stepped_up_until: None,
    }))
}

each_database!(
    a_roster_is_deleted_when_it_was_kept_long_enough_and_everything_else_stays,
    [&MailService, &IdentityService, &BookingService],
    async |city| {
        offer(&city, hall()).await;
        let ended = registered(&city, 7, 3, 1).await;
        let key = city.key().unwrap().clone();
        review(&city, ended, 2, Review::End("解散".into()))
            .await
            .unwrap();
        // Registered until the end of March 2028, and never renewed.
        let over = apply(&city, 8, sent("山の会", 2, 0)).await;
        let register = Review::Register {
            kind: "sports".into(),
            until: Some(jiff::civil::date(2028, 3, 31)),
        };
        review(&city, over, 1, register).await.unwrap();
        let mut dx = browser(&city).of(for_the_city(SETTINGS));
        let path = "/desk/booking/settings";
        let page = dx.get(path).await;
        assert_eq!(
            page.between("name=\"years\" value=\"", "\""),
            "3",
            "{}",
            page.text()
        );
        for wrong in ["", "0", "31", "x"] {
            let page = dx.post(path, &[("years", wrong)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let page = dx.post(path, &[("years", "2")]).await;
        assert_eq!(page.to, format!("{path}?done=settings"));
        for (who, problem) in [
            (staff(1, &[SETTINGS], DEPARTMENT), Problem::NotAllowed),
            (staff(1, &[GROUPS], DEPARTMENT), Problem::NotAllowed),
            (resident(7), Problem::SignInNeeded),
        ] {
            let mut other = browser(&city).of(who);
            assert_eq!(other.get(path).await.problem, Some(problem.clone()));
            let page = other.post(path, &[("years", "1")]).await;
            assert_eq!(page.problem, Some(problem));
        }
        let by_night = async |day: &str| {
            city.clock()
                .set(format!("{day}T18:00:00Z").parse().unwrap());
            run_due_jobs(&city).await.unwrap();
        };
        let members = async |id: i64| {
            let group = groups::group(city.db(), id).await.unwrap().unwrap();
            let dossier = group.dossier(&key).unwrap();
            (
                dossier.sent.len() + dossier.accepted.len() + dossier.letters.len(),
                group.count.members,
                group.forgotten_at.is_some(),
            )
        };
        // It ended on 21 November 2026: kept until that day has come twice.
        by_night("2028-11-19").await;
        assert_eq!(members(ended).await, (9, 4, false));
        by_night("2028-11-21").await;
        assert_eq!(members(ended).await, (0, 4, true));
        assert_eq!(members(over).await, (4, 2, false));
        by_night("2030-03-30").await;
        assert_eq!(members(over).await, (0, 2, true));
        by_night("2030-04-02").await;
        let forgotten: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM audit_log WHERE action = 'booking.roster_forget'",
                [],
            )
            .await
            .unwrap();
        assert_eq!(forgotten, Some(2), "each once");
        let acting: Option<i64> = city
            .db()
            .value("SELECT COUNT(*) FROM booking_group_people", [])
            .await
            .unwrap();
        assert_eq!(acting, Some(0));
        let mut clerk = browser(&city).of(staff(1, &[GROUPS], DEPARTMENT));
        let page = clerk.get(&format!("/desk/booking/groups/{ended}")).await;
        let text = page.text();
        assert!(text.contains("澄川クラブ"), "its name stays");
        assert!(text.contains("保存期間が過ぎたため"), "{text}");
        assert!(!text.contains("澄川 花子"));
    }
);
