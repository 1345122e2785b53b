//! The desk's own work in the store: the inbox, responsibility, notes, ticks, putting together, delivery, disposal. On both databases.

use crate::support::{city_key, document, put_live, received};
use axum::{Router, http::HeaderMap, routing::post};
use jiff::Timestamp;
use std::sync::{Arc, Mutex};
use yakuba_city::{Actor, City, each_database, run_due_jobs};
use yakuba_kernel::DepartmentCode;
use yakuba_procedures::{
    ProcedureError, ProcedureService,
    model::{
        case::{Stage, Step},
        inbox::{AssigneeFilter, InboxFilter, StageFilter},
    },
    store::{
        cases, casework,
        delivery::{self, NewEndpoint},
        keys, retention,
    },
};

fn department() -> DepartmentCode {
    DepartmentCode::new("environment").unwrap()
}

async fn found(city: &City, filter: InboxFilter) -> Vec<i64> {
    casework::inbox(city.db(), &[department()], &filter, city.today(), 1)
        .await
        .unwrap()
        .cases
        .into_iter()
        .map(|case| case.id)
        .collect()
}

async fn steps(city: &City, case: i64, steps: &[Step]) {
    for step in steps {
        city.write(Actor::Staff(1), (case, *step), |tx, (case, step)| {
            Box::pin(async move {
                let revision = cases::case(tx.connection(), *case).await?.revision;
                cases::step(tx, *case, revision, *step, &cases::By::Program).await
            })
        })
        .await
        .unwrap();
    }
}

async fn assign(city: &City, case: i64, revision: i64) -> Result<(), ProcedureError> {
    city.write(Actor::Staff(1), (case, revision), |tx, (case, revision)| {
        Box::pin(casework::assign(tx, *case, *revision, Some(7)))
    })
    .await
}

each_database!(
    the_inbox_finds_what_is_to_be_done,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let first = received(&city, "one").await.case;
        let second = received(&city, "two").await.case;
        let all = found(&city, InboxFilter::default()).await;
        assert_eq!(all, [first, second]);
        let other = DepartmentCode::new("tax").unwrap();
        let foreign = casework::inbox(
            city.db(),
            &[other],
            &InboxFilter::default(),
            city.today(),
            1,
        )
        .await
        .unwrap();
        assert_eq!(foreign.total, 0, "another department's inbox");
        let nobody = casework::inbox(city.db(), &[], &InboxFilter::default(), city.today(), 1)
            .await
            .unwrap();
        assert_eq!(nobody.total, 0, "who works nowhere sees nothing");

        let revision = cases::case(city.db(), first).await.unwrap().revision;
        assign(&city, first, revision).await.unwrap();
        assert!(matches!(
            assign(&city, first, revision).await,
            Err(ProcedureError::ChangedMeanwhile)
        ));
        let mine = InboxFilter {
            assignee: AssigneeFilter::Account(7),
            ..InboxFilter::default()
        };
        assert_eq!(found(&city, mine).await, [first]);
        let nobodys = InboxFilter {
            assignee: AssigneeFilter::Nobody,
            ..InboxFilter::default()
        };
        assert_eq!(found(&city, nobodys).await, [second]);

        // Due in five working days: after a month both are late, and a decided one is late no more.
        let late = InboxFilter {
            late: true,
            ..InboxFilter::default()
        };
        assert!(found(&city, late.clone()).await.is_empty());
        city.clock()
            .set("2026-12-25T00:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(found(&city, late.clone()).await, [first, second]);
        let workload = casework::workloads(city.db(), city.today()).await.unwrap();
        assert_eq!(
            (workload[0].open, workload[0].late, workload[0].unassigned),
            (2, 2, 1)
        );
        steps(&city, second, &[Step::Withdraw]).await;
        assert_eq!(found(&city, late).await, [first]);
        assert_eq!(found(&city, InboxFilter::default()).await, [first]);
        let withdrawn = InboxFilter {
            stage: StageFilter::At(Stage::Withdrawn),
            ..InboxFilter::default()
        };
        assert_eq!(found(&city, withdrawn).await, [second]);
    }
);

each_database!(
    notes_and_ticks_stay_with_the_case,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let case = received(&city, "one").await.case;
        for text in ["電話で確認済み。", "鑑札の在庫を確認。"] {
            city.write(Actor::Staff(7), (case, text), |tx, (case, text)| {
                Box::pin(async move {
                    let key = keys::open(tx.connection(), &city_key(), *case).await?;
                    casework::add_note(tx, &key, *case, 7, text).await
                })
            })
            .await
            .unwrap();
        }
        let key = keys::open(city.db(), &city_key(), case).await.unwrap();
        let notes = casework::notes(city.db(), &key, case).await.unwrap();
        assert_eq!(notes.len(), 2);
        assert_eq!(notes[0].text, "鑑札の在庫を確認。", "newest first");

        for (account, items) in [(7, vec![0, 1]), (8, vec![1])] {
            city.write(
                Actor::Staff(account),
                (case, account, items),
                |tx, (case, account, items)| {
                    Box::pin(casework::set_ticks(tx, *case, *account, items))
                },
            )
            .await
            .unwrap();
        }
        let ticks = casework::ticks(city.db(), case).await.unwrap();
        assert_eq!(ticks.len(), 1);
        assert_eq!(
            (ticks[0].item, ticks[0].ticked_by),
            (1, 7),
            "who ticked first stays"
        );

        // A view is kept by name, for its owner only.
        for query in ["late=1", "assignee=me"] {
            city.write(Actor::Staff(7), query, |tx, query| {
                Box::pin(casework::save_view(tx, 7, "急ぎ", query))
            })
            .await
            .unwrap();
        }
        let views = casework::saved_views(city.db(), 7).await.unwrap();
        assert_eq!(views.len(), 1);
        assert_eq!(views[0].query, "assignee=me");
        assert!(
            casework::saved_views(city.db(), 8)
                .await
                .unwrap()
                .is_empty()
        );
    }
);

/// A system that refuses its first message and takes the next.
pub(crate) async fn receiver(heard: Arc<Mutex<Vec<(HeaderMap, String)>>>) -> String {
    let app = Router::new().route(
        "/",
        post(move |headers: HeaderMap, body: String| async move {
            let mut heard = heard.lock().unwrap();
            heard.push((headers, body));
            if heard.len() == 1 {
                axum::http::StatusCode::SERVICE_UNAVAILABLE
            } else {
                axum::http::StatusCode::NO_CONTENT
            }
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/")
}

/// A system at an address that is told of the cases of one procedure, or of all; its number.
pub(crate) async fn endpoint(city: &City, url: String, procedure: Option<&str>) -> i64 {
    let endpoint = NewEndpoint {
        name: "犬の登録台帳".to_owned(),
        department: department(),
        procedure: procedure.map(str::to_owned),
        url,
        secret: vec![7; 32],
        account: 1,
    };
    city.write(
        Actor::Staff(1),
        (city.key().unwrap().clone(), endpoint),
        |tx, (key, endpoint)| Box::pin(delivery::add_endpoint(tx, key, endpoint)),
    )
    .await
    .unwrap()
}

each_database!(
    another_system_is_told_until_it_listens,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let url = receiver(heard.clone()).await;
        let key = city.key().unwrap().clone();
        let add = endpoint(&city, url, Some("dog-registration")).await;
        assert!(add > 0);
        // The case is sealed under the key that the city itself holds, as the program does it.
        let sealed = crate::support::application("one").seal(&key).unwrap();
        let case = crate::support::submit(&city, sealed).await.unwrap().case;
        while run_due_jobs(&city).await.unwrap() > 0 {}
        let failed = delivery::deliveries(city.db(), &[add]).await.unwrap();
        assert_eq!(failed.len(), 1);
        assert_eq!(
            (failed[0].case, failed[0].state.as_str(), failed[0].tries),
            (case, "failed", 1)
        );
        assert!(failed[0].problem.as_deref().unwrap().contains("503"));

        city.write(Actor::Staff(1), failed[0].id, |tx, id| {
            Box::pin(delivery::retry(tx, *id))
        })
        .await
        .unwrap();
        // At once: nobody waits for the next try by itself.
        while run_due_jobs(&city).await.unwrap() > 0 {}
        assert!(
            delivery::deliveries(city.db(), &[])
                .await
                .unwrap()
                .is_empty(),
            "the ledger of no endpoint"
        );
        let delivered = delivery::deliveries(city.db(), &[add]).await.unwrap();
        assert_eq!(
            (delivered[0].state.as_str(), delivered[0].tries),
            ("delivered", 2)
        );
        assert!(matches!(
            city.write(Actor::Staff(1), delivered[0].id, |tx, id| Box::pin(
                delivery::retry(tx, *id)
            ))
            .await,
            Err(ProcedureError::WrongState(_))
        ));
        let heard = heard.lock().unwrap();
        assert_eq!(
            heard.len(),
            2,
            "told once more after the refusal, and not again"
        );
        assert_eq!(
            heard[0].0["webhook-id"], heard[1].0["webhook-id"],
            "the same message"
        );
        assert!(heard[0].0.contains_key("webhook-signature"));
        let body: serde_json::Value = serde_json::from_str(&heard[1].1).unwrap();
        assert_eq!(
            (body["event"].as_str(), body["case"].as_i64()),
            (Some("received"), Some(case))
        );
        assert!(body["answers"].is_object());
        assert_eq!(body["co_applicants"], serde_json::json!([]));
    }
);

each_database!(
    disposal_takes_two_persons_and_leaves_the_counts,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let case = received(&city, "one").await.case;
        let kept = received(&city, "two").await.case;
        steps(&city, case, &[Step::Withdraw]).await;
        let propose = || async {
            city.write(Actor::Staff(7), (), |tx, ()| {
                Box::pin(async move { retention::propose(tx, &department(), 7).await })
            })
            .await
            .unwrap()
        };
        assert_eq!(propose().await, None, "nothing is over its period yet");
        // Withdrawn in fiscal year 2026 and kept five years after it: due from 1 April 2032.
        for (day, due) in [
            ("2032-03-31T14:59:59Z", false),
            ("2032-03-31T15:00:00Z", true),
        ] {
            city.clock().set(day.parse::<Timestamp>().unwrap());
            let found = retention::due(city.db(), &department(), city.today())
                .await
                .unwrap();
            assert_eq!(
                found.first().map(|due| due.cases.clone()),
                due.then(|| vec![case])
            );
        }
        let list = propose().await.unwrap();
        assert_eq!(
            propose().await,
            None,
            "what stands on an open list is not proposed again"
        );
        let settle = |account: i64| {
            let city = city.clone();
            async move {
                city.write(
                    Actor::Staff(account),
                    (list, account),
                    |tx, (list, account)| {
                        Box::pin(async move {
                            retention::settle(tx, *list, &department(), *account, true).await
                        })
                    },
                )
                .await
            }
        };
        assert!(
            matches!(settle(7).await, Err(ProcedureError::WrongState(_))),
            "not by the proposer"
        );
        assert!(keys::open(city.db(), &city_key(), case).await.is_ok());
        settle(8).await.unwrap();
        assert!(matches!(
            keys::open(city.db(), &city_key(), case).await,
            Err(ProcedureError::Disposed)
        ));
        assert!(keys::open(city.db(), &city_key(), kept).await.is_ok());
        assert!(
            matches!(settle(8).await, Err(ProcedureError::WrongState(_))),
            "once"
        );
        assert!(
            cases::case(city.db(), case)
                .await
                .unwrap()
                .disposed_at
                .is_some()
        );
    }
);

each_database!(
    what_waited_when_a_receiver_was_paused_is_sent_when_it_goes_on,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let url = receiver(heard.clone()).await;
        let key = city.key().unwrap().clone();
        let id = endpoint(&city, url, None).await;
        let sealed = crate::support::application("one").seal(&key).unwrap();
        crate::support::submit(&city, sealed).await.unwrap();
        while run_due_jobs(&city).await.unwrap() > 0 {}
        let state = async || {
            let all = delivery::deliveries(city.db(), &[id]).await.unwrap();
            (all[0].id, all[0].state.clone())
        };
        let (number, failed) = state().await;
        assert_eq!(failed, "failed");

        // Sent again, and paused before it went out; the jobs run while it is paused.
        city.write(Actor::Staff(1), (id, number), |tx, (id, number)| {
            Box::pin(async move {
                delivery::retry(tx, *number).await?;
                delivery::set_active(tx, *id, false).await
            })
        })
        .await
        .unwrap();
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_hours(48));
        while run_due_jobs(&city).await.unwrap() > 0 {}
        assert_eq!(state().await, (number, "waiting".to_owned()));
        city.write(Actor::Staff(1), id, |tx, id| {
            Box::pin(delivery::set_active(tx, *id, true))
        })
        .await
        .unwrap();
        while run_due_jobs(&city).await.unwrap() > 0 {}
        assert_eq!(state().await, (number, "delivered".to_owned()));
        assert_eq!(heard.lock().unwrap().len(), 2);
    }
);

each_database!(
    what_happens_while_a_receiver_is_paused_is_told_when_it_goes_on,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let url = receiver(heard.clone()).await;
        let key = city.key().unwrap().clone();
        let id = endpoint(&city, url, None).await;
        let pause = async |active: bool| {
            city.write(Actor::Staff(1), (id, active), |tx, (id, active)| {
                Box::pin(delivery::set_active(tx, *id, *active))
            })
            .await
            .unwrap();
        };
        pause(false).await;
        let sealed = crate::support::application("one").seal(&key).unwrap();
        crate::support::submit(&city, sealed).await.unwrap();
        while run_due_jobs(&city).await.unwrap() > 0 {}
        let states = async || -> Vec<String> {
            let all = delivery::deliveries(city.db(), &[id]).await.unwrap();
            all.into_iter().map(|line| line.state).collect()
        };
        assert_eq!(states().await, ["waiting"], "it is in the ledger");
        assert!(heard.lock().unwrap().is_empty(), "and was not sent");
        pause(true).await;
        while run_due_jobs(&city).await.unwrap() > 0 {}
        // The receiver refuses the first message it gets.
        assert_eq!(heard.lock().unwrap().len(), 1);
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_hours(48));
        while run_due_jobs(&city).await.unwrap() > 0 {}
        assert_eq!(states().await, ["delivered"]);

        // To one that was removed nothing is told.
        city.write(Actor::Staff(1), id, |tx, id| {
            Box::pin(delivery::remove_endpoint(tx, *id))
        })
        .await
        .unwrap();
        let sealed = crate::support::application("two").seal(&key).unwrap();
        crate::support::submit(&city, sealed).await.unwrap();
        while run_due_jobs(&city).await.unwrap() > 0 {}
        assert_eq!(states().await.len(), 1);
    }
);

each_database!(
    a_system_is_told_of_what_changes_later,
    [&ProcedureService],
    async |city| {
        put_live(&city, document()).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        // The first message is refused, and is another one's.
        let url = receiver(heard.clone()).await;
        let key = city.key().unwrap().clone();
        let own = endpoint(&city, url.clone(), None).await;
        let of_tax = NewEndpoint {
            name: "税の台帳".to_owned(),
            department: DepartmentCode::new("tax").unwrap(),
            procedure: None,
            url,
            secret: vec![7; 32],
            account: 1,
        };
        let of_tax = city
            .write(Actor::Staff(1), (key.clone(), of_tax), |tx, (key, new)| {
                Box::pin(delivery::add_endpoint(tx, key, new))
            })
            .await
            .unwrap();
        let sealed = crate::support::application("one").seal(&key).unwrap();
        let case = crate::support::submit(&city, sealed).await.unwrap().case;
        for name in ["ポチ次郎", "ポチ三郎"] {
            let own = keys::open(city.db(), &key, case).await.unwrap();
            city.write(
                Actor::Staff(7),
                (case, own, name),
                |tx, (case, own, name)| {
                    Box::pin(async move {
                        let revision = cases::case(tx.connection(), *case).await?.revision;
                        let answers = serde_json::json!({ "dog_name": name });
                        cases::enter_answers(tx, own, *case, revision, &answers).await
                    })
                },
            )
            .await
            .unwrap();
        }
        city.write(Actor::Staff(7), case, |tx, case| {
            Box::pin(async move {
                let revision = cases::case(tx.connection(), *case).await?.revision;
                let tax = DepartmentCode::new("tax").unwrap();
                casework::hand_over(tx, *case, revision, &tax).await
            })
        })
        .await
        .unwrap();
        while run_due_jobs(&city).await.unwrap() > 0 {}
        let events = async |endpoint| {
            let mut events: Vec<String> = delivery::deliveries(city.db(), &[endpoint])
                .await
                .unwrap()
                .into_iter()
                .map(|delivery| delivery.event)
                .collect();
            events.sort();
            events
        };
        // Who is told is found out when the job runs: the department that has the case then.
        assert_eq!(
            events(of_tax).await,
            ["corrected", "corrected", "handed_over", "received"]
        );
        assert!(events(own).await.is_empty());
        let heard = heard.lock().unwrap();
        let ids: std::collections::BTreeSet<&str> = heard
            .iter()
            .map(|(headers, _)| headers["webhook-id"].to_str().unwrap())
            .collect();
        assert_eq!(ids.len(), 4, "each has an id of its own");
    }
);
