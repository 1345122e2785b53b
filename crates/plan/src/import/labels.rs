//! The words by which the parts of a sheet are recognised. They are compared without blanks and width (`cell::key`), so
//! `成果 目標 （ア ウ ト カ ム）` is `成果目標(アウトカム)`.

use yakuba_kernel::FiscalYear;

use crate::model::document::{FigureKind, GroupKind};

/// What a label of a form or an evaluation sheet announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Label {
    Number,
    Group(GroupKind),
    Title,
    Summary,
    Purpose,
    Outcome,
    Content,
    Measure,
    Year,
    Planned,
    Actual,
    Schedule,
    Lead,
    Related,
    Remark,
    Kpi,
    Direction,
    Baseline,
    TargetValue,
    MiddleItem,
    Projects,
    Results,
    Analysis,
    /// A label whose text is kept under its own words, such as a page reference.
    Reference,
}

impl Label {
    /// Words that may also be the name of a schedule's step; inside a schedule they are labels only beside figures.
    pub(super) fn is_weak(self) -> bool {
        matches!(
            self,
            Self::Planned
                | Self::Actual
                | Self::Content
                | Self::Measure
                | Self::Summary
                | Self::Results
                | Self::Analysis
        )
    }

    /// Labels that stand once in a form: seeing one again means that the next form has begun.
    pub(super) fn stands_once(self) -> bool {
        matches!(
            self,
            Self::Number
                | Self::Title
                | Self::Purpose
                | Self::Year
                | Self::Schedule
                | Self::Lead
                | Self::Related
        ) || matches!(self, Self::Group(_))
    }
}

/// The label a cell is, if it is one. `key` comes from [`super::cell::key`].
pub(super) fn label(key: &str) -> Option<Label> {
    let exact = match key {
        "No" | "No." | "NO" | "NO." | "no" | "no." | "番号" | "取組番号" | "管理番号"
        | "整理番号" | "事業番号" => Label::Number,
        "基本方針" | "方針" => Label::Group(GroupKind::Policy),
        "基本目標" | "目標名" => Label::Group(GroupKind::Goal),
        "分野" => Label::Group(GroupKind::Field),
        "施策" | "施策分野" | "施策名" => Label::Group(GroupKind::Measure),
        "区分" => Label::Group(GroupKind::Category),
        "取組" | "取組み" | "取組分野" | "テーマ" => Label::Group(GroupKind::Theme),
        "重点取組事項" | "重点取組" => Label::Group(GroupKind::PriorityItem),
        "アクションプラン"
        | "アクションプラン名"
        | "取組名"
        | "取組名称"
        | "取組項目"
        | "具体的な取組"
        | "具体的取組"
        | "具体的な取組み"
        | "個別施策"
        | "個別取組"
        | "事業名"
        | "事業名称"
        | "施策事業名" => Label::Title,
        "概要" | "取組概要" | "取組の概要" | "取組方針" | "取組内容" | "取組の内容"
        | "事業概要" | "施策概要" => Label::Summary,
        "目的" | "取組の目的" | "事業目的" => Label::Purpose,
        "成果目標(アウトカム)" | "成果目標" | "アウトカム" | "成果" => {
            Label::Outcome
        }
        "内容" => Label::Content,
        "評価指標(定量的)" | "評価指標" | "評価指標(定性的)" | "指標" | "数値目標" | "成果指標" => {
            Label::Measure
        }
        "年度" | "実施年度" => Label::Year,
        "予定" | "計画" | "計画値" | "予定値" | "目標" => Label::Planned,
        "実績" | "実績値" | "結果" => Label::Actual,
        "スケジュール" | "実施スケジュール" | "年度別スケジュール" | "工程" | "工程表" => {
            Label::Schedule
        }
        "主管部門" | "主管課" | "主管部署" | "主管室課" | "担当課" | "担当部署" | "所管課"
        | "所管部署" | "所属" | "担当部門" | "実施部門" | "主担当課" => {
            Label::Lead
        }
        "関係部門" | "関係課" | "関係部署" | "関係室課" | "関連部門" | "関連課" | "関連部署" => {
            Label::Related
        }
        "備考" => Label::Remark,
        "KPI(指標)" | "KPI" | "KPI名" | "重要業績評価指標(KPI)" | "重要業績評価指標" => {
            Label::Kpi
        }
        "推移の方向性" | "方向性" => Label::Direction,
        "基準値" | "現状値" | "基準" | "策定時" => Label::Baseline,
        "目標値" => Label::TargetValue,
        "中項目" => Label::MiddleItem,
        "関連する主な事業" | "主な事業" | "事業" => Label::Projects,
        "取組実績" => Label::Results,
        "分析・考察" | "分析" | "考察" | "評価・課題" => Label::Analysis,
        "分野計画名称"
        | "分野計画参照ページ"
        | "行政経営戦略参照ページ"
        | "参照ページ"
        | "計画名称" => Label::Reference,
        _ => return pattern(key),
    };
    Some(exact)
}

fn pattern(key: &str) -> Option<Label> {
    if key.chars().count() > 24 {
        return None;
    }
    if key.ends_with("実績に関する備考")
        || key.ends_with("実績についての備考")
        || (key.ends_with("備考") && FiscalYear::read_in(key).is_some())
    {
        return Some(Label::Remark);
    }
    if key.starts_with("施策の展開") || key == "大項目" {
        return Some(Label::Group(GroupKind::LargeItem));
    }
    if key.ends_with("の取組実績") || key.ends_with("取組結果") {
        return Some(Label::Results);
    }
    if key.ends_with("参照ページ") {
        return Some(Label::Reference);
    }
    if key.starts_with("目標値(") || (key.ends_with("目標値") && FiscalYear::read_in(key).is_some())
    {
        return Some(Label::TargetValue);
    }
    if key.starts_with("基準値(") || key.starts_with("現状値(") {
        return Some(Label::Baseline);
    }
    None
}

/// The year a column header names, when it is a year and nothing else, such as `令和元年度 (2019年度)` or `R3`.
pub(super) fn year_header(raw: &str) -> Option<FiscalYear> {
    let plain = super::cell::without_html(raw).replace('\n', " ");
    FiscalYear::read(&plain)
        .or_else(|| FiscalYear::read(&plain.split_whitespace().collect::<String>()))
}

/// The kind and year of a figure column, such as `令和3年度 結果`, `目標値 (令和7年度)`, `R5実績`, `令和3年度末`.
/// `above` is the kind the header above gives, used when the header itself only names a year.
pub(super) fn figure_header(
    raw: &str,
    key: &str,
    above: Option<FigureKind>,
) -> Option<(FigureKind, Option<FiscalYear>)> {
    if key.is_empty() || key.chars().count() > 30 {
        return None;
    }
    let year = year_header(raw).or_else(|| {
        let mentions = FiscalYear::find_all(key);
        match mentions.as_slice() {
            [only] => Some(only.year),
            [first, rest @ ..] if rest.iter().all(|other| other.year == first.year) => {
                Some(first.year)
            }
            _ => None,
        }
    });
    let kind = if key.contains("目標") || key.contains("計画値") || key.contains("予定") {
        Some(FigureKind::Target)
    } else if key.contains("基準値") || key.contains("現状値") || key.contains("策定時") {
        Some(FigureKind::Baseline)
    } else if key.contains("実績") || key.contains("結果") {
        Some(FigureKind::Actual)
    } else {
        None
    };
    match (kind, year) {
        (Some(FigureKind::Baseline), year) => Some((FigureKind::Baseline, year)),
        (Some(kind), Some(year)) => Some((kind, Some(year))),
        (None, Some(year)) => above.map(|kind| (kind, Some(year))),
        _ => None,
    }
}

/// First and last year of a header such as `スケジュール (R6～R8)`.
pub(super) fn period(text: &str) -> Option<(FiscalYear, FiscalYear)> {
    let years = FiscalYear::find_all(text);
    match years.as_slice() {
        [first, last] if first.year <= last.year => Some((first.year, last.year)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::cell::key;

    fn year(year: i32) -> FiscalYear {
        FiscalYear::new(year).unwrap()
    }

    #[test]
    fn figure_headers() {
        let read = |text: &str| figure_header(text, &key(text), None);
        assert_eq!(
            read("令和3年度 結果"),
            Some((FigureKind::Actual, Some(year(2021))))
        );
        assert_eq!(
            read("目標値 (令和7年度)"),
            Some((FigureKind::Target, Some(year(2025))))
        );
        assert_eq!(read("基準値"), Some((FigureKind::Baseline, None)));
        assert_eq!(read("推移の方向性"), None);
        assert_eq!(
            figure_header(
                "令和３年度末",
                &key("令和３年度末"),
                Some(FigureKind::Actual)
            ),
            Some((FigureKind::Actual, Some(year(2021))))
        );
    }

    #[test]
    fn periods() {
        assert_eq!(
            period("スケジュール (R6～R8)"),
            Some((year(2024), year(2026)))
        );
    }
}
