//! The designer at the desk: a procedure is made, changed on its pages and as YAML, put live and closed. On both databases.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use jiff::{ToSpan as _, civil::date};
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, Service as _, each_database,
    web::{Capability, Grant, Principal, Scope, StaffPrincipal},
};
use yakuba_forms::model::document::Text;
use yakuba_identity::{
    IdentityError, IdentityService, NewDepartment, Role, create_department, put_role,
};
use yakuba_kernel::DepartmentCode;
use yakuba_procedures::{
    ProcedureService,
    capabilities::{DESIGN, PUT_LIVE},
    model::document::ProcedureDocument,
    store::{self, publication::LONGEST_TEXT},
};

const HOME: &str = "/desk/procedures/forms";

pub(crate) fn staff(department: &str, capabilities: &[Capability]) -> Principal {
    let grant = |capability: &Capability| Grant {
        capability: capability.name.to_owned(),
        scope: Scope::Department(DepartmentCode::new(department).unwrap()),
    };
    Principal::Staff(Arc::new(StaffPrincipal {
        account: 1,
        name: "髙橋 健太郎".to_owned(),
        department: None,
        grants: capabilities.iter().map(grant).collect(),
        stepped_up_until: None,
    }))
}

fn designer() -> Principal {
    staff("environment", &[DESIGN, PUT_LIVE])
}

pub(crate) async fn prepare(city: &City) -> Router {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(async move {
            for (position, department) in (0..).zip(["environment", "tax"]) {
                let new = NewDepartment {
                    code: DepartmentCode::new(department).unwrap(),
                    name_ja: format!("{department}課"),
                    name_en: department.to_owned(),
                    parent: None,
                    first_day: date(2010, 4, 1),
                    last_day: None,
                    position,
                };
                create_department(tx, &new).await?;
            }
            Ok::<_, IdentityError>(())
        })
    })
    .await
    .unwrap();
    ProcedureService
        .routes()
        .into_router()
        .with_state(city.clone())
}

pub(crate) async fn ask(
    router: &Router,
    who: Principal,
    path: &str,
    sent: Option<&[(&str, &str)]>,
) -> (StatusCode, String) {
    let request = Request::builder().uri(format!("{HOME}{path}"));
    let mut request = match sent {
        Some(fields) => request
            .method("POST")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(
                form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(fields)
                    .finish(),
            )),
        None => request.body(Body::empty()),
    }
    .unwrap();
    request.extensions_mut().insert(who);
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

const NEW: &[(&str, &str)] = &[
    ("title", "犬の登録"),
    ("key", "dog-registration"),
    ("department", "environment"),
    ("from", ""),
];

async fn newest(city: &City) -> store::Definition {
    store::versions(city.db(), "dog-registration")
        .await
        .unwrap()
        .remove(0)
}

each_database!(
    a_procedure_is_made_changed_and_put_live,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        let dog = "/dog-registration";
        let (status, _) = ask(&router, designer(), "/new", Some(NEW)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (status, page) = ask(&router, designer(), "/new", Some(NEW)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("この記号はすでに使われています"));

        // A question is added, then moved up over the page's border.
        let question = [
            ("revision", "1"),
            ("key", "dog_kind"),
            ("kind", "choice"),
            ("label_ja", "犬の種類"),
            ("label_en", "Kind of dog"),
            ("option-0-label_ja", "小型"),
            ("option-0-value", "small"),
            ("option-1-label_ja", "大型"),
            ("option-rows", "2"),
        ];
        let path = format!("{dog}/field?page=request&field=&kind=choice");
        let (status, _) = ask(&router, designer(), &path, Some(&question)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (status, page) = ask(&router, designer(), &path, Some(&question)).await;
        assert_eq!(
            status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "an older revision"
        );
        assert!(page.contains("ほかの職員が先に変更しました"));
        let mut broken = question;
        broken[0].1 = "2";
        broken[8].1 = "0";
        let (status, page) = ask(&router, designer(), &path, Some(&broken)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("選択肢を1つ以上入れてください"));
        for (revision, step) in [("2", "up"), ("3", "up")] {
            let fields = [
                ("revision", revision),
                ("page", "request"),
                ("field", "dog_kind"),
                ("step", step),
            ];
            let (status, _) = ask(
                &router,
                designer(),
                &format!("{dog}/arrange"),
                Some(&fields),
            )
            .await;
            assert_eq!(status, StatusCode::SEE_OTHER);
        }
        let draft = newest(&city).await;
        let fields: Vec<_> = draft.document.form.pages[0]
            .fields
            .iter()
            .map(|field| field.key.as_str())
            .collect();
        assert_eq!(fields.last(), Some(&"dog_kind"));

        // A condition over a question that does not exist keeps it from going live.
        let page_form = [
            ("revision", "4"),
            ("key", "request"),
            ("title_ja", "内容"),
            ("show_if-expression", "no_such_question == 1"),
        ];
        let (status, _) = ask(
            &router,
            designer(),
            &format!("{dog}/page?page=request"),
            Some(&page_form),
        )
        .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let today = city.today().to_string();
        let live = [("revision", "5"), ("from", today.as_str())];
        let (status, page) = ask(&router, designer(), &format!("{dog}/live"), Some(&live)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("要修正"));
        assert_eq!(newest(&city).await.state, "draft");

        // Mended as YAML, which is the same thing.
        let mut document = newest(&city).await.document;
        document.form.pages[1].show_if = None;
        for text in [
            &mut document.summary,
            &mut document.guide.who,
            &mut document.guide.afterwards,
        ] {
            *text = Text::japanese("犬を飼う方の手続です。");
        }
        let yaml = document.to_yaml().unwrap();
        // Where it cannot be read is told in Japanese; the English of the reader stands in brackets.
        let strange = yaml.replacen('\n', "\nstrange: 1\n", 1);
        let fields = [("revision", "5"), ("yaml", strange.as_str())];
        let (status, page) = ask(&router, designer(), &format!("{dog}/yaml"), Some(&fields)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("2行目の1文字目で"), "{page}");
        assert!(page.contains("（英語の説明：unknown field"), "{page}");
        let fields = [("revision", "5"), ("yaml", yaml.as_str())];
        let (status, _) = ask(&router, designer(), &format!("{dog}/yaml"), Some(&fields)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(newest(&city).await.document, document);
        let (status, page) = ask(&router, designer(), &format!("{dog}/preview"), None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("犬の種類") && page.contains("大型"));

        let live = [("revision", "6"), ("from", today.as_str())];
        let (status, _) = ask(
            &router,
            staff("environment", &[DESIGN]),
            &format!("{dog}/live"),
            Some(&live),
        )
        .await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = ask(&router, designer(), &format!("{dog}/live"), Some(&live)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(newest(&city).await.state, "live");

        // A change after that is a draft of its own, with its difference.
        let basics = [
            ("revision", "0"),
            ("title_ja", "犬の登録と鑑札"),
            ("summary_ja", "犬を飼い始めたときの登録です。"),
            ("purpose_ja", "登録原簿を作るため"),
            ("department", "environment"),
            ("category", "living"),
        ];
        let path = format!("{dog}/settings/basics");
        let (status, _) = ask(&router, designer(), &path, Some(&basics)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, page) = ask(&router, designer(), &format!("{dog}/versions/2"), None).await;
        assert!(
            page.contains("+ title: 犬の登録と鑑札") && page.contains("- title: 犬の登録"),
            "{page}"
        );
        let (_, yaml) = ask(&router, designer(), &format!("{dog}/versions/2/yaml"), None).await;
        assert_eq!(
            ProcedureDocument::from_yaml(&yaml).unwrap(),
            newest(&city).await.document
        );

        let later = (city.today() + 30.days()).to_string();
        let close = [("revision", "1"), ("until", later.as_str())];
        let (status, _) = ask(&router, designer(), &format!("{dog}/close"), Some(&close)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(newest(&city).await.state, "closed");
    }
);

/// What is asked for on the first page of the desk: how much, and the list of it.
async fn work(city: &City, principal: &Principal) -> Vec<(String, String)> {
    let found = city.desk_work(principal, "ja").await.unwrap();
    let counts = found.into_iter().flat_map(|work| work.counts);
    counts.map(|count| (count.text, count.href)).collect()
}

each_database!(
    a_clerk_asks_for_going_live_and_it_is_sent_back_and_granted,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        let role = Role {
            key: "dx_office".to_owned(),
            name_ja: "デジタル推進課".to_owned(),
            name_en: "Digital office".to_owned(),
            capabilities: vec![PUT_LIVE.name.to_owned()],
        };
        city.write(Actor::CommandLine, role, |tx, role| {
            Box::pin(put_role(tx, role))
        })
        .await
        .unwrap();
        let clerk = || staff("environment", &[DESIGN]);
        let office = || staff("environment", &[PUT_LIVE]);
        let dog = "/dog-registration";
        let step = async |who: Principal, step: &str, sent: &[(&str, &str)]| {
            ask(&router, who, &format!("{dog}{step}"), Some(sent)).await
        };
        ask(&router, clerk(), "/new", Some(NEW)).await;

        // As long as something must be mended, there is nothing to ask for; whom to ask is said.
        let (_, page) = ask(&router, clerk(), dog, None).await;
        assert!(page.contains("この操作は、「デジタル推進課」の権限を持つ人が行います"));
        assert!(!page.contains("/ask\""));
        let (status, page) = step(clerk(), "/ask", &[("revision", "1")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("要修正"));
        let mut document = newest(&city).await.document;
        for text in [
            &mut document.summary,
            &mut document.guide.who,
            &mut document.guide.afterwards,
        ] {
            *text = Text::japanese("犬を飼う方の手続です。");
        }
        let yaml = document.to_yaml().unwrap();
        step(clerk(), "/yaml", &[("revision", "1"), ("yaml", &yaml)]).await;
        assert!(work(&city, &office()).await.is_empty());

        // What is refused is still there.
        let yesterday = (city.today() - 1.days()).to_string();
        let long = "あ".repeat(LONGEST_TEXT + 1);
        for (wish, remark, says) in [
            (yesterday.as_str(), "急ぎます", "今日以降"),
            ("来月のはじめ", "急ぎます", "日付"),
            ("", long.as_str(), "1,000文字まで"),
        ] {
            let sent = [("revision", "2"), ("wish", wish), ("remark", remark)];
            let (status, page) = step(clerk(), "/ask", &sent).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wish}");
            assert!(page.contains(says), "{wish}: {says}");
            assert!(page.contains(remark) && page.contains(wish), "{wish}");
        }
        let wish = (city.today() + 10.days()).to_string();
        let sent = [("revision", "1"), ("wish", &wish), ("remark", "急ぎます")];
        let (_, page) = step(clerk(), "/ask", &sent).await;
        assert!(page.contains("ほかの職員が先に変更しました"));
        let sent = [("revision", "2"), ("wish", &wish), ("remark", "急ぎます")];
        for _ in 0..2 {
            let (status, _) = step(clerk(), "/ask", &sent).await;
            assert_eq!(status, StatusCode::SEE_OTHER);
        }

        // Those who put live are told, with the wish; nobody else is.
        let waiting = [(
            "公開の依頼 1件".to_owned(),
            "/desk/procedures/forms?asked=waiting".to_owned(),
        )];
        assert_eq!(work(&city, &office()).await, waiting);
        for other in [
            clerk(),
            staff("tax", &[DESIGN, PUT_LIVE]),
            Principal::Anonymous,
        ] {
            assert!(work(&city, &other).await.is_empty());
        }
        let (_, list) = ask(&router, office(), "?asked=waiting", None).await;
        assert!(list.contains("/forms/dog-registration") && list.contains("公開の依頼あり"));
        let (_, list) = ask(&router, office(), "?asked=sent-back", None).await;
        assert!(!list.contains("/forms/dog-registration"));
        let (_, page) = ask(&router, office(), dog, None).await;
        assert!(page.contains("急ぎます") && page.contains(&format!("value=\"{wish}\"")));
        assert!(!page.contains("依頼のあとに、下書きが変わっています"));

        // It is sent back with a reason: not by those who only design, and not a second time.
        let answer = [("answer", "手数料を書いてください")];
        let (status, _) = step(clerk(), "/send-back", &answer).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        let (status, _) = step(staff("tax", &[PUT_LIVE]), "/send-back", &answer).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        for text in [" ", long.as_str()] {
            let (status, _) = step(office(), "/send-back", &[("answer", text)]).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let (status, _) = step(office(), "/send-back", &answer).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (status, _) = step(office(), "/send-back", &answer).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(work(&city, &office()).await.is_empty());
        let back = [(
            "差し戻された下書き 1件".to_owned(),
            "/desk/procedures/forms?asked=sent-back".to_owned(),
        )];
        assert_eq!(work(&city, &clerk()).await, back);
        let (_, page) = ask(&router, clerk(), dog, None).await;
        assert!(page.contains("手数料を書いてください") && page.contains("依頼し直す"));

        // Asked again it begins anew; a change after that is said.
        let (status, _) = step(clerk(), "/ask", &sent).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let yaml = yaml.replace("犬を飼う方の手続です。", "犬を飼う方の届出です。");
        step(clerk(), "/yaml", &[("revision", "2"), ("yaml", &yaml)]).await;
        let (_, page) = ask(&router, office(), dog, None).await;
        assert!(page.contains("依頼のあとに、下書きが変わっています"));
        assert!(!page.contains("手数料を書いてください"));
        let live = [("revision", "3"), ("from", wish.as_str())];
        let (status, _) = step(office(), "/live", &live).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(work(&city, &office()).await.is_empty() && work(&city, &clerk()).await.is_empty());
        let (_, page) = ask(&router, clerk(), dog, None).await;
        assert!(!page.contains("急ぎます"), "the next draft is another");
        let (status, _) = step(clerk(), "/ask", &[("revision", "0")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

each_database!(
    another_departments_forms_are_not_there,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        let foreign = || staff("tax", &[DESIGN, PUT_LIVE]);
        let fields: &[(&str, &str)] = &[("revision", "1"), ("page", "request"), ("step", "remove")];
        for path in [
            "",
            "/preview",
            "/versions/1",
            "/versions/1/yaml",
            "/yaml",
            "/settings/basics",
            "/settings/export",
            "/page",
            "/rules",
        ] {
            let (status, _) = ask(
                &router,
                foreign(),
                &format!("/dog-registration{path}"),
                None,
            )
            .await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in [
            "/arrange",
            "/live",
            "/close",
            "/ask",
            "/send-back",
            "/yaml",
            "/settings/basics",
            "/settings/review",
            "/page?page=request",
            "/rules",
        ] {
            let (status, _) = ask(
                &router,
                foreign(),
                &format!("/dog-registration{path}"),
                Some(fields),
            )
            .await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        }
        let (status, page) = ask(&router, foreign(), "", None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!page.contains("/forms/dog-registration"));
        // Neither may a procedure be made for a department that is not one's own.
        let (status, _) = ask(
            &router,
            staff("tax", &[DESIGN]),
            "/new",
            Some(&[
                ("title", "税"),
                ("key", "tax-thing"),
                ("department", "environment"),
                ("from", ""),
            ]),
        )
        .await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        let copied = ask(
            &router,
            foreign(),
            "/new",
            Some(&[
                ("title", "税"),
                ("key", "tax-thing"),
                ("department", "tax"),
                ("from", "dog-registration"),
            ]),
        )
        .await;
        assert_eq!(copied.0, StatusCode::NOT_FOUND);
    }
);

/// The names and values of a page's inputs, selects and text areas, as a browser sends them when nobody touches anything.
pub(crate) fn controls(page: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(unescaped(rest.split('"').next()?))
    };
    let form = page.split("data-warn-unsaved>").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    let mut found = Vec::new();
    let mut rest = form;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let tag = after.split('>').next().unwrap();
        let Some(name) = attribute(tag, "name") else {
            continue;
        };
        if tag.starts_with("input") {
            let box_to_tick = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
            if !box_to_tick || tag.contains(" checked") {
                found.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("textarea") {
            let text = &after[tag.len() + 1..];
            let text = text.split("</textarea>").next().unwrap();
            let text = text.strip_prefix('\n').unwrap_or(text);
            found.push((name, unescaped(text).replace('\n', "\r\n")));
        } else if tag.starts_with("select") {
            let options = after.split("</select>").next().unwrap();
            let chosen = options
                .split("<option")
                .skip(1)
                .find(|option| option.contains(" selected"))
                .or_else(|| options.split("<option").nth(1))
                .unwrap();
            found.push((name, attribute(chosen, "value").unwrap_or_default()));
        }
    }
    found
}

fn unescaped(text: &str) -> String {
    [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

const TRIED: &str = r"
format: yakuba-procedure/1
key: dog-registration
title: 証明書の請求
summary: 証明書を請求します。
department: environment
category: living
guide: {who: どなたでも, afterwards: 郵送します。, minutes: 5}
processing_days: 3
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: 発行のため
form:
  before:
    - key: lives_here
      question: 市内にお住まいですか
      options: [{value: yes_here, label: はい}, {value: no_here, label: いいえ, stop: お住まいの市へ}]
  pages:
    - key: request
      title: 内容
      intro: |
        はじめに

        お読みください。
      fields:
        - {key: kind, type: choice, label: 受け取り方, options: [{value: post, label: 郵送, hint: 切手は不要}, {value: desk, label: 窓口}]}
        - {key: copies, type: number, label: 通数, min: 1, max: 20}
        - {key: from_day, type: date, label: 開始日, earliest: '-30', latest: today}
        - {key: to_day, type: date, label: 終了日}
        - {key: reason, type: long_text, label: 理由, show_if: kind == 'post' && copies >= 3, max_length: 400}
        - key: family
          type: group
          label: 家族
          entry: 人
          max: 3
          fields:
            - {key: relation, type: text, label: 続柄}
            - {key: other, type: text, label: その他, show_if: relation == 'その他', optional: true}
  checks:
    - {field: to_day, holds: from_day <= to_day, message: 終了日は開始日より後にしてください}
    - {field: copies, holds: 'copies < 10 || size(family) > 0', message: 多いときは家族を入れてください}
  fees:
    - {label: 手数料, amount: copies * 300, basis: 手数料条例}
    - {label: 郵送料, amount: '110', applies_if: kind == 'post'}
";

each_database!(
    every_form_of_the_designer_saves_what_it_shows,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        let document = ProcedureDocument::from_yaml(TRIED).unwrap();
        let (status, page) = ask(
            &router,
            designer(),
            "/dog-registration/yaml",
            Some(&[("revision", "1"), ("yaml", TRIED)]),
        )
        .await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        assert_eq!(newest(&city).await.document, document);
        for path in [
            "/settings/basics",
            "/settings/guide",
            "/settings/review",
            "/settings/templates",
            "/settings/export",
            "/page?page=request",
            "/field?page=request&field=kind",
            "/field?page=request&field=copies",
            "/field?page=request&field=from_day",
            "/field?page=request&field=reason",
            "/field?page=request&field=family",
            "/field?page=request&group=family&field=other",
            "/rules?part=before",
            "/rules?part=checks",
            "/rules?part=fees",
            "/rules?part=computed",
        ] {
            let path = format!("/dog-registration{path}");
            let (status, page) = ask(&router, designer(), &path, None).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            let sent = controls(&page);
            let sent: Vec<(&str, &str)> = sent
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let action = page
                .split("<form method=\"post\" action=\"")
                .find(|rest| rest.contains("data-warn-unsaved"))
                .map(|rest| unescaped(rest.split('"').next().unwrap()))
                .unwrap();
            let action = action.strip_prefix(HOME).unwrap();
            // More rows save nothing and lose nothing.
            if page.contains("name=\"action\" value=\"more\"") {
                let mut more = sent.clone();
                more.push(("action", "more"));
                let (status, again) = ask(&router, designer(), action, Some(&more)).await;
                assert_eq!(status, StatusCode::OK, "{path}");
                assert!(controls(&again).len() >= sent.len(), "{path}");
            }
            let (status, page) = ask(&router, designer(), action, Some(&sent)).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {page}");
            assert_eq!(newest(&city).await.document, document, "{path}");
        }
    }
);

each_database!(
    a_question_in_a_group_is_added_moved_and_asked_under_a_condition,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        ask(
            &router,
            designer(),
            "/dog-registration/yaml",
            Some(&[("revision", "1"), ("yaml", TRIED)]),
        )
        .await;
        // The kind is chosen first, and there is no group in a group.
        let group = "/dog-registration/field?page=request&group=family";
        let (_, page) = ask(&router, designer(), group, None).await;
        assert!(page.contains("kind=choice") && !page.contains("kind=group"));
        let question = [
            ("revision", "2"),
            ("label_ja", "同居ですか"),
            ("show_if-question", "relation"),
            ("show_if-test", "is-not"),
            ("show_if-answer", "本人"),
            ("option-rows", "2"),
            ("option-0-label_ja", "はい"),
            ("option-1-label_ja", "いいえ"),
        ];
        let path = format!("{group}&field=&kind=choice");
        let (status, page) = ask(&router, designer(), &path, Some(&question)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let up = [
            ("revision", "3"),
            ("page", "request"),
            ("group", "family"),
            ("field", "question_1"),
            ("step", "up"),
        ];
        let (status, _) = ask(&router, designer(), "/dog-registration/arrange", Some(&up)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let yaml = newest(&city).await.document.to_yaml().unwrap();
        let read = ProcedureDocument::from_yaml(&yaml).unwrap();
        let yakuba_forms::model::document::FieldKind::Group { fields, .. } =
            &read.form.pages[0].fields[5].kind
        else {
            unreachable!("the group")
        };
        let keys: Vec<_> = fields.iter().map(|field| field.key.as_str()).collect();
        assert_eq!(keys, ["relation", "question_1", "other"]);
        assert_eq!(fields[1].show_if.as_ref().unwrap().0, "relation != '本人'");
        // An answer that no option has is refused at its row.
        let wrong = [
            ("revision", "4"),
            ("label_ja", "理由"),
            ("show_if-question", "kind"),
            ("show_if-test", "is"),
            ("show_if-answer", "電話"),
        ];
        let path = "/dog-registration/field?page=request&field=reason";
        let (status, page) = ask(&router, designer(), path, Some(&wrong)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("「電話」は、この質問の答えになりません"));
    }
);

each_database!(
    the_preview_answers_and_keeps_nothing,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        ask(
            &router,
            designer(),
            "/dog-registration/yaml",
            Some(&[("revision", "1"), ("yaml", TRIED)]),
        )
        .await;
        let path = "/dog-registration/preview";
        let (status, page) = ask(&router, designer(), path, None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("お住まいの市へ") && !page.contains("name=\"reason\""));
        let today = city.today();
        let mut answers = vec![
            ("kind", "post".to_owned()),
            ("copies", "3".to_owned()),
            ("from_day", today.to_string()),
            ("to_day", (today - 1.day()).to_string()),
            ("family.count", "0".to_owned()),
            ("action", "try".to_owned()),
        ];
        let send = |answers: &[(&'static str, String)]| -> Vec<(&'static str, String)> {
            answers.to_vec()
        };
        let pairs = send(&answers);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let (status, page) = ask(&router, designer(), path, Some(&pairs)).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("name=\"reason\""), "the condition holds");
        assert!(page.contains("終了日は開始日より後にしてください"));
        assert!(page.contains("900円") && page.contains("1,010円"), "{page}");
        answers[3].1 = today.to_string();
        answers.push(("reason", "引越しのため".to_owned()));
        let pairs = send(&answers);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let (_, page) = ask(&router, designer(), path, Some(&pairs)).await;
        assert!(page.contains("このまま申請できます"), "{page}");
        // Nothing was kept.
        let (_, page) = ask(&router, designer(), path, None).await;
        assert!(!page.contains("引越しのため"));
        let (status, _) = ask(
            &router,
            staff("tax", &[DESIGN]),
            path,
            Some(&[("kind", "post")]),
        )
        .await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
);

/// Sends a form with files, as a browser does.
async fn send_parts(
    router: &Router,
    who: Principal,
    path: &str,
    parts: &[(&str, Option<&str>, &[u8])],
) -> (StatusCode, String) {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map_or_else(String::new, |file| {
            format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream")
        });
        let head =
            format!("--border\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend(head.as_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--border--\r\n");
    let mut request = Request::builder()
        .method("POST")
        .uri(format!("{HOME}{path}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border")
        .body(Body::from(body))
        .unwrap();
    request.extensions_mut().insert(who);
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 24).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

const WITH_FILE: &str = r"
format: yakuba-procedure/1
key: dog-registration
title: 証明書の請求
summary: 証明書を請求します。
department: environment
category: living
guide: {who: どなたでも, afterwards: 郵送します。, minutes: 5}
retention: {years: 1, basis: 文書管理規程}
personal_data_purpose: 発行のため
form:
  pages:
    - key: request
      title: 内容
      fields:
        - {key: proof, type: file, label: 証明するもの, accept: [pdf]}
        - {key: reason, type: text, label: 理由}
";

each_database!(
    the_preview_examines_files_and_keeps_none,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        let yaml = [("revision", "1"), ("yaml", WITH_FILE)];
        ask(&router, designer(), "/dog-registration/yaml", Some(&yaml)).await;
        let path = "/dog-registration/preview";
        let (_, page) = ask(&router, designer(), path, None).await;
        assert!(page.contains("enctype=\"multipart/form-data\""));
        // What is no PDF is refused, whatever it is called.
        let wrong: &[(&str, Option<&str>, &[u8])] = &[
            ("proof", Some("proof.pdf"), b"hello"),
            ("reason", None, "転居".as_bytes()),
            ("action", None, b"try"),
        ];
        let (status, page) = send_parts(&router, designer(), path, wrong).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("id=\"proof-error\""), "{page}");
        assert!(!page.contains("preview-file") && !page.contains("このまま申請できます"));
        let right: &[(&str, Option<&str>, &[u8])] = &[
            (
                "proof",
                Some("proof.pdf"),
                b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
            ),
            ("reason", None, "転居".as_bytes()),
            ("action", None, b"try"),
        ];
        let (_, page) = send_parts(&router, designer(), path, right).await;
        assert!(page.contains("このまま申請できます"), "{page}");
        // The page remembers that the file was sent; taking it out asks for it again.
        let (_, rest) = page.split_once("name=\"preview-file\" value=\"").unwrap();
        let seen = unescaped(rest.split('"').next().unwrap());
        let again: &[(&str, Option<&str>, &[u8])] = &[
            ("preview-file", None, seen.as_bytes()),
            ("reason", None, "転居".as_bytes()),
            ("action", None, b"try"),
        ];
        let (_, page) = send_parts(&router, designer(), path, again).await;
        assert!(page.contains("このまま申請できます"), "{page}");
        let (_, rest) = page.split_once("value=\"remove_file:").unwrap();
        let remove = format!("remove_file:{}", unescaped(rest.split('"').next().unwrap()));
        let without: &[(&str, Option<&str>, &[u8])] = &[
            ("preview-file", None, seen.as_bytes()),
            ("reason", None, "転居".as_bytes()),
            ("action", None, remove.as_bytes()),
        ];
        let (_, page) = send_parts(&router, designer(), path, without).await;
        assert!(!page.contains("preview-file") && !page.contains("このまま申請できます"));
        // Nothing of it is in the database.
        for table in [
            "procedures_case_files",
            "procedures_draft_files",
            "procedures_drafts",
        ] {
            use yakuba_city::sql::Sql as _;
            let sql = format!("SELECT COUNT(*) FROM {table}");
            let count: i64 = city.db().value(&sql, []).await.unwrap().unwrap_or(0);
            assert_eq!(count, 0, "{table}");
        }
        let foreign = staff("tax", &[DESIGN]);
        let (status, _) = send_parts(&router, foreign, path, right).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
);

const BROKEN: &str = r"
format: yakuba-procedure/1
key: dog-registration
title: 当該手続
summary: {ja: 証明書を請求します。, easy: 証明書（しょうめいしょ）を もらいます。, en: Request it.}
department: environment
category: living
guide: {who: {ja: どなたでも, easy: 証明書を もらう 人（ひと）, en: Anybody}, needed: [本人確認書類], afterwards: {ja: 郵送, easy: 送（おく）ります, en: Post}, minutes: 0}
retention: {years: 1, basis: ' '}
personal_data_purpose: {ja: 発行, easy: 使（つか）います, en: Issue}
templates: [{use_for: refusal, name: 不交付, text: 認めません}]
export: [{heading: 氏, from: gone, only_with: gone}]
form:
  before:
    - {key: here, question: 市内にお住まいですか, options: [{value: a, label: はい}]}
  pages:
    - key: request
      title: 内容
      show_if: nothing == 1
      fields:
        - {key: copies, type: number, label: {ja: 通数, easy: 数（かず）, en: Copies}, min: 9, max: 1}
        - {key: kind, type: choice, label: 種類, options: [{value: a, label: {ja: 郵送, easy: 送（おく）る, en: Post}}, {value: b, label: 窓口}]}
        - {key: who, type: name, label: 氏名}
        - key: family
          type: group
          label: {ja: 家族, easy: 家族（かぞく）, en: Family}
          entry: {ja: 人, easy: 人（ひと）, en: Person}
          fields:
            - {key: relation, type: text, label: 続柄, purpose: 確認, show_if: relation ==}
    - {key: empty, title: 空}
  computed: [{key: total, value: 'nothing * 2'}]
  checks: [{field: copies, holds: 'nothing > 1', message: 直してください}]
  fees: [{label: 手数料, amount: '300'}]
";

each_database!(
    every_finding_leads_to_a_control_that_is_there,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        let broken = BROKEN.replace("title: 空}", "title: 空, fields: []}");
        let yaml = [("revision", "1"), ("yaml", broken.as_str())];
        let (status, page) = ask(&router, designer(), "/dog-registration/yaml", Some(&yaml)).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let (_, page) = ask(&router, designer(), "/dog-registration", None).await;
        let table = page.split("id=\"findings\"").nth(1).unwrap();
        let table = table.split("</table>").next().unwrap();
        let ways: Vec<String> = table
            .split("href=\"")
            .skip(1)
            .map(|rest| unescaped(rest.split('"').next().unwrap()))
            .collect();
        let findings = table.matches("<tr").count() - 1;
        assert!(findings > 20, "{findings}");
        assert_eq!(ways.len(), findings, "a finding without a way: {table}");
        for way in &ways {
            let (path, control) = way.split_once('#').unwrap_or((way, ""));
            let path = path.strip_prefix(HOME).unwrap();
            let (status, page) = ask(&router, designer(), path, None).await;
            assert_eq!(status, StatusCode::OK, "{way}");
            assert!(
                control.is_empty() || page.contains(&format!(" id=\"{control}\"")),
                "{way} leads to nothing"
            );
        }
        for expected in [
            "settings/basics#title_easy",
            "settings/basics#title_ja",
            "settings/guide#who_easy",
            "settings/guide#needed-0-text_en",
            "settings/guide#fee_ja",
            "settings/guide#minutes",
            "settings/review#retention_basis",
            "settings/templates#row-0-text_ja",
            "settings/export#row-0-from",
            "settings/export#row-0-only_with",
            "rules?part=before#row-0-option-0-label_easy",
            "field?page=request&field=who#purpose_ja",
            "field?page=request&field=kind#option-1-label_en",
            "field?page=request&group=family&field=relation#label_easy",
        ] {
            assert!(
                ways.iter().any(|way| way.ends_with(expected)),
                "{expected} is not among {ways:#?}"
            );
        }
    }
);

each_database!(
    a_copy_a_sample_and_a_file_of_another_city_become_drafts,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        let (status, page) = ask(&router, designer(), "?from=dog-registration", None).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("犬の登録の写し"));
        let (status, _) = ask(
            &router,
            staff("tax", &[DESIGN]),
            "?from=dog-registration",
            None,
        )
        .await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let document = async |key: &str| {
            let versions = store::versions(city.db(), key).await.unwrap();
            versions.into_iter().next().map(|version| version.document)
        };
        let copy = [
            ("title", "猫の登録"),
            ("key", "cat-registration"),
            ("department", "environment"),
            ("from", "dog-registration"),
        ];
        let (status, _) = ask(&router, designer(), "/new", Some(&copy)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (dog, cat) = (
            document("dog-registration").await.unwrap(),
            document("cat-registration").await.unwrap(),
        );
        assert_eq!(cat.form, dog.form);
        let sample = [
            ("title", "粗大ごみ"),
            ("key", "rubbish"),
            ("department", "environment"),
            ("from", "sample:bulky-waste"),
        ];
        let (status, _) = ask(&router, designer(), "/new", Some(&sample)).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(document("rubbish").await.unwrap().form.pages.len() > 1);
        let unknown = [sample[0], ("key", "x"), sample[2], ("from", "sample:../x")];
        let (status, _) = ask(&router, designer(), "/new", Some(&unknown)).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        // Another city's file names a department that is none here: the draft is given one, and a key of its own.
        let file = WITH_FILE.replace("department: environment", "department: kankyo");
        let upload = |department: &'static str, key: &'static str| {
            let file = file.clone();
            let router = router.clone();
            async move {
                let parts: &[(&str, Option<&str>, &[u8])] = &[
                    ("file", Some("dog.yaml"), file.as_bytes()),
                    ("file_department", None, department.as_bytes()),
                    ("file_key", None, key.as_bytes()),
                ];
                send_parts(&router, designer(), "/upload", parts).await.0
            }
        };
        assert_eq!(
            upload("", "from-elsewhere").await,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            upload("tax", "from-elsewhere").await,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            upload("environment", "No key").await,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(document("from-elsewhere").await, None);
        assert_eq!(
            upload("environment", "from-elsewhere").await,
            StatusCode::SEE_OTHER
        );
        let taken = document("from-elsewhere").await.unwrap();
        assert_eq!(taken.department.as_str(), "environment");
    }
);

each_database!(
    a_department_that_one_may_not_act_for_is_neither_offered_nor_taken,
    [&IdentityService, &ProcedureService],
    async |city| {
        let router = prepare(&city).await;
        ask(&router, designer(), "/new", Some(NEW)).await;
        let path = "/dog-registration/settings/basics";
        let (_, page) = ask(&router, designer(), path, None).await;
        assert!(page.contains("value=\"environment\" selected"), "{page}");
        assert!(!page.contains("value=\"tax\">tax"));
        let mut sent = controls(&page);
        for (name, value) in &mut sent {
            if name == "department" {
                "tax".clone_into(value);
            }
        }
        let sent: Vec<(&str, &str)> = sent
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let (status, page) = ask(&router, designer(), path, Some(&sent)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("この課の手続を作る権限がありません"));
        assert_eq!(
            newest(&city).await.document.department.as_str(),
            "environment"
        );
        // Those who may only put it live look, and change nothing.
        let looker = || staff("environment", &[PUT_LIVE]);
        for section in [
            "basics",
            "together",
            "guide",
            "review",
            "templates",
            "export",
        ] {
            let path = format!("/dog-registration/settings/{section}");
            let (status, _) = ask(&router, looker(), &path, None).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{section}");
            let (status, _) = ask(&router, looker(), &path, Some(&[("revision", "1")])).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{section}");
            let (status, _) = ask(&router, Principal::Anonymous, &path, None).await;
            assert_ne!(status, StatusCode::OK, "{section}");
        }
        let (status, _) = ask(
            &router,
            designer(),
            "/dog-registration/settings/nothing",
            None,
        )
        .await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
);
