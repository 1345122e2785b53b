//! What staff enter for applicants who answer or withdraw on paper, at the counter or by telephone; what a correction changed; who looked.
//! On both databases.

use crate::{
    counter::{clerk, received_with_gaps, town},
    residents::mails,
    support::{
        PROCEDURE, application,
        desk::{browser_of, staff},
        document, put_live, submit,
    },
};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use yakuba_city::{Actor, City, each_database, web::Principal};
use yakuba_identity::IdentityService;
use yakuba_kernel::Channel;
use yakuba_mail::MailService;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DECIDE, WORK},
    model::{case::Stage, document::ProcedureDocument},
    store::{
        cases, casework, corrections, gaps,
        history::{self, What},
        keys,
    },
};

async fn revision(city: &City, case: i64) -> String {
    let found = cases::case(city.db(), case).await.unwrap();
    found.revision.to_string()
}

async fn happened(city: &City, case: i64) -> Vec<(String, What)> {
    let entries = history::history(city.db(), case).await.unwrap();
    entries
        .into_iter()
        .map(|entry| (entry.actor, entry.what))
        .collect()
}

each_database!(
    a_paper_never_hangs_in_its_correction,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        town(&city).await;
        let mut desk = browser_of(&city, clerk());
        let (case, at) = received_with_gaps(&city, &mut desk).await;
        let form = format!("{at}/correction/answer");
        assert_eq!(
            desk.get(&form).await.to,
            at,
            "nothing is asked: the case itself"
        );
        let now = revision(&city, case).await;
        let asked = [
            ("revision", now.as_str()),
            ("field", "dog_name"),
            ("field", "born_on"),
            ("field", "photo"),
            (
                "correction",
                "名前と生年月日を記入し、写真を添えてください。",
            ),
        ];
        desk.post(&format!("{at}/correction"), &asked).await;
        assert!(desk.get(&at).await.text().contains(&form));

        // Nobody of another department, nor without the right to work on cases.
        for other in [staff(9, &[WORK], "tax"), staff(9, &[DECIDE], "environment")] {
            let mut other = browser_of(&city, other);
            for path in [&form, &format!("{at}/withdraw")] {
                for page in [other.get(path).await, other.post(path, &[]).await] {
                    assert!(
                        matches!(page.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
                        "{path} {}",
                        page.status
                    );
                }
            }
        }

        // Only what was asked for is on the page; what is wrong is told, and nothing typed is lost.
        let page = desk.get(&form).await.text();
        assert!(page.contains("犬の名前") && !page.contains("owner_name"));
        assert!(page.contains("紙で受け取った書類") && page.contains("名前と生年月日を記入し"));
        let wrong = [
            ("channel", "phone"),
            ("dog_name", "ポチ太郎"),
            ("born_on", "きのう"),
            ("on_paper", "photo"),
        ];
        let wrong = desk.post(&form, &wrong).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("ポチ太郎"));
        let answered = |channel| {
            [
                ("channel", channel),
                ("dog_name", "ポチ\u{202e}太郎"),
                ("born_on", "2026-01-05"),
                ("on_paper", "photo"),
                ("owner_name.family", "他人"),
            ]
        };
        for channel in ["", "online"] {
            let page = desk.post(&form, &answered(channel)).await;
            assert!(
                page.text().contains("届いた方法を選んでください"),
                "{channel} {} {}",
                page.status,
                page.text()
            );
        }
        let done = desk.post(&form, &answered("paper")).await;
        assert_eq!(
            done.to,
            format!("{at}?done=correction-entered"),
            "{}",
            done.text()
        );

        // It is answered, by whom and by which way stands in the history, and what was changed is marked.
        assert!(gaps::of_case(city.db(), case).await.unwrap().is_empty());
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let asked = corrections::corrections(city.db(), &key, case)
            .await
            .unwrap();
        assert!(asked[0].ended_at.is_some() && asked[0].answers == Some(2));
        let given = cases::answers(city.db(), &key, case).await.unwrap();
        let newest = given[0].answers.to_string();
        assert!(newest.contains("ポチ太郎") && newest.contains("髙橋") && !newest.contains("他人"));
        let entered = What::Corrected {
            answers: 2,
            channel: Some(Channel::Paper),
            on_paper: vec!["photo".to_owned()],
        };
        assert!(
            happened(&city, case)
                .await
                .contains(&("staff:7".to_owned(), entered))
        );
        let shown = desk.get(&at).await.text();
        assert!(shown.contains("変更前：（未記入）"), "{shown}");
        assert!(shown.contains("職員が入力しました（郵送・紙、紙の書類：写真）"));
        let inbox = desk.get("/desk/cases").await.text();
        assert!(
            inbox.contains("補正が届いた 0件"),
            "who entered it has seen it"
        );
        assert_eq!(desk.get(&form).await.to, at);

        // The applicant reads the same with the receipt number.
        let receipt = cases::receipt(city.db(), &key, case).await.unwrap();
        let mut own = browser_of(&city, Principal::Anonymous);
        own.post("/cases", &[("receipt", &receipt.to_string())])
            .await;
        let page = own.get("/cases/view").await.text();
        assert!(page.contains("担当課が受け取って入力しました"), "{page}");
        let copy = own.get("/cases/answers").await.text();
        assert!(copy.contains("変更前：（未記入）"), "{copy}");
        assert!(
            own.get("/cases/answers.pdf")
                .await
                .bytes
                .starts_with(b"%PDF")
        );
    }
);

each_database!(
    a_withdrawal_by_telephone_ends_the_case_and_is_told,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut new = application("one");
        new.answers = json!({"answers": {}});
        new.contact.email = Some("hanako@example.jp".to_owned());
        let case = submit(&city, new.seal(city.key().unwrap()).unwrap())
            .await
            .unwrap()
            .case;
        let at = format!("/desk/cases/{case}");
        let mut desk = browser_of(&city, clerk());
        let now = revision(&city, case).await;
        let asked = [
            ("revision", now.as_str()),
            ("field", "dog_name"),
            ("correction", "名前を確かめてください。"),
        ];
        desk.post(&format!("{at}/correction"), &asked).await;
        let page = desk.get(&format!("{at}/withdraw")).await;
        assert!(
            page.text().contains("メールで知らせます"),
            "{}",
            page.text()
        );
        let now = page.revision();
        for missing in ["channel", "said"] {
            let fields: Vec<(&str, &str)> = [
                ("revision", now.as_str()),
                ("channel", "phone"),
                ("said", "本人から電話"),
            ]
            .into_iter()
            .filter(|(name, _)| *name != missing)
            .collect();
            let page = desk.post(&format!("{at}/withdraw"), &fields).await;
            assert_eq!(page.to, "", "{missing}");
        }
        let said = [
            ("revision", now.as_str()),
            ("channel", "phone"),
            ("said", "本人から電話。犬を手放したため。"),
        ];
        let old = [("revision", "1"), said[1], said[2]];
        let page = desk.post(&format!("{at}/withdraw"), &old).await;
        assert!(page.text().contains("ほかの職員が先に変更しました"));
        let done = desk.post(&format!("{at}/withdraw"), &said).await;
        assert_eq!(
            done.to,
            format!("{at}?done=withdrawal-entered"),
            "{}",
            done.text()
        );
        let found = cases::case(city.db(), case).await.unwrap();
        assert_eq!(found.stage, Stage::Withdrawn);
        // It was received all the same; what would have followed is left out.
        let page = desk.get(&at).await.text();
        let steps: Vec<&str> = page.split("<li data-state").skip(1).collect();
        let state = |title: &str| {
            let found = steps.iter().find(|step| step.contains(title));
            found.unwrap().to_string()
        };
        assert!(state("受付").contains(">済み<"), "{}", state("受付"));
        assert!(state("決定").contains(">省略<"), "{}", state("決定"));
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let asked = corrections::corrections(city.db(), &key, case)
            .await
            .unwrap();
        assert!(asked[0].ended_at.is_some(), "nothing is waited for");
        let entered = What::WithdrawalEntered {
            channel: Channel::Phone,
        };
        assert!(
            happened(&city, case)
                .await
                .contains(&("staff:7".to_owned(), entered))
        );
        let notes = casework::notes(city.db(), &key, case).await.unwrap();
        assert!(notes[0].text.contains("犬を手放した") && notes[0].made_by == 7);
        let told = mails(&city, city.key().unwrap()).await;
        assert!(
            told.iter()
                .any(|mail| mail.text.contains("取下げの手続をしました")),
            "{told:?}"
        );
        // It cannot be done twice.
        for page in [
            desk.get(&format!("{at}/withdraw")).await,
            desk.post(&format!("{at}/withdraw"), &said).await,
        ] {
            assert_eq!(page.status, StatusCode::NOT_FOUND);
        }
    }
);

each_database!(
    loading_a_case_again_is_one_look,
    [&IdentityService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut new = application("one");
        new.answers = json!({"answers": {}});
        let new = new.seal(city.key().unwrap()).unwrap();
        let case = submit(&city, new).await.unwrap().case;
        let mut desk = browser_of(&city, clerk());
        let looks = async || history::views(city.db(), case).await.unwrap().len();
        for _ in 0..3 {
            desk.get(&format!("/desk/cases/{case}")).await;
        }
        assert_eq!(looks().await, 1);
        browser_of(&city, staff(8, &[WORK], "environment"))
            .get(&format!("/desk/cases/{case}"))
            .await;
        assert_eq!(looks().await, 2, "somebody else looked");
        city.clock().set(city.now() + SignedDuration::from_mins(11));
        desk.get(&format!("/desk/cases/{case}")).await;
        assert_eq!(looks().await, 3, "later it is another look");
        // A file for another system is one each time.
        for _ in 0..2 {
            city.write(Actor::Staff(7), case, |tx, case| {
                let reason = history::ViewReason::Export;
                Box::pin(
                    async move { history::record_view(tx, *case, 7, "environment", &reason).await },
                )
            })
            .await
            .unwrap();
        }
        assert_eq!(looks().await, 5);
    }
);

each_database!(
    staff_note_that_somebody_has_no_address_for_mails,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let needed = PROCEDURE.replace(
            "label: メールアドレス, optional: true",
            "label: メールアドレス",
        );
        put_live(&city, ProcedureDocument::from_yaml(&needed).unwrap()).await;
        let mut new = application("one");
        new.answers = json!({"answers": {}});
        let case = submit(&city, new.seal(city.key().unwrap()).unwrap())
            .await
            .unwrap()
            .case;
        let at = format!("/desk/cases/{case}");
        let mut desk = browser_of(&city, clerk());
        let now = revision(&city, case).await;
        let asked = [
            ("revision", now.as_str()),
            ("field", "email"),
            ("field", "dog_name"),
            ("correction", "メールアドレスと犬の名前を教えてください。"),
        ];
        desk.post(&format!("{at}/correction"), &asked).await;
        let form = format!("{at}/correction/answer");
        let page = desk.get(&form).await.text();
        assert!(page.contains("メールアドレスがない"), "{page}");
        let answered = [("channel", "phone"), ("dog_name", "ポチ"), ("email", "")];
        let silent = desk.post(&form, &answered).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
        let noted = [&answered[..], &[("has_none", "email")]].concat();
        let done = desk.post(&form, &noted).await;
        assert_eq!(
            done.to,
            format!("{at}?done=correction-entered"),
            "{}",
            done.text()
        );
    }
);

/// A procedure whose questions follow from each other, and a case of it that asked for its kind again.
async fn asked_for_its_kind(city: &City) -> (i64, String) {
    let follow = PROCEDURE.replace(
        "        - {key: dog_name, type: text",
        "        - {key: kind, type: choice, label: 種類, options: [{value: a, label: 飼い犬}, {value: b, label: 譲られた犬}]}\n\
         \u{20}       - {key: giver, type: text, label: 譲った方, show_if: \"kind == 'b'\"}\n\
         \u{20}       - {key: remark, type: text, label: 譲った方の連絡先, optional: true, show_if: \"kind == 'b'\"}\n\
         \u{20}       - {key: dog_name, type: text",
    );
    put_live(city, ProcedureDocument::from_yaml(&follow).unwrap()).await;
    let mut new = application("one");
    new.answers = json!({"answers": {
        "owner_name": {"type": "name", "value": {"family": "髙橋", "given": "花子", "family_kana": "タカハシ", "given_kana": "ハナコ"}},
        "kind": {"type": "choice", "value": "a"},
        "dog_name": {"type": "text", "value": "ポチ"},
        "born_on": {"type": "date", "value": "2026-01-05"},
    }});
    let submitted = submit(city, new.seal(city.key().unwrap()).unwrap())
        .await
        .unwrap();
    let case = submitted.case;
    let mut desk = browser_of(city, clerk());
    let now = revision(city, case).await;
    let asked = [
        ("revision", now.as_str()),
        ("field", "kind"),
        ("correction", "種類を確かめてください。"),
    ];
    let page = desk
        .post(&format!("/desk/cases/{case}/correction"), &asked)
        .await;
    assert!(page.to.ends_with("?done=correction"), "{}", page.text());
    (case, submitted.receipt.to_string())
}

each_database!(
    what_a_correction_brings_up_is_asked_as_well,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let (case, receipt) = asked_for_its_kind(&city).await;
        let mut applicant = browser_of(&city, Principal::Anonymous);
        applicant.post("/cases", &[("receipt", &receipt)]).await;
        let first = applicant.get("/cases/correct").await.text();
        assert!(first.contains("譲られた犬") && !first.contains("name=\"giver\""));
        // The other answer brings two questions up: they are shown, without blame, and nothing is kept yet.
        let more = applicant.post("/cases/correct", &[("kind", "b")]).await;
        let text = more.text();
        assert_eq!(more.status, StatusCode::OK, "{}", more.to);
        assert!(text.contains("name=\"giver\"") && text.contains("name=\"remark\""));
        assert!(!text.contains("name=\"dog_name\"") && !text.contains("field--error"));
        // What must be answered cannot be left out; what nobody asked for cannot be changed.
        let empty = applicant
            .post(
                "/cases/correct",
                &[("kind", "b"), ("giver", ""), ("remark", "")],
            )
            .await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = applicant
            .post(
                "/cases/correct",
                &[
                    ("kind", "b"),
                    ("giver", "愛犬の会"),
                    ("remark", ""),
                    ("dog_name", "別の犬"),
                ],
            )
            .await;
        assert_eq!(done.to, "/cases/view?done=corrected", "{}", done.text());
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let given = cases::answers(city.db(), &key, case).await.unwrap();
        assert_eq!(given[0].answers["answers"]["giver"]["value"], "愛犬の会");
        assert_eq!(given[0].answers["answers"]["dog_name"]["value"], "ポチ");
    }
);

each_database!(
    an_optional_question_of_a_correction_is_shown_and_may_stay_empty,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let (case, _) = asked_for_its_kind(&city).await;
        let mut desk = browser_of(&city, clerk());
        let at = format!("/desk/cases/{case}");
        let form = format!("{at}/correction/answer");
        // As if an older page sent the one that must be answered alone.
        let sent = [("channel", "phone"), ("kind", "b"), ("giver", "愛犬の会")];
        let more = desk.post(&form, &sent).await;
        assert_eq!(more.status, StatusCode::OK, "{}", more.to);
        assert!(more.text().contains("name=\"remark\""));
        let done = desk
            .post(&form, &[&sent[..], &[("remark", "")]].concat())
            .await;
        assert_eq!(done.to, format!("{at}?done=correction-entered"));
    }
);

each_database!(
    a_correction_never_goes_out_without_the_day_that_was_typed,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let mut new = application("one");
        new.answers = json!({"answers": {"dog_name": {"type": "text", "value": "ポチ"}}});
        let case = submit(&city, new.seal(city.key().unwrap()).unwrap())
            .await
            .unwrap()
            .case;
        let at = format!("/desk/cases/{case}");
        let mut desk = browser_of(&city, clerk());
        let now = revision(&city, case).await;
        let asked = |day: &'static str| {
            [
                ("revision", now.as_str()),
                ("field", "dog_name"),
                ("correction", "名前を確かめてください。"),
                ("answer_by_year", "2026"),
                ("answer_by_month", "12"),
                ("answer_by_day", day),
            ]
        };
        let wrong = desk.post(&format!("{at}/correction"), &asked("99")).await;
        let text = wrong.text();
        assert!(text.contains("暦にない日"), "{} {text}", wrong.to);
        assert!(text.contains("value=\"99\"") && text.contains("名前を確かめてください。"));
        let right = desk.post(&format!("{at}/correction"), &asked("9")).await;
        assert_eq!(right.to, format!("{at}?done=correction"));
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        let asked = corrections::corrections(city.db(), &key, case)
            .await
            .unwrap();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].answer_by, Some(jiff::civil::date(2026, 12, 9)));
    }
);

each_database!(
    a_text_to_start_from_stands_beneath_what_was_typed,
    [&IdentityService, &MailService, &ProcedureService],
    async |city| {
        let mut procedure = document();
        procedure.templates = serde_json::from_value(json!([
            {"use_for": "message", "name": "お礼", "text": "ありがとうございます。"},
            {"use_for": "correction", "name": "名前の確認", "text": "名前をご確認ください。"},
            {"use_for": "approval", "name": "登録の通知", "text": "登録しました。"},
            {"use_for": "refusal", "name": "却下の通知", "text": "{procedure}は受けられません。"},
        ]))
        .unwrap();
        put_live(&city, procedure).await;
        let mut new = application("one");
        new.answers = json!({"answers": {"dog_name": {"type": "text", "value": "ポチ"}}});
        let case = submit(&city, new.seal(city.key().unwrap()).unwrap())
            .await
            .unwrap()
            .case;
        let at = format!("/desk/cases/{case}");
        let mut desk = browser_of(&city, staff(7, &[WORK, DECIDE], "environment"));
        let page = desk.get(&at).await.text();
        assert!(page.contains("お礼") && page.contains("名前の確認"));
        // A text for a decision is offered where a decision can be written, not before.
        assert!(!page.contains("却下の通知"), "{page}");
        let now = revision(&city, case).await;
        let typed = [
            ("revision", now.as_str()),
            ("message", "お電話した件です。"),
            ("template", "0"),
        ];
        let page = desk.post(&format!("{at}/messages"), &typed).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.to);
        assert!(
            page.text()
                .contains("お電話した件です。\n\nありがとうございます。"),
            "{}",
            page.text()
        );
        let typed = [
            ("revision", now.as_str()),
            ("field", "dog_name"),
            ("correction", ""),
            ("answer_by_year", "2026"),
            ("answer_by_month", "12"),
            ("answer_by_day", "24"),
            ("template", "1"),
        ];
        let page = desk.post(&format!("{at}/correction"), &typed).await.text();
        assert!(
            page.contains("\n名前をご確認ください。</textarea>"),
            "{page}"
        );
        assert!(
            page.contains("name=\"answer_by_day\" value=\"24\""),
            "{page}"
        );
        let key = keys::open(city.db(), city.key().unwrap(), case)
            .await
            .unwrap();
        assert!(
            corrections::corrections(city.db(), &key, case)
                .await
                .unwrap()
                .is_empty()
        );
        // A text for another form is none here.
        let wrong = [
            ("revision", now.as_str()),
            ("message", ""),
            ("template", "3"),
        ];
        let wrong = desk.post(&format!("{at}/messages"), &wrong).await;
        assert_eq!(wrong.status, StatusCode::NOT_FOUND);

        let step = [("revision", now.as_str()), ("step", "check")];
        desk.post(&format!("{at}/step"), &step).await;
        assert!(desk.get(&at).await.text().contains("却下の通知"));
        let now = revision(&city, case).await;
        let typed = [
            ("revision", now.as_str()),
            ("outcome", "approved"),
            ("title", "結果について"),
            ("text", ""),
            ("template", "3"),
        ];
        let page = desk.post(&format!("{at}/decision"), &typed).await.text();
        assert!(
            page.contains("\n犬の登録は受けられません。</textarea>"),
            "{page}"
        );
        assert!(page.contains("結果について"));
        let refused = page
            .split("<input")
            .find(|input| input.contains("name=\"outcome\"") && input.contains("value=\"refused\""))
            .unwrap();
        assert!(refused.split('>').next().unwrap().contains("checked"));
    }
);
