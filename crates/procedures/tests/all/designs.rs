//! Procedures as files: brought in, listed, and their schema. On both databases.

use jiff::{ToSpan as _, civil::Date};
use yakuba_city::{Actor, City, each_database};
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    model::document::{ProcedureDocument, schema},
    store::{
        designs::{Brought, bring_in, designs},
        versions,
    },
};

const PROCEDURE: &str = r"
format: yakuba-procedure/1
key: dog-registration
title: 犬の登録
summary: 犬を飼い始めたときの登録です。
department: environment
category: living
guide: {who: 犬を飼い始めた方, afterwards: 鑑札を郵送します。, minutes: 5}
retention: {years: 5, basis: 文書管理規程}
personal_data_purpose: 犬の登録原簿を作るためにお聞きします。
form:
  pages:
    - key: dog
      title: 犬について
      fields:
        - {key: dog_name, type: text, label: 犬の名前, max_length: 40}
";

async fn bring(
    city: &City,
    document: &ProcedureDocument,
    live_from: Option<Date>,
) -> Result<Brought, ProcedureError> {
    let input = (document.clone(), live_from);
    city.write(Actor::CommandLine, input, |tx, (document, live_from)| {
        Box::pin(bring_in(tx, document, *live_from))
    })
    .await
}

each_database!(
    a_file_comes_in_as_a_draft_and_goes_live,
    [&ProcedureService],
    async |city| {
        let document = ProcedureDocument::from_yaml(PROCEDURE).unwrap();
        let today = city.today();
        assert_eq!(
            bring(&city, &document, None).await.unwrap(),
            Brought::Drafted
        );
        assert_eq!(
            bring(&city, &document, None).await.unwrap(),
            Brought::Unchanged
        );
        let listed = designs(city.db(), today).await.unwrap();
        assert!(listed[0].drafted && listed[0].live.is_none());
        assert_eq!(
            bring(&city, &document, Some(today)).await.unwrap(),
            Brought::PutLive
        );
        assert_eq!(
            bring(&city, &document, Some(today + 1.day()))
                .await
                .unwrap(),
            Brought::Unchanged,
            "what is live already makes no second version"
        );

        let mut second = document.clone();
        second.title.ja = "犬の登録と鑑札".to_owned();
        let later = today + 30.days();
        assert_eq!(
            bring(&city, &second, Some(later)).await.unwrap(),
            Brought::PutLive
        );
        let listed = designs(city.db(), today).await.unwrap();
        assert_eq!(listed[0].live, Some((1, today)));
        assert_eq!(listed[0].coming, Some((2, later)));
        assert_eq!(
            designs(city.db(), later).await.unwrap()[0].live,
            Some((2, later))
        );
    }
);

each_database!(
    what_must_be_mended_does_not_go_live,
    [&ProcedureService],
    async |city| {
        let broken = PROCEDURE.replace(
            "max_length: 40}",
            "max_length: 40, show_if: 'no_such_question == 1'}",
        );
        let broken = ProcedureDocument::from_yaml(&broken).unwrap();
        assert!(matches!(
            bring(&city, &broken, Some(city.today())).await,
            Err(ProcedureError::MustBeMended(1))
        ));
        assert!(
            versions(city.db(), "dog-registration")
                .await
                .unwrap()
                .is_empty(),
            "nothing of it was kept"
        );
        assert_eq!(bring(&city, &broken, None).await.unwrap(), Brought::Drafted);
    }
);

#[test]
fn the_schema_in_the_documentation_is_the_programs() {
    // As values: the order of the members is not part of it.
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(
        read(include_str!("../../../../docs/procedure.schema.json")),
        read(&schema()),
        "write it anew: yakuba procedures schema > docs/procedure.schema.json"
    );
}
