//! The desk over HTTP as a clerk uses it, on both databases.

use crate::desk_support::{
    Departments, clerk, edit_in, get, import_sheet, manager, nobody, post, send_file, upload,
    viewer,
};
use axum::http::StatusCode;
use yakuba_city::{City, each_database, sql::Sql as _};
use yakuba_plan::{PlanService, store};

const SHEET: &str = "No.,1,,\nアクションプラン,手続の電子化,,\n概要,手続をオンラインにします。,,\n年度,令和4年度,令和5年度,令和6年度\n予定,電子申請 10件,20件,30件\n実績,電子申請 12件,不明,\n主管部門,情報政策課,,\n";

each_database!(
    a_sheet_is_uploaded_checked_corrected_and_taken_over_once,
    [&Departments, &PlanService],
    async |city| {
        let answer = upload(
            &city,
            &manager(),
            "sumikawa-2022",
            "進捗.csv",
            SHEET.as_bytes(),
        )
        .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let preview = answer.location();
        let page = get(&city, &manager(), &preview).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("取組ごとの様式"), "{}", page.text);
        assert!(page.text.contains("新しい計画ができます"));

        let figures = get(&city, &manager(), &format!("{preview}/figures?only=review")).await;
        assert!(figures.text.contains("不明"), "{}", figures.text);
        assert!(figures.text.contains("このとおりで正しい"));
        let place = figures
            .text
            .split("name=\"figure\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();

        let wrong = [
            ("figure", place.as_str()),
            ("action", "correct"),
            ("reading", "number"),
            ("value", "たくさん"),
            ("kind", "actual"),
            ("year", "R5"),
        ];
        let refused = post(&city, &manager(), &format!("{preview}/figures"), &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("数値として読み取れません"));

        let right = [
            ("figure", place.as_str()),
            ("action", "correct"),
            ("reading", "number"),
            ("value", "約18件"),
            ("kind", "actual"),
            ("year", "令和5年度"),
            ("only", "review"),
            ("page", "1"),
        ];
        let saved = post(&city, &manager(), &format!("{preview}/figures"), &right).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);

        let cells = get(&city, &manager(), &format!("{preview}/cells?role=figure")).await;
        assert!(cells.text.contains("進捗.csv"));

        let taken = post(
            &city,
            &manager(),
            &preview,
            &[("action", "commit"), ("reason", "年次の更新")],
        )
        .await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
        let plan = store::load(city.db(), "sumikawa-2022").await.unwrap();
        let yaml = format!("{plan:?}");
        assert!(yaml.contains("18"), "{yaml}");

        // The same file again says nothing new, in spite of the correction.
        let again = upload(
            &city,
            &manager(),
            "sumikawa-2022",
            "進捗.csv",
            SHEET.as_bytes(),
        )
        .await;
        let page = get(&city, &manager(), &again.location()).await;
        assert!(page.text.contains("何も変わりません"), "{}", page.text);

        // A corrected file shows what changes first.
        let corrected = SHEET.replace("電子申請 12件", "電子申請 15件");
        let again = upload(
            &city,
            &manager(),
            "sumikawa-2022",
            "進捗.csv",
            corrected.as_bytes(),
        )
        .await;
        let page = get(&city, &manager(), &again.location()).await;
        assert!(
            page.text.contains("12件") && page.text.contains("15件"),
            "{}",
            page.text
        );
        let given_up = post(
            &city,
            &manager(),
            &again.location(),
            &[("action", "discard")],
        )
        .await;
        assert_eq!(given_up.status, StatusCode::SEE_OTHER);
        let late = post(
            &city,
            &manager(),
            &again.location(),
            &[("action", "commit"), ("reason", "x")],
        )
        .await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.text.contains("今の状態では"), "{}", late.text);

        let overview = get(&city, &viewer(), "/desk/plan/sumikawa-2022").await;
        assert!(overview.text.contains("手続の電子化"));
        assert!(
            overview.text.contains("年次の更新"),
            "the history tells the reason"
        );
    }
);

each_database!(
    a_bad_file_gets_a_sentence_and_leaves_nothing,
    [&Departments, &PlanService],
    async |city| {
        let refused = upload(
            &city,
            &manager(),
            "a-plan",
            "写真.csv",
            b"\x89PNG\r\n\x1a\n\0\0\0",
        )
        .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("写真.csv"), "{}", refused.text);
        let refused = upload(
            &city,
            &manager(),
            "a-plan",
            "名簿.csv",
            "氏名,年齢\n山田,3\n".as_bytes(),
        )
        .await;
        assert!(
            refused.text.contains("計画の表が見つかりません"),
            "{}",
            refused.text
        );
        assert!(
            store::imports(city.db(), "a-plan")
                .await
                .unwrap()
                .is_empty()
        );
        let none = upload(&city, &manager(), "import", "a.csv", SHEET.as_bytes()).await;
        assert_eq!(
            none.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "a key that addresses use themselves"
        );
    }
);

each_database!(
    the_review_list_is_worked_off_by_those_who_may,
    [&Departments, &PlanService],
    async |city| {
        import_sheet(&city, "sumikawa-2022", SHEET).await;
        let path = "/desk/plan/sumikawa-2022/review";
        let seen = get(&city, &viewer(), path).await;
        assert!(
            seen.text.contains("不明") && !seen.text.contains("value=\"confirm\""),
            "an auditor looks only"
        );
        let page = get(&city, &edit_in("joho"), path).await;
        assert!(page.text.contains("value=\"confirm\""), "{}", page.text);
        let hidden = |name: &str| {
            page.text
                .split(&format!("name=\"{name}\" value=\""))
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .to_owned()
        };
        let (indicator, kind, year) = (hidden("indicator"), hidden("old_kind"), hidden("old_year"));
        let form = [
            ("indicator", indicator.as_str()),
            ("old_kind", kind.as_str()),
            ("old_year", year.as_str()),
            ("action", "confirm"),
        ];
        assert_eq!(
            post(&city, &viewer(), path, &form).await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            post(&city, &edit_in("zeimu"), path, &form).await.status,
            StatusCode::FORBIDDEN
        );
        let before = store::review_items(
            city.db(),
            store::plan(city.db(), "sumikawa-2022").await.unwrap().id,
        )
        .await
        .unwrap()
        .len();
        assert_eq!(
            post(&city, &edit_in("joho"), path, &form).await.status,
            StatusCode::SEE_OTHER
        );
        let left = store::review_items(
            city.db(),
            store::plan(city.db(), "sumikawa-2022").await.unwrap().id,
        )
        .await
        .unwrap();
        assert_eq!(left.len(), before - 1);
        if let Some(item) = left.first() {
            let reason = serde_json::to_value(item.figure.doubts[0].reason)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned();
            let ask = get(&city, &manager(), &format!("{path}/all?filter={reason}")).await;
            assert_eq!(ask.status, StatusCode::OK);
            post(
                &city,
                &manager(),
                &format!("{path}/all"),
                &[("filter", &reason)],
            )
            .await;
            let rest = store::review_items(
                city.db(),
                store::plan(city.db(), "sumikawa-2022").await.unwrap().id,
            )
            .await
            .unwrap();
            assert!(rest.iter().all(|item| {
                item.figure
                    .doubts
                    .iter()
                    .all(|doubt| serde_json::to_value(doubt.reason).unwrap() != reason.as_str())
            }));
        }
    }
);

each_database!(
    drafts_are_seen_only_by_those_who_may,
    [&Departments, &PlanService],
    async |city| {
        import_sheet(&city, "sumikawa-2022", SHEET).await;
        for path in [
            "/desk/plan",
            "/desk/plan/sumikawa-2022",
            "/desk/plan/sumikawa-2022/review",
        ] {
            assert_eq!(
                get(&city, &nobody(), path).await.status,
                StatusCode::UNAUTHORIZED,
                "{path}"
            );
            assert_eq!(
                get(&city, &clerk(), path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
            assert_eq!(
                get(&city, &viewer(), path).await.status,
                StatusCode::OK,
                "{path}"
            );
        }
        for path in ["/desk/plan/import", "/desk/plan/new"] {
            assert_eq!(
                get(&city, &viewer(), path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
            assert_eq!(
                get(&city, &edit_in("joho"), path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
            assert_eq!(
                get(&city, &manager(), path).await.status,
                StatusCode::OK,
                "{path}"
            );
        }
    }
);

fn hidden(page: &str, form: &str, name: &str) -> String {
    let form = page
        .split(form)
        .nth(1)
        .unwrap_or_else(|| panic!("no form {form}: {page}"));
    form.split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned()
}

each_database!(
    a_plan_is_made_by_hand_measured_by_hand_and_published,
    [&Departments, &PlanService],
    async |city| {
        let new = [
            ("key", "sumikawa-2025"),
            ("title", "澄川市DX計画"),
            ("publisher", "澄川市"),
            ("from", "R7"),
            ("to", "令和9年度"),
            ("own", "own"),
        ];
        assert_eq!(
            post(&city, &manager(), "/desk/plan/new", &new).await.status,
            StatusCode::SEE_OTHER
        );
        let base = "/desk/plan/sumikawa-2025";
        let group = [
            ("kind", "goal"),
            ("number", "1"),
            ("title", "市民サービスの向上"),
            ("text", ""),
            ("reason", "策定"),
        ];
        let made = post(&city, &manager(), &format!("{base}/groups/new"), &group).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let plan = store::load(city.db(), "sumikawa-2025").await.unwrap();
        let group = plan.groups[0].key.clone().unwrap();
        let initiative = [
            ("group", group.as_str()),
            ("number", "1"),
            ("title", "窓口の電子化"),
            ("stage", "new"),
            ("lead", "情報政策課"),
            ("summary", "窓口を電子化します。"),
            ("phase_name", "環境整備"),
            ("phase_from", "R7"),
            ("phase_to", "R8"),
            ("phase_name", "運用開始"),
            ("phase_from", "R9"),
            ("phase_to", ""),
        ];
        let made = post(
            &city,
            &manager(),
            &format!("{base}/initiatives/new"),
            &initiative,
        )
        .await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let plan = store::load(city.db(), "sumikawa-2025").await.unwrap();
        let initiative = &plan.groups[0].initiatives[0];
        assert_eq!(initiative.schedule.len(), 2);
        let key = initiative.key.clone().unwrap();
        let path = format!("{base}/initiatives/{key}");

        // The department changes its texts, not the structure; a second save over it is refused.
        let page = get(&city, &edit_in("joho"), &path).await;
        assert!(
            page.text.contains("■■"),
            "the schedule has bars: {}",
            page.text
        );
        let state = hidden(&page.text, "<form", "state");
        let texts = [
            ("state", state.as_str()),
            ("summary", "直しました。"),
            ("title", "乗っ取り"),
            ("remark_year", "R7"),
            ("remark_text", "順調"),
        ];
        assert_eq!(
            post(&city, &edit_in("joho"), &path, &texts).await.status,
            StatusCode::SEE_OTHER
        );
        let late = post(&city, &manager(), &path, &texts).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            late.text.contains("ほかの人が同じところを変更しました"),
            "{}",
            late.text
        );
        assert_eq!(
            post(&city, &edit_in("zeimu"), &path, &texts).await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(
            post(&city, &viewer(), &path, &texts).await.status,
            StatusCode::FORBIDDEN
        );
        let plan = store::load(city.db(), "sumikawa-2025").await.unwrap();
        let initiative = &plan.groups[0].initiatives[0];
        assert_eq!(
            (initiative.title.as_str(), initiative.summary.as_deref()),
            ("窓口の電子化", Some("直しました。"))
        );
        assert_eq!(
            initiative.schedule.len(),
            2,
            "the schedule is not in the department's form and stays"
        );

        // Figures are typed as people write them.
        let made = post(
            &city,
            &manager(),
            &format!("{base}/indicators"),
            &[
                ("part", "initiative"),
                ("key", &key),
                ("name", "電子申請率"),
            ],
        )
        .await;
        let indicator = made.location().split('?').next().unwrap().to_owned();
        let page = get(&city, &edit_in("joho"), &indicator).await;
        let state = hidden(&page.text, "/figures\"", "state");
        let grid = [
            ("state", state.as_str()),
            ("baseline", "1,200件"),
            ("baseline_year", "R6"),
            ("target-2025", "約50%"),
            ("actual-2025", "52.8%"),
            ("part-2025", "2,310"),
            ("whole-2025", "4,374"),
            ("target-2026", ""),
            ("actual-2026", "未実施"),
        ];
        let saved = post(
            &city,
            &edit_in("joho"),
            &format!("{indicator}/figures"),
            &grid,
        )
        .await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let page = get(&city, &viewer(), &indicator).await;
        assert!(
            page.text.contains("50%（約）") && page.text.contains("未実施"),
            "{}",
            page.text
        );
        assert!(
            page.text.contains("四捨五入なら合います") || page.text.contains("合っています"),
            "{}",
            page.text
        );
        assert_eq!(
            post(
                &city,
                &edit_in("zeimu"),
                &format!("{indicator}/figures"),
                &grid
            )
            .await
            .status,
            StatusCode::FORBIDDEN
        );

        // Prose of the plan.
        let statement = [
            ("kind", "vision"),
            ("title", "めざす姿"),
            ("text", "つながる市役所"),
            ("at", ""),
            ("under", ""),
        ];
        assert_eq!(
            post(
                &city,
                &manager(),
                &format!("{base}/statements/edit"),
                &statement
            )
            .await
            .status,
            StatusCode::SEE_OTHER
        );
        let below = [
            ("kind", "principle"),
            ("title", "市民目線"),
            ("text", ""),
            ("at", ""),
            ("under", "0"),
        ];
        assert_eq!(
            post(
                &city,
                &manager(),
                &format!("{base}/statements/edit"),
                &below
            )
            .await
            .status,
            StatusCode::SEE_OTHER
        );
        let list = get(&city, &viewer(), &format!("{base}/statements")).await;
        assert!(list.text.contains("つながる市役所") && list.text.contains("市民目線"));

        // A level that still holds initiatives is not removed by mistake.
        let remove = [
            ("part", "group"),
            ("key", group.as_str()),
            ("action", "remove"),
        ];
        assert_eq!(
            post(&city, &manager(), &format!("{base}/arrange"), &remove)
                .await
                .status,
            StatusCode::CONFLICT
        );

        let check = get(&city, &manager(), &format!("{base}/publish")).await;
        assert!(check.text.contains("初めての公表"), "{}", check.text);
        assert_eq!(
            post(
                &city,
                &viewer(),
                &format!("{base}/publish"),
                &[("reason", "x")]
            )
            .await
            .status,
            StatusCode::FORBIDDEN
        );
        let published = post(
            &city,
            &manager(),
            &format!("{base}/publish"),
            &[("reason", "策定")],
        )
        .await;
        assert_eq!(
            published.status,
            StatusCode::SEE_OTHER,
            "{}",
            published.text
        );
        assert!(
            store::published(&city, "sumikawa-2025")
                .await
                .unwrap()
                .is_some()
        );
        for format in ["csv", "xlsx", "json", "yaml"] {
            assert_eq!(
                get(&city, &viewer(), &format!("{base}/export/{format}"))
                    .await
                    .status,
                StatusCode::OK,
                "{format}"
            );
        }
    }
);

/// A fact is taken back and the right one recorded in one step, then it stands as it did.
async fn a_wrong_fact_is_replaced(city: &City) {
    #[derive(Debug, PartialEq, sea_orm::FromQueryResult)]
    struct Stands {
        id: i64,
        day: String,
        quantity: i64,
    }
    let standing = async || -> Vec<Stands> {
        city.db()
            .rows(
                "SELECT f.id, f.day, f.quantity FROM facts f WHERE f.sign = 1 AND f.measure = 'counter.visit'
                   AND NOT EXISTS (SELECT 1 FROM facts c WHERE c.corrects = f.id) ORDER BY f.day, f.id",
                [],
            )
            .await
            .unwrap()
    };
    let before = standing().await;
    let number = before[0].id.to_string();
    let day = before[0].day.clone();
    let path = "/desk/facts/take-back";
    let wrong = [("fact", number.as_str()), ("reason", "重複して登録")];
    // A date or number that cannot be read changes nothing.
    for bad in [
        ("right_quantity", "たくさん"),
        ("right_day_year", "2026"),
        ("right_quantity", "1.0001"),
    ] {
        let mut form = wrong.to_vec();
        form.push(bad);
        let refused = post(city, &manager(), path, &form).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            refused.text
        );
        assert_eq!(standing().await, before);
    }
    assert_eq!(
        post(city, &viewer(), path, &wrong).await.status,
        StatusCode::FORBIDDEN
    );
    let mut form = wrong.to_vec();
    form.push(("right_quantity", "１，２３４．５"));
    assert!(
        post(city, &manager(), path, &form)
            .await
            .location()
            .ends_with("done=fact-replaced")
    );
    let after = standing().await;
    let new: Vec<&Stands> = after.iter().filter(|fact| !before.contains(fact)).collect();
    assert_eq!(new.len(), 1);
    assert_eq!((new[0].quantity, &new[0].day), (1_234_500, &day));
    // The same fact cannot be replaced twice.
    let again = post(city, &manager(), path, &form).await;
    assert_eq!(
        again.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        again.text
    );
    // Back to what it was, by another quantity on the same day.
    let number = new[0].id.to_string();
    let quantity = (before[0].quantity / 1000).to_string();
    let form = [
        ("fact", number.as_str()),
        ("reason", "元に戻す"),
        ("right_quantity", quantity.as_str()),
    ];
    assert!(
        post(city, &manager(), path, &form)
            .await
            .location()
            .ends_with("done=fact-replaced")
    );
    let sum = |facts: &[Stands]| facts.iter().map(|fact| fact.quantity).sum::<i64>();
    assert_eq!(sum(&standing().await), sum(&before));
}

each_database!(
    facts_come_from_a_file_after_a_look_and_feed_a_formula,
    [&Departments, &PlanService],
    async |city| {
        let measure = [
            ("name", "counter.visit"),
            ("name_ja", "来庁"),
            ("name_en", "Visits"),
            ("unit", "件"),
            ("kind", "flow"),
        ];
        assert_eq!(
            post(&city, &viewer(), "/desk/facts/measures", &measure)
                .await
                .status,
            StatusCode::FORBIDDEN
        );
        let file = "計測項目,日付,数量\ncounter.visit,2026-05-01,3\ncounter.visit,2026-05-02,4\n";
        let look = send_file(
            &city,
            &manager(),
            "/desk/facts/upload",
            "file",
            "来庁.csv",
            file.as_bytes(),
            &[],
        )
        .await;
        assert!(
            look.text.contains("登録されていない計測項目"),
            "{}",
            look.text
        );
        assert_eq!(
            post(&city, &manager(), "/desk/facts/measures", &measure)
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        let look = send_file(
            &city,
            &manager(),
            "/desk/facts/upload",
            "file",
            "来庁.csv",
            file.as_bytes(),
            &[],
        )
        .await;
        let (hash, name) = (
            hidden(&look.text, "/desk/facts/commit", "hash"),
            hidden(&look.text, "/desk/facts/commit", "name"),
        );
        for _ in 0..2 {
            let done = post(
                &city,
                &manager(),
                "/desk/facts/commit",
                &[("hash", &hash), ("name", &name)],
            )
            .await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        }
        assert_eq!(
            post(&city, &manager(), "/desk/facts/recount", &[])
                .await
                .status,
            StatusCode::SEE_OTHER
        );
        a_wrong_fact_is_replaced(&city).await;
        let page = get(&city, &viewer(), "/desk/facts").await;
        assert!(
            page.text.contains("来庁") && !page.text.contains("/desk/facts/upload"),
            "{}",
            page.text
        );

        import_sheet(&city, "sumikawa-2022", SHEET).await;
        let plan = store::load(city.db(), "sumikawa-2022").await.unwrap();
        let path = format!(
            "/desk/plan/sumikawa-2022/indicators/{}/formula",
            first(&plan.groups).unwrap()
        );
        let page = get(&city, &manager(), &path).await;
        let state = hidden(&page.text, "<form", "state");
        let mut form = vec![
            ("state", state.as_str()),
            ("kind", "sum"),
            ("a_measure", "counter.visit"),
            ("rounding", "half_up"),
            ("places", "0"),
            ("action", "try"),
        ];
        let tried = post(&city, &manager(), &path, &form).await;
        assert!(
            tried.text.contains("試しに計算した値") && tried.text.contains(">7<"),
            "{}",
            tried.text
        );
        // Departments are chosen by name; a code of a department that is gone stays in the list while it is chosen.
        form.extend([("a_departments", "joho"), ("a_departments", "former")]);
        let narrowed = post(&city, &manager(), &path, &form).await;
        assert!(
            narrowed.text.contains("情報政策課")
                && narrowed.text.contains("部署をしぼる（今は2の部署）"),
            "{}",
            narrowed.text
        );
        assert!(
            !narrowed.text.contains(">joho<")
                && narrowed.text.contains(r#"value="former" checked"#),
            "{}",
            narrowed.text
        );
        assert!(!narrowed.text.contains(">7<"), "{}", narrowed.text);
        form.retain(|(name, _)| !matches!(*name, "action" | "a_departments"));
        form.extend([
            ("action", "save"),
            ("reason", "自動で集計"),
            ("valid_from", "R8"),
        ]);
        assert_eq!(
            post(&city, &manager(), &path, &form).await.status,
            StatusCode::SEE_OTHER
        );
        let page = get(&city, &manager(), &path).await;
        assert!(
            page.text.contains("自動で集計") && page.text.contains("令和8年度"),
            "{}",
            page.text
        );
        assert_eq!(
            get(&city, &edit_in("joho"), &path).await.status,
            StatusCode::FORBIDDEN
        );
    }
);

fn first(groups: &[yakuba_plan::model::document::Group]) -> Option<String> {
    groups.iter().find_map(|group| {
        group
            .initiatives
            .iter()
            .flat_map(|initiative| &initiative.indicators)
            .find_map(|indicator| indicator.key.clone())
            .or_else(|| first(&group.groups))
    })
}
