//! What the published sheets must give beyond their figures; every expectation was read from the sheet.

use std::collections::BTreeSet;

use crate::import_support::{read_seed, seed};
use yakuba_kernel::FiscalYear;
use yakuba_plan::export;
use yakuba_plan::import::{CellRole, Shape};
use yakuba_plan::model::document::{
    Direction, DoubtReason, Group, GroupKind, Indicator, Initiative, LifeStage, Reading,
};

fn initiatives(groups: &[Group]) -> Vec<&Initiative> {
    groups
        .iter()
        .flat_map(|group| group.initiatives.iter().chain(initiatives(&group.groups)))
        .collect()
}

fn numbered<'a>(groups: &'a [Group], number: &str) -> &'a Initiative {
    initiatives(groups)
        .into_iter()
        .find(|initiative| initiative.number.as_deref() == Some(number))
        .unwrap()
}

fn indicator<'a>(initiative: &'a Initiative, name: &str) -> &'a Indicator {
    initiative
        .indicators
        .iter()
        .find(|indicator| indicator.name == name)
        .unwrap()
}

fn year(year: i32) -> Option<FiscalYear> {
    FiscalYear::new(year).ok()
}

#[test]
fn every_cell_is_accounted_for() {
    for start in ["000_", "001_", "002_"] {
        let Some(file) = seed(start) else { return };
        let reading = read_seed(start).unwrap();
        let text = String::from_utf8(file.bytes).unwrap();
        let cells: usize = text
            .lines()
            .map(|line| {
                line.split('\t')
                    .filter(|cell| !cell.trim().is_empty())
                    .count()
            })
            .sum();
        assert_eq!(reading.cells.len(), cells, "{start}");
        let places: BTreeSet<_> = reading
            .cells
            .iter()
            .map(|cell| (cell.address.row, cell.address.column))
            .collect();
        assert_eq!(places.len(), cells, "{start}");
        for cell in &reading.cells {
            let line = text.lines().nth(cell.address.row as usize - 1).unwrap();
            assert_eq!(
                line.split('\t').nth(cell.address.column as usize - 1),
                Some(cell.text.as_str())
            );
            assert_ne!(cell.role, CellRole::Unknown, "{cell:?}");
        }
        // what is no label, header or rule stands in the document too
        let yaml = export::to_json(&reading.document).unwrap();
        let squeeze = |text: &str| {
            text.chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
        };
        let document = squeeze(&yaml.replace("\\n", "").replace("\\\"", "\""));
        for cell in &reading.cells {
            let kept = matches!(
                cell.role,
                CellRole::Prose
                    | CellRole::Remark
                    | CellRole::Note
                    | CellRole::Schedule
                    | CellRole::Figure
            );
            let plain = cell.text.contains('<')
                || matches!(cell.role, CellRole::Schedule) && cell.text.chars().count() == 1;
            if kept && !plain {
                assert!(
                    document.contains(&squeeze(&cell.text.replace("【完了】", ""))),
                    "lost: {cell:?}"
                );
            }
        }
    }
}

#[test]
fn forms_of_suita() {
    let Some(reading) = read_seed("000_") else {
        return;
    };
    let groups = &reading.document.groups;
    assert_eq!(reading.shapes.len(), 19);
    assert_eq!(reading.document.publisher.name, "吹田市");
    assert_eq!(
        groups
            .iter()
            .map(|group| (group.kind, group.title.as_str()))
            .collect::<Vec<_>>(),
        [
            (GroupKind::Policy, "市民のためのサービスデザイン"),
            (GroupKind::Policy, "市民を守るICT"),
            (GroupKind::Policy, "業務改善を支えるICT")
        ]
    );
    assert_eq!(numbered(groups, "4").title, "Web施設予約システムの導入");
    assert_eq!(numbered(groups, "13").title, "施設のICT環境の充実");
    assert_eq!(
        numbered(groups, "1").lead_departments,
        ["電子申込又は電子申請を実施する全室課"]
    );
    assert_eq!(
        numbered(groups, "13").lead_departments,
        [
            "まなびの支援課",
            "市民自治推進室",
            "その他施設を管理する室課",
            "危機管理室"
        ]
    );
    // the remark of No. 8 is about another year than all others
    assert_eq!(numbered(groups, "8").remarks[0].fiscal_year, year(2022));
    assert_eq!(numbered(groups, "9").remarks[0].fiscal_year, year(2023));
    // steps of the schedule, those that slid into the first column too
    assert_eq!(
        numbered(groups, "9")
            .schedule
            .iter()
            .map(|phase| phase.name.as_str())
            .collect::<Vec<_>>(),
        ["調査研究", "調達・構築", "運用"]
    );
    let marked = |number: &str| {
        numbered(groups, number)
            .schedule
            .iter()
            .map(|phase| phase.from.map(FiscalYear::year))
            .collect::<Vec<_>>()
    };
    assert_eq!(marked("5"), [Some(2019), Some(2019)]);
    assert_eq!(marked("22"), [Some(2021), Some(2022), Some(2023)]);
    // footnotes belong to the form above them, their second paragraphs too
    assert_eq!(numbered(groups, "21").notes.len(), 3);
    assert_eq!(numbered(groups, "19").notes.len(), 3);
    assert_eq!(numbered(groups, "11").notes, Vec::<String>::new());
    assert_eq!(
        indicator(numbered(groups, "11"), "窓口").direction,
        Some(Direction::AtMost)
    );
    assert_eq!(
        indicator(numbered(groups, "10"), "電子書籍回転数")
            .unit
            .as_deref(),
        Some("回")
    );
    // counts behind percentages
    let evidence = |number: &str, name: &str, fiscal_year: i32| {
        let figures = &indicator(numbered(groups, number), name).figures;
        let figure = figures
            .iter()
            .rfind(|figure| figure.fiscal_year == year(fiscal_year))
            .unwrap();
        figure
            .evidence
            .iter()
            .map(|evidence| {
                (
                    evidence.numerator.to_string(),
                    evidence.denominator.to_string(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        evidence("1", "電子化率", 2023),
        [("719".to_owned(), "868".to_owned())]
    );
    assert_eq!(
        evidence("12", "プロジェクター", 2023),
        [("816".to_owned(), "854".to_owned())]
    );
    assert_eq!(
        evidence("17", "起案文書等の電子化率", 2023),
        [("231589".to_owned(), "309196".to_owned())]
    );
}

#[test]
fn evaluation_of_settsu() {
    let Some(reading) = read_seed("001_") else {
        return;
    };
    assert_eq!(reading.document.publisher.name, "摂津市");
    let field = &reading.document.groups[0];
    let measure = &field.groups[0];
    assert_eq!(
        (field.title.as_str(), measure.title.as_str()),
        ("行政経営", "デジタル化")
    );
    let large: Vec<_> = measure
        .groups
        .iter()
        .map(|group| {
            (
                group.number.as_deref().unwrap(),
                group.indicators.len(),
                group.initiatives.len(),
            )
        })
        .collect();
    assert_eq!(large, [("1", 3, 2), ("2", 4, 2), ("3", 3, 3)]);
    let projects: Vec<Vec<usize>> = measure
        .groups
        .iter()
        .map(|group| {
            group
                .initiatives
                .iter()
                .map(|initiative| initiative.projects.len())
                .collect()
        })
        .collect();
    assert_eq!(projects, [vec![3, 2], vec![9, 2], vec![1, 1, 1]]);
    for project in measure
        .groups
        .iter()
        .flat_map(|group| &group.initiatives)
        .flat_map(|initiative| &initiative.projects)
    {
        assert!(
            project.department.is_some()
                && !project.results.is_empty()
                && !project.analysis.is_empty(),
            "{project:?}"
        );
        assert_eq!(project.fiscal_year, year(2023));
    }
    assert_eq!(
        measure.groups[0].initiatives[0].projects[2].name,
        "認定こども園管理運営事業"
    );
    assert_eq!(
        measure.groups[2].indicators[1].direction,
        Some(Direction::Keep)
    );
    assert_eq!(
        measure.groups[1].indicators[1].figures[0].text,
        "40.9%(令和2年度)"
    );
    assert!(reading.review.is_empty());
}

#[test]
fn list_of_shibata() {
    let Some(reading) = read_seed("002_") else {
        return;
    };
    let groups = &reading.document.groups;
    assert_eq!(
        reading
            .shapes
            .iter()
            .map(|report| (report.shape, report.initiatives))
            .collect::<Vec<_>>(),
        [(Shape::List, 43)]
    );
    assert_eq!(reading.document.publisher.name, "新発田市");
    assert_eq!(reading.document.title, "新発田市情報化推進計画（個別取組）");
    // the same groups whatever blanks stand in their names
    assert_eq!(
        groups
            .iter()
            .map(|group| group.title.as_str())
            .collect::<Vec<_>>(),
        ["市民向け情報施策", "庁内向け情報施策", "基盤となる情報施策"]
    );
    assert_eq!(groups[0].groups.len(), 8);
    let stages: Vec<_> = initiatives(groups)
        .into_iter()
        .filter(|initiative| !initiative.stage.is_running())
        .map(|i| (i.number.clone().unwrap(), i.stage))
        .collect();
    assert_eq!(
        stages
            .iter()
            .filter(|(_, stage)| *stage == LifeStage::Completed)
            .count(),
        5
    );
    assert_eq!(
        stages.iter().find(|(number, _)| number == "36").unwrap().1,
        LifeStage::NewAndCompleted
    );
    assert_eq!(
        stages
            .iter()
            .filter(|(_, stage)| *stage == LifeStage::New)
            .count(),
        10
    );
    assert_eq!(
        numbered(groups, "32").title,
        "情報システム部門の業務継続計画（ICT-BCP）の運用による業務継続の確保"
    );
    assert_eq!(numbered(groups, "7").notes, ["※②はR6から取組から除く。"]);
    // the nine rows that slid
    let slid: BTreeSet<String> = reading
        .review
        .iter()
        .filter(|item| {
            item.doubts
                .iter()
                .any(|doubt| doubt.reason == DoubtReason::SlidRow)
        })
        .filter_map(|item| item.path.initiative_number.clone())
        .collect();
    assert_eq!(slid, (35..=43).map(|number| number.to_string()).collect());
    assert!(
        numbered(groups, "38").schedule[0]
            .name
            .starts_with("令和8年度までに児童クラブの")
    );
    let last = indicator(numbered(groups, "41"), "中小企業を支援した件数")
        .figures
        .iter()
        .find(|figure| figure.fiscal_year == year(2023))
        .unwrap();
    assert_eq!(
        (
            last.source.as_ref().unwrap().row,
            last.source.as_ref().unwrap().column
        ),
        (71, 9)
    );
    assert_eq!(last.confidence, 60);
    // shares the sheet gives counts for
    let pages = &numbered(groups, "3").indicators[0].figures;
    assert_eq!(
        pages
            .iter()
            .filter(|figure| figure.evidence.len() == 1)
            .count(),
        3
    );
    // none of the ways of having no number is a zero
    let zeros = initiatives(groups)
        .into_iter()
        .flat_map(|initiative| &initiative.indicators)
        .flat_map(|indicator| &indicator.figures)
        .filter(
            |figure| matches!(&figure.reading, Reading::Number(number) if number.value.is_zero()),
        )
        .all(|figure| figure.text.contains('0'));
    assert!(zeros);
}
