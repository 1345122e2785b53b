//! What staff decide and residents then read: an initiative's published record, and indicators compared between cities.

use crate::cycle_support::{
    PLAN,
    asking::{get, post},
    indicator, initiative, person, settle, tell,
};
use axum::http::StatusCode;
use yakuba_city::{Actor, City, each_database, sql::Sql as _, web::Principal};
use yakuba_identity::IdentityService;
use yakuba_plan::{
    PlanService,
    capabilities::{CHECK, EDIT, MANAGE, VIEW},
    model::document::PlanDocument,
    store::{self, NewPlan, Pair},
};

const NEIGHBOUR: &str = "rinshi-2023";

/// A neighbour with one indicator that is the demo city's under another name, and one that is not.
async fn neighbour(city: &City) {
    let document: PlanDocument = serde_json::from_value(serde_json::json!({
        "format": "yakuba-plan/1",
        "key": NEIGHBOUR,
        "title": "隣市デジタル計画",
        "publisher": {"name": "隣市"},
        "groups": [{
            "kind": "goal",
            "title": "窓口",
            "initiatives": [{
                "title": "証明書",
                "indicators": [
                    {"name": "コンビニエンスストア交付率", "unit": "％", "definition": "証明書のうちコンビニで交付した割合"},
                    {"name": "コンビニ交付数", "unit": "件"}
                ]
            }]
        }]
    }))
    .unwrap();
    city.write(Actor::CommandLine, document, |tx, document| {
        Box::pin(async move {
            store::save(tx, document, NewPlan::Neighbour, "資料から").await?;
            store::publish(tx, NEIGHBOUR, "公表資料", &[]).await
        })
    })
    .await
    .unwrap();
}

async fn publish_own(city: &City) {
    city.write(Actor::CommandLine, (), |tx, ()| {
        Box::pin(store::publish(tx, PLAN, "令和7年度の実績", &[]))
    })
    .await
    .unwrap();
}

async fn key_of(city: &City, plan: &str, name: &str) -> String {
    city.db()
        .value::<String>(
            "SELECT i.key FROM plan_indicators i JOIN plans p ON p.id = i.plan_id WHERE p.key = $1 AND i.name = $2",
            [plan.into(), name.into()],
        )
        .await
        .unwrap()
        .unwrap()
}

async fn office(city: &City) -> Principal {
    person(city, "takahashi", &[(CHECK, ""), (MANAGE, "")]).await
}

each_database!(
    candidates_are_confirmed_declined_and_ended_by_the_office,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        neighbour(&city).await;
        let office = office(&city).await;
        // What is not published is not suggested: its figures could not be shown.
        let (_, html) = get(&city, &office, "/desk/compare").await;
        assert!(!html.contains("コンビニエンスストア交付率"));
        publish_own(&city).await;
        let own = indicator(&city, "コンビニ交付率").await;
        let other = key_of(&city, NEIGHBOUR, "コンビニエンスストア交付率").await;
        let (status, html) = get(&city, &office, "/desk/compare").await;
        assert_eq!(status, StatusCode::OK);
        // Why it is suggested: the name, the unit, the way of counting. A number is not suggested for a share.
        assert!(html.contains("コンビニエンスストア交付率"), "{html}");
        assert!(html.contains("単位は「%」と「％」です。"), "{html}");
        assert!(!html.contains("コンビニ交付数"), "{html}");
        let pair = [
            ("own_plan", PLAN),
            ("own", own.as_str()),
            ("other_plan", NEIGHBOUR),
            ("other", other.as_str()),
        ];
        let declining = |reason: &'static str| -> Vec<(&str, &str)> {
            let mut form = pair.to_vec();
            form.extend([("form", "decline"), ("reason", reason)]);
            form
        };
        // Nobody else: not an editor, not an auditor, not the office of one department, not a stranger.
        for who in [
            person(&city, "watanabe", &[(EDIT, "civic")]).await,
            person(&city, "otsuki", &[(VIEW, "")]).await,
            person(&city, "tokunaga", &[(CHECK, "tax")]).await,
        ] {
            assert_eq!(
                get(&city, &who, "/desk/compare").await.0,
                StatusCode::FORBIDDEN
            );
            for place in ["confirm", "decline", "reconsider", "end"] {
                let path = format!("/desk/compare/{place}");
                assert_eq!(
                    post(&city, &who, &path, &declining("違う")).await.0,
                    StatusCode::FORBIDDEN
                );
            }
        }
        assert_eq!(
            get(&city, &Principal::Anonymous, "/desk/compare").await.0,
            StatusCode::UNAUTHORIZED
        );
        // Declining needs a reason, and is remembered with who and why.
        let (status, _, html) =
            post(&city, &office, "/desk/compare/decline", &declining(" ")).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(html.contains("理由・意見"), "{html}");
        let (status, ..) = post(
            &city,
            &office,
            "/desk/compare/decline",
            &declining("分母が違う"),
        )
        .await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (_, html) = get(&city, &office, "/desk/compare").await;
        assert!(
            html.contains("分母が違う") && !html.contains("/desk/compare/confirm"),
            "{html}"
        );
        assert_eq!(
            store::declined_comparisons(city.db()).await.unwrap()[0].reason,
            "分母が違う"
        );
        // Second thoughts: a candidate again, then the same indicator, then seen by residents.
        assert_eq!(
            post(&city, &office, "/desk/compare/reconsider", &pair)
                .await
                .0,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            post(&city, &office, "/desk/compare/confirm", &pair).await.0,
            StatusCode::SEE_OTHER
        );
        let comparison = store::comparisons(city.db()).await.unwrap().remove(0);
        assert_eq!(
            (comparison.name.as_str(), comparison.members),
            ("コンビニ交付率", 2)
        );
        let (status, html) = get(
            &city,
            &Principal::Anonymous,
            &format!("/compare/{}", comparison.id),
        )
        .await;
        assert_eq!(status, StatusCode::OK);
        assert!(html.contains("隣市") && html.contains("澄川市"), "{html}");
        // Confirming twice is refused, by the page as by the store.
        let (status, _, html) = post(&city, &office, "/desk/compare/confirm", &pair).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{html}");
        // Ending needs a reason too.
        let id = comparison.id.to_string();
        let ending = |reason: &'static str| {
            vec![
                ("form", "end"),
                ("id", id.clone().leak() as &str),
                ("reason", reason),
            ]
        };
        assert_eq!(
            post(&city, &office, "/desk/compare/end", &ending(""))
                .await
                .0,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            post(
                &city,
                &office,
                "/desk/compare/end",
                &ending("定義が変わった")
            )
            .await
            .0,
            StatusCode::SEE_OTHER
        );
        assert!(store::comparisons(city.db()).await.unwrap().is_empty());
        assert_eq!(
            get(&city, &Principal::Anonymous, &format!("/compare/{id}"))
                .await
                .0,
            StatusCode::NOT_FOUND
        );
        let lines: Vec<String> = city
            .db()
            .rows::<Line>(
                "SELECT action FROM audit_log WHERE action LIKE 'plan.compare%' ORDER BY number",
                [],
            )
            .await
            .unwrap()
            .into_iter()
            .map(|line| line.action)
            .collect();
        assert_eq!(
            lines,
            [
                "plan.compare_decline",
                "plan.compare_reconsider",
                "plan.compare",
                "plan.compare_end"
            ]
        );
    }
);

#[derive(sea_orm::FromQueryResult)]
struct Line {
    action: String,
}

each_database!(
    a_third_city_joins_the_comparison_there_is,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        neighbour(&city).await;
        publish_own(&city).await;
        let own = indicator(&city, "コンビニ交付率").await;
        let other = key_of(&city, NEIGHBOUR, "コンビニエンスストア交付率").await;
        let number = key_of(&city, NEIGHBOUR, "コンビニ交付数").await;
        let pair = |other: &str| Pair {
            own: (PLAN.to_owned(), own.clone()),
            other: (NEIGHBOUR.to_owned(), other.to_owned()),
        };
        let write = async |pair: Pair| {
            city.write(Actor::CommandLine, pair, |tx, pair| {
                Box::pin(store::confirm_comparison(tx, pair))
            })
            .await
        };
        let first = write(pair(&other)).await.unwrap();
        // Units that differ are never the same, whoever says so.
        assert!(write(pair(&number)).await.is_err());
        // A neighbour's indicator cannot stand in the city's place.
        let turned = Pair {
            own: (NEIGHBOUR.to_owned(), other.clone()),
            other: (PLAN.to_owned(), own.clone()),
        };
        assert!(write(turned).await.is_err());
        let third: PlanDocument = {
            let mut document = store::load(city.db(), NEIGHBOUR).await.unwrap();
            document.key = "kawakami-2024".to_owned();
            document.publisher.name = "川上市".to_owned();
            document
        };
        city.write(Actor::CommandLine, third, |tx, document| {
            Box::pin(async move {
                store::save(tx, document, NewPlan::Neighbour, "資料から").await?;
                store::publish(tx, "kawakami-2024", "公表資料", &[]).await
            })
        })
        .await
        .unwrap();
        let joined = write(Pair {
            own: (PLAN.to_owned(), own.clone()),
            other: ("kawakami-2024".to_owned(), other.clone()),
        })
        .await
        .unwrap();
        assert_eq!(joined, first);
        assert_eq!(store::comparisons(city.db()).await.unwrap()[0].members, 3);
    }
);

each_database!(
    an_initiative_shows_what_was_published_about_it,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        neighbour(&city).await;
        let key = initiative(&city, "1").await;
        publish_own(&city).await;
        let residents = Principal::Anonymous;
        let page = format!("/plan/{PLAN}/initiatives/{key}");
        // Before anything is published about it there is no heading without content and no link to an empty page.
        let (_, html) = get(&city, &residents, &page).await;
        assert!(!html.contains("評価と改善"), "{html}");
        let (_, html) = get(&city, &residents, &format!("/plan/{PLAN}")).await;
        assert!(!html.contains(&format!("/plan/{PLAN}/cycle")));
        tell(&city).await.unwrap();
        let (_, html) = get(&city, &residents, &format!("/plan/{PLAN}")).await;
        assert!(html.contains(&format!("/plan/{PLAN}/cycle")));
        let (_, html) = get(&city, &residents, &format!("/plan/{NEIGHBOUR}")).await;
        assert!(!html.contains(&format!("/plan/{NEIGHBOUR}/cycle")));
        let plan = store::plan(city.db(), PLAN).await.unwrap().id;
        let reviews = store::cycle::published_reviews(city.db(), plan, None)
            .await
            .unwrap();
        let acts = store::cycle::published_acts(city.db(), plan, None)
            .await
            .unwrap();
        assert!(!reviews.is_empty() && !acts.is_empty());
        for review in &reviews {
            for language in ["", "?lang=en", "?lang=easy"] {
                let page = format!(
                    "/plan/{PLAN}/initiatives/{}{language}",
                    review.initiative_key
                );
                let (status, html) = get(&city, &residents, &page).await;
                assert_eq!(status, StatusCode::OK);
                assert!(html.contains(&review.texts.results[0]), "{page}");
            }
        }
        for act in &acts {
            let Some(initiative) = &act.initiative_key else {
                continue;
            };
            let (_, html) = get(
                &city,
                &residents,
                &format!("/plan/{PLAN}/initiatives/{initiative}"),
            )
            .await;
            assert!(
                html.contains("届かなかった目標") && html.contains(&act.cause),
                "{initiative}: {html}"
            );
        }
    }
);
