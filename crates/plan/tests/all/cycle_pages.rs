//! The pages of the circle over HTTP: who sees and may do what, and what residents read.

use crate::cycle_support::{
    PLAN,
    asking::{get, post},
    initiative, person, plan_id, settle, tell, year,
};
use axum::http::StatusCode;
use yakuba_city::{Actor, City, each_database, web::Principal};
use yakuba_identity::IdentityService;
use yakuba_plan::{
    PlanService,
    capabilities::{
        APPROVE, CHECK, CONFIRM, DECIDE_PROPOSAL, EDIT, MANAGE, PROPOSE, PUBLISH, VIEW,
    },
    store::{self, cycle},
};

async fn clerk(city: &City) -> Principal {
    person(city, "watanabe", &[(EDIT, "civic"), (PROPOSE, "civic")]).await
}

async fn head(city: &City) -> Principal {
    person(city, "saito", &[(CONFIRM, "civic"), (EDIT, "civic")]).await
}

async fn office(city: &City) -> Principal {
    let everything = [EDIT, CHECK, MANAGE, PUBLISH, VIEW, DECIDE_PROPOSAL];
    let grants: Vec<_> = everything
        .iter()
        .map(|capability| (*capability, ""))
        .collect();
    person(city, "takahashi", &grants).await
}

async fn committee(city: &City) -> Principal {
    person(city, "otsuki", &[(APPROVE, ""), (VIEW, "")]).await
}

each_database!(
    every_page_of_the_demo_city_is_there,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        tell(&city).await.unwrap();
        city.write(Actor::CommandLine, (), |tx, ()| {
            Box::pin(store::publish(tx, PLAN, "令和7年度の実績", &[]))
        })
        .await
        .unwrap();
        let all = [
            EDIT,
            CONFIRM,
            CHECK,
            APPROVE,
            MANAGE,
            PUBLISH,
            VIEW,
            PROPOSE,
            DECIDE_PROPOSAL,
        ];
        let grants: Vec<_> = all.iter().map(|capability| (*capability, "")).collect();
        let everybody = person(&city, "takahashi", &grants).await;
        let id = plan_id(&city).await;
        let act = cycle::acts(city.db(), Some(id)).await.unwrap()[0].id;
        let task = cycle::tasks(city.db(), Some(id)).await.unwrap()[0].id;
        let proposals = cycle::proposals(city.db()).await.unwrap();
        let mut paths: Vec<String> = [
            "/desk",
            "/desk/notices",
            "/desk/proposals",
            "/desk/proposals/new",
            "/desk?lang=en",
        ]
        .map(str::to_owned)
        .to_vec();
        for place in [
            "work",
            "work/2",
            "tasks",
            "reviews?year=2025",
            "reviews?year=2025&department=civic",
            "reviews/2025/2/civic",
            "reviews/2026/2/civic",
            "decisions/2025",
            "acts",
            "acts/new",
            "changes",
            "overrides",
            "deadlines",
            "reviews?year=2025&lang=en",
        ] {
            paths.push(format!("/desk/plan/{PLAN}/{place}"));
        }
        paths.push(format!("/desk/plan/{PLAN}/acts/{act}"));
        paths.push(format!("/desk/plan/{PLAN}/tasks/{task}"));
        paths.extend(
            proposals
                .iter()
                .map(|proposal| format!("/desk/proposals/{}", proposal.id)),
        );
        paths.extend(
            ["", "?lang=en", "?lang=ja-easy"]
                .map(|language| format!("/plan/{PLAN}/cycle{language}")),
        );
        for path in &paths {
            let (status, _) = get(&city, &everybody, path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
        }
        let (_, html) = get(&city, &Principal::Anonymous, &format!("/plan/{PLAN}/cycle")).await;
        assert!(
            html.contains("コンビニ交付率") && html.contains("勤め先での案内を商工会議所に頼む。")
        );
        assert!(html.contains("手数料の負担の在り方を、予算編成までに決めること。"));
        assert!(
            !html.contains("渡邉"),
            "residents read of departments, not of persons"
        );
        // Strangers and staff without a role in plans stay outside.
        let stranger = person(&city, "hasegawa", &[]).await;
        for path in paths.iter().filter(|path| path.starts_with("/desk/plan/")) {
            assert_eq!(
                get(&city, &Principal::Anonymous, path).await.0,
                StatusCode::UNAUTHORIZED,
                "{path}"
            );
            assert_eq!(
                get(&city, &stranger, path).await.0,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
    }
);

each_database!(
    a_review_passes_through_the_hands_of_four_people,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let (clerk, head, office, committee) = (
            clerk(&city).await,
            head(&city).await,
            office(&city).await,
            committee(&city).await,
        );
        let other = person(&city, "tokunaga", &[(EDIT, "tax"), (CONFIRM, "tax")]).await;
        let key = initiative(&city, "2").await;
        let path = format!("/desk/plan/{PLAN}/reviews/2025/{key}/civic");
        let step = format!("{path}/step");
        let texts = [
            ("form", "review"),
            ("revision", "0"),
            ("results", "41分になった。\r\n窓口で案内した。"),
            ("step", "ask"),
        ];
        // Nobody writes for another department, not even its head.
        assert_eq!(
            post(&city, &other, &path, &texts).await.0,
            StatusCode::FORBIDDEN
        );
        let (status, location, _) = post(&city, &clerk, &path, &texts).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(location.ends_with("done=asked"), "{location}");
        assert!(
            get(&city, &head, "/desk")
                .await
                .1
                .contains("課長の確認待ち")
        );
        // The clerk cannot confirm, the office cannot jump ahead, another head has no say.
        for (who, word) in [
            (&clerk, "submit"),
            (&other, "submit"),
            (&clerk, "accept"),
            (&committee, "submit"),
        ] {
            let form = [("form", "step"), ("revision", "1"), ("step", word)];
            assert_eq!(
                post(&city, who, &step, &form).await.0,
                StatusCode::FORBIDDEN,
                "{word}"
            );
        }
        let early = [("form", "step"), ("revision", "1"), ("step", "accept")];
        let (status, _, html) = post(&city, &office, &step, &early).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(html.contains("今の状態では、この操作はできません"));
        let submit = [("form", "step"), ("revision", "1"), ("step", "submit")];
        assert_eq!(
            post(&city, &head, &step, &submit).await.0,
            StatusCode::SEE_OTHER
        );
        // A step made from an old page is refused.
        let stale = [
            ("form", "step"),
            ("revision", "1"),
            ("step", "return"),
            ("reason", "件数も"),
        ];
        let (status, _, html) = post(&city, &office, &step, &stale).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            html.contains("ほかの人が変更しました") && html.contains("件数も"),
            "what was typed stays"
        );
        let accept = [
            ("form", "step"),
            ("revision", "2"),
            ("step", "accept_with_remark"),
            ("reason", "費用も示すこと。"),
        ];
        assert_eq!(
            post(&city, &office, &step, &accept).await.0,
            StatusCode::SEE_OTHER
        );
        // The committee decides; the office may not.
        let decisions = format!("/desk/plan/{PLAN}/decisions/2025");
        let review = cycle::reviews(city.db(), plan_id(&city).await)
            .await
            .unwrap()[0]
            .clone();
        let (approve, verdict) = (format!("approve-{}", review.id), format!("verdict-{key}"));
        let revision = review.revision.to_string();
        let form = [
            ("form", "decision"),
            ("title", "令和7年度の評価"),
            ("text", "公表する。"),
            (approve.as_str(), revision.as_str()),
            (verdict.as_str(), "continue"),
        ];
        assert_eq!(
            post(&city, &office, &decisions, &form).await.0,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            post(&city, &committee, &decisions, &form).await.0,
            StatusCode::SEE_OTHER
        );
        let publish = format!("{decisions}/publish");
        assert_eq!(
            post(&city, &committee, &publish, &[]).await.0,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            post(&city, &office, &publish, &[]).await.0,
            StatusCode::SEE_OTHER
        );
        let shown = cycle::published_reviews(city.db(), review.plan_id, Some(&key))
            .await
            .unwrap();
        assert_eq!(
            shown[0].texts.results,
            ["41分になった。", "窓口で案内した。"]
        );
        let (_, html) = get(&city, &head, &path).await;
        assert!(
            html.contains("齋藤 隆") && html.contains("大槻 弘明"),
            "who did what"
        );
    }
);

each_database!(
    a_department_works_on_its_own_things_only,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let (clerk, office) = (clerk(&city).await, office(&city).await);
        let tax = person(&city, "tokunaga", &[(EDIT, "tax"), (PROPOSE, "tax")]).await;
        let auditor = person(&city, "yajima", &[(VIEW, "")]).await;
        let key = initiative(&city, "2").await;
        let work = format!("/desk/plan/{PLAN}/work/{key}");
        let note = [
            ("form", "note"),
            ("department", "civic"),
            ("day_year", "2026"),
            ("day_month", "11"),
            ("day_day", "20"),
            ("text", "41分でした。"),
        ];
        for who in [&tax, &auditor] {
            assert_eq!(
                post(&city, who, &format!("{work}/notes"), &note).await.0,
                StatusCode::FORBIDDEN
            );
        }
        assert_eq!(
            post(&city, &clerk, &format!("{work}/notes"), &note).await.0,
            StatusCode::SEE_OTHER
        );
        // The form comes back with what was typed when the due date is no day.
        let task = [
            ("form", "task"),
            ("department", "civic"),
            ("title", "配置を決める"),
            ("due_year", "2027"),
            ("due_month", "2"),
            ("due_day", "30"),
        ];
        let (status, _, html) = post(&city, &clerk, &format!("{work}/tasks"), &task).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(html.contains("配置を決める") && html.contains("期限の日付を確かめてください"));
        let mut mended = task;
        mended[5].1 = "28";
        assert_eq!(
            post(&city, &clerk, &format!("{work}/tasks"), &mended)
                .await
                .0,
            StatusCode::SEE_OTHER
        );
        let made = cycle::tasks(city.db(), None).await.unwrap()[0].id;
        let complete = [("form", "step"), ("revision", "1"), ("step", "complete")];
        let task_path = format!("/desk/plan/{PLAN}/tasks/{made}");
        for who in [&tax, &auditor] {
            assert_eq!(
                post(&city, who, &task_path, &complete).await.0,
                StatusCode::FORBIDDEN
            );
        }
        assert_eq!(
            post(&city, &clerk, &task_path, &complete).await.0,
            StatusCode::SEE_OTHER
        );
        // Auditors read everything and are offered no button of a step.
        let (status, html) = get(&city, &auditor, &task_path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(
            !html.contains("<form method=\"post\" action=\"/desk/plan/"),
            "nothing to press"
        );

        // Managing is for the DX office.
        let life = [
            ("form", "life"),
            ("initiative", key.as_str()),
            ("kind", "suspended"),
            ("reason", "工事のため。"),
        ];
        let changes = format!("/desk/plan/{PLAN}/changes");
        assert_eq!(
            post(&city, &clerk, &changes, &life).await.0,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            post(&city, &office, &changes, &life).await.0,
            StatusCode::SEE_OTHER
        );
        let indicator = crate::cycle_support::indicator(&city, "コンビニ交付率").await;
        let overriding = [
            ("form", "override"),
            ("indicator", indicator.as_str()),
            ("year", "2026"),
            ("status", "on_track"),
            ("reason", "12月に届く見込み。"),
        ];
        let overrides = format!("/desk/plan/{PLAN}/overrides");
        assert_eq!(
            post(&city, &clerk, &overrides, &overriding).await.0,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            post(&city, &office, &overrides, &overriding).await.0,
            StatusCode::SEE_OTHER
        );
        let removing = [
            ("form", "remove"),
            ("indicator", indicator.as_str()),
            ("year", "2026"),
            ("reason", ""),
        ];
        let remove = format!("{overrides}/remove");
        assert_eq!(
            post(&city, &office, &remove, &removing).await.0,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let with_reason = [
            removing[0],
            removing[1],
            removing[2],
            ("reason", "値が出たため。"),
        ];
        assert_eq!(
            post(&city, &office, &remove, &with_reason).await.0,
            StatusCode::SEE_OTHER
        );
        // Deadlines are set, and bad ones refused.
        let deadlines = format!("/desk/plan/{PLAN}/deadlines");
        let mut days = [
            ("form", "deadlines"),
            ("deadline_submit_month", "6"),
            ("deadline_submit_day", "15"),
            ("deadline_check_month", "7"),
            ("deadline_check_day", "10"),
            ("deadline_approve_month", "8"),
            ("deadline_approve_day", "20"),
            ("deadline_publish_month", "2"),
            ("deadline_publish_day", "29"),
        ];
        let (status, _, refused) = post(&city, &office, &deadlines, &days).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        // What was chosen stays chosen, so that one click mends it.
        assert!(refused.contains(r#"<option value="15" selected>15日</option>"#));
        assert!(refused.contains(r#"<option value="29" selected>29日</option>"#));
        days[8].1 = "28";
        assert_eq!(
            post(&city, &office, &deadlines, &days).await.0,
            StatusCode::SEE_OTHER
        );
        let kept = cycle::deadlines(city.db()).await.unwrap();
        assert_eq!(kept[0].1.after(year(2025)).to_string(), "2026-06-15");
    }
);

each_database!(
    a_proposal_is_made_by_the_department_and_judged_by_the_office,
    [&IdentityService, &PlanService],
    async |city| {
        settle(&city).await;
        let (clerk, office) = (clerk(&city).await, office(&city).await);
        let tax = person(&city, "tokunaga", &[(PROPOSE, "tax")]).await;
        let form = [
            ("form", "proposal"),
            ("department", "civic"),
            ("title", "書かない窓口"),
            ("purpose", "書く時間をなくす。"),
            ("amount", "1,000,000"),
            ("yearly_cost", "１２０，０００"),
            ("effect_name-1", "書く時間"),
            ("effect_unit-1", "分"),
            ("effect_before-1", "9"),
            ("effect_expected-1", "2"),
        ];
        assert_eq!(
            post(&city, &tax, "/desk/proposals/new", &form).await.0,
            StatusCode::FORBIDDEN
        );
        let (status, location, html) = post(&city, &clerk, "/desk/proposals/new", &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{html}");
        let path = location.split('?').next().unwrap().to_owned();
        let proposal = cycle::proposals(city.db()).await.unwrap()[0].clone();
        assert_eq!(
            (proposal.amount, proposal.yearly_cost),
            (1_000_000, 120_000)
        );
        let hearing = [
            ("form", "hearing"),
            ("revision", "1"),
            ("verdict", "reduced"),
            ("reduced_amount", "1000000"),
            ("heard_on_year", "2026"),
            ("heard_on_month", "11"),
            ("heard_on_day", "20"),
            ("text", "端末は今あるものを使う。"),
        ];
        assert_eq!(
            post(&city, &clerk, &format!("{path}/hearing"), &hearing)
                .await
                .0,
            StatusCode::FORBIDDEN
        );
        let (status, _, html) = post(&city, &office, &format!("{path}/hearing"), &hearing).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(html.contains("認める金額（減額のとき）"));
        let mut less = hearing;
        less[3].1 = "600000";
        assert_eq!(
            post(&city, &office, &format!("{path}/hearing"), &less)
                .await
                .0,
            StatusCode::SEE_OTHER
        );
        let introduce = [
            ("form", "introduce"),
            ("revision", "2"),
            ("step", "introduce"),
            ("introduced_on_year", "2026"),
            ("introduced_on_month", "11"),
            ("introduced_on_day", "20"),
        ];
        assert_eq!(
            post(&city, &tax, &path, &introduce).await.0,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            post(&city, &clerk, &path, &introduce).await.0,
            StatusCode::SEE_OTHER
        );
        let measure = [
            ("form", "measure"),
            ("revision", "3"),
            ("step", "measure"),
            ("effect_value-0", "3"),
            ("effect_text-0", "もう少し。"),
            ("measured_on_year", "2026"),
            ("measured_on_month", "11"),
            ("measured_on_day", "21"),
        ];
        assert_eq!(
            post(&city, &clerk, &path, &measure).await.0,
            StatusCode::SEE_OTHER
        );
        let (_, html) = get(&city, &office, &path).await;
        assert!(html.contains("見込みに届かず"));
        let conclude = [
            ("form", "conclusion"),
            ("revision", "4"),
            ("conclusion", "improve"),
            ("text", "順を直して続ける。"),
        ];
        assert_eq!(
            post(&city, &office, &format!("{path}/conclusion"), &conclude)
                .await
                .0,
            StatusCode::SEE_OTHER
        );
    }
);
