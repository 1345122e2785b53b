//! A survey that is open, answers to it, and browsers.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use yakuba_city::{
    Actor, City, Service as _,
    web::{AskedAt, Capability, Grant, Principal, Problem, Scope, StaffPrincipal},
};
use yakuba_forms::{Answer, Answers, model::document::Key};
use yakuba_identity::{Identity, IdentitySettings, NewDepartment, Visitor, create_department};
use yakuba_kernel::{Decimal, DepartmentCode};
use yakuba_surveys::{
    SurveyError, SurveyService,
    model::document::SurveyDocument,
    store::{
        self,
        answering::{self, NewAnswer, Taken},
    },
};

/// Open around the day of the tests, 21 November 2026.
pub(crate) const SURVEY: &str = "format: yakuba-survey/1
key: park
title: 公園のアンケート
summary: 公園の使い方をお聞きします。
department: planning
audience: residents
anonymity: anonymous
opens: '2026-11-01'
closes: '2026-12-20'
small_count_below: 5
form:
  pages:
    - key: you
      title: あなたについて
      fields:
        - {key: age, type: choice, label: 年代, options: [{value: young, label: 若い}, {value: middle, label: 中くらい}, {value: old, label: 年配}]}
        - {key: often, type: choice, label: 公園に行く回数, options: [{value: often, label: よく行く}, {value: never, label: 行かない}]}
    - key: more
      title: くわしく
      fields:
        - {key: liked, type: choices, label: 良いところ, show_if: \"often == 'often'\", min: 1, options: [{value: green, label: 緑}, {value: play, label: 遊具}, {value: rest, label: 休めるところ}]}
        - {key: hours, type: number, label: 月に何時間, min: 0, max: 100, optional: true}
        - {key: comment, type: long_text, label: ご意見, optional: true}
";

pub(crate) fn document() -> SurveyDocument {
    SurveyDocument::from_yaml(SURVEY).unwrap()
}

pub(crate) fn one_per_person() -> SurveyDocument {
    SurveyDocument::from_yaml(&SURVEY.replace("anonymity: anonymous", "anonymity: one_per_person"))
        .unwrap()
}

pub(crate) async fn open(city: &City, document: SurveyDocument) {
    city.write(Actor::Staff(1), document, |tx, document| {
        Box::pin(async move {
            let revision = store::save_draft(tx, document, 0).await?;
            store::open(tx, &document.key, revision).await
        })
    })
    .await
    .unwrap();
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

/// What somebody of an age answers who goes to the park, or not.
pub(crate) fn answers(age: &str, liked: &[&str], hours: i64) -> Answers {
    let often = if liked.is_empty() { "never" } else { "often" };
    let mut answers = Answers::new()
        .with(key("age"), Answer::Choice(key(age)))
        .with(key("often"), Answer::Choice(key(often)))
        .with(key("hours"), Answer::Number(Decimal::from(hours)));
    if !liked.is_empty() {
        answers.set(
            key("liked"),
            Answer::Choices(liked.iter().map(|text| key(text)).collect()),
        );
    }
    answers
}

pub(crate) async fn take(city: &City, new: NewAnswer) -> Result<Taken, SurveyError> {
    city.write(Actor::Public, new, |tx, new| {
        Box::pin(answering::take(tx, new))
    })
    .await
}

/// Takes `count` answers of one kind.
pub(crate) async fn many(city: &City, document: &SurveyDocument, given: &Answers, count: usize) {
    for _ in 0..count {
        take(city, NewAnswer::new(document, given).unwrap())
            .await
            .unwrap();
    }
}

/// A city with two departments.
pub(crate) async fn departments(city: &City) {
    for (position, code) in ["planning", "tax"].into_iter().enumerate() {
        let new = NewDepartment {
            code: DepartmentCode::new(code).unwrap(),
            name_ja: code.to_owned(),
            name_en: code.to_owned(),
            parent: None,
            first_day: jiff::civil::date(2020, 4, 1),
            last_day: None,
            position: i64::try_from(position).unwrap(),
        };
        city.write(Actor::Staff(1), new, |tx, new| {
            Box::pin(create_department(tx, new))
        })
        .await
        .unwrap();
    }
}

pub(crate) fn staff(account: i64, capabilities: &[Capability], department: &str) -> Principal {
    let code = DepartmentCode::new(department).unwrap();
    Principal::Staff(Arc::new(StaffPrincipal {
        account,
        name: "澄川 花子".into(),
        department: Some(code.clone()),
        grants: capabilities
            .iter()
            .map(|capability| Grant {
                capability: capability.name.to_owned(),
                scope: Scope::Department(code.clone()),
            })
            .collect(),
        stepped_up_until: Some(
            yakuba_city::testing::test_moment() + jiff::SignedDuration::from_hours(1),
        ),
    }))
}

/// A browser with its cookies.
pub(crate) struct Browser {
    router: Router,
    identity: Identity,
    pub(crate) principal: Principal,
    pub(crate) cookies: Vec<(String, String)>,
    now: jiff::Timestamp,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) to: String,
    pub(crate) problem: Option<Problem>,
    pub(crate) text: String,
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        write!(all, "%{byte:02X}").unwrap();
        all
    })
}

impl Browser {
    pub(crate) fn new(city: &City, principal: Principal) -> Self {
        Self {
            router: SurveyService
                .routes()
                .into_router()
                .with_state(city.clone()),
            identity: Identity::with_key(
                city.clone(),
                IdentitySettings::new("http://localhost:8080").unwrap(),
                city.key().unwrap().clone(),
            )
            .unwrap(),
            principal,
            cookies: Vec::new(),
            now: city.now(),
        }
    }

    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        kind: &str,
        body: impl Into<Body>,
    ) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, kind)
            .header(header::COOKIE, cookies.join("; "))
            .body(body.into())
            .unwrap();
        request.extensions_mut().insert(self.identity.clone());
        request.extensions_mut().insert(self.principal.clone());
        request.extensions_mut().insert(AskedAt(self.now));
        request.extensions_mut().insert(Visitor {
            source: "192.0.2.77".to_owned(),
            email: self
                .cookies
                .iter()
                .find(|(name, _)| name == "yakuba_email")
                .map(|(_, value)| yakuba_identity::Token::received(value)),
            ..Visitor::default()
        });
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax"));
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        Page {
            status: response.status(),
            to: response
                .headers()
                .get(header::LOCATION)
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default(),
            problem: response.extensions().get::<Problem>().cloned(),
            text: String::from_utf8_lossy(
                &response.into_body().collect().await.unwrap().to_bytes(),
            )
            .into_owned(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, "text/plain", Body::empty()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        self.ask(
            "POST",
            path,
            "application/x-www-form-urlencoded",
            body.join("&"),
        )
        .await
    }
}

/// The number in a hidden input called `revision`.
pub(crate) fn revision(page: &Page) -> String {
    let mark = "name=\"revision\" value=\"";
    let from = page.text.find(mark).expect("a revision") + mark.len();
    page.text[from..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect()
}
