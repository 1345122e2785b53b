//! Cases in the store: received once, sealed, moved, corrected, decided, disposed of. On both databases.

use crate::support::{application, city_key, document, put_live, received, submit};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use jiff::{Timestamp, civil::date};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value as Json, json};
use yakuba_city::{
    Actor, City, StoredFact, Tx, backup, each_database, facts_of_day, sql::Sql as _, verify_audit,
};
use yakuba_identity::{CityKey, Token};
use yakuba_kernel::MeasureName;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    model::case::{Outcome, Stage, Step},
    store::{
        cases::{self, By, Decision},
        corrections, drafts, files, history, keys, messages, sessions,
    },
};

fn decision(reason: &str) -> Decision {
    Decision {
        title: "犬の登録について（通知）".to_owned(),
        number: "澄環第12号".to_owned(),
        addressee: vec!["髙橋 花子 様".to_owned()],
        sender: vec!["澄川市長".to_owned()],
        text: "登録しました。".to_owned(),
        reason: reason.to_owned(),
        appeal: String::new(),
    }
}

async fn step(city: &City, case: i64, step: Step) -> Result<Stage, ProcedureError> {
    city.write(Actor::Staff(1), (case, step), |tx, (case, step)| {
        Box::pin(async move {
            let revision = cases::case(tx.connection(), *case).await?.revision;
            let to = cases::step(tx, *case, revision, *step, &By::Program).await?;
            Ok(to.stage)
        })
    })
    .await
}

async fn decide(
    city: &City,
    case: i64,
    outcome: Outcome,
    reason: &str,
) -> Result<(), ProcedureError> {
    city.write(
        Actor::Staff(1),
        (case, outcome, decision(reason)),
        |tx, (case, outcome, decision)| {
            Box::pin(async move {
                let key = keys::open(tx.connection(), &city_key(), *case).await?;
                let revision = cases::case(tx.connection(), *case).await?.revision;
                let by = &By::Program;
                cases::decide(tx, &key, *case, revision, *outcome, decision, by).await
            })
        },
    )
    .await
}

async fn facts(city: &City, measure: &str, day: jiff::civil::Date) -> Vec<StoredFact> {
    let measure = MeasureName::new(measure).unwrap();
    facts_of_day(city.db(), &measure, day, 0, 100)
        .await
        .unwrap()
}

fn day_passes_to(city: &City, moment: &str) {
    city.clock().set(moment.parse::<Timestamp>().unwrap());
}

each_database!(
    an_application_is_received_once,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        // The same submission many times at once, each sealed anew as each request does.
        let tries = (0..12).map(|_| {
            let sealed = application("one").seal(&city_key()).unwrap();
            submit(&city, sealed)
        });
        let outcomes: Vec<_> = futures::future::join_all(tries)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        let first = &outcomes[0];
        assert!(outcomes.iter().all(|outcome| outcome.case == first.case));
        assert!(
            outcomes
                .iter()
                .all(|outcome| outcome.receipt == first.receipt)
        );
        assert_eq!(
            outcomes.iter().filter(|outcome| !outcome.repeated).count(),
            1
        );
        let other = received(&city, "two").await;
        assert_ne!(other.case, first.case);

        let case = cases::case_with_receipt(city.db(), &city_key(), &first.receipt)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(case.id, first.case);
        assert_eq!(case.stage, Stage::Received);
        // Saturday 21 November; Monday is a holiday: five working days end on Monday the 30th.
        assert_eq!(case.due_on, Some(date(2026, 11, 30)));
        let facts = facts(&city, "procedures.received", city.today()).await;
        assert_eq!(facts.len(), 2);
        assert_eq!(
            (
                facts[0].department.as_str(),
                facts[0].channel.as_str(),
                facts[0].subject.as_str()
            ),
            ("environment", "online", "dog-registration")
        );
        let found = cases::duplicates(city.db(), &case).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id, other.case);
        assert_eq!(verify_audit(city.db()).await.unwrap().broken, None);
    }
);

each_database!(
    nothing_a_person_wrote_is_in_the_database_in_the_clear,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let submitted = received(&city, "one").await;
        city.write(Actor::Public, submitted.case, |tx, case| {
            Box::pin(async move {
                let key = keys::open(tx.connection(), &city_key(), *case).await?;
                messages::send(tx, &key, *case, false, "電話は夜にお願いします", &[]).await?;
                let revision = cases::case(tx.connection(), *case).await?.revision;
                corrections::ask(
                    tx,
                    &key,
                    *case,
                    revision,
                    &["dog_name".to_owned()],
                    "字が読めません",
                    None,
                )
                .await
            })
        })
        .await
        .unwrap();
        step(&city, submitted.case, Step::Check).await.unwrap();
        decide(&city, submitted.case, Outcome::Refused, "飼い主が違います")
            .await
            .unwrap();

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup.zip");
        backup::write(&city, &path, false).await.unwrap();
        let mut archive = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
        let mut everything = String::new();
        for place in 0..archive.len() {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut archive.by_index(place).unwrap(), &mut bytes).unwrap();
            everything.push_str(&String::from_utf8_lossy(&bytes));
        }
        // Binary columns are written in base64.
        let binary: Vec<String> = everything
            .split('"')
            .filter_map(|text| BASE64.decode(text).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        assert!(binary.len() > 8);
        everything.extend(binary);
        assert!(
            everything.contains("procedures_case_answers")
                && everything.contains("dog-registration")
        );
        let plain = submitted.receipt.plain();
        for secret in [
            "ポチ太郎",
            "花子",
            "1980-04-01",
            "ポチの写真",
            "photograph",
            "夜に",
            "読めません",
            "飼い主が",
            plain.as_str(),
        ] {
            assert!(
                !everything.contains(secret),
                "{secret} is readable in the database"
            );
        }

        let key = keys::open(city.db(), &city_key(), submitted.case)
            .await
            .unwrap();
        let given = cases::answers(city.db(), &key, submitted.case)
            .await
            .unwrap();
        assert_eq!(given[0].answers, json!({"dog_name": "ポチ太郎"}));
        let photo = files::file(city.db(), &key, submitted.case, "photo1")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(photo.contents, b"\x89PNG secret photograph");
        assert_eq!(
            cases::receipt(city.db(), &key, submitted.case)
                .await
                .unwrap(),
            submitted.receipt
        );
        assert!(
            keys::open(city.db(), &CityKey::from_bytes([8; 32]), submitted.case)
                .await
                .is_err()
        );
        // Another case's key opens nothing of this one.
        let other = received(&city, "two").await;
        let other_key = keys::open(city.db(), &city_key(), other.case)
            .await
            .unwrap();
        assert!(
            cases::answers(city.db(), &other_key, submitted.case)
                .await
                .is_err()
        );
        assert!(
            files::file(city.db(), &other_key, submitted.case, "photo1")
                .await
                .is_err()
        );
    }
);

each_database!(
    a_case_goes_through_its_stages_and_writes_its_facts,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let case = received(&city, "one").await.case;
        assert!(matches!(
            step(&city, case, Step::Deliver).await,
            Err(ProcedureError::WrongState(_))
        ));
        assert!(matches!(
            decide(&city, case, Outcome::Approved, "").await,
            Err(ProcedureError::WrongState(_))
        ));
        step(&city, case, Step::Check).await.unwrap();
        assert!(matches!(
            decide(&city, case, Outcome::Refused, " ").await,
            Err(ProcedureError::ReasonMissing)
        ));

        // Thursday 26 November: three working days after the Saturday before a holiday.
        day_passes_to(&city, "2026-11-26T01:00:00Z");
        decide(&city, case, Outcome::Approved, "").await.unwrap();
        let facts = |name: &'static str| facts(&city, name, date(2026, 11, 26));
        assert_eq!(facts("procedures.decided").await.len(), 1);
        assert_eq!(facts("procedures.days_taken").await[0].quantity, 3_000);
        assert_eq!(facts("procedures.decided_on_time").await.len(), 1);
        let withdrawn: Result<(), ProcedureError> = city
            .write(Actor::Public, case, |tx, case| {
                Box::pin(cases::withdraw(tx, *case))
            })
            .await;
        assert!(matches!(withdrawn, Err(ProcedureError::WrongState(_))));
        step(&city, case, Step::Deliver).await.unwrap();
        step(&city, case, Step::Close).await.unwrap();
        let closed = cases::case(city.db(), case).await.unwrap();
        assert_eq!(
            (closed.stage, closed.outcome),
            (Stage::Closed, Some(Outcome::Approved))
        );
        assert!(closed.closed_at.is_some());

        let stale = city
            .write(Actor::Staff(1), case, |tx, case| {
                Box::pin(cases::step(tx, *case, 1, Step::Close, &By::Program))
            })
            .await;
        assert!(matches!(stale, Err(ProcedureError::ChangedMeanwhile)));
        let entries = history::history(city.db(), case).await.unwrap();
        assert_eq!(entries.len(), 5);
        assert_eq!(entries[0].what, history::What::Received);
        assert_eq!(
            entries[2].what,
            history::What::Decided {
                outcome: Outcome::Approved
            }
        );
    }
);

each_database!(
    a_correction_keeps_both_answers_and_stops_the_clock,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let case = received(&city, "one").await.case;
        let key = keys::open(city.db(), &city_key(), case).await.unwrap();
        let ask = |fields: Vec<String>| {
            city.write(
                Actor::Staff(1),
                (case, key.clone(), fields),
                |tx, (case, key, fields)| {
                    Box::pin(async move {
                        let revision = cases::case(tx.connection(), *case).await?.revision;
                        corrections::ask(
                            tx,
                            key,
                            *case,
                            revision,
                            fields,
                            "犬の名前を確かめてください",
                            Some(date(2026, 12, 4)),
                        )
                        .await
                    })
                },
            )
        };
        assert!(matches!(
            ask(vec![]).await,
            Err(ProcedureError::WrongState(_))
        ));
        day_passes_to(&city, "2026-11-24T01:00:00Z");
        ask(vec!["dog_name".to_owned()]).await.unwrap();
        assert!(matches!(
            ask(vec!["dog_name".to_owned()]).await,
            Err(ProcedureError::WrongState(_))
        ));

        // Three working days later.
        day_passes_to(&city, "2026-11-27T01:00:00Z");
        let answer = || {
            city.write(Actor::Public, (case, key.clone()), |tx, (case, key)| {
                Box::pin(async move {
                    corrections::answer(tx, key, *case, &json!({"dog_name": "ポチ"}), &[], None)
                        .await
                })
            })
        };
        assert_eq!(answer().await.unwrap(), 2);
        assert!(matches!(answer().await, Err(ProcedureError::WrongState(_))));
        let given = cases::answers(city.db(), &key, case).await.unwrap();
        assert_eq!(given.len(), 2);
        assert_eq!(given[0].answers, json!({"dog_name": "ポチ"}));
        assert_eq!(given[1].answers, json!({"dog_name": "ポチ太郎"}));
        // 30 November and three working days more.
        assert_eq!(
            cases::case(city.db(), case).await.unwrap().due_on,
            Some(date(2026, 12, 3))
        );
        let asked = corrections::corrections(city.db(), &key, case)
            .await
            .unwrap();
        assert_eq!(
            (asked[0].answers, asked[0].text.as_str()),
            (Some(2), "犬の名前を確かめてください")
        );
        step(&city, case, Step::Check).await.unwrap();
        decide(&city, case, Outcome::Approved, "").await.unwrap();
        let taken = facts(&city, "procedures.days_taken", date(2026, 11, 27)).await;
        assert_eq!(taken[0].quantity, 1_000, "24 November alone was the desk's");
    }
);

each_database!(
    a_disposed_case_leaves_its_facts_and_nothing_readable,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let submitted = received(&city, "one").await;
        let case = submitted.case;
        let destroy = || {
            city.write(Actor::Staff(1), case, |tx, case| {
                Box::pin(keys::destroy(tx, *case))
            })
        };
        assert!(matches!(
            destroy().await,
            Err(ProcedureError::WrongState(_))
        ));
        city.write(Actor::Public, case, |tx, case| {
            Box::pin(cases::withdraw(tx, *case))
        })
        .await
        .map_err(|error: ProcedureError| error)
        .unwrap();
        let key = keys::open(city.db(), &city_key(), case).await.unwrap();
        destroy().await.unwrap();
        assert!(matches!(destroy().await, Err(ProcedureError::Disposed)));
        assert!(matches!(
            keys::open(city.db(), &city_key(), case).await,
            Err(ProcedureError::Disposed)
        ));
        assert!(matches!(
            cases::answers(city.db(), &key, case).await,
            Err(ProcedureError::Disposed)
        ));
        assert!(
            files::file(city.db(), &key, case, "photo1")
                .await
                .unwrap()
                .is_none()
        );
        let left = cases::case_with_receipt(city.db(), &city_key(), &submitted.receipt)
            .await
            .unwrap()
            .unwrap();
        assert!(left.disposed_at.is_some() && left.person.is_none());
        assert_eq!(
            facts(&city, "procedures.received", city.today())
                .await
                .len(),
            1
        );
    }
);

each_database!(
    messages_views_and_sessions_belong_to_their_case,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let (one, other) = (
            received(&city, "one").await.case,
            received(&city, "two").await.case,
        );
        let token = Token::generate();
        city.write(Actor::Public, (one, token.clone()), |tx, (case, token)| {
            Box::pin(async move {
                sessions::begin(tx, *case, token, None).await?;
                let key = keys::open(tx.connection(), &city_key(), *case).await?;
                messages::send(tx, &key, *case, false, "いつ届きますか", &[]).await?;
                messages::send(tx, &key, *case, true, "今週中に届きます", &[]).await?;
                history::record_view(tx, *case, 12, "environment", &history::ViewReason::Casework)
                    .await?;
                messages::mark_read(tx, *case, true).await
            })
        })
        .await
        .map_err(|error: ProcedureError| error)
        .unwrap();
        let key = keys::open(city.db(), &city_key(), one).await.unwrap();
        let sent = messages::messages(city.db(), &key, one).await.unwrap();
        assert_eq!(sent.len(), 2);
        assert!(sent[0].read_at.is_some() && sent[1].read_at.is_none());
        assert_eq!(sent[1].text, "今週中に届きます");
        assert_eq!(
            history::views(city.db(), one).await.unwrap()[0].department,
            "environment"
        );
        assert!(history::views(city.db(), other).await.unwrap().is_empty());
        assert_eq!(
            sessions::case_of(city.db(), &token, city.now())
                .await
                .unwrap()
                .map(|session| session.case),
            Some(one)
        );
        let later = city.now() + sessions::LASTS;
        assert_eq!(
            sessions::case_of(city.db(), &token, later).await.unwrap(),
            None
        );
        assert_eq!(
            sessions::case_of(city.db(), &Token::generate(), city.now())
                .await
                .unwrap(),
            None
        );
    }
);

async fn begin(city: &City, token: &Token, contents: &Json) -> drafts::Draft {
    let new =
        drafts::NewDraft::seal(&city_key(), token, "dog-registration", 1, None, contents).unwrap();
    city.write(Actor::Public, new, |tx, new| {
        Box::pin(drafts::begin(tx, new))
    })
    .await
    .map_err(|error: ProcedureError| error)
    .unwrap();
    drafts::with_token(city.db(), token, city.now())
        .await
        .unwrap()
        .unwrap()
}

fn json_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        ".{0,20}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

each_database!(
    what_is_saved_is_resumed_and_sent_without_loss,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let strategy = proptest::collection::vec(
            (json_value(), proptest::collection::vec(any::<u8>(), 0..50)),
            1..4,
        );
        let mut runner = TestRunner::deterministic();
        for round in 0..12 {
            let pages = strategy.new_tree(&mut runner).unwrap().current();
            let token = Token::generate();
            begin(&city, &token, &json!({})).await;
            let mut contents = json!({});
            let mut kept: Vec<files::File> = Vec::new();
            for (place, (value, bytes)) in pages.into_iter().enumerate() {
                // Read back each time, as after a restart.
                let draft = drafts::with_token(city.db(), &token, city.now())
                    .await
                    .unwrap()
                    .unwrap();
                let key = draft.key(&city_key()).unwrap();
                assert_eq!(draft.contents::<Json>(&key).unwrap(), contents);
                contents[format!("page{place}")] = value;
                let file = files::File {
                    key: format!("file{place}"),
                    about: files::About {
                        name: "名前.bin".to_owned(),
                        media_type: "application/pdf".to_owned(),
                    },
                    contents: bytes,
                };
                kept.push(file.clone());
                let names = kept.iter().map(|file| file.key.clone()).collect();
                let saving = drafts::Saving::seal(&key, &draft, &contents, &[file], names).unwrap();
                city.write(Actor::Public, saving, |tx, saving| {
                    Box::pin(drafts::save(tx, saving))
                })
                .await
                .map_err(|error: ProcedureError| error)
                .unwrap();
            }
            let draft = drafts::with_token(city.db(), &token, city.now())
                .await
                .unwrap()
                .unwrap();
            let key = draft.key(&city_key()).unwrap();
            let mut found = Vec::new();
            for (name, _) in files::keys_of_draft(city.db(), draft.id).await.unwrap() {
                found.push(
                    files::of_draft(city.db(), &key, draft.id, &name)
                        .await
                        .unwrap()
                        .unwrap(),
                );
            }
            let mut new = application(&draft.submission());
            new.draft = Some(draft.id);
            new.answers = draft.contents(&key).unwrap();
            new.files = found;
            let submitted = submit(&city, new.seal(&city_key()).unwrap()).await.unwrap();
            assert!(!submitted.repeated, "round {round}");

            let key = keys::open(city.db(), &city_key(), submitted.case)
                .await
                .unwrap();
            let given = cases::answers(city.db(), &key, submitted.case)
                .await
                .unwrap();
            assert_eq!(given[0].answers, contents);
            for file in &kept {
                let stored = files::file(city.db(), &key, submitted.case, &file.key)
                    .await
                    .unwrap();
                assert_eq!(stored.as_ref(), Some(file));
            }
            // The draft leads to the case and holds nothing any more.
            let ended = drafts::with_token(city.db(), &token, city.now())
                .await
                .unwrap()
                .unwrap();
            assert_eq!(ended.case, Some(submitted.case));
            assert!(ended.key(&city_key()).is_err());
            assert!(
                files::keys_of_draft(city.db(), ended.id)
                    .await
                    .unwrap()
                    .is_empty()
            );
        }
    }
);

each_database!(
    a_draft_is_kept_thirty_days_and_changed_in_one_window,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let token = Token::generate();
        let draft = begin(&city, &token, &json!({"name": "花子"})).await;
        let key = draft.key(&city_key()).unwrap();
        let save = || {
            let saving = drafts::Saving::seal(&key, &draft, &json!({}), &[], vec![]).unwrap();
            city.write(Actor::Public, saving, |tx, saving| {
                Box::pin(drafts::save(tx, saving))
            })
        };
        save().await.unwrap();
        assert!(matches!(
            save().await,
            Err(ProcedureError::ChangedMeanwhile)
        ));
        assert!(
            drafts::with_token(city.db(), &Token::generate(), city.now())
                .await
                .unwrap()
                .is_none()
        );

        let clean_up = || {
            city.write(Actor::CommandLine, (), |tx: &Tx, ()| {
                Box::pin(drafts::clean_up(tx))
            })
        };
        let count = || {
            city.db()
                .value::<i64>("SELECT COUNT(*) FROM procedures_drafts", [])
        };
        day_passes_to(&city, "2026-12-21T00:59:00Z");
        clean_up()
            .await
            .map_err(|error: ProcedureError| error)
            .unwrap();
        assert_eq!(count().await.unwrap(), Some(1));
        day_passes_to(&city, "2026-12-21T01:00:00Z");
        assert!(
            drafts::with_token(city.db(), &token, city.now())
                .await
                .unwrap()
                .is_none()
        );
        clean_up()
            .await
            .map_err(|error: ProcedureError| error)
            .unwrap();
        assert_eq!(count().await.unwrap(), Some(0));
    }
);

#[test]
fn the_same_person_is_found_however_the_name_is_typed() {
    let of = |name: &str, born: Option<jiff::civil::Date>, email: &str| {
        keys::person(
            &city_key(),
            &keys::Person {
                name: Some(name.to_owned()),
                birth_date: born,
                email: Some(email.to_owned()),
            },
        )
    };
    let born = Some(date(1980, 4, 1));
    assert_eq!(
        of("山田　太郎", born, ""),
        of("山田 太郎", born, "taro@example.jp")
    );
    assert_ne!(
        of("山田 太郎", born, ""),
        of("山田 太郎", Some(date(1981, 4, 1)), "")
    );
    assert_eq!(
        of("山田", None, "Taro@example.jp"),
        of("田中", None, "taro@example.jp")
    );
    assert_eq!(of("山田", None, ""), None);
}
