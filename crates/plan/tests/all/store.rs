//! Plans in the database: saved, loaded, imported again, published. Each story on both databases.

use yakuba_city::{Actor, City, Migration, Service, each_database};
use yakuba_kernel::FiscalYear;
use yakuba_plan::{
    PlanError, PlanService,
    model::document::{
        FORMAT, Figure, FigureKind, Group, GroupKind, Indicator, Initiative, Number, Period,
        PlanDocument, Publisher, Reading,
    },
    store::{self, NewPlan},
};

/// The one table of another floor that plans look into.
struct Departments;

impl Service for Departments {
    fn name(&self) -> &'static str {
        "departments"
    }

    fn migrations(&self) -> Vec<Migration> {
        vec![Migration::new(
            "departments_0001",
            "CREATE TABLE departments (code TEXT NOT NULL PRIMARY KEY, name_ja TEXT NOT NULL);\n\
             INSERT INTO departments (code, name_ja) VALUES ('joho', '情報政策課');\n",
        )]
    }
}

fn year(year: i32) -> FiscalYear {
    FiscalYear::new(year).unwrap()
}

fn actual(fiscal_year: i32, text: &str, value: &str) -> Figure {
    Figure {
        fiscal_year: Some(year(fiscal_year)),
        kind: FigureKind::Actual,
        reading: Reading::Number(Number {
            value: value.parse().unwrap(),
            unit: Some("%".into()),
            qualifiers: vec![],
        }),
        text: text.into(),
        confidence: 100,
        doubts: vec![],
        evidence: vec![],
        source: None,
    }
}

fn sheet(figures: Vec<Figure>) -> PlanDocument {
    let indicator = Indicator {
        name: "電子化率".into(),
        unit: Some("%".into()),
        figures,
        ..Indicator::default()
    };
    let initiative = Initiative {
        number: Some("1".into()),
        title: "手続の電子化".into(),
        summary: Some("手続をオンラインにします。".into()),
        lead_departments: vec!["情報政策課".into(), "存在しない課".into()],
        indicators: vec![indicator],
        ..Initiative::default()
    };
    let group = Group {
        key: None,
        kind: GroupKind::Policy,
        number: None,
        title: "市民のためのサービス".into(),
        text: None,
        aim: None,
        texts: vec![],
        indicators: vec![],
        groups: vec![],
        initiatives: vec![initiative],
    };
    PlanDocument {
        format: FORMAT.into(),
        key: "sumikawa-2022".into(),
        title: "澄川市デジタル計画".into(),
        publisher: Publisher {
            name: "澄川市".into(),
            municipality: None,
        },
        period: Some(Period {
            from: year(2022),
            to: year(2027),
        }),
        version: None,
        summary: None,
        source: None,
        statements: vec![],
        groups: vec![group],
    }
}

async fn import(city: &City, document: PlanDocument) -> store::CommittedImport {
    city.write(Actor::CommandLine, document, |tx, document| {
        Box::pin(store::commit_import(
            tx,
            None,
            document,
            NewPlan::Own,
            "年次の更新",
        ))
    })
    .await
    .unwrap()
}

fn without_keys(mut document: PlanDocument) -> PlanDocument {
    for group in &mut document.groups {
        group.key = None;
        for initiative in &mut group.initiatives {
            initiative.key = None;
            for indicator in &mut initiative.indicators {
                indicator.key = None;
            }
        }
    }
    document
}

each_database!(
    a_plan_comes_back_as_it_was_saved,
    [&Departments, &PlanService],
    async |city| {
        let document = sheet(vec![
            actual(2024, "64.9%", "64.9"),
            actual(2025, "82.80%", "82.80"),
        ]);
        let done = import(&city, document.clone()).await;
        assert!(done.created);
        let loaded = store::load(city.db(), "sumikawa-2022").await.unwrap();
        assert_eq!(without_keys(loaded), document);
        let plan = store::plan(city.db(), "sumikawa-2022").await.unwrap();
        let parts = store::parts(city.db(), plan.id).await.unwrap();
        assert_eq!(parts[0].lead_codes, ["joho"]);
    }
);

each_database!(
    importing_the_same_file_twice_changes_nothing,
    [&Departments, &PlanService],
    async |city| {
        let document = sheet(vec![actual(2024, "64.9%", "64.9")]);
        import(&city, document.clone()).await;
        let lines = yakuba_city::verify_audit(city.db()).await.unwrap().lines;
        let again = import(&city, document).await;
        assert!(!again.created);
        assert_eq!(again.changes, vec![]);
        assert_eq!(
            yakuba_city::verify_audit(city.db()).await.unwrap().lines,
            lines
        );
    }
);

each_database!(
    a_corrected_file_shows_its_differences_and_keeps_what_people_wrote,
    [&Departments, &PlanService],
    async |city| {
        import(&city, sheet(vec![actual(2024, "64.9%", "64.9")])).await;
        // Somebody writes a better summary by hand.
        let plan = store::plan(city.db(), "sumikawa-2022").await.unwrap();
        let (mut initiative, revision) = store::part(city.db(), plan.id, "1").await.unwrap();
        initiative.summary = Some("だれでもスマートフォンで手続ができるようにします。".into());
        let edit = (initiative, revision);
        city.write(Actor::Staff(1), edit, |tx, (initiative, revision)| {
            Box::pin(async move {
                store::save_part(tx, "sumikawa-2022", initiative, *revision, "分かりやすく").await
            })
        })
        .await
        .unwrap();

        let corrected = sheet(vec![
            actual(2024, "65.1%", "65.1"),
            actual(2025, "82.8%", "82.8"),
        ]);
        let (changes, _) = store::preview_changes(city.db(), &corrected).await.unwrap();
        let changes = changes.unwrap();
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert_eq!(
            (changes[0].before.as_deref(), changes[0].after.as_deref()),
            (Some("64.9%"), Some("65.1%"))
        );
        assert_eq!(
            (changes[1].before.as_deref(), changes[1].after.as_deref()),
            (None, Some("82.8%"))
        );

        import(&city, corrected).await;
        let (initiative, _) = store::part(city.db(), plan.id, "1").await.unwrap();
        assert_eq!(
            initiative.summary.as_deref(),
            Some("だれでもスマートフォンで手続ができるようにします。")
        );
        assert_eq!(initiative.indicators[0].figures.len(), 2);
    }
);

each_database!(
    a_sheet_of_one_year_removes_nothing_of_another,
    [&Departments, &PlanService],
    async |city| {
        import(&city, sheet(vec![actual(2024, "64.9%", "64.9")])).await;
        import(&city, sheet(vec![actual(2025, "82.8%", "82.8")])).await;
        let loaded = store::load(city.db(), "sumikawa-2022").await.unwrap();
        assert_eq!(
            loaded.groups[0].initiatives[0].indicators[0].figures.len(),
            2
        );
        // The first sheet again says nothing new.
        assert_eq!(
            import(&city, sheet(vec![actual(2024, "64.9%", "64.9")]))
                .await
                .changes,
            vec![]
        );
    }
);

each_database!(
    who_saves_an_older_state_is_told_so,
    [&Departments, &PlanService],
    async |city| {
        import(&city, sheet(vec![])).await;
        let plan = store::plan(city.db(), "sumikawa-2022").await.unwrap();
        let (initiative, revision) = store::part(city.db(), plan.id, "1").await.unwrap();
        for (text, expected) in [("甲", true), ("乙", false)] {
            let mut edited = initiative.clone();
            edited.purpose = Some(text.into());
            let outcome = city
                .write(
                    Actor::Staff(1),
                    (edited, revision),
                    |tx, (initiative, revision)| {
                        Box::pin(async move {
                            store::save_part(tx, "sumikawa-2022", initiative, *revision, "").await
                        })
                    },
                )
                .await;
            assert_eq!(outcome.is_ok(), expected);
            assert!(expected || matches!(outcome, Err(PlanError::ChangedMeanwhile)));
        }
    }
);

each_database!(
    a_published_version_never_changes,
    [&Departments, &PlanService],
    async |city| {
        import(&city, sheet(vec![actual(2024, "64.9%", "64.9")])).await;
        let publish = || {
            city.write(Actor::Staff(1), (), |tx, ()| {
                Box::pin(store::publish(tx, "sumikawa-2022", "令和6年度実績", &[]))
            })
        };
        assert_eq!(publish().await.unwrap().0, 1);
        import(&city, sheet(vec![actual(2024, "65.1%", "65.1")])).await;
        let shown = store::published(&city, "sumikawa-2022")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            shown.document.groups[0].initiatives[0].indicators[0].figures[0].text,
            "64.9%"
        );
        let (number, changes) = publish().await.unwrap();
        assert_eq!((number, changes.len()), (2, 1));
        let old = store::version(&city, "sumikawa-2022", 1).await.unwrap();
        assert_eq!(old.document, shown.document);
        let hits = yakuba_city::search(city.db(), "ｽﾏｰﾄ 電子化", None, true, 5)
            .await
            .unwrap();
        assert!(hits.is_empty());
        let hits = yakuba_city::search(city.db(), "電子化率", None, true, 5)
            .await
            .unwrap();
        assert_eq!(hits[0].url, "/plan/sumikawa-2022/initiatives/1");
    }
);

each_database!(
    two_figures_for_one_year_and_kind_are_refused,
    [&Departments, &PlanService],
    async |city| {
        let document = sheet(vec![
            actual(2024, "64.9%", "64.9"),
            actual(2024, "65%", "65"),
        ]);
        let outcome = city
            .write(Actor::CommandLine, document, |tx, document| {
                Box::pin(store::commit_import(tx, None, document, NewPlan::Own, ""))
            })
            .await;
        assert!(matches!(outcome, Err(PlanError::FigureTwice { .. })));
        assert!(store::plans(city.db()).await.unwrap().is_empty());
    }
);

each_database!(
    a_part_is_written_alone_and_everything_else_stays_as_it_was,
    [&Departments, &PlanService],
    async |city| {
        let mut document = sheet(vec![actual(2024, "64.9%", "64.9")]);
        let goal = Indicator {
            name: "満足度".into(),
            figures: vec![actual(2024, "70%", "70")],
            ..Indicator::default()
        };
        document.groups[0].indicators.push(goal);
        let mut second = document.groups[0].initiatives[0].clone();
        second.number = Some("2".into());
        second.title = "窓口の予約".into();
        document.groups[0].initiatives.push(second);
        import(&city, document).await;
        let plan = store::plan(city.db(), "sumikawa-2022").await.unwrap();
        let before = store::load(city.db(), "sumikawa-2022").await.unwrap();
        let revision = async |key: &'static str| {
            let (_, revision) = store::part(city.db(), plan.id, key).await.unwrap();
            revision
        };
        let (first, other) = (revision("1").await, revision("2").await);

        // An indicator of an initiative and one of a group; the expected plan is made by hand.
        let mut expected = before.clone();
        let group = &mut expected.groups[0];
        group.initiatives[0].indicators[0].figures[0] = actual(2024, "65.1%", "65.1");
        group.indicators[0].name = "満足度（市民）".into();
        let (of_initiative, of_group) = (
            group.initiatives[0].indicators[0].key.clone().unwrap(),
            group.indicators[0].key.clone().unwrap(),
        );
        let changes = city
            .write(
                Actor::Staff(1),
                (of_initiative, of_group),
                |tx, (of_initiative, of_group)| {
                    Box::pin(async move {
                        let plan = "sumikawa-2022";
                        let mut all = store::change_indicator(
                            tx,
                            plan,
                            of_initiative,
                            "訂正",
                            |indicator| {
                                indicator.figures[0] = actual(2024, "65.1%", "65.1");
                                // The key is an address and cannot be changed.
                                indicator.key = Some("taken".into());
                                Ok(())
                            },
                        )
                        .await?;
                        let renamed = |indicator: &mut Indicator| {
                            indicator.name = "満足度（市民）".into();
                            Ok(())
                        };
                        all.extend(
                            store::change_indicator(tx, plan, of_group, "名称", renamed).await?,
                        );
                        let again =
                            store::change_indicator(tx, plan, of_group, "名称", renamed).await?;
                        assert_eq!(again, vec![]);
                        Ok::<_, PlanError>(all)
                    })
                },
            )
            .await
            .unwrap();
        let after = store::load(city.db(), "sumikawa-2022").await.unwrap();
        assert_eq!(after, expected);
        // What is noted is what a comparison of the whole plans finds.
        let mut noted = changes;
        let mut found = yakuba_plan::model::difference::compare(&before, &after);
        noted.sort_by(|a, b| a.place.cmp(&b.place));
        found.sort_by(|a, b| a.place.cmp(&b.place));
        assert_eq!(noted, found);
        assert_eq!(revision("1").await, first + 1);
        assert_eq!(revision("2").await, other);
    }
);

each_database!(
    an_initiative_with_a_new_indicator_is_saved_with_a_key_of_its_own,
    [&Departments, &PlanService],
    async |city| {
        import(&city, sheet(vec![actual(2024, "64.9%", "64.9")])).await;
        let plan = store::plan(city.db(), "sumikawa-2022").await.unwrap();
        let (mut initiative, revision) = store::part(city.db(), plan.id, "1").await.unwrap();
        initiative.indicators.push(Indicator {
            name: "利用者数".into(),
            ..Indicator::default()
        });
        city.write(
            Actor::Staff(1),
            (initiative, revision),
            |tx, (initiative, revision)| {
                Box::pin(store::save_part(
                    tx,
                    "sumikawa-2022",
                    initiative,
                    *revision,
                    "追加",
                ))
            },
        )
        .await
        .unwrap();
        let (stored, _) = store::part(city.db(), plan.id, "1").await.unwrap();
        let keys: std::collections::BTreeSet<_> = stored
            .indicators
            .iter()
            .filter_map(|indicator| indicator.key.clone())
            .collect();
        assert_eq!((stored.indicators.len(), keys.len()), (2, 2));
    }
);

each_database!(
    two_figures_for_one_year_are_refused_in_a_part_as_well,
    [&Departments, &PlanService],
    async |city| {
        import(&city, sheet(vec![actual(2024, "64.9%", "64.9")])).await;
        let document = store::load(city.db(), "sumikawa-2022").await.unwrap();
        let key = document.groups[0].initiatives[0].indicators[0].key.clone();
        let outcome = city
            .write(Actor::Staff(1), key.unwrap(), |tx, key| {
                Box::pin(store::change_indicator(
                    tx,
                    "sumikawa-2022",
                    key,
                    "",
                    |indicator| {
                        let twice = indicator.figures[0].clone();
                        indicator.figures.push(twice);
                        Ok(())
                    },
                ))
            })
            .await;
        assert!(matches!(outcome, Err(PlanError::FigureTwice { .. })));
        assert_eq!(
            store::load(city.db(), "sumikawa-2022").await.unwrap(),
            document
        );
    }
);
