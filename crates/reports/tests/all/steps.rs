//! What happens to a report, and what the facts say of it. On both databases.

use jiff::SignedDuration;
use yakuba_city::{Actor, City, each_database, testing::test_moment};
use yakuba_forms::model::document::Text;
use yakuba_identity::IdentityService;
use yakuba_mail::MailService;
use yakuba_reports::{
    ReportError, ReportService,
    model::state::State,
    store::{
        self,
        steps::{self, Contest, Turn, seal_note},
    },
};

use crate::support::{counted, counted_of, post, report, rules, set_up};

const HERE: (i64, i64) = (34_400_000, 135_050_000);

async fn turn(city: &City, id: i64, state: State, into: &str) -> Result<(), ReportError> {
    let input = Turn {
        report: id,
        revision: report(city, id).await.revision,
        state,
        text: Text::japanese("説明"),
        authority: "prefecture".to_owned(),
        into: into.to_owned(),
    };
    city.write(Actor::Staff(7), input, |tx, input| {
        Box::pin(steps::turn(tx, input))
    })
    .await
}

async fn contest(city: &City, id: i64) -> Result<(), ReportError> {
    let input = Contest {
        report: id,
        sealed: seal_note(city.key().unwrap(), id, "まだ穴があります").unwrap(),
        photo: None,
    };
    city.write(Actor::Public, input, |tx, input| {
        Box::pin(steps::contest(tx, input))
    })
    .await
}

each_database!(
    facts_follow_a_report_through_its_states,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let id = post(&city, "road", HERE, "穴").await.id;
        assert_eq!(counted(&city, "reports.posted").await, 1);
        assert_eq!(counted(&city, "reports.handled").await, 0);
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(5 * 24));
        turn(&city, id, State::Planned, "").await.unwrap();
        turn(&city, id, State::Fixed, "").await.unwrap();
        assert_eq!(counted(&city, "reports.handled").await, 1);
        assert_eq!(counted(&city, "reports.in_time").await, 1);
        assert_eq!(counted(&city, "reports.days_to_handle").await, 5);
        assert_eq!(report(&city, id).await.days_to_handle(), Some(5));

        // Contested once, it is open again and the facts of handling are taken off.
        contest(&city, id).await.unwrap();
        assert!(matches!(
            contest(&city, id).await,
            Err(ReportError::CannotContest)
        ));
        let found = report(&city, id).await;
        assert_eq!(
            (found.state, found.is_contested, found.handled_at),
            (State::Checked, true, None)
        );
        for measure in [
            "reports.handled",
            "reports.in_time",
            "reports.days_to_handle",
        ] {
            assert_eq!(counted(&city, measure).await, 0, "{measure}");
        }
        assert_eq!(counted(&city, "reports.contested").await, 1);

        // Fixed again, late this time; and not to be contested again.
        city.clock()
            .set(test_moment() + SignedDuration::from_hours(20 * 24));
        turn(&city, id, State::Fixed, "").await.unwrap();
        assert_eq!(counted(&city, "reports.handled").await, 1);
        assert_eq!(counted(&city, "reports.in_time").await, 0);
        assert_eq!(counted(&city, "reports.days_to_handle").await, 20);
        assert!(matches!(
            contest(&city, id).await,
            Err(ReportError::CannotContest)
        ));
        assert!(matches!(
            turn(&city, id, State::Merged, "x").await,
            Err(ReportError::WrongState { .. })
        ));
    }
);

each_database!(
    duplicates_go_where_the_work_goes_on,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let one = post(&city, "road", HERE, "穴").await;
        let two = post(&city, "road", HERE, "同じ穴").await;
        let three = post(&city, "road", HERE, "また同じ穴").await;
        assert!(matches!(
            turn(&city, one.id, State::Merged, &one.public_id).await,
            Err(ReportError::CannotMerge)
        ));
        turn(&city, three.id, State::Merged, &two.public_id)
            .await
            .unwrap();
        // What was merged into a report that is merged itself goes along.
        turn(&city, two.id, State::Merged, &one.public_id)
            .await
            .unwrap();
        assert_eq!(report(&city, three.id).await.merged_into, Some(one.id));
        assert_eq!(report(&city, two.id).await.merged_into, Some(one.id));
        assert!(matches!(
            turn(&city, one.id, State::Merged, &two.public_id).await,
            Err(ReportError::CannotMerge)
        ));
        assert_eq!(counted(&city, "reports.handled").await, 2);
        // A merge by mistake is undone.
        turn(&city, two.id, State::Checked, "").await.unwrap();
        assert_eq!(report(&city, two.id).await.merged_into, None);
        assert_eq!(counted(&city, "reports.handled").await, 1);
    }
);

each_database!(
    two_of_the_desk_do_not_overwrite_each_other,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let id = post(&city, "road", HERE, "穴").await.id;
        let input = |state| Turn {
            report: id,
            revision: 1,
            state,
            text: Text::japanese("説明"),
            authority: String::new(),
            into: String::new(),
        };
        let write = |state| {
            city.write(Actor::Staff(7), input(state), |tx, input| {
                Box::pin(steps::turn(tx, input))
            })
        };
        let (one, other) = futures::join!(write(State::Fixed), write(State::NoAction));
        let lost: Vec<ReportError> = [one, other].into_iter().filter_map(Result::err).collect();
        assert!(
            matches!(lost.as_slice(), [ReportError::ChangedMeanwhile]),
            "{lost:?}"
        );
        assert_eq!(counted(&city, "reports.handled").await, 1);
    }
);

each_database!(
    routed_anew_the_facts_go_along,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        // The harbour has a department of its own.
        let id = post(&city, "road", (34_350_000, 135_050_000), "穴")
            .await
            .id;
        let found = report(&city, id).await;
        assert_eq!(
            (found.department.as_str(), found.area.as_str()),
            ("port", "harbour")
        );
        turn(&city, id, State::Fixed, "").await.unwrap();
        let input = steps::Routing {
            report: id,
            revision: report(&city, id).await.revision,
            category: "light".to_owned(),
            department: yakuba_kernel::DepartmentCode::new("lights").unwrap(),
            days: 3,
        };
        city.write(Actor::Staff(7), input, |tx, input| {
            Box::pin(steps::route(tx, input))
        })
        .await
        .unwrap();
        for measure in ["reports.posted", "reports.handled"] {
            assert_eq!(
                counted_of(&city, measure, "port", "road").await,
                0,
                "{measure}"
            );
            assert_eq!(
                counted_of(&city, measure, "lights", "light").await,
                1,
                "{measure}"
            );
        }
        let found = report(&city, id).await;
        assert_eq!(found.due_on.to_string(), "2026-11-24");
    }
);

each_database!(
    rules_are_brought_in_once_and_never_lose_a_category,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        set_up(&city).await;
        let again = |rules: yakuba_reports::model::rules::Rules| {
            city.write(Actor::CommandLine, rules, |tx, rules| {
                Box::pin(store::set_rules(tx, rules))
            })
        };
        assert!(!again(rules()).await.unwrap());
        let mut fewer = rules();
        fewer
            .categories
            .retain(|category| category.key.as_str() != "light");
        assert!(again(fewer.clone()).await.unwrap());
        assert!(!again(fewer).await.unwrap());
        let current = store::current(&city).await.unwrap();
        assert!(current.rules.category("light").unwrap().closed);
        assert_eq!(current.rules.offered().count(), 2);
    }
);

each_database!(
    many_are_brought_in_as_if_they_had_happened,
    [&MailService, &IdentityService, &ReportService],
    async |city| {
        use rand::{SeedableRng as _, rngs::StdRng};
        use yakuba_reports::store::{Whole, WholeStep};
        set_up(&city).await;
        let day = |days: i64| test_moment() - SignedDuration::from_hours(days * 24);
        let step = |days, state| WholeStep {
            at: day(days),
            state,
            text: Text::default(),
        };
        let whole = |steps| Whole {
            category: "road".to_owned(),
            channel: yakuba_kernel::Channel::Phone,
            received_at: day(40),
            content: crate::support::content("橋", Some(HERE), "穴"),
            public: Some(("橋".to_owned(), "穴".to_owned())),
            steps,
            authority: String::new(),
            merged_into: None,
        };
        let mut wholes = vec![
            whole(vec![
                step(38, Some(State::Checked)),
                step(30, Some(State::Fixed)),
            ]),
            whole(vec![
                step(30, Some(State::Fixed)),
                step(28, None),
                step(10, Some(State::Fixed)),
            ]),
            whole(vec![step(39, Some(State::Merged))]),
            whole(vec![]),
        ];
        wholes[2].merged_into = Some(0);
        let write = |wholes: Vec<Whole>| {
            let key = city.key().unwrap().clone();
            city.write(Actor::CommandLine, (key, wholes), |tx, (key, wholes)| {
                Box::pin(async move {
                    let mut random = StdRng::seed_from_u64(1);
                    store::bring_in_many(tx, key, &rules(), &mut random, wholes).await
                })
            })
        };
        write(wholes).await.unwrap();
        assert_eq!(counted(&city, "reports.posted").await, 4);
        assert_eq!(counted(&city, "reports.handled").await, 3);
        assert_eq!(counted(&city, "reports.days_to_handle").await, 10 + 30 + 1);
        assert_eq!(counted(&city, "reports.in_time").await, 2);
        assert_eq!(counted(&city, "reports.contested").await, 1);
        let all = store::handled(city.db(), &store::Filter::default())
            .await
            .unwrap();
        assert_eq!(
            all.iter()
                .filter(|report| report.merged_into.is_some())
                .count(),
            1
        );
        let history = steps::steps(city.db(), city.key().unwrap(), all[0].id)
            .await
            .unwrap();
        assert_eq!(history[0].kind, steps::Kind::State(State::Received));
        // A history that the desk could not have made is refused whole.
        let wrong = write(vec![whole(vec![
            step(30, Some(State::Fixed)),
            step(20, Some(State::Planned)),
        ])])
        .await;
        assert!(matches!(wrong, Err(ReportError::WrongState { .. })));
        assert_eq!(counted(&city, "reports.posted").await, 4);
    }
);
