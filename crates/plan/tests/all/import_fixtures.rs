//! The rules of the importer on small sheets of our own.

use crate::import_support::{read_text, rows};
use yakuba_kernel::FiscalYear;
use yakuba_plan::import::{CellRole, ImportReading, Shape};
use yakuba_plan::model::document::{Direction, DoubtReason, Group, Initiative, LifeStage, Reading};

fn fixture(name: &str) -> ImportReading {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    read_text(name, &std::fs::read_to_string(path).unwrap())
}

fn initiatives(groups: &[Group]) -> Vec<&Initiative> {
    groups
        .iter()
        .flat_map(|group| group.initiatives.iter().chain(initiatives(&group.groups)))
        .collect()
}

/// `initiative indicator year kind = value unit [qualifier] status`
fn lines(reading: &ImportReading) -> Vec<String> {
    rows(&reading.document)
        .into_iter()
        .map(|row| {
            format!(
                "{} {} {} {} = {} {} [{}] {}",
                row.initiative,
                row.indicator,
                row.fiscal_year,
                row.kind,
                row.value,
                row.unit,
                row.qualifier,
                row.status
            )
        })
        .collect()
}

#[test]
fn a_list() {
    let reading = fixture("list.tsv");
    assert_eq!(
        reading
            .shapes
            .iter()
            .map(|report| report.shape)
            .collect::<Vec<_>>(),
        [Shape::List]
    );
    assert_eq!(
        lines(&reading),
        [
            "1 動画の再生回数 2021 actual = 500 回 [約] ok",
            "1 動画の再生回数 2022 actual = -20 回 [] ok",
            "1 動画の再生回数 2023 actual = 1200 回 [（120%）] ok",
            "1 動画の再生回数 2023 target = 1000 回 [] review",
            "1 動画の再生回数 2026 target = 3000 回 [] review",
            "2 更新した窓口の数 2021 actual = 3 か所 [] ok",
            "2 更新した窓口の数 2022 actual = 5 か所 [] ok",
            "2 更新した窓口の数 2023 actual =   [未実施] ok",
            "2 案内の閲覧者数 2021 actual = 0 人 [] ok",
            "2 案内の閲覧者数 2022 actual = 12 人 [] ok",
            "2 案内の閲覧者数 2023 actual =   [未実施] ok",
            "3 延べ実施日数 2021 actual =   [-] review",
            "3 延べ実施日数 2022 actual =   [-] review",
            "3 延べ実施日数 2023 actual = 4 日 [] review",
        ]
    );
    assert_eq!(reading.document.title, "みなと市デジタル計画（取組一覧）");
    let all = initiatives(&reading.document.groups);
    assert_eq!(
        all.iter()
            .map(|initiative| (initiative.number.as_deref(), initiative.stage))
            .collect::<Vec<_>>(),
        [
            (Some("1"), LifeStage::Running),
            (Some("2"), LifeStage::Completed),
            (Some("3"), LifeStage::New)
        ]
    );
    assert_eq!(all[0].texts[0].text, "令和5年までに再生回数1,000回を達成");
    assert_eq!(
        (all[0].schedule[0].from, all[0].schedule[0].to),
        (FiscalYear::new(2024).ok(), FiscalYear::new(2026).ok())
    );
    assert_eq!(
        reading.document.statements[0].title,
        "※実績値は年度末の数です。"
    );
}

#[test]
fn forms() {
    let reading = fixture("forms.tsv");
    assert_eq!(
        lines(&reading),
        [
            "7 待ち時間 2022 target = 15 分 [以内] ok",
            "7 待ち時間 2023 target = 15 分 [以内] ok",
            "7 待ち時間 2022 actual = 22 分 [] ok",
            "7 待ち時間 2023 actual =   [未実施] ok",
            "7 利用率 2022 target = 40 % [] ok",
            "7 利用率 2023 target = 50 % [] ok",
            "7 利用率 2022 actual = 38.5 % [] ok",
            "7 利用率 2023 actual =   [未実施] ok",
            "8 相談員の登録者数 2022 target = 20 人 [] ok",
            "8 相談員の登録者数 2023 target = 30 人 [] ok",
            "8 相談員の登録者数 2022 actual = 0 人 [[※]] review",
            "8 相談員の登録者数 2023 actual =   [-] ok",
        ]
    );
    let all = initiatives(&reading.document.groups);
    let form = all[0];
    assert_eq!(form.title, "窓口の混雑を減らすWeb予約");
    assert_eq!(
        form.summary.as_deref(),
        Some("予約を受け付けます。\n順番を知らせます。")
    );
    assert_eq!(form.lead_departments, ["市民課", "情報課"]);
    assert_eq!(form.notes, ["※ 予約は電話でも受け付けます。"]);
    assert_eq!(form.remarks[0].fiscal_year, FiscalYear::new(2022).ok());
    assert_eq!(form.indicators[0].direction, Some(Direction::AtMost));
    let share = &form.indicators[1].figures[2];
    assert_eq!(
        (
            share.evidence[0].numerator.to_string(),
            share.evidence[0].denominator.to_string()
        ),
        ("77".to_owned(), "200".to_owned())
    );
    assert_eq!(
        form.schedule
            .iter()
            .map(|phase| (phase.name.as_str(), phase.from.map(FiscalYear::year)))
            .collect::<Vec<_>>(),
        [("試行", Some(2022)), ("運用", Some(2023))]
    );
    let zero = &all[1].indicators[0].figures[2];
    assert_eq!(zero.doubts[0].reason, DoubtReason::NoteContradicts);
    assert_eq!(
        zero.doubts[0].detail.as_deref(),
        Some("※令和4年度は募集の実施前")
    );
}

#[test]
fn an_evaluation() {
    let reading = fixture("evaluation.tsv");
    assert_eq!(
        lines(&reading),
        [
            "1 減らした作業時間 2020 baseline = 10 時間 [] ok",
            "1 減らした作業時間 2023 actual = 1250 時間 [] ok",
            "1 減らした作業時間 2026 target = 2000 時間 [] ok",
            "1 紙の購入枚数  baseline =   [-] ok",
            "1 紙の購入枚数 2023 actual =   [数値なし] ok",
            "1 紙の購入枚数 2026 target = 5000 枚 [] ok",
        ]
    );
    let measure = &reading.document.groups[0].groups[0];
    let large = &measure.groups[0];
    assert_eq!(
        (
            reading.document.groups[0].title.as_str(),
            measure.title.as_str(),
            large.title.as_str()
        ),
        ("行財政", "デジタル", "仕事の見直し")
    );
    assert_eq!(large.indicators[0].marks, ["★"]);
    assert_eq!(large.indicators[0].figures[0].text, "10時間（令和2年度）");
    assert_eq!(
        large
            .indicators
            .iter()
            .map(|indicator| indicator.direction)
            .collect::<Vec<_>>(),
        [Some(Direction::More), Some(Direction::Fewer)]
    );
    let item = &large.initiatives[0];
    assert_eq!(
        (
            item.number.as_deref(),
            item.title.as_str(),
            item.texts[0].text.as_str()
        ),
        (Some("1"), "作業の自動化", "P4")
    );
    assert_eq!(item.projects.len(), 2);
    assert_eq!(item.projects[0].department.as_deref(), Some("情報課"));
    assert_eq!(
        item.projects[0].results,
        ["3つの作業を自動化した。", "市・県民税の入力を含む。"]
    );
    assert_eq!(item.projects[1].analysis, ["さらに減らす。"]);
    assert_eq!(reading.document.title, "みなと市情報計画");
}

#[test]
fn every_cell_has_a_role_and_none_is_unknown() {
    for name in ["list.tsv", "forms.tsv", "evaluation.tsv"] {
        let reading = fixture(name);
        let unknown: Vec<_> = reading
            .cells
            .iter()
            .filter(|cell| cell.role == CellRole::Unknown)
            .collect();
        assert!(unknown.is_empty(), "{name}: {unknown:?}");
    }
}

#[test]
fn reading_again_changes_nothing() {
    for name in ["list.tsv", "forms.tsv", "evaluation.tsv"] {
        assert_eq!(fixture(name), fixture(name));
    }
}

#[test]
fn words_and_lost_numbers_are_never_zero() {
    let text = "No.\t1\t\nアクションプラン\t証明書\t\n\t年度\t令和4年度\t令和5年度\n\t予定\t課税証明 10件\t課税証明 住民票 50件\n\t実績\t検討した\t課税証明 12件\n";
    let reading = read_text("a.tsv", text);
    let indicators = &initiatives(&reading.document.groups)[0].indicators;
    let of = |name: &str| {
        indicators
            .iter()
            .find(|indicator| indicator.name == name)
            .unwrap()
    };
    let readings: Vec<&Reading> = of("課税証明")
        .figures
        .iter()
        .map(|figure| &figure.reading)
        .collect();
    assert!(
        matches!(
            readings.as_slice(),
            [
                Reading::Number(_),
                Reading::Missing,
                Reading::Words,
                Reading::Number(_)
            ]
        ),
        "{readings:?}"
    );
    assert!(matches!(
        of("住民票").figures[0].reading,
        Reading::Number(_)
    ));
    assert_eq!(
        of("住民票").figures[0].doubts[0].reason,
        DoubtReason::FewerNumbersThanNames
    );
}

/// Cells as other cities may write them, under one KPI and one year.
#[test]
fn cells_of_all_sorts() {
    for (cell, expected) in [
        ("令和5年度：10件", "10 件 [] ok"),
        ("10～20件", "10  [] review"),
        ("±0件", "0 件 [] ok"),
        ("10件 見込み", "10 件 [見込み] review"),
        ("▲１２．５件", "-12.5 件 [] ok"),
        (
            "のべ1,234件（うち新規20件）",
            "1234 件 [のべ; （うち新規20件）] ok",
        ),
        ("10件（R5.3末現在）", "10 件 [（R5.3末現在）] ok"),
        ("検討中", "  [文章] review"),
        ("（未実施）", "  [未実施] ok"),
        ("「数値なし。」", "  [数値なし] ok"),
        ("―", "  [-] ok"),
        ("－", "  [-] ok"),
        ("", "  [空欄] ok"),
        ("　", "  [空欄] ok"),
        ("3/5", "  [文章] review"),
        ("3件以上", "3 件 [以上] ok"),
        ("概ね3件程度", "3 件 [概ね; 程度] ok"),
        (
            "0件 ※制度の開始前のため",
            "0 件 [※制度の開始前のため] review",
        ),
    ] {
        let text = format!(
            "NO\t具体的な取組\tKPI\t令和4年度 実績\t令和5年度 実績\n1\t窓口\t相談の件数\t7件\t{cell}\n"
        );
        let reading = read_text("a.tsv", &text);
        let read: Vec<String> = rows(&reading.document)
            .into_iter()
            .filter(|row| row.fiscal_year == "2023")
            .map(|row| {
                format!(
                    "{} {} [{}] {}",
                    row.value, row.unit, row.qualifier, row.status
                )
            })
            .collect();
        assert_eq!(read, [expected], "{cell}");
    }
}
