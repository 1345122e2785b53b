//! A survey that is open, answers to it, and browsers.

use yakuba_city::{Actor, City, web::Principal};
use yakuba_forms::{Answer, Answers, model::document::Key};
pub(crate) use yakuba_identity::testing::{Browser, Page, staff};
use yakuba_kernel::Decimal;
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
    yakuba_identity::testing::departments(city, &["planning", "tax"]).await;
}

/// The browser of somebody, for the surveys alone.
pub(crate) fn browser_of(city: &City, principal: Principal) -> Browser {
    Browser::new(city, &[&SurveyService]).of(principal)
}
