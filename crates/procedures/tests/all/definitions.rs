//! Versions of procedures: drafted, put live from a day, followed by another. On both databases.

use jiff::ToSpan as _;
use yakuba_city::{Actor, City, each_database};
use yakuba_procedures::{
    ProcedureError, ProcedureService, model::document::ProcedureDocument, store,
};

const PROCEDURE: &str = r"
format: yakuba-procedure/1
key: dog-registration
title: {ja: 犬の登録, easy: 犬（いぬ）の登録（とうろく）, en: Dog registration}
summary: 犬を飼い始めたときの登録です。
department: environment
category: living
law: [狂犬病予防法第4条]
guide:
  who: 生後91日以上の犬を飼い始めた方
  afterwards: 鑑札を郵送します。
  minutes: 5
retention: {years: 5, basis: 文書管理規程}
personal_data_purpose: 犬の登録原簿を作るためにお聞きします。
form:
  pages:
    - key: dog
      title: 犬について
      fields:
        - {key: dog_name, type: text, label: 犬の名前, max_length: 40}
        - {key: born_on, type: date, label: 生年月日, latest: '+0'}
";

async fn save(
    city: &City,
    document: ProcedureDocument,
    revision: i64,
) -> Result<i64, ProcedureError> {
    city.write(
        Actor::Staff(1),
        (document, revision),
        |tx, (document, revision)| Box::pin(store::save_draft(tx, document, *revision)),
    )
    .await
}

each_database!(
    a_version_goes_live_from_its_day,
    [&ProcedureService],
    async |city| {
        let document = ProcedureDocument::from_yaml(PROCEDURE).unwrap();
        let again = ProcedureDocument::from_yaml(&document.to_yaml().unwrap()).unwrap();
        assert_eq!(document, again);

        assert_eq!(save(&city, document.clone(), 0).await.unwrap(), 1);
        assert!(matches!(
            save(&city, document.clone(), 0).await,
            Err(ProcedureError::ChangedMeanwhile)
        ));
        assert_eq!(save(&city, document.clone(), 1).await.unwrap(), 2);

        let today = city.today();
        let tomorrow = today + 1.day();
        city.write(Actor::Staff(1), tomorrow, |tx, day| {
            Box::pin(store::put_live(tx, "dog-registration", 2, *day))
        })
        .await
        .unwrap();
        assert_eq!(
            store::live(city.db(), "dog-registration", today)
                .await
                .unwrap(),
            None
        );
        let live = store::live(city.db(), "dog-registration", tomorrow)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(live.document, document);
        assert_eq!(store::live_on(city.db(), tomorrow).await.unwrap().len(), 1);

        let mut second = document.clone();
        second.processing_days = Some(3);
        save(&city, second, 0).await.unwrap();
        let twice = city
            .write(Actor::Staff(1), tomorrow, |tx, day| {
                Box::pin(store::put_live(tx, "dog-registration", 1, *day))
            })
            .await;
        assert!(matches!(twice, Err(ProcedureError::LiveTwice(_))));
        let later = today + 9.days();
        city.write(Actor::Staff(1), later, |tx, day| {
            Box::pin(store::close(tx, "dog-registration", 1, *day))
        })
        .await
        .unwrap();
        assert_eq!(
            store::live(city.db(), "dog-registration", later)
                .await
                .unwrap(),
            None
        );
        assert_eq!(
            store::versions(city.db(), "dog-registration")
                .await
                .unwrap()
                .len(),
            2
        );
    }
);
