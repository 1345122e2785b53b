//! A procedure that is live, and applications for it.

pub(crate) mod browser;
pub(crate) mod desk;

use serde_json::json;
use yakuba_city::{Actor, City};
use yakuba_identity::CityKey;
use yakuba_kernel::{Channel, DepartmentCode};
use yakuba_procedures::{
    ProcedureError,
    model::{document::ProcedureDocument, processing::ProcessingTime},
    store::{
        self,
        cases::{Contact, NewCase, SealedCase, Submitted},
        files::{About, File},
        keys::Person,
    },
};

pub(crate) const PROCEDURE: &str = r"
format: yakuba-procedure/1
key: dog-registration
title: {ja: 犬の登録, easy: 犬（いぬ）の登録（とうろく）, en: Dog registration}
summary: {ja: 犬を飼い始めたときの登録です。, en: Register a dog you have begun to keep.}
department: environment
category: living
life_events: [moving_in]
law: [狂犬病予防法第4条]
guide:
  who: 生後91日以上の犬を飼い始めた方
  when: 犬を飼い始めた日から30日以内
  needed: [マイクロチップの番号]
  fee: 3,000円
  afterwards: 鑑札を郵送します。
  other_ways: 環境課の窓口でも申請できます。
  minutes: 5
processing_days: 5
agent: with_mandate
retention: {years: 5, basis: 文書管理規程}
personal_data_purpose: 犬の登録原簿を作るためにお聞きします。
form:
  before:
    - key: lives_here
      question: 犬は市内にいますか
      options:
        - {value: yes, label: はい}
        - {value: no, label: いいえ, stop: 犬がいる市町村に申請してください。}
  pages:
    - key: owner
      title: 飼い主
      fields:
        - {key: owner_name, type: name, label: お名前, prefill: name}
        - {key: email, type: email, label: メールアドレス, optional: true, prefill: email}
    - key: dog
      title: 犬について
      fields:
        - {key: dog_name, type: text, label: 犬の名前, max_length: 40}
        - {key: born_on, type: date, label: 生年月日, latest: '+0'}
        - {key: photo, type: file, label: 写真, accept: [image, pdf], optional: true}
";

pub(crate) fn city_key() -> CityKey {
    CityKey::from_bytes([7; 32])
}

pub(crate) fn document() -> ProcedureDocument {
    ProcedureDocument::from_yaml(PROCEDURE).unwrap()
}

/// Puts a procedure live today.
pub(crate) async fn put_live(city: &City, document: ProcedureDocument) {
    city.write(Actor::Staff(1), document, |tx, document| {
        Box::pin(async move {
            let revision = store::save_draft(tx, document, 0).await?;
            store::put_live(tx, &document.key, revision, tx.today()).await
        })
    })
    .await
    .unwrap();
}

pub(crate) fn application(submission: &str) -> NewCase {
    NewCase {
        procedure: "dog-registration".to_owned(),
        version: 1,
        department: DepartmentCode::new("environment").unwrap(),
        channel: Channel::Online,
        processing: Some(ProcessingTime::working_days(5)),
        received_at: None,
        submission: submission.to_owned(),
        draft: None,
        resident: None,
        person: Person {
            name: Some("髙橋 花子".to_owned()),
            birth_date: Some(jiff::civil::date(1980, 4, 1)),
            email: None,
        },
        contact: Contact {
            name: Some("髙橋 花子".to_owned()),
            language: "ja".to_owned(),
            ..Contact::default()
        },
        answers: json!({"dog_name": "ポチ太郎"}),
        files: vec![File {
            key: "photo1".to_owned(),
            about: About {
                name: "ポチの写真.png".to_owned(),
                media_type: "image/png".to_owned(),
            },
            contents: b"\x89PNG secret photograph".to_vec(),
        }],
    }
}

pub(crate) async fn submit(city: &City, sealed: SealedCase) -> Result<Submitted, ProcedureError> {
    city.write(Actor::Public, sealed, |tx, sealed| {
        Box::pin(store::cases::submit(tx, sealed))
    })
    .await
}

/// Receives an application.
pub(crate) async fn received(city: &City, submission: &str) -> Submitted {
    let sealed = application(submission).seal(&city_key()).unwrap();
    submit(city, sealed).await.unwrap()
}
