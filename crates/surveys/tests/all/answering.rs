//! Taking answers: once, within the quotas, without a trace of who answered. On both databases.

use crate::support::{answers, departments, document, many, one_per_person, open, take};
use sea_orm::{DbBackend, FromQueryResult};
use yakuba_city::{Actor, City, Measure, each_database, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_surveys::{
    SurveyError, SurveyService,
    capabilities::{ANSWERS, CHOICES},
    model::document::{AnswerQuota, SurveyDocument},
    store::{
        self,
        answering::{NewAnswer, Taken, has_answered},
        closing, reading,
    },
};

async fn count(city: &City, table: &str) -> i64 {
    city.db()
        .value(&format!("SELECT COUNT(*) FROM {table}"), [])
        .await
        .unwrap()
        .unwrap()
}

async fn close(city: &City) {
    city.write(Actor::Staff(1), (), |tx, ()| {
        Box::pin(closing::close(tx, "park"))
    })
    .await
    .unwrap();
}

async fn at_once(city: &City, all: Vec<NewAnswer>) -> Vec<Result<Taken, SurveyError>> {
    futures::future::join_all(all.into_iter().map(|new| {
        let city = city.clone();
        async move { take(&city, new).await }
    }))
    .await
}

each_database!(
    quotas_hold_when_many_answer_at_once,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        let document = SurveyDocument {
            quota: Some(30),
            quotas: vec![AnswerQuota {
                field: yakuba_forms::model::document::Key::new("age").unwrap(),
                option: None,
                at_most: 12,
            }],
            ..document()
        };
        open(&city, document.clone()).await;
        // 20 of each age: 12 of each may come, 30 in all.
        let all = (0..60)
            .map(|at| {
                let age = ["young", "middle", "old"][at % 3];
                NewAnswer::new(&document, &answers(age, &["green"], 3)).unwrap()
            })
            .collect();
        let outcomes = at_once(&city, all).await;
        let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(taken, 30);
        for outcome in outcomes {
            assert!(
                matches!(
                    outcome,
                    Ok(Taken::Counted) | Err(SurveyError::Full | SurveyError::GroupFull(..))
                ),
                "{outcome:?}"
            );
        }
        let found = store::survey(city.db(), "park").await.unwrap().unwrap();
        assert_eq!(found.answers, 30);
        assert!(!found.is_open_at(city.now()));
        let kept = count(&city, "surveys_answers").await + count(&city, "surveys_waiting").await;
        assert_eq!(kept, 30, "what was refused left nothing");
        let cells = store::answering::quota_counts(city.db(), "park")
            .await
            .unwrap();
        assert_eq!(cells.iter().map(|(_, count, _)| count).sum::<u64>(), 30);
        assert!(
            cells.iter().all(|(_, count, most)| count <= most),
            "{cells:?}"
        );
    }
);

each_database!(
    a_group_that_is_full_leaves_the_others_open,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        let document = SurveyDocument {
            quotas: vec![AnswerQuota {
                field: yakuba_forms::model::document::Key::new("age").unwrap(),
                option: Some(yakuba_forms::model::document::Key::new("old").unwrap()),
                at_most: 2,
            }],
            ..document()
        };
        open(&city, document.clone()).await;
        many(&city, &document, &answers("old", &[], 0), 2).await;
        let third = NewAnswer::new(&document, &answers("old", &[], 0)).unwrap();
        assert!(matches!(
            take(&city, third).await,
            Err(SurveyError::GroupFull(field, option)) if field == "age" && option == "old"
        ));
        many(&city, &document, &answers("young", &[], 0), 3).await;
        let found = store::survey(city.db(), "park").await.unwrap().unwrap();
        assert_eq!(found.answers, 5, "the refused one is not counted");
    }
);

each_database!(
    one_person_answers_once_however_often_it_is_sent_at_once,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        let document = one_per_person();
        open(&city, document.clone()).await;
        let key = city.key().unwrap();
        let new = |person: usize| {
            NewAnswer::new(&document, &answers("young", &["play"], 2))
                .unwrap()
                .by(key, &format!("staff/{person}"))
        };
        let outcomes = at_once(&city, (0..40).map(|at| new(at % 8)).collect()).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 8);
        for outcome in outcomes {
            assert!(matches!(
                outcome,
                Ok(Taken::Counted) | Err(SurveyError::AnsweredAlready)
            ));
        }
        let found = store::survey(city.db(), "park").await.unwrap().unwrap();
        assert_eq!(found.answers, 8);
        assert!(
            has_answered(city.db(), key, "park", "staff/3")
                .await
                .unwrap()
        );
        assert!(
            !has_answered(city.db(), key, "park", "staff/9")
                .await
                .unwrap()
        );
        assert!(
            !has_answered(city.db(), key, "other", "staff/3")
                .await
                .unwrap()
        );
        close(&city).await;
        assert_eq!(count(&city, "surveys_participants").await, 0);
        assert!(
            !has_answered(city.db(), key, "park", "staff/3")
                .await
                .unwrap()
        );
    }
);

/// A row with everything a database keeps of it.
#[derive(Debug, FromQueryResult)]
struct Row {
    id: i64,
    place: String,
}

each_database!(
    nothing_joins_an_answer_with_who_gave_it,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        let document = one_per_person();
        open(&city, document.clone()).await;
        let key = city.key().unwrap();
        // Each answer can be told by its hours.
        for person in 0..23 {
            let new = NewAnswer::new(&document, &answers("young", &["play"], person))
                .unwrap()
                .by(key, &format!("staff/{person}"));
            take(&city, new).await.unwrap();
        }
        assert_eq!(count(&city, "surveys_waiting").await, 3, "20 of them count");
        let sqlite = city.db().get_database_backend() == DbBackend::Sqlite;
        let place = if sqlite {
            "CAST(rowid AS TEXT)"
        } else {
            "xmin::text || '/' || ctid::text"
        };
        let rows = async |table: &str, id: &str| -> Vec<Row> {
            let order = if sqlite { "rowid" } else { "ctid" };
            city.db()
                .rows(
                    &format!("SELECT {id} AS id, {place} AS place FROM {table} ORDER BY {order}"),
                    [],
                )
                .await
                .unwrap()
        };
        let given = rows("surveys_answers", "id").await;
        let people = rows("surveys_participants", "mark").await;
        if sqlite {
            // The place of a row is its random number: there is no other order.
            for row in given.iter().chain(&people) {
                assert_eq!(row.place, row.id.to_string());
            }
        } else {
            // Five at a time were written together, in the order of their random numbers.
            for five in given.chunks(5) {
                let write = |row: &Row| row.place.split('/').next().unwrap().to_owned();
                assert!(five.iter().all(|row| write(row) == write(&five[0])));
                assert!(five.is_sorted_by_key(|row| row.id));
            }
        }
        let numbers: Vec<i64> = given.iter().map(|row| row.id).collect();
        assert!(people.iter().all(|row| !numbers.contains(&row.id)));
        // The columns that there are: no time but the day, no person.
        let answer: Option<String> = city
            .db()
            .value("SELECT answers FROM surveys_answers LIMIT 1", [])
            .await
            .unwrap();
        let answer = answer.unwrap();
        for trace in ["staff", "192.0.2", "mark", "10:00"] {
            assert!(!answer.contains(trace), "{answer}");
        }
        close(&city).await;
        let given = rows("surveys_answers", "id").await;
        assert_eq!(given.len(), 23);
        if !sqlite {
            assert!(given.is_sorted_by_key(|row| row.id), "no order is left");
            let writes: std::collections::BTreeSet<&str> = given
                .iter()
                .map(|row| row.place.split('/').next().unwrap())
                .collect();
            assert_eq!(writes.len(), 1, "all were written anew together");
        }
        assert_eq!(count(&city, "surveys_participants").await, 0);
    }
);

each_database!(
    the_order_of_answers_is_not_the_order_in_which_they_came,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        let document = document();
        open(&city, document.clone()).await;
        for hours in 0..60 {
            many(&city, &document, &answers("old", &[], hours), 1).await;
        }
        let rows: Vec<(i64,)> = {
            #[derive(FromQueryResult)]
            struct Stored {
                answers: String,
            }
            let stored: Vec<Stored> = city
                .db()
                .rows("SELECT answers FROM surveys_answers ORDER BY id", [])
                .await
                .unwrap();
            stored
                .iter()
                .map(|row| {
                    let value: serde_json::Value = serde_json::from_str(&row.answers).unwrap();
                    let hours = value["answers"]["hours"]["value"]
                        .as_str()
                        .unwrap()
                        .to_owned();
                    (hours.parse().unwrap(),)
                })
                .collect()
        };
        assert_eq!(rows.len(), 60);
        // Chance would sort 60 answers about once in 10^81 runs.
        assert!(!rows.is_sorted());
    }
);

each_database!(
    results_grow_by_several_answers_at_a_time_and_facts_come_at_the_end,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        departments(&city).await;
        let document = document();
        open(&city, document.clone()).await;
        let shown = async || {
            let found = store::survey(city.db(), "park").await.unwrap().unwrap();
            let data = reading::data(&city, &found).await.unwrap();
            data.results().answers
        };
        many(&city, &document, &answers("young", &["green"], 10), 4).await;
        assert_eq!(shown().await, None);
        many(&city, &document, &answers("young", &["green"], 10), 1).await;
        many(
            &city,
            &document,
            &answers("young", &["green", "play"], 10),
            7,
        )
        .await;
        assert_eq!(shown().await, Some(10), "two wait");
        many(&city, &document, &answers("old", &[], 10), 9).await;
        many(&city, &document, &answers("middle", &[], 10), 3).await;
        let facts = async |measure: &str| {
            #[derive(Debug, FromQueryResult)]
            struct Fact {
                subject: String,
                quantity: i64,
                record: Option<String>,
            }
            let facts: Vec<Fact> = city
                .db()
                .rows(
                    "SELECT subject, quantity, record FROM facts WHERE measure = $1 ORDER BY subject",
                    [measure.into()],
                )
                .await
                .unwrap();
            assert!(facts.iter().all(|fact| fact.record.is_none()));
            facts
                .into_iter()
                .map(|fact| (fact.subject, fact.quantity / 1000))
                .collect::<Vec<_>>()
        };
        assert!(
            facts("surveys.answers").await.is_empty(),
            "none while it is open"
        );
        close(&city).await;
        assert_eq!(shown().await, Some(24));
        assert_eq!(facts("surveys.answers").await, [("park".to_owned(), 24)]);
        // Three of middle age are few: their question has no facts.
        let choices = facts("surveys.choices").await;
        assert!(
            choices
                .iter()
                .all(|(subject, _)| !subject.starts_with("park.age.")),
            "{choices:?}"
        );
        assert!(choices.contains(&("park.often.often".to_owned(), 12)));
        assert!(choices.contains(&("park.often.never".to_owned(), 12)));
        assert!(choices.contains(&("park.liked.green".to_owned(), 12)));
        // What they are about has names.
        let named = async |measure: &Measure, subject: &str| {
            city.subject_names(&measure.name, "ja")
                .await
                .unwrap()
                .remove(subject)
        };
        assert_eq!(
            named(&CHOICES, "park.often.never").await.as_deref(),
            Some("「行かない」（公園のアンケート）")
        );
        assert_eq!(
            named(&ANSWERS, "park").await.as_deref(),
            Some("公園のアンケート")
        );
        let again = city
            .write(Actor::Staff(1), (), |tx, ()| {
                Box::pin(closing::close(tx, "park"))
            })
            .await;
        assert!(matches!(again, Err(SurveyError::WrongState(_))));
    }
);

each_database!(
    what_is_open_is_frozen_but_for_its_texts,
    [&MailService, &IdentityService, &SurveyService],
    async |city| {
        let document = document();
        open(&city, document.clone()).await;
        let write = async |document: &SurveyDocument| {
            city.write(Actor::Staff(1), document.clone(), |tx, document| {
                Box::pin(store::bring_in(tx, document))
            })
            .await
        };
        let mut mended = document.clone();
        mended.title.ja = "公園についてのアンケート".to_owned();
        assert_eq!(write(&mended).await.unwrap(), store::Brought::Corrected);
        assert_eq!(write(&mended).await.unwrap(), store::Brought::Unchanged);
        let mut shown = mended.clone();
        shown.small_count_below = 0;
        assert!(matches!(write(&shown).await, Err(SurveyError::Frozen)));
        let mut longer = mended.clone();
        longer.form.pages.pop();
        assert!(matches!(write(&longer).await, Err(SurveyError::Frozen)));
        let versions = store::versions(city.db(), "park").await.unwrap();
        assert_eq!(
            versions
                .iter()
                .map(|(number, _)| *number)
                .collect::<Vec<_>>(),
            [2, 1]
        );
        assert_eq!(versions[1].1, document, "the first stays as it was");
    }
);
