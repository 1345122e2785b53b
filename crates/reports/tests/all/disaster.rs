//! Reports of a disaster: one short page, the board, handing over. On both databases.

use axum::http::StatusCode;
use yakuba_city::{
    Actor, City, CityError, EmergencyKind, Said, begin_emergency, each_database, end_emergency,
    run_due_jobs, sql::Sql as _,
};
use yakuba_identity::{
    IdentityError, IdentityService, LoginName, NewAccount, create_account, give_post,
    model::personnel::Held,
};
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportService,
    capabilities::{OVERSEE, TRIAGE, WORK},
    model::{rules::Rules, urgency::Urgency},
    store::{self, Filter, Report, triage::triage},
};

use crate::support::{Browser, counted, desk, mails, post, report, rules, set_up, stranger};

const KEY: &str = "0123456789012345678901234567890123456789abc";
const OTHER: &str = "ABC3456789012345678901234567890123456789abc";

/// A city with a category for disasters.
pub(crate) async fn prepared(city: &City) {
    set_up(city).await;
    let more = Rules::from_yaml(
        "format: yakuba-reports/1
categories:
  - {key: damage, name: {ja: 家や人の被害, en: People and houses, easy: ひがい}, department: roads, days: 3, place_optional: true, disaster: true}
",
    )
    .unwrap();
    let mut all = rules();
    all.categories.extend(more.categories);
    city.write(Actor::CommandLine, all, |tx, rules| {
        Box::pin(store::set_rules(tx, rules))
    })
    .await
    .unwrap();
}

pub(crate) async fn begin(city: &City) -> i64 {
    let name = Said {
        ja: "台風第15号".to_owned(),
        ..Said::default()
    };
    city.write(Actor::CommandLine, name, |tx, name| {
        Box::pin(async move {
            let now = tx.now();
            begin_emergency(tx, EmergencyKind::Flood, name, &Said::default(), now).await
        })
    })
    .await
    .unwrap()
}

async fn end(city: &City, id: i64) {
    city.write(Actor::CommandLine, id, |tx, id| {
        Box::pin(async move { end_emergency(tx, *id).await.map(|_| ()) })
    })
    .await
    .map_err(|error: CityError| error)
    .unwrap();
    run_due_jobs(city).await.unwrap();
}

async fn all(city: &City) -> Vec<Report> {
    store::handled(city.db(), &Filter::default()).await.unwrap()
}

fn fields<'f>(key: &'f str, text: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("key", key),
        ("category", "damage"),
        ("place.description", "港一丁目の市場の前"),
        ("place.coordinates", "34.372, 135.002"),
        ("text", text),
        ("phone", "000-0000-0000"),
    ]
}

each_database!(
    a_report_of_a_disaster_is_one_page_and_taken_once,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        prepared(&city).await;
        // Without a disaster the usual way is the only one.
        assert_eq!(
            stranger(&city).get("/reports/emergency").await.to,
            "/reports/new"
        );
        assert!(
            !stranger(&city)
                .get("/reports/new")
                .await
                .text()
                .contains("家や人の被害")
        );
        let event = begin(&city).await;
        assert_eq!(
            stranger(&city).get("/reports/new").await.to,
            "/reports/emergency"
        );
        assert_eq!(
            stranger(&city).get("/reports/new?usual=1").await.status,
            StatusCode::OK
        );
        let page = stranger(&city).get("/reports/emergency").await;
        let text = page.text();
        assert!(
            text.contains("119番") && text.contains("家や人の被害") && text.contains("台風第15号")
        );
        assert!(!text.contains("道路の穴"));
        // What is offered is what is taken.
        assert!(
            text.contains("accept=\".jpg,.jpeg,.png,.webp\"")
                && !text.to_lowercase().contains("heic")
        );
        assert!(page.bytes.len() < 24_000, "{} bytes", page.bytes.len());

        let sent = fields(KEY, "屋根が飛びました");
        let first = stranger(&city).post("/reports/emergency", &sent).await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.text());
        let number = first.between("<strong class=\"figure\">", "</strong>");
        // The answer was lost; the phone sends it again.
        let again = stranger(&city).post("/reports/emergency", &sent).await;
        assert_eq!(
            again.between("<strong class=\"figure\">", "</strong>"),
            number
        );
        assert_eq!(all(&city).await.len(), 1);
        let found = all(&city).await.pop().unwrap();
        let sorted = triage(city.db(), found.id).await.unwrap().unwrap();
        assert_eq!(
            (sorted.emergency, sorted.urgency),
            (event, Urgency::Unsorted)
        );
        assert_eq!(counted(&city, "reports.in_disaster").await, 1);
        assert_eq!(counted(&city, "reports.posted").await, 1);
        // Weeks later it is still known.
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_hours(24 * 20));
        let late = stranger(&city).post("/reports/emergency", &sent).await;
        assert_eq!(
            late.between("<strong class=\"figure\">", "</strong>"),
            number
        );
        assert_eq!(all(&city).await.len(), 1);
    }
);

each_database!(
    what_is_refused_is_not_kept_and_may_be_sent_again_under_its_name,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        prepared(&city).await;
        begin(&city).await;
        for (name, value) in [
            ("category", "road"),
            ("text", ""),
            ("place.coordinates", "どこか"),
        ] {
            let mut bad = fields(KEY, "被害");
            bad.retain(|(one, _)| *one != name);
            bad.push((name, value));
            let page = stranger(&city).post("/reports/emergency", &bad).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(page.text().contains(KEY));
        }
        for key in ["", "short", "<script>89012345678901234567890123456789abcd"] {
            let page = stranger(&city)
                .post("/reports/emergency", &fields(key, "x"))
                .await;
            assert!(page.problem.is_some(), "{key}: {}", page.status);
        }
        assert!(all(&city).await.is_empty());
        let page = stranger(&city)
            .post("/reports/emergency", &fields(KEY, "被害"))
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(all(&city).await.len(), 1);
    }
);

each_database!(
    the_board_sorts_confirms_and_hands_over,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        prepared(&city).await;
        let event = begin(&city).await;
        stranger(&city)
            .post(
                "/reports/emergency",
                &fields(KEY, "人が閉じ込められています"),
            )
            .await;
        stranger(&city)
            .post("/reports/emergency", &fields(OTHER, "停電しています"))
            .await;
        let first = all(&city)
            .await
            .into_iter()
            .map(|one| one.id)
            .min()
            .unwrap();
        let mut lead = desk(&city, &[TRIAGE], "port");
        let board = lead.get("/desk/reports/triage").await.text();
        assert!(board.contains("未判定（2件）") && board.contains("人が閉じ込められています"));
        let one = format!("/desk/reports/triage/{first}");
        let sorted = lead
            .post(&one, &[("revision", "1"), ("urgency", "danger")])
            .await;
        assert_eq!(
            sorted.to,
            format!("/desk/reports/triage?event={event}&done=sorted")
        );
        // Somebody else still had the old board.
        let old = lead
            .post(&one, &[("revision", "1"), ("urgency", "can_wait")])
            .await;
        assert!(old.text().contains("先に変更しました"), "{}", old.text());
        assert_eq!(
            triage(city.db(), first).await.unwrap().unwrap().urgency,
            Urgency::Danger
        );
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_mins(12));
        let whole = [
            ("revision", "2"),
            ("urgency", "danger"),
            ("confirmed", "1"),
            ("taken", "7"),
            ("next", "救助隊に連絡"),
        ];
        lead.post(&one, &whole).await;
        let now = triage(city.db(), first).await.unwrap().unwrap();
        assert!(now.confirmed_at.is_some() && now.confirmed_by.as_deref() == Some("staff:7"));
        assert_eq!(now.taken_by, Some(7));
        assert_eq!(now.next_step(city.key().unwrap()).unwrap(), "救助隊に連絡");
        assert_eq!(counted(&city, "reports.confirmed").await, 1);
        assert_eq!(counted(&city, "reports.minutes_to_confirm").await, 12);
        // Confirmed once, whatever is pressed afterwards.
        lead.post(
            &one,
            &[("revision", "3"), ("urgency", "urgent"), ("next", "")],
        )
        .await;
        lead.post(
            &one,
            &[
                ("revision", "4"),
                ("urgency", "urgent"),
                ("confirmed", "1"),
                ("next", ""),
            ],
        )
        .await;
        assert_eq!(counted(&city, "reports.confirmed").await, 1);
        let mine = lead
            .get("/desk/reports/triage?which=unconfirmed&area=harbour")
            .await
            .text();
        assert!(
            mine.contains("停電") && !mine.contains("閉じ込め"),
            "{mine}"
        );

        let due = report(&city, first).await.due_on;
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_hours(72));
        end(&city, event).await;
        let after = report(&city, first).await;
        assert!(after.due_on > due, "{} {due}", after.due_on);
        let over = lead
            .post(&one, &[("revision", "5"), ("urgency", "danger")])
            .await
            .text();
        assert!(over.contains("この災害は終わって"), "{over}");
        let board = lead
            .get(&format!("/desk/reports/triage?event={event}"))
            .await
            .text();
        assert!(board.contains("この災害は終わりました") && !board.contains("name=\"urgency\""));
        assert!(
            lead.get("/desk/reports/triage")
                .await
                .text()
                .contains("対応中の災害はありません")
        );
    }
);

each_database!(
    a_sheet_of_paper_counts_from_when_it_was_written,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        prepared(&city).await;
        begin(&city).await;
        let mut clerk = desk(&city, &[WORK], "roads");
        let at = city.now() - jiff::SignedDuration::from_hours(5);
        let written = yakuba_city::JAPAN
            .to_datetime(at)
            .strftime("%Y-%m-%d %H:%M")
            .to_string();
        let enter = |written: &str| {
            [
                ("key", "0123456789012345678901234567890123456789012"),
                ("category", "damage"),
                ("channel", "paper"),
                ("place.description", "橋のたもと"),
                ("text", "床上まで水が来ました"),
                ("written", written),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        for (written, status) in [
            ("2099-01-01 0:00", StatusCode::UNPROCESSABLE_ENTITY),
            ("むかし", StatusCode::UNPROCESSABLE_ENTITY),
            (written.as_str(), StatusCode::SEE_OTHER),
        ] {
            let fields = enter(written);
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let page = clerk.post("/desk/reports/new", &fields).await;
            assert_eq!(page.status, status, "{written}: {}", page.text());
        }
        let found = all(&city).await.pop().unwrap();
        assert!(city.now().duration_since(found.received_at).as_mins() >= 300);
        assert!(found.changed_at > found.received_at);
        assert!(triage(city.db(), found.id).await.unwrap().is_some());
    }
);

each_database!(
    only_the_headquarters_sees_the_board_and_only_reports_of_disasters,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        prepared(&city).await;
        begin(&city).await;
        stranger(&city)
            .post("/reports/emergency", &fields(KEY, "秘密の被害"))
            .await;
        let own = all(&city).await[0].id;
        let usual = post(&city, "road", (34_400_000, 135_050_000), "秘密の穴").await;
        for capabilities in [vec![WORK, OVERSEE], vec![]] {
            let mut clerk = desk(&city, &capabilities, "roads");
            for path in [
                "/desk/reports/triage".to_owned(),
                format!("/desk/reports/triage/{own}"),
                format!("/desk/reports/triage/{own}/photos/x"),
            ] {
                assert_eq!(
                    clerk.get(&path).await.status,
                    StatusCode::FORBIDDEN,
                    "{path}"
                );
            }
            let page = clerk
                .post(
                    &format!("/desk/reports/triage/{own}"),
                    &[("revision", "1"), ("urgency", "danger")],
                )
                .await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
            let pick = format!("{own}-1");
            let many = [("pick", pick.as_str()), ("urgency", "danger")];
            let page = clerk.post("/desk/reports/triage", &many).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN);
        }
        let mut lead = desk(&city, &[TRIAGE], "port");
        let foreign = format!("/desk/reports/triage/{}", usual.id);
        assert_eq!(lead.get(&foreign).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            lead.post(&foreign, &[("revision", "1"), ("urgency", "danger")])
                .await
                .status,
            StatusCode::NOT_FOUND
        );
        // Nor is one put on the board by being picked.
        let pick = format!("{}-1", usual.id);
        let many = [("pick", pick.as_str()), ("taken", "7")];
        let page = lead.post("/desk/reports/triage", &many).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(
            !lead
                .get("/desk/reports/triage")
                .await
                .text()
                .contains("秘密の穴")
        );
        assert_eq!(triage(city.db(), own).await.unwrap().unwrap().revision, 1);
    }
);

/// A member of staff with a post in a department: their number.
async fn colleague(city: &City, name: &str, department: &str) -> i64 {
    let new = NewAccount {
        login_name: LoginName::new(name).unwrap(),
        display_name: name.to_owned(),
        kana: String::new(),
        email: Some(format!("{name}@city.example.jp")),
        password: None,
    };
    let held = Held {
        department: department.parse().unwrap(),
        post: "職員".to_owned(),
        concurrent: false,
        first_day: jiff::civil::date(2020, 4, 1),
        last_day: None,
    };
    city.write(Actor::CommandLine, (new, held), |tx, (new, held)| {
        Box::pin(async move {
            let id = create_account(tx, new).await?;
            give_post(tx, id, held).await?;
            Ok::<_, IdentityError>(id.0)
        })
    })
    .await
    .unwrap()
}

each_database!(
    a_report_is_given_to_somebody_of_its_department_who_is_told,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        prepared(&city).await;
        let event = begin(&city).await;
        let hanako = colleague(&city, "hanako", "roads").await;
        let taro = colleague(&city, "taro", "lights").await;
        for (key, text) in [(KEY, "秘密の被害"), (OTHER, "別の被害")] {
            stranger(&city)
                .post("/reports/emergency", &fields(key, text))
                .await;
        }
        let mut ids: Vec<i64> = all(&city).await.into_iter().map(|one| one.id).collect();
        ids.sort_unstable();
        let [first, second] = ids[..] else {
            panic!("{ids:?}")
        };
        let mut lead = desk(&city, &[TRIAGE], "port");
        let one = format!("/desk/reports/triage/{first}");
        let page = lead.get(&one).await.text();
        assert!(
            page.contains("hanako（roads）") && !page.contains("taro（"),
            "{page}"
        );
        let give = |to: i64| to.to_string();
        let account = give(taro);
        let foreign = [
            ("revision", "1"),
            ("urgency", "danger"),
            ("taken", &account),
        ];
        let page = lead.post(&one, &foreign).await.text();
        assert!(page.contains("その通報の担当課の人を選んで"), "{page}");
        assert_eq!(triage(city.db(), first).await.unwrap().unwrap().revision, 1);
        let account = give(hanako);
        let own = [
            ("revision", "1"),
            ("urgency", "danger"),
            ("taken", &account),
        ];
        let page = lead.post(&one, &own).await;
        assert!(page.to.ends_with("done=sorted"), "{}", page.text());
        // She has it on the board and in the inbox of her department, and reads of it in a mail without a word of what is in it.
        assert_eq!(
            triage(city.db(), first).await.unwrap().unwrap().taken_by,
            Some(hanako)
        );
        assert_eq!(report(&city, first).await.assigned_to, Some(hanako));
        let told = async || {
            mails(&city)
                .await
                .into_iter()
                .filter(|(to, _, _)| to == "hanako@city.example.jp")
                .collect::<Vec<_>>()
        };
        let mail = told().await;
        assert_eq!(mail.len(), 1, "{mail:?}");
        assert!(
            mail[0].2.contains(&format!("/desk/reports/{first}")) && !mail[0].2.contains("被害")
        );
        let board = lead.get("/desk/reports/triage?which=nobody").await.text();
        assert!(board.contains("別の被害") && !board.contains("秘密の被害"));

        // Many at once, or none of them.
        let (a, b) = (format!("{first}-2"), format!("{second}-1"));
        let address = format!("/desk/reports/triage?event={event}&which=all");
        for (many, sentence) in [
            (vec![("urgency", "urgent")], "1つ以上選んで"),
            (vec![("pick", a.as_str())], "急ぎぐあいか受け持ちを選んで"),
            (
                vec![
                    ("pick", a.as_str()),
                    ("pick", "1-77"),
                    ("urgency", "urgent"),
                ],
                "先に変更しました",
            ),
        ] {
            let page = lead.post(&address, &many).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(page.text().contains(sentence), "{sentence}");
        }
        assert_eq!(
            triage(city.db(), first).await.unwrap().unwrap().urgency,
            Urgency::Danger
        );
        let many = [
            ("pick", a.as_str()),
            ("pick", b.as_str()),
            ("urgency", "urgent"),
            ("taken", account.as_str()),
        ];
        let page = lead.post(&address, &many).await;
        assert_eq!(page.to, format!("{address}&done=sorted"));
        for id in [first, second] {
            let now = triage(city.db(), id).await.unwrap().unwrap();
            assert_eq!((now.urgency, now.taken_by), (Urgency::Urgent, Some(hanako)));
        }
        assert_eq!(told().await.len(), 2, "one mail for all of them");
        let page = lead.post(&address, &many).await.text();
        assert!(page.contains("先に変更しました"), "{page}");

        // Her own board has both; she may take one herself only where she sorts, and gives it back.
        let mut own = Browser::new(&city, &[&ReportService]).of(yakuba_identity::testing::staff(
            hanako,
            &[TRIAGE],
            "roads",
        ));
        let mine = own.get("/desk/reports/triage?which=mine").await.text();
        assert!(mine.contains("秘密の被害") && mine.contains("別の被害"));
        let back = [
            ("revision", "2"),
            ("urgency", "urgent"),
            ("taken", "nobody"),
        ];
        own.post(&format!("/desk/reports/triage/{second}"), &back)
            .await;
        assert_eq!(
            triage(city.db(), second).await.unwrap().unwrap().taken_by,
            None
        );
        assert_eq!(report(&city, second).await.assigned_to, None);
        // Whoever sorts takes one whatever department it is for: the department's own people stay.
        let me = [("revision", "3"), ("urgency", "urgent"), ("taken", "7")];
        lead.post(&format!("/desk/reports/triage/{first}"), &me)
            .await;
        assert_eq!(
            triage(city.db(), first).await.unwrap().unwrap().taken_by,
            Some(7)
        );
        assert_eq!(report(&city, first).await.assigned_to, Some(hanako));
        let lines: i64 = city
            .db()
            .value(
                "SELECT COUNT(*) FROM audit_log WHERE action = 'reports.triage_give'",
                [],
            )
            .await
            .unwrap()
            .unwrap();
        assert_eq!(lines, 4);
    }
);

each_database!(
    the_list_tells_what_belongs_to_a_disaster,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        prepared(&city).await;
        let before = post(&city, "road", (34_400_000, 135_050_000), "前の穴").await;
        let now = city.now();
        city.clock().set(now + jiff::SignedDuration::from_hours(1));
        let event = begin(&city).await;
        let during = post(&city, "road", (34_400_000, 135_051_000), "新しい穴").await;
        let sent = fields(KEY, "屋根が飛びました");
        stranger(&city).post("/reports/emergency", &sent).await;
        let damage = all(&city)
            .await
            .into_iter()
            .find(|one| one.category == "damage")
            .unwrap();
        let told = async |path: &str| -> [bool; 3] {
            let text = stranger(&city).get(path).await.text();
            [&before.public_id, &during.public_id, &damage.public_id]
                .map(|id| text.contains(id.as_str()))
        };
        for path in ["/reports", "/reports/reports.geojson"] {
            let of_disasters = format!("{path}?disaster=1");
            assert_eq!(told(path).await, [true; 3], "{path}");
            assert_eq!(told(&of_disasters).await, [false, true, true], "{path}");
        }
        // When it is over, only what is of disasters by its kind.
        end(&city, event).await;
        assert_eq!(told("/reports?disaster=1").await, [false, false, true]);
        let page = stranger(&city).get("/reports?disaster=1").await.text();
        assert!(page.contains("災害の通報だけにする"));
    }
);
