//! The circle as clerks, heads, the DX office and the committee go through it. Each story on both databases.

use crate::cycle_support::{
    PLAN, account, counted, indicator, initiative, plan_id, settle, tell, year,
};
use jiff::civil::{Date, date};
use yakuba_city::{Actor, City, each_database, run_due_jobs, sql::Sql as _};
use yakuba_identity::IdentityService;
use yakuba_kernel::Yen;
use yakuba_mail::{MailService, SmtpSettings};
use yakuba_plan::{
    PlanError, PlanService,
    model::cycle::{
        ActState, ActStep, HearingVerdict, LifeChange, ProposalState, ReviewState, ReviewStep,
        TaskStep,
    },
    model::document::LifeStage,
    store::{
        self,
        cycle::{
            self, ActEdit, HearingOutcome, MissedTarget, NewExpectation, NewProposal, ReviewPlace,
            ReviewTexts, Stamp, TaskEdit,
        },
    },
};

async fn place(city: &City, number: &str, department: &str) -> ReviewPlace {
    ReviewPlace {
        plan_id: plan_id(city).await,
        initiative_key: initiative(city, number).await,
        department: department.into(),
        fiscal_year: year(2025),
    }
}

async fn write_review(city: &City, place: ReviewPlace, by: i64) -> i64 {
    city.write(Actor::Staff(by), place, |tx, place| {
        Box::pin(async move {
            let texts = ReviewTexts {
                results: vec!["窓口で案内した。".into(), "  ".into()],
                ..ReviewTexts::default()
            };
            cycle::save_review(tx, place, &texts, true, None, &Stamp::of(tx)).await
        })
    })
    .await
    .unwrap()
}

async fn step(
    city: &City,
    id: i64,
    by: i64,
    step: ReviewStep,
    text: &'static str,
) -> Result<ReviewState, PlanError> {
    let revision = cycle::review_by_id(city.db(), id).await.unwrap().revision;
    city.write(Actor::Staff(by), (), move |tx, ()| {
        Box::pin(
            async move { cycle::step_review(tx, id, revision, step, text, &Stamp::of(tx)).await },
        )
    })
    .await
}

each_database!(
    the_history_of_the_demo_city_is_told_through_the_same_doors,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        tell(&city).await.unwrap();
        let id = plan_id(&city).await;

        let notes = cycle::progress_notes(city.db(), id, None).await.unwrap();
        assert_eq!(notes.len(), 13);
        assert_eq!(
            counted(&city, "plan.progress_note", 2026)
                .await
                .values()
                .sum::<i64>(),
            13
        );
        let reviews = cycle::reviews(city.db(), id).await.unwrap();
        assert!(
            reviews
                .iter()
                .all(|review| review.state == ReviewState::Published)
        );
        // Returned once, so handed in twice, but counted once.
        assert_eq!(
            counted(&city, "plan.review_submitted", 2026)
                .await
                .into_iter()
                .collect::<Vec<_>>(),
            [("on_time".to_owned(), i64::try_from(reviews.len()).unwrap())]
        );
        let acts = cycle::published_acts(city.db(), id, None).await.unwrap();
        assert_eq!(acts.len(), 14);
        assert!(acts.iter().all(|act| act.carried_to.is_some()));
        let taken = cycle::takeovers(city.db(), id, Some(&initiative(&city, "4").await))
            .await
            .unwrap();
        assert_eq!(taken.len(), 2);
        let revisions = cycle::revisions(city.db(), id).await.unwrap();
        assert_eq!(revisions[0].label, "1.3");
        assert_eq!(revisions[0].changes.len(), 2);
        let proposals = cycle::proposals(city.db()).await.unwrap();
        let summary = cycle::summary_of(&proposals, year(2022));
        assert_eq!(
            (summary.heard, summary.as_proposed, summary.reduced),
            (2, 1, 1)
        );
        assert_eq!((summary.asked, summary.granted), (22_360_000, 20_600_000));
        assert_eq!(
            yakuba_city::verify_audit(city.db()).await.unwrap().broken,
            None
        );
        // Nothing may be told twice.
        assert!(tell(&city).await.is_err());
    }
);

each_database!(
    a_task_is_reminded_of_once_a_day_until_it_is_done,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let (id, key) = (plan_id(&city).await, initiative(&city, "1").await);
        let clerk = account(&city, "tokunaga").await;
        let task = city
            .write(
                Actor::Staff(clerk),
                (key, clerk),
                move |tx, (key, clerk)| {
                    Box::pin(async move {
                        let edit = TaskEdit {
                            title: "案内文を直す".into(),
                            department: "tax".into(),
                            assignee: Some(*clerk),
                            due: date(2026, 11, 20),
                            note: None,
                        };
                        cycle::make_task(tx, id, key, &edit, &Stamp::of(tx)).await
                    })
                },
            )
            .await
            .unwrap();
        // Who gives a task to themselves is not told of it.
        assert_eq!(cycle::unread_notices(city.db(), clerk).await.unwrap(), 0);
        run_due_jobs(&city).await.unwrap();
        run_due_jobs(&city).await.unwrap();
        let notices = cycle::notices(city.db(), clerk).await.unwrap();
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].kind, "task_overdue");
        // The next day's reminder takes the place of the unread one.
        city.clock()
            .set(city.now() + jiff::SignedDuration::from_hours(24));
        run_due_jobs(&city).await.unwrap();
        assert_eq!(cycle::unread_notices(city.db(), clerk).await.unwrap(), 1);

        let complete = |revision: i64, step: TaskStep, text: &'static str| {
            city.write(Actor::Staff(clerk), (), move |tx, ()| {
                Box::pin(async move {
                    cycle::step_task(tx, task, revision, step, text, &Stamp::of(tx)).await
                })
            })
        };
        complete(1, TaskStep::Complete, "").await.unwrap();
        assert_eq!(cycle::unread_notices(city.db(), clerk).await.unwrap(), 0);
        assert_eq!(counted(&city, "plan.task_completed", 2026).await["late"], 1);
        assert!(matches!(
            complete(1, TaskStep::Reopen, "まだ残っていた").await,
            Err(PlanError::ChangedMeanwhile)
        ));
        assert!(matches!(
            complete(2, TaskStep::Reopen, " ").await,
            Err(PlanError::Empty(_))
        ));
        complete(2, TaskStep::Reopen, "まだ残っていた")
            .await
            .unwrap();
        assert!(counted(&city, "plan.task_completed", 2026).await.is_empty());
        let steps = cycle::steps_of_task(city.db(), task).await.unwrap();
        let words: Vec<&str> = steps.iter().map(|step| step.step.as_str()).collect();
        assert_eq!(words, ["make", "complete", "reopen"]);
        assert_eq!(steps[2].text, "まだ残っていた");
    }
);

/// Makes a task of the tax office for a person.
async fn task_due(city: &City, assignee: i64, title: &str, due: Date) {
    let (id, key) = (plan_id(city).await, initiative(city, "1").await);
    let edit = TaskEdit {
        title: title.into(),
        department: "tax".into(),
        assignee: Some(assignee),
        due,
        note: None,
    };
    city.write(
        Actor::Staff(assignee),
        (key, edit),
        move |tx, (key, edit)| {
            Box::pin(async move { cycle::make_task(tx, id, key, edit, &Stamp::of(tx)).await })
        },
    )
    .await
    .unwrap();
}

/// The mails that wait, opened.
async fn mails(city: &City) -> Vec<yakuba_mail::Mail> {
    let key = city.key().unwrap();
    yakuba_mail::store::all_waiting(city.db(), 100)
        .await
        .unwrap()
        .iter()
        .map(|mail| mail.open(key).unwrap())
        .collect()
}

each_database!(
    what_is_due_is_mailed_on_chosen_days_to_who_can_be_reached,
    [&MailService, &IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let clerk = account(&city, "tokunaga").await;
        city.write(Actor::CommandLine, clerk, |tx, clerk| {
            Box::pin(async move {
                tx.connection()
                    .run("UPDATE accounts SET email = NULL", [])
                    .await?;
                tx.connection()
                    .run(
                        "UPDATE accounts SET email = 'tokunaga@example.jp' WHERE id = $1",
                        [(*clerk).into()],
                    )
                    .await?;
                Ok::<_, PlanError>(())
            })
        })
        .await
        .unwrap();
        task_due(&city, clerk, "案内文を直す", date(2026, 11, 20)).await;
        task_due(&city, clerk, "会議の準備", date(2026, 11, 24)).await;
        task_due(&city, clerk, "様式を送る", date(2026, 11, 22)).await;
        // Somebody without an address has the box only.
        let other = account(&city, "watanabe").await;
        task_due(&city, other, "届かないメール", date(2026, 11, 22)).await;

        // The test's day is 21 November. Without a mail server nothing piles up.
        run_due_jobs(&city).await.unwrap();
        assert_eq!(mails(&city).await, []);
        assert_eq!(cycle::unread_notices(city.db(), clerk).await.unwrap(), 3);

        // Nobody listens there, so that mails wait.
        let nowhere = SmtpSettings::new("smtp://127.0.0.1:9", "city@example.jp").unwrap();
        yakuba_mail::set_up(&city, Some(nowhere));
        let day = jiff::SignedDuration::from_hours(24);
        city.clock().set(city.now() + day);
        run_due_jobs(&city).await.unwrap();
        assert_eq!(
            mails(&city).await,
            [],
            "22 November is no day of a mail for any of them"
        );

        city.clock().set(city.now() + day);
        run_due_jobs(&city).await.unwrap();
        run_due_jobs(&city).await.unwrap();
        let written = mails(&city).await;
        assert_eq!(written.len(), 1);
        assert_eq!(written[0].to.as_str(), "tokunaga@example.jp");
        assert!(written[0].subject.contains("2件"), "{}", written[0].subject);
        let text = &written[0].text;
        let (late, soon) = (
            text.find("様式を送る").unwrap(),
            text.find("会議の準備").unwrap(),
        );
        assert!(late < soon && !text.contains("案内文を直す"), "{text}");
    }
);

each_database!(
    a_note_taken_back_is_no_longer_counted,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let (id, key) = (plan_id(&city).await, initiative(&city, "2").await);
        let note = city
            .write(Actor::Staff(4), key, move |tx, key| {
                Box::pin(async move {
                    cycle::write_progress_note(
                        tx,
                        id,
                        key,
                        "civic",
                        tx.today(),
                        "41分でした。",
                        &Stamp::of(tx),
                    )
                    .await
                })
            })
            .await
            .unwrap();
        assert_eq!(
            counted(&city, "plan.progress_note", 2026)
                .await
                .values()
                .sum::<i64>(),
            1
        );
        city.write(Actor::Staff(4), (), move |tx, ()| {
            Box::pin(async move {
                cycle::withdraw_progress_note(tx, id, note, "別の取組でした", &Stamp::of(tx)).await
            })
        })
        .await
        .unwrap();
        assert!(counted(&city, "plan.progress_note", 2026).await.is_empty());
        let notes = cycle::progress_notes(city.db(), id, None).await.unwrap();
        assert_eq!(notes[0].withdrawn_reason.as_deref(), Some("別の取組でした"));
    }
);

each_database!(
    a_review_goes_from_the_department_to_the_public_and_back_once,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let (clerk, head, office) = (
            account(&city, "watanabe").await,
            account(&city, "saito").await,
            account(&city, "sano").await,
        );
        let place = place(&city, "2", "civic").await;
        let id = write_review(&city, place.clone(), clerk).await;
        // No step is skipped.
        for early in [ReviewStep::Accept, ReviewStep::Approve, ReviewStep::Publish] {
            assert!(matches!(
                step(&city, id, office, early, "").await,
                Err(PlanError::WrongState(_))
            ));
        }
        step(&city, id, head, ReviewStep::Submit, "").await.unwrap();
        assert_eq!(
            counted(&city, "plan.review_submitted", 2026).await["late"],
            1
        );
        assert!(matches!(
            step(&city, id, office, ReviewStep::Return, "").await,
            Err(PlanError::Empty(_))
        ));
        step(
            &city,
            id,
            office,
            ReviewStep::Return,
            "件数も書いてください。",
        )
        .await
        .unwrap();
        let notices = cycle::notices(city.db(), clerk).await.unwrap();
        assert_eq!(notices[0].kind, "review_returned");
        // Two people edit: the slower one is told.
        let review = cycle::review_by_id(city.db(), id).await.unwrap();
        for (round, expected) in [(1, true), (2, false)] {
            let input = (place.clone(), review.revision, format!("{round}回目"));
            let outcome = city
                .write(Actor::Staff(clerk), input, |tx, (place, revision, text)| {
                    Box::pin(async move {
                        let texts = ReviewTexts {
                            results: vec![text.clone()],
                            ..ReviewTexts::default()
                        };
                        cycle::save_review(
                            tx,
                            place,
                            &texts,
                            false,
                            Some(*revision),
                            &Stamp::of(tx),
                        )
                        .await
                    })
                })
                .await;
            assert_eq!(outcome.is_ok(), expected);
        }
        step(&city, id, head, ReviewStep::Submit, "").await.unwrap();
        step(
            &city,
            id,
            office,
            ReviewStep::AcceptWithRemark,
            "費用も示すこと。",
        )
        .await
        .unwrap();
        assert!(
            cycle::published_reviews(city.db(), place.plan_id, None)
                .await
                .unwrap()
                .is_empty()
        );
        let plan = place.plan_id;
        let revision = cycle::review_by_id(city.db(), id).await.unwrap().revision;
        let decision = cycle::NewDecision {
            fiscal_year: year(2025),
            title: "令和7年度の評価".into(),
            text: "公表する。".into(),
            items: vec![cycle::DecisionItem {
                initiative_key: place.initiative_key.clone(),
                verdict: yakuba_plan::model::cycle::Verdict::Continue,
                text: "続けること。".into(),
            }],
            reviews: vec![(id, revision)],
        };
        let decide = |decision: cycle::NewDecision| {
            city.write(Actor::Staff(office), decision, move |tx, decision| {
                Box::pin(async move {
                    cycle::decide(tx, plan, decision, tx.today(), &Stamp::of(tx)).await
                })
            })
        };
        decide(decision.clone()).await.unwrap();
        assert!(
            matches!(decide(decision).await, Err(PlanError::WrongState(_))),
            "one verdict a year"
        );
        let published = city
            .write(Actor::Staff(office), (), move |tx, ()| {
                Box::pin(async move {
                    cycle::publish_reviews(tx, plan, year(2025), &Stamp::of(tx)).await
                })
            })
            .await
            .unwrap();
        assert_eq!(published, 1);
        let shown = cycle::published_reviews(city.db(), plan, Some(&place.initiative_key))
            .await
            .unwrap();
        assert_eq!(shown[0].texts.results, ["1回目"]);
        assert_eq!(shown[0].check_text.as_deref(), Some("費用も示すこと。"));
        assert_eq!(
            cycle::published_decisions(city.db(), plan).await.unwrap()[0]
                .items
                .len(),
            1
        );
        let steps = cycle::steps_of_review(city.db(), id).await.unwrap();
        let words: Vec<&str> = steps.iter().map(|step| step.step.as_str()).collect();
        assert_eq!(
            words,
            [
                "ask",
                "submit",
                "return",
                "write",
                "submit",
                "accept_with_remark",
                "approve",
                "publish"
            ]
        );
        assert!(steps.iter().all(|step| step.made_by.starts_with("staff:")));
    }
);

each_database!(
    a_missed_target_opens_one_record_and_goes_into_next_years_plan,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let plan = plan_id(&city).await;
        let missed = vec![MissedTarget {
            indicator_key: indicator(&city, "コンビニ交付率").await,
            fact: "目標40%に対して39.9%だった。".into(),
        }];
        let open = || {
            city.write(Actor::Staff(1), missed.clone(), move |tx, missed| {
                Box::pin(async move {
                    cycle::open_acts(tx, plan, year(2025), missed, &Stamp::of(tx)).await
                })
            })
        };
        let opened = open().await.unwrap();
        assert_eq!(opened.len(), 1);
        assert!(open().await.unwrap().is_empty(), "opened once only");
        let act = cycle::act(city.db(), opened[0]).await.unwrap();
        assert_eq!((act.owner.as_str(), act.state()), ("civic", ActState::Open));
        let id = act.id;
        let advance = |revision: i64, step: ActStep, text: &'static str| {
            city.write(Actor::Staff(1), (), move |tx, ()| {
                Box::pin(async move {
                    cycle::step_act(tx, id, revision, step, text, &Stamp::of(tx)).await
                })
            })
        };
        assert!(matches!(
            advance(1, ActStep::Begin, "").await,
            Err(PlanError::Empty("cause"))
        ));
        city.write(Actor::Staff(1), act.fact.clone(), move |tx, fact| {
            Box::pin(async move {
                let edit = ActEdit {
                    fact: fact.clone(),
                    cause: "知られていない。".into(),
                    countermeasure: "窓口で次回の使い方を渡す。".into(),
                    owner: "civic".into(),
                    assignee: Some(4),
                    due: Some(date(2026, 11, 30)),
                };
                cycle::edit_act(tx, id, 1, &edit, &Stamp::of(tx)).await
            })
        })
        .await
        .unwrap();
        assert_eq!(
            cycle::notices(city.db(), 4).await.unwrap()[0].kind,
            "act_assigned"
        );
        advance(2, ActStep::Begin, "").await.unwrap();
        let key = act.initiative_key.clone().unwrap();
        let take = |to: i32| {
            city.write(Actor::Staff(1), key.clone(), move |tx, key| {
                Box::pin(async move {
                    cycle::take_over(
                        tx,
                        id,
                        key,
                        year(to),
                        "窓口で次回の使い方を渡す。",
                        &Stamp::of(tx),
                    )
                    .await
                })
            })
        };
        assert!(matches!(take(2025).await, Err(PlanError::WrongState(_))));
        take(2026).await.unwrap();
        assert!(matches!(take(2027).await, Err(PlanError::WrongState(_))));
        assert_eq!(
            cycle::takeovers(city.db(), plan, Some(&key))
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(matches!(
            advance(3, ActStep::Finish, "").await,
            Err(PlanError::Empty(_))
        ));
        advance(3, ActStep::Finish, "45.0%になった。")
            .await
            .unwrap();
        let done = cycle::act(city.db(), id).await.unwrap();
        assert_eq!(
            (done.state(), done.carried_to),
            (ActState::Done, Some(2026))
        );
    }
);

each_database!(
    initiatives_end_and_begin_with_a_reason_and_the_next_version_says_so,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let plan = plan_id(&city).await;
        let (from, into) = (initiative(&city, "8").await, initiative(&city, "7").await);
        let merge = |reason: &'static str| {
            city.write(
                Actor::Staff(2),
                (from.clone(), into.clone()),
                move |tx, (from, into)| {
                    Box::pin(async move {
                        cycle::change_life(
                            tx,
                            PLAN,
                            from,
                            LifeChange::Merged,
                            Some(into),
                            reason,
                            &Stamp::of(tx),
                        )
                        .await
                    })
                },
            )
        };
        assert!(matches!(merge("").await, Err(PlanError::Empty(_))));
        merge("相談員と教室を一緒に行うため。").await.unwrap();
        assert!(matches!(
            merge("もう一度").await,
            Err(PlanError::WrongState(_))
        ));
        let (merged, _) = store::part(city.db(), plan, &from).await.unwrap();
        assert_eq!(merged.stage, LifeStage::Merged);
        let group = store::load(city.db(), PLAN).await.unwrap().groups[0]
            .key
            .clone()
            .unwrap();
        let key = city
            .write(Actor::Staff(2), group, |tx, group| {
                Box::pin(async move {
                    let new = cycle::NewInitiative {
                        group_key: group.clone(),
                        number: Some("20".into()),
                        title: "申請の下書き".into(),
                        lead_departments: vec!["市民課".into()],
                        ..cycle::NewInitiative::default()
                    };
                    cycle::add_initiative(tx, PLAN, &new, "要望が多いため。", &Stamp::of(tx)).await
                })
            })
            .await
            .unwrap();
        assert_eq!(
            store::part(city.db(), plan, &key).await.unwrap().0.stage,
            LifeStage::New
        );
        city.write(Actor::Staff(2), (), |tx, ()| {
            Box::pin(async move {
                cycle::revise(
                    tx,
                    PLAN,
                    "1.4",
                    year(2027),
                    tx.today(),
                    "統合と追加",
                    &Stamp::of(tx),
                )
                .await
            })
        })
        .await
        .unwrap();
        let revisions = cycle::revisions(city.db(), plan).await.unwrap();
        let kinds: Vec<&str> = revisions[0]
            .changes
            .iter()
            .map(|change| change.kind.as_str())
            .collect();
        assert_eq!(kinds, ["merged", "added"]);
        assert_eq!(
            store::load(city.db(), PLAN)
                .await
                .unwrap()
                .version
                .as_deref(),
            Some("1.4")
        );
        // A merged initiative owes no review any more, the new one does.
        let board = cycle::board(city.db(), plan, year(2026)).await.unwrap();
        assert!(board.iter().all(|row| row.initiative_key != from));
        assert!(
            board
                .iter()
                .any(|row| row.initiative_key == key && row.department == "civic")
        );
    }
);

each_database!(
    a_proposal_is_heard_before_it_is_introduced,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let id = city
            .write(Actor::Staff(5), (), |tx, ()| {
                Box::pin(async move {
                    let new = NewProposal {
                        key: None,
                        title: "書かない窓口".into(),
                        department: "civic".into(),
                        purpose: "聞き取りで入力する。".into(),
                        amount: Yen::new(1_000_000),
                        yearly_cost: Yen::new(0),
                        expectations: vec![NewExpectation {
                            name: "時間".into(),
                            unit: "分".into(),
                            before: 9.into(),
                            expected: 2.into(),
                        }],
                    };
                    cycle::propose(tx, &new, tx.today(), &Stamp::of(tx)).await
                })
            })
            .await
            .unwrap();
        let introduce = |revision: i64| {
            city.write(Actor::Staff(5), (), move |tx, ()| {
                Box::pin(async move {
                    cycle::introduce_proposal(tx, id, revision, tx.today(), &Stamp::of(tx)).await
                })
            })
        };
        assert!(matches!(introduce(1).await, Err(PlanError::WrongState(_))));
        let hear = |amount: i64| {
            city.write(Actor::Staff(2), (), move |tx, ()| {
                Box::pin(async move {
                    let outcome = HearingOutcome {
                        verdict: HearingVerdict::Reduced,
                        amount: Some(Yen::new(amount)),
                        text: "端末は今あるものを使う。".into(),
                    };
                    cycle::hear_proposal(tx, id, 1, &outcome, tx.today(), &Stamp::of(tx)).await
                })
            })
        };
        assert!(matches!(
            hear(1_000_000).await,
            Err(PlanError::Empty("amount"))
        ));
        hear(600_000).await.unwrap();
        introduce(2).await.unwrap();
        let effects = vec![cycle::Effect {
            position: 0,
            value: 1.into(),
            text: "署名だけになった。".into(),
        }];
        city.write(Actor::Staff(5), effects, move |tx, effects| {
            Box::pin(async move {
                cycle::measure_proposal(tx, id, 3, effects, tx.today(), &Stamp::of(tx)).await
            })
        })
        .await
        .unwrap();
        assert_eq!(
            cycle::expectations(city.db(), id).await.unwrap()[0].reached(),
            Some(true)
        );
        let proposal = cycle::proposal(city.db(), id).await.unwrap();
        assert_eq!(
            (proposal.state(), proposal.decided_amount),
            (ProposalState::Measured, Some(600_000))
        );
    }
);
