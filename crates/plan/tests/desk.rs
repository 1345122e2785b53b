//! The desk over HTTP as a clerk uses it, on both databases.

mod desk_support;

use axum::http::StatusCode;
use desk_support::{Departments, clerk, edit_in, get, import_sheet, manager, nobody, post, upload, viewer};
use yakuba_city::each_database;
use yakuba_plan::{PlanService, store};

const SHEET: &str = "No.,1,,\nアクションプラン,手続の電子化,,\n概要,手続をオンラインにします。,,\n年度,令和4年度,令和5年度,令和6年度\n予定,電子申請 10件,20件,30件\n実績,電子申請 12件,不明,\n主管部門,情報政策課,,\n";

each_database!(
    a_sheet_is_uploaded_checked_corrected_and_taken_over_once,
    [&Departments, &PlanService],
    async |city| {
        let answer = upload(&city, &manager(), "sumikawa-2022", "進捗.csv", SHEET.as_bytes()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let preview = answer.location();
        let page = get(&city, &manager(), &preview).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("取組ごとの様式"), "{}", page.text);
        assert!(page.text.contains("新しい計画ができます"));

        let figures = get(&city, &manager(), &format!("{preview}/figures?only=review")).await;
        assert!(figures.text.contains("不明"), "{}", figures.text);
        assert!(figures.text.contains("このとおりで正しい"));
        let place = figures.text.split("name=\"figure\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();

        let wrong = [("figure", place.as_str()), ("action", "correct"), ("reading", "number"), ("value", "たくさん"), ("kind", "actual"), ("year", "R5")];
        let refused = post(&city, &manager(), &format!("{preview}/figures"), &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("数値として読み取れません"));

        let right = [("figure", place.as_str()), ("action", "correct"), ("reading", "number"), ("value", "約18件"), ("kind", "actual"), ("year", "令和5年度"), ("only", "review"), ("page", "1")];
        let saved = post(&city, &manager(), &format!("{preview}/figures"), &right).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);

        let cells = get(&city, &manager(), &format!("{preview}/cells?role=figure")).await;
        assert!(cells.text.contains("進捗.csv"));

        let taken = post(&city, &manager(), &preview, &[("action", "commit"), ("reason", "年次の更新")]).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
        let plan = store::load(city.db(), "sumikawa-2022").await.unwrap();
        let yaml = format!("{plan:?}");
        assert!(yaml.contains("18"), "{yaml}");

        // The same file again says nothing new, in spite of the correction.
        let again = upload(&city, &manager(), "sumikawa-2022", "進捗.csv", SHEET.as_bytes()).await;
        let page = get(&city, &manager(), &again.location()).await;
        assert!(page.text.contains("何も変わりません"), "{}", page.text);

        // A corrected file shows what changes first.
        let corrected = SHEET.replace("電子申請 12件", "電子申請 15件");
        let again = upload(&city, &manager(), "sumikawa-2022", "進捗.csv", corrected.as_bytes()).await;
        let page = get(&city, &manager(), &again.location()).await;
        assert!(page.text.contains("12件") && page.text.contains("15件"), "{}", page.text);
        let given_up = post(&city, &manager(), &again.location(), &[("action", "discard")]).await;
        assert_eq!(given_up.status, StatusCode::SEE_OTHER);
        let late = post(&city, &manager(), &again.location(), &[("action", "commit"), ("reason", "x")]).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(late.text.contains("今の状態では"), "{}", late.text);

        let overview = get(&city, &viewer(), "/desk/plan/sumikawa-2022").await;
        assert!(overview.text.contains("手続の電子化"));
        assert!(overview.text.contains("年次の更新"), "the history tells the reason");
    }
);

each_database!(a_bad_file_gets_a_sentence_and_leaves_nothing, [&Departments, &PlanService], async |city| {
    let refused = upload(&city, &manager(), "a-plan", "写真.csv", b"\x89PNG\r\n\x1a\n\0\0\0").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("写真.csv"), "{}", refused.text);
    let refused = upload(&city, &manager(), "a-plan", "名簿.csv", "氏名,年齢\n山田,3\n".as_bytes()).await;
    assert!(refused.text.contains("計画の表が見つかりません"), "{}", refused.text);
    assert!(store::imports(city.db(), "a-plan").await.unwrap().is_empty());
    let none = upload(&city, &manager(), "import", "a.csv", SHEET.as_bytes()).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY, "a key that addresses use themselves");
});

each_database!(the_review_list_is_worked_off_by_those_who_may, [&Departments, &PlanService], async |city| {
    import_sheet(&city, "sumikawa-2022", SHEET).await;
    let path = "/desk/plan/sumikawa-2022/review";
    let seen = get(&city, &viewer(), path).await;
    assert!(seen.text.contains("不明") && !seen.text.contains("このとおりで正しい"), "an auditor looks only");
    let page = get(&city, &edit_in("joho"), path).await;
    assert!(page.text.contains("このとおりで正しい"), "{}", page.text);
    let hidden = |name: &str| page.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (indicator, kind, year) = (hidden("indicator"), hidden("old_kind"), hidden("old_year"));
    let form = [("indicator", indicator.as_str()), ("old_kind", kind.as_str()), ("old_year", year.as_str()), ("action", "confirm")];
    assert_eq!(post(&city, &viewer(), path, &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&city, &edit_in("zeimu"), path, &form).await.status, StatusCode::FORBIDDEN);
    let before = store::review_items(city.db(), store::plan(city.db(), "sumikawa-2022").await.unwrap().id).await.unwrap().len();
    assert_eq!(post(&city, &edit_in("joho"), path, &form).await.status, StatusCode::SEE_OTHER);
    let left = store::review_items(city.db(), store::plan(city.db(), "sumikawa-2022").await.unwrap().id).await.unwrap();
    assert_eq!(left.len(), before - 1);
    if let Some(item) = left.first() {
        let reason = serde_json::to_value(item.figure.doubts[0].reason).unwrap().as_str().unwrap().to_owned();
        let ask = get(&city, &manager(), &format!("{path}/all?filter={reason}")).await;
        assert_eq!(ask.status, StatusCode::OK);
        post(&city, &manager(), &format!("{path}/all"), &[("filter", &reason)]).await;
        let rest = store::review_items(city.db(), store::plan(city.db(), "sumikawa-2022").await.unwrap().id).await.unwrap();
        assert!(rest.iter().all(|item| item.figure.doubts.iter().all(|doubt| serde_json::to_value(doubt.reason).unwrap() != reason.as_str())));
    }
});

each_database!(drafts_are_seen_only_by_those_who_may, [&Departments, &PlanService], async |city| {
    import_sheet(&city, "sumikawa-2022", SHEET).await;
    for path in ["/desk/plan", "/desk/plan/sumikawa-2022", "/desk/plan/sumikawa-2022/review"] {
        assert_eq!(get(&city, &nobody(), path).await.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(get(&city, &clerk(), path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(get(&city, &viewer(), path).await.status, StatusCode::OK, "{path}");
    }
    for path in ["/desk/plan/import", "/desk/plan/new"] {
        assert_eq!(get(&city, &viewer(), path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(get(&city, &edit_in("joho"), path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(get(&city, &manager(), path).await.status, StatusCode::OK, "{path}");
    }
});
