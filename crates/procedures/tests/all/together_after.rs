//! What becomes of an application that several people made: what other systems are told of them, what they see later, mails and reminders.
//! On both databases.

use crate::{
    casework::receiver,
    desk::{decide, system},
    residents::{sign_in, sign_out},
    support::{
        browser::{Browser, PDF, Page, between},
        city_key,
        desk::{browser_of, staff},
        put_live,
    },
    together::{
        AGREE, BASE, TOGETHER, day_passes, entered, fill, filled, link, name, open, press,
        received, say, send, shared, told, use_test_key,
    },
};
use axum::http::StatusCode;
use std::sync::{Arc, Mutex};
use yakuba_city::{
    Actor, City, each_database, run_due_jobs,
    sql::Sql as _,
    web::{Principal, StaffPrincipal},
};
use yakuba_identity::{IdentityService, NewDepartment, create_department};
use yakuba_kernel::DepartmentCode;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DECIDE, DELIVER, WORK},
    store::{
        cases, corrections,
        delivery::{self, NewEndpoint},
        files, keys, own, pulling,
    },
};

/// The newest case.
async fn newest(city: &City) -> i64 {
    let case: Option<i64> = city
        .db()
        .value("SELECT MAX(id) FROM procedures_cases", [])
        .await
        .unwrap();
    case.unwrap()
}

/// The department whose procedure it is.
pub(crate) async fn department(city: &City) {
    let new = NewDepartment {
        code: DepartmentCode::new("environment").unwrap(),
        name_ja: "環境課".to_owned(),
        name_en: "Environment".to_owned(),
        parent: None,
        first_day: jiff::civil::date(2020, 4, 1),
        last_day: None,
        position: 0,
    };
    city.write(Actor::Staff(1), new, |tx, new| {
        Box::pin(create_department(tx, new))
    })
    .await
    .unwrap();
}

/// A case that Hanako sent and Tarō, who writes this name, agreed to; with both browsers.
async fn case_of_two(city: &City, rules: &str, written: &str) -> (Browser, Browser, i64) {
    put_live(city, shared(rules)).await;
    let mut hanako = filled(city).await;
    name(&mut hanako, "山田　太郎", "taro@example.jp").await;
    press(&mut hanako, "next", &[]).await;
    send(&mut hanako).await;
    let mut taro = open(city, "taro@example.jp", "山田太郎").await;
    let mut agree = AGREE;
    agree[1].1 = written;
    let page = say(&mut taro, &agree).await;
    assert_eq!(page.to, "/together?done=agreed", "{}", page.text());
    let case = newest(city).await;
    (hanako, taro, case)
}

each_database!(
    other_systems_are_told_who_applied_together,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        department(&city).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let endpoint = NewEndpoint {
            name: "犬の登録台帳".to_owned(),
            department: DepartmentCode::new("environment").unwrap(),
            procedure: None,
            url: receiver(heard.clone()).await,
            secret: vec![7; 32],
            account: 1,
        };
        city.write(Actor::Staff(1), endpoint, |tx, endpoint| {
            Box::pin(async move { delivery::add_endpoint(tx, &city_key(), endpoint).await })
        })
        .await
        .unwrap();
        let (_, _, case) = case_of_two(&city, "", "𠮷田　太郎").await;
        let today = city.today().to_string();

        // A file in the layout that a procedure has of itself; what CP932 lacks in a co-applicant's name is said first.
        let mut clerk = browser_of(&city, staff(7, &[WORK, DELIVER], "environment"));
        let file = async |clerk: &mut crate::support::desk::Browser, format: &str| {
            let fields = [
                ("procedure", "dog-registration"),
                ("stage", "received"),
                ("format", format),
            ];
            clerk.post("/desk/cases/export", &fields).await
        };
        let page = file(&mut clerk, "csv_cp932").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.text().contains("U+20BB7") && page.text().contains("一緒に飼う方：氏名"),
            "{}",
            page.text()
        );
        let text = file(&mut clerk, "csv_utf8").await.text();
        let mut lines = text.lines();
        let heading = lines.next().unwrap();
        assert!(
            heading
                .ends_with("一緒に飼う方：氏名,一緒に飼う方：生年月日,一緒に飼う方：同意の状態,一緒に飼う方：同意した日"),
            "{heading}"
        );
        let row = lines.next().unwrap();
        let told = format!("𠮷田　太郎,1990-01-31,同意済み,{today}");
        assert!(row.ends_with(&told), "{row}");

        // A webhook and the pull interface say the same, and never how mail reaches them.
        while run_due_jobs(&city).await.unwrap() > 0 {}
        decide(&city, case).await;
        let right = city
            .write(Actor::Staff(1), (), |tx, ()| {
                Box::pin(async move {
                    let department = DepartmentCode::new("environment").unwrap();
                    pulling::give_pull_right(tx, "住民記録", &department, "dog-registration", 1)
                        .await
                })
            })
            .await;
        right.unwrap();
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_secs(11));
        let mut records = browser_of(&city, system("住民記録"));
        let answer = records
            .get("/api/procedures/cases?procedure=dog-registration")
            .await
            .text();
        let pulled: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let bodies: Vec<String> = heard
            .lock()
            .unwrap()
            .iter()
            .map(|(_, body): &(_, String)| body.clone())
            .collect();
        assert!(!bodies.is_empty());
        let sent: serde_json::Value = serde_json::from_str(&bodies[0]).unwrap();
        let wanted = serde_json::json!([{
            "name": "𠮷田　太郎",
            "birth_date": "1990-01-31",
            "address": null,
            "state": "agreed",
            "agreed_on": today,
            "by": "mail",
            "verified": false,
        }]);
        assert_eq!(sent["co_applicants"], wanted, "{sent}");
        assert_eq!(pulled["cases"][0]["co_applicants"], wanted, "{answer}");
        for text in [&bodies[0], &answer] {
            assert!(!text.contains("taro@example.jp") && !text.contains("/together/"));
        }
    }
);

/// The handles of what an account agreed to, as its list of applications has them.
async fn agreed_handles(browser: &mut Browser) -> Vec<String> {
    let page = browser.get("/cases").await.text();
    page.split("action=\"/together/own\"")
        .skip(1)
        .map(|form| between(form, "name=\"handle\" value=\"", "\"").to_owned())
        .collect()
}

each_database!(
    what_somebody_agreed_to_is_in_their_account_and_in_nobody_elses,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        put_live(&city, shared(", sees: [dog_name], at_least: 2")).await;
        let mut hanako = filled(&city).await;
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        name(&mut hanako, "佐藤 次郎", "jiro@example.jp").await;
        press(&mut hanako, "next", &[]).await;
        send(&mut hanako).await;
        // The applicant sees that it waits, and cannot throw it away without the others being told.
        let page = hanako.get("/cases").await.text();
        assert!(page.contains("ほかの人の同意を待っています"), "{page}");
        assert!(!page.contains("/cases/drafts/discard"));
        let draft = between(&page, "name=\"draft\" value=\"", "\"").to_owned();
        let page = hanako
            .post("/cases/drafts/discard", &[("draft", &draft)])
            .await;
        assert_eq!(page.to, "/procedures/dog-registration/resume");
        assert_eq!(hanako.get(&page.to).await.to, TOGETHER);

        // With the applicant's account nobody agrees for another.
        let link = link(&city, "taro@example.jp").await;
        hanako.post(&link, &[("name", "山田 太郎")]).await;
        let page = hanako.get("/together").await.text();
        assert!(
            page.contains("アカウントでログインしています") && !page.contains("name=\"answer\"")
        );
        hanako.post("/together", &AGREE).await;
        hanako.post("/together/join", &[]).await;
        assert!(agreed_handles(&mut hanako).await.is_empty());

        // Tarō is signed in when he agrees, Jirō afterwards.
        let mut taro = open(&city, "taro@example.jp", "山田 太郎").await;
        sign_in(&city, &mut taro, "taro@example.jp").await;
        assert!(agreed_handles(&mut taro).await.is_empty(), "not agreed yet");
        let page = say(&mut taro, &AGREE).await;
        assert_eq!(page.to, "/together?done=agreed", "{}", page.text());
        let mut jiro = open(&city, "jiro@example.jp", "佐藤 次郎").await;
        let page = jiro.post("/together/join", &[]).await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED, "nobody is signed in");
        let mut agree = AGREE;
        agree[1].1 = "佐藤 次郎";
        say(&mut jiro, &agree).await;
        assert!(
            jiro.get("/together")
                .await
                .text()
                .contains("/resident/sign-in?next=/together")
        );
        let resident = sign_in(&city, &mut jiro, "jiro@example.jp").await;
        assert!(agreed_handles(&mut jiro).await.is_empty());
        for _ in 0..2 {
            let page = jiro.post("/together/join", &[]).await;
            assert!(page.to.starts_with("/together"), "{}", page.to);
        }
        assert_eq!(agreed_handles(&mut jiro).await.len(), 1);

        // Without the mail, on another device: exactly what the link shows.
        let mut other = Browser::new(&city);
        sign_in(&city, &mut other, "taro@example.jp").await;
        let page = other.get("/cases").await.text();
        assert!(
            page.contains("あなたが同意した申請") && page.contains("同意済み"),
            "{page}"
        );
        assert!(!page.contains("ポチ") && !page.contains("髙橋"));
        let handle = agreed_handles(&mut other).await.remove(0);
        let page = other.post("/together/own", &[("handle", &handle)]).await;
        assert_eq!(page.to, "/together");
        let shown = other.get("/together").await.text();
        assert!(
            shown.contains("ポチ") && !shown.contains("1月5日"),
            "{shown}"
        );
        let by_link = taro.get("/together").await.text();
        let main = |page: &str| {
            let start = page.find("<main").unwrap();
            page[start..page.find("</main").unwrap()].to_owned()
        };
        assert_eq!(main(&shown), main(&by_link));
        assert_eq!(other.get("/cases/view").await.to, "/cases");

        // Nobody else: another resident, staff, nobody signed in; with the handle and with the cookie of the one whose it is.
        let cookies = other.cookies.clone();
        let opened = cookies
            .iter()
            .find(|(name, _)| name.contains("together"))
            .unwrap()
            .clone();
        let mut stranger = Browser::new(&city);
        let mut staff = Browser::of_staff(&city, one_of_staff());
        let mut nobody = Browser::new(&city);
        sign_in(&city, &mut stranger, "saburo@example.jp").await;
        for (browser, who) in [
            (&mut stranger, "resident"),
            (&mut staff, "staff"),
            (&mut nobody, "nobody"),
            (&mut hanako, "applicant"),
            (&mut jiro, "another"),
        ] {
            let page = browser.get("/cases").await.text();
            assert!(!page.contains(&handle), "{who}");
            let page = browser.post("/together/own", &[("handle", &handle)]).await;
            assert_ne!(page.to, "/together", "{who}");
            browser.cookies.retain(|(name, _)| *name != opened.0);
            browser.cookies.push(opened.clone());
            assert_eq!(browser.get("/together").await.to, "/together/gone", "{who}");
        }
        // Signed out, the same browser opens it no more.
        sign_out(&mut other).await;
        assert_eq!(other.get("/together").await.to, "/together/gone");

        // A change asks again, in the list too; who declines then has it no more.
        let case = newest(&city).await;
        change_dog(&city, case, "タマ").await;
        let page = taro.get("/cases").await.text();
        assert!(
            page.contains("同意したあとに、内容が変わりました"),
            "{page}"
        );
        let handle = agreed_handles(&mut taro).await.remove(0);
        taro.post("/together/own", &[("handle", &handle)]).await;
        assert!(taro.get("/together").await.text().contains("タマ"));
        let page = say(&mut taro, &[("answer", "decline")]).await;
        assert_eq!(page.to, "/cases?done=co-declined");
        assert!(told(&city, "hanako@example.jp").await[0].contains("同意しないと答えた共同申請者"));
        assert!(agreed_handles(&mut taro).await.is_empty());
        assert_eq!(taro.get("/together").await.to, "/together/gone");
        let page = taro.post("/together/own", &[("handle", &handle)]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);

        // Jirō's account keeps it until the case is disposed of.
        assert_eq!(agreed_handles(&mut jiro).await.len(), 1);
        let closed = "UPDATE procedures_cases SET stage = 'withdrawn', closed_at = received_at WHERE id = $1";
        city.write(Actor::Staff(1), case, move |tx, case| {
            Box::pin(async move {
                tx.connection().run(closed, [(*case).into()]).await?;
                keys::destroy(tx, *case).await
            })
        })
        .await
        .unwrap();
        assert!(agreed_handles(&mut jiro).await.is_empty());
        let rows: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM procedures_co_applicants WHERE resident = $1",
                [resident.into()],
            )
            .await
            .unwrap();
        assert_eq!(rows, Some(0));
    }
);

/// A member of staff who may do everything with the department's cases.
fn one_of_staff() -> StaffPrincipal {
    match staff(7, &[WORK, DELIVER], "environment") {
        Principal::Staff(staff) => (*staff).clone(),
        _ => unreachable!(),
    }
}

/// Staff enter another name of the dog.
async fn change_dog(city: &City, case: i64, name: &str) {
    let key = keys::open(city.db(), &city_key(), case).await.unwrap();
    let given = cases::answers(city.db(), &key, case).await.unwrap();
    let mut changed = given[0].answers.clone();
    changed["answers"]["dog_name"]["value"] = name.into();
    let revision = cases::case(city.db(), case).await.unwrap().revision;
    city.write(
        Actor::Staff(1),
        (key, revision, changed),
        move |tx, (key, revision, changed)| {
            Box::pin(cases::enter_answers(tx, key, case, *revision, changed))
        },
    )
    .await
    .unwrap();
}

each_database!(
    a_deleted_account_lets_go_of_what_it_agreed_to,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let (_, mut taro, _) = case_of_two(&city, "", "山田　太郎").await;
        let resident = sign_in(&city, &mut taro, "taro@example.jp").await;
        taro.post("/together/join", &[]).await;
        assert_eq!(agreed_handles(&mut taro).await.len(), 1);
        city.write(Actor::Public, resident, |tx, resident| {
            Box::pin(own::forget(tx, *resident))
        })
        .await
        .unwrap();
        assert!(agreed_handles(&mut taro).await.is_empty());
        // The case and the agreement stay: the link still opens it.
        let page = taro.get("/together").await.text();
        assert!(page.contains("ポチ") && page.contains("同意済み"));
    }
);

each_database!(
    a_correction_asks_again_reminds_once_and_the_decision_is_told,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        let (mut hanako, mut taro, case) = case_of_two(&city, "", "山田　太郎").await;
        // The applicant corrects what Tarō has seen.
        let revision = cases::case(city.db(), case).await.unwrap().revision;
        city.write(Actor::Staff(1), (case, revision), |tx, (case, revision)| {
            Box::pin(async move {
                let key = keys::open(tx.connection(), &city_key(), *case).await?;
                let fields = ["dog_name".to_owned()];
                corrections::ask(tx, &key, *case, *revision, &fields, "名前", None).await
            })
        })
        .await
        .unwrap();
        let page = hanako.get("/cases").await.text();
        let handle = between(&page, "name=\"case\" value=\"", "\"").to_owned();
        hanako.post("/cases/own", &[("case", &handle)]).await;
        let page = hanako.post("/cases/correct", &[("dog_name", "タマ")]).await;
        assert_eq!(page.to, "/cases/view?done=corrected", "{}", page.text());
        let mails = async || told(&city, "taro@example.jp").await;
        assert!(mails().await[0].contains("内容が変わりました"));
        let asked = mails().await.len();
        // Of ten days seven are over: reminded, once.
        day_passes(&city, 6).await;
        assert_eq!(mails().await.len(), asked);
        for _ in 0..2 {
            day_passes(&city, 1).await;
        }
        assert_eq!(mails().await.len(), asked + 1, "reminded once");
        assert!(
            mails().await[0].contains("まだ受け取っていません")
                && mails().await[0].contains("/together/")
        );
        let page = taro.get("/together").await.text();
        assert!(page.contains("タマ") && page.contains("もう一度読んで"));
        let page = say(&mut taro, &AGREE).await;
        assert_eq!(page.to, "/together?done=agreed");
        decide(&city, case).await;
        assert!(mails().await[0].contains("結果が決まりました"));
        let page = taro.get("/together").await.text();
        assert!(
            page.contains("登録しました。"),
            "who sees everything sees the decision"
        );
        // Decided: nobody is reminded of anything any more.
        let all = mails().await.len();
        day_passes(&city, 20).await;
        assert_eq!(mails().await.len(), all);
    }
);

each_database!(
    more_time_and_what_is_handed_over_reach_those_who_applied_together,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        // Who sees a part is told of the time, and gets no file.
        for (rules, sees_all) in [("", true), (", sees: [dog_name]", false)] {
            let (_, mut taro, case) = case_of_two(&city, rules, "山田　太郎").await;
            let first = cases::case(city.db(), case).await.unwrap().due_on.unwrap();
            let until = first.saturating_add(jiff::Span::new().days(30));
            let day = yakuba_ui::format::date(until, yakuba_ui::Language::Japanese);
            let mut head = browser_of(&city, staff(7, &[WORK, DECIDE], "environment"));
            let at = format!("/desk/cases/{case}");
            let revision = async || {
                let found = cases::case(city.db(), case).await.unwrap();
                found.revision.to_string()
            };
            let (now, year, month, date) = (
                revision().await,
                until.year().to_string(),
                until.month().to_string(),
                until.day().to_string(),
            );
            let extend = [
                ("revision", now.as_str()),
                ("until_year", &year),
                ("until_month", &month),
                ("until_day", &date),
                ("reason", "大雪のため"),
                ("title", "期間の延長について"),
                ("addressee", "髙橋 花子 様"),
                ("sender", "澄川市長"),
                ("text", "{until}まで延長します。"),
            ];
            let check = [&extend[..], &[("action", "check")]].concat();
            let page = head.post(&format!("{at}/extend"), &check).await.text();
            assert!(
                page.contains("共同申請者への知らせ") && page.contains("まだ延長していません"),
                "{page}"
            );
            let before = told(&city, "taro@example.jp").await.len();
            let go = [&extend[..], &[("action", "decide")]].concat();
            let page = head.post(&format!("{at}/extend"), &go).await;
            assert_eq!(page.to, format!("{at}?done=extended"), "{}", page.text());
            let mails = told(&city, "taro@example.jp").await;
            assert_eq!(mails.len(), before + 1);
            let mail = &mails[0];
            assert!(mail.contains(&format!("{day}まで延長します")), "{mail}");
            assert!(!mail.contains("大雪"), "never why");
            let page = taro.get("/together").await.text();
            assert!(
                page.contains(&format!("{day}まで（期間を延長しました）")),
                "{page}"
            );

            decide(&city, case).await;
            let before = told(&city, "taro@example.jp").await.len();
            let now = revision().await;
            let file = ("file", "登録証.pdf", PDF);
            let page = head
                .upload(&format!("{at}/hand-out"), &[("revision", &now)], file)
                .await;
            assert_eq!(page.to, format!("{at}?done=handed-out"), "{}", page.text());
            let mails = told(&city, "taro@example.jp").await;
            assert_eq!(mails.len() - before, usize::from(sees_all));
            let page = taro.get("/together").await.text();
            assert_eq!(page.contains("登録証.pdf"), sees_all, "{page}");
            let key = keys::open(city.db(), &city_key(), case).await.unwrap();
            let handed = files::list(city.db(), &key, case, files::UseFor::Letter)
                .await
                .unwrap();
            let got = taro.get(&format!("/together/files/{}", handed[0].0)).await;
            assert_eq!(got.bytes.starts_with(b"%PDF"), sees_all);
            // Taken back it is nobody's any more.
            let now = revision().await;
            let back = [("revision", now.as_str()), ("file", &handed[0].0)];
            head.post(&format!("{at}/hand-out/back"), &back).await;
            let got = taro.get(&format!("/together/files/{}", handed[0].0)).await;
            assert_eq!(got.status, StatusCode::NOT_FOUND);
            city.clock()
                .set(city.now() + jiff::SignedDuration::from_hours(24));
        }
    }
);

each_database!(
    who_never_answers_is_told_of_the_refusal_and_not_reminded_of_it,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        let (_, mut taro, case) = case_of_two(&city, ", sees: [dog_name]", "山田　太郎").await;
        change_dog(&city, case, "タマ").await;
        let mut clerk = browser_of(&city, staff(7, &[WORK, DECIDE], "environment"));
        let revision = async || {
            let found = cases::case(city.db(), case).await.unwrap();
            found.revision.to_string()
        };
        let now = revision().await;
        let step = [("revision", now.as_str()), ("step", "check")];
        clerk.post(&format!("/desk/cases/{case}/step"), &step).await;
        let decide = async |clerk: &mut crate::support::desk::Browser, outcome: &str| {
            let now = revision().await;
            let fields = [
                ("revision", now.as_str()),
                ("outcome", outcome),
                ("title", "登録について"),
                ("addressee", "髙橋 花子 様"),
                ("sender", "澄川市長"),
                ("text", "登録できません。"),
                ("reason", "全員の同意がないため"),
                ("no_remedy", "1"),
                ("action", "decide"),
            ];
            clerk
                .post(&format!("/desk/cases/{case}/decision"), &fields)
                .await
        };
        let page = decide(&mut clerk, "approved").await;
        assert!(page.text().contains("全員がまだ同意していません"));
        let page = decide(&mut clerk, "refused").await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        let mails = told(&city, "taro@example.jp").await;
        assert!(mails[0].contains("結果が決まりました"));
        assert!(!mails[0].contains("登録できません"), "never what");
        // It is over: they can answer no more, and the letter is not for those who see a part.
        let page = taro.get("/together").await.text();
        assert!(!page.contains("name=\"answer\"") && !page.contains("全員の同意がないため"));
        let page = taro.post("/together", &AGREE).await;
        assert_eq!(page.to, "/together");
        day_passes(&city, 20).await;
        assert_eq!(told(&city, "taro@example.jp").await.len(), mails.len());
    }
);

each_database!(
    two_last_agreements_at_once_make_one_receipt,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, shared(", at_least: 2")).await;
        let mut hanako = filled(&city).await;
        for round in 1..=12 {
            if round > 1 {
                hanako
                    .post(&format!("{BASE}/start"), &[("again", "1")])
                    .await;
                fill(&mut hanako).await;
            }
            let (one, two) = (
                format!("taro{round}@example.jp"),
                format!("jiro{round}@example.jp"),
            );
            name(&mut hanako, "山田　太郎", &one).await;
            name(&mut hanako, "佐藤 次郎", &two).await;
            press(&mut hanako, "next", &[]).await;
            send(&mut hanako).await;
            let mut taro = open(&city, &one, "山田 太郎").await;
            let mut jiro = open(&city, &two, "佐藤 次郎").await;
            let mut agree = AGREE;
            agree[1].1 = "佐藤 次郎";
            // Both have read the page, and press at once.
            let seen =
                |page: &Page| between(&page.text(), "name=\"seen\" value=\"", "\"").to_owned();
            let (seen_by_taro, seen_by_jiro) = (
                seen(&taro.get("/together").await),
                seen(&jiro.get("/together").await),
            );
            let by_taro = [&AGREE[..], &[("seen", seen_by_taro.as_str())]].concat();
            let by_jiro = [&agree[..], &[("seen", seen_by_jiro.as_str())]].concat();
            let (first, second) = tokio::join!(
                taro.post("/together", &by_taro),
                jiro.post("/together", &by_jiro)
            );
            for page in [first, second] {
                assert_eq!(
                    page.to,
                    "/together?done=agreed",
                    "round {round}: {}",
                    page.text()
                );
            }
            assert_eq!(received(&city).await, round);
        }
        let mails = told(&city, "hanako@example.jp").await;
        let receipts = mails.iter().filter(|mail| mail.contains("受付番号"));
        assert_eq!(receipts.count(), 12, "one receipt each");
        let facts: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM facts WHERE measure = 'procedures.co_applicant_agreed'",
                [],
            )
            .await
            .unwrap();
        assert_eq!(facts, Some(24));
    }
);

each_database!(
    nobody_takes_over_an_application_that_waits_for_others,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        put_live(&city, shared("")).await;
        let mut hanako = filled(&city).await;
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        press(&mut hanako, "next", &[]).await;
        // She has a code for the counter, and sends it all the same.
        hanako.post(&format!("{BASE}/counter"), &[]).await;
        let page = hanako.get(&format!("{BASE}/counter")).await.text();
        let code = between(&page, "translate=\"no\">", "<").to_owned();
        assert!(!code.is_empty(), "{page}");
        send(&mut hanako).await;
        let mut clerk = browser_of(&city, staff(7, &[WORK], "environment"));
        let page = clerk.post("/desk/cases/new/code", &[("code", &code)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.text().contains("同意を待っています"),
            "{}",
            page.text()
        );
        // Another resident in the same browser, with the cookie of the draft.
        let mut other = Browser::new(&city);
        other.cookies = hanako
            .cookies
            .iter()
            .filter(|(name, _)| name.contains("draft"))
            .cloned()
            .collect();
        assert!(!other.cookies.is_empty());
        sign_in(&city, &mut other, "saburo@example.jp").await;
        let page = other.post(&format!("{BASE}/resume"), &[]).await;
        let nothing = format!("{BASE}?done=expired");
        assert_eq!(page.to, nothing, "nothing of theirs is there");
        for action in ["change", "withdraw", "ask/1"] {
            let fields = [("revision", "1"), ("action", action)];
            let page = other.post(TOGETHER, &fields).await;
            assert_eq!(page.to, nothing, "{action}");
        }
        // While others are asked no code is made for the counter.
        let page = hanako.post(&format!("{BASE}/counter"), &[]).await;
        assert_eq!(page.to, format!("{BASE}?done=expired"));
        let page = hanako.get(TOGETHER).await.text();
        assert!(page.contains("同意待ち"), "it waits as before");
        let mut taro = open(&city, "taro@example.jp", "山田 太郎").await;
        let page = say(&mut taro, &AGREE).await;
        assert_eq!(page.to, "/together?done=agreed");
        assert_eq!(received(&city).await, 1);
    }
);

each_database!(
    who_is_not_at_the_counter_is_asked_by_mail,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        put_live(&city, shared(", at_least: 2")).await;
        let mut clerk = browser_of(&city, staff(7, &[WORK, DECIDE], "environment"));
        let base = entered(&mut clerk).await;
        let check = format!("{base}/check");
        let add =
            async |clerk: &mut crate::support::desk::Browser, name: &str, more: &[(&str, &str)]| {
                let page = clerk.get(&check).await.text();
                let revision = between(&page, "name=\"revision\" value=\"", "\"").to_owned();
                let fields = [
                    ("revision", revision.as_str()),
                    ("action", "add"),
                    ("name", name),
                ];
                let fields = [&fields[..], more].concat();
                clerk.post(&format!("{base}/together"), &fields).await
            };
        let page = add(&mut clerk, "佐藤 次郎", &[("email", "nobody")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = add(&mut clerk, "佐藤 次郎", &[("email", "jiro@example.jp")]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        let page = add(&mut clerk, "山田 太郎", &[("email", "jiro@example.jp")]).await;
        assert_eq!(
            page.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "one address is one person"
        );
        let page = add(&mut clerk, "山田 太郎", &[("signed", "yes")]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text());
        let page = clerk.get(&check).await.text();
        assert!(
            page.contains("jiro@example.jp に同意をお願いします"),
            "{page}"
        );
        assert_eq!(told(&city, "jiro@example.jp").await.len(), 0);
        // Received, sent twice: one mail.
        let revision = between(&page, "name=\"revision\" value=\"", "\"").to_owned();
        for _ in 0..2 {
            let page = clerk.post(&check, &[("revision", &revision)]).await;
            assert_eq!(page.to, format!("{base}/slip"), "{}", page.text());
        }
        let case = newest(&city).await;
        let mails = told(&city, "jiro@example.jp").await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].contains("市役所で受け付けた"), "{}", mails[0]);
        let mut jiro = open(&city, "jiro@example.jp", "佐藤 次郎").await;
        let page = jiro.get("/together").await.text();
        assert!(page.contains("下の内容を読んで") && !page.contains("内容が変わりました"));
        let mut agree = AGREE;
        agree[1].1 = "佐藤 次郎";
        let page = say(&mut jiro, &agree).await;
        assert_eq!(page.to, "/together?done=agreed", "{}", page.text());
        let at = format!("/desk/cases/{case}");
        assert_eq!(clerk.get(&at).await.text().matches("同意済み").count(), 2);

        // What changed, who signed on paper is asked at an address that they tell staff; nobody else can ask.
        change_dog(&city, case, "タマ").await;
        let mail = format!("{at}/co-applicants/2/mail");
        let ask = async |clerk: &mut crate::support::desk::Browser, email: &str| {
            let found = cases::case(city.db(), case).await.unwrap();
            let revision = found.revision.to_string();
            let fields = [("revision", revision.as_str()), ("email", email)];
            clerk.post(&mail, &fields).await.status
        };
        let mut stranger = browser_of(&city, staff(8, &[WORK], "tax"));
        assert_eq!(
            ask(&mut stranger, "taro@example.jp").await,
            StatusCode::NOT_FOUND
        );
        for wrong in ["", "nobody", "jiro@example.jp"] {
            let status = ask(&mut clerk, wrong).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        assert_eq!(
            ask(&mut clerk, "taro@example.jp").await,
            StatusCode::SEE_OTHER
        );
        let mut taro = open(&city, "taro@example.jp", "山田太郎").await;
        let page = taro.get("/together").await.text();
        assert!(page.contains("タマ") && page.contains("内容が変わりました"));
        // Asked once more at another address: the first link is nobody's.
        assert_eq!(
            ask(&mut clerk, "taro2@example.jp").await,
            StatusCode::SEE_OTHER
        );
        assert_eq!(taro.get("/together").await.to, "/together/gone");
        let mut taro = open(&city, "taro2@example.jp", "山田太郎").await;
        say(&mut taro, &AGREE).await;
        let page = clerk.get(&at).await.text();
        assert_eq!(page.matches("同意済み").count(), 1, "{page}");
        assert!(page.contains("本人のページで"));
        // Who has agreed is asked no more.
        assert_eq!(
            ask(&mut clerk, "taro2@example.jp").await,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
);

each_database!(
    who_agreed_at_home_is_asked_again_when_staff_enter_something_else,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        use_test_key(&city);
        put_live(&city, shared(", at_least: 2")).await;
        let mut hanako = filled(&city).await;
        name(&mut hanako, "山田　太郎", "taro@example.jp").await;
        name(&mut hanako, "佐藤 次郎", "jiro@example.jp").await;
        press(&mut hanako, "next", &[]).await;
        send(&mut hanako).await;
        let mut taro = open(&city, "taro@example.jp", "山田 太郎").await;
        say(&mut taro, &AGREE).await;
        // She does not wait for Jirō, and goes on at the counter; there the dog gets another name.
        press(&mut hanako, "change", &[]).await;
        hanako.post(&format!("{BASE}/counter"), &[]).await;
        let page = hanako.get(&format!("{BASE}/counter")).await.text();
        let code = between(&page, "translate=\"no\">", "<").to_owned();
        let mut clerk = browser_of(&city, staff(7, &[WORK, DECIDE], "environment"));
        let page = clerk.post("/desk/cases/new/code", &[("code", &code)]).await;
        let base = page.to.split('?').next().unwrap().to_owned();
        let answers = [
            ("owner_name.family", "髙橋"),
            ("owner_name.given", "花子"),
            ("owner_name.family_kana", "タカハシ"),
            ("owner_name.given_kana", "ハナコ"),
            ("dog_name", "タマ"),
            ("born_on", "2026-01-05"),
            ("action", "check"),
        ];
        clerk.post(&base, &answers).await;
        let check = clerk.get(&format!("{base}/check")).await.text();
        assert!(
            check.contains("taro@example.jp に同意をお願いします"),
            "{check}"
        );
        let revision = between(&check, "name=\"revision\" value=\"", "\"").to_owned();
        let page = clerk
            .post(&format!("{base}/check"), &[("revision", &revision)])
            .await;
        assert_eq!(page.to, format!("{base}/slip"), "{}", page.text());
        assert!(told(&city, "taro@example.jp").await[0].contains("内容が変わりました"));
        assert!(told(&city, "jiro@example.jp").await[0].contains("市役所で受け付けた"));
        let facts: Option<i64> = city
            .db()
            .value(
                "SELECT COUNT(*) FROM facts WHERE measure = 'procedures.co_applicant_agreed'",
                [],
            )
            .await
            .unwrap();
        assert_eq!(facts, Some(1), "only what he agreed to himself");
        let page = taro.get("/together").await.text();
        assert!(
            page.contains("タマ") && page.contains("もう一度読んで"),
            "{page}"
        );
    }
);
