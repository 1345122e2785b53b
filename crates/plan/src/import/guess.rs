//! What the sheets do not say outright: the plan's title, who publishes it, which years it covers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::cell::title;
use super::{Guessed, ImportOptions};
use crate::model::document::{
    DoubtReason, Figure, FigureKind, Group, Initiative, Period, PlanDocument, Publisher,
};

/// A city's name: up to five kanji, hiragana only as つ・さ・い… are rare enough to be left to the caller.
static CITY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^一-龠々])([一-龠々ヶケ]{1,5}[市町村区])(役所|役場|情報|デジタル|DX|ICT|行政|総合|の|が|は|で|を|に|民|内|立|公式|長|議会)?").ok()
});

/// Words that end like a city's name.
const NOT_CITIES: [&str; 22] = [
    "本市",
    "当市",
    "各市",
    "他市",
    "同市",
    "全市",
    "都市",
    "我市",
    "市町",
    "市区",
    "地区",
    "校区",
    "学区",
    "市町村",
    "各市町村",
    "区市町村",
    "近隣市",
    "特別区",
    "政令市",
    "指定都市",
    "中核市",
    "小学校区",
];

/// Fills title, publisher and period: what the caller gave, else what the documents suggest. Says what was guessed.
pub(super) fn fill(
    document: &mut PlanDocument,
    texts: &[String],
    options: &ImportOptions,
) -> Guessed {
    let mut guessed = Guessed::default();
    if let Some(given) = &options.title {
        document.title.clone_from(given);
    }
    if document.title.is_empty() {
        guessed.title = true;
        document.title = plan_title(document, texts).unwrap_or_else(|| document.key.clone());
    }
    if let Some(given) = &options.publisher {
        document.publisher.clone_from(given);
    }
    if document.publisher.name.is_empty() {
        guessed.publisher = true;
        document.publisher = Publisher {
            name: city(texts, &document.title).unwrap_or_default(),
            municipality: None,
        };
    }
    if document.publisher.municipality.is_none() {
        let same: Vec<&Publisher> = options
            .municipalities
            .iter()
            .filter(|known| known.name == document.publisher.name)
            .collect();
        if let [only] = same.as_slice() {
            document
                .publisher
                .municipality
                .clone_from(&only.municipality);
        }
    }
    if document.period.is_none() {
        document.period = period(&document.groups);
        guessed.period = document.period.is_some();
    }
    guessed
}

/// A line of its own that names a plan, else the name of the plan the sheet refers to.
fn plan_title(document: &PlanDocument, texts: &[String]) -> Option<String> {
    let named = texts.iter().take(40).map(|text| title(text)).find(|text| {
        let length = text.chars().count();
        (4..=40).contains(&length)
            && !text.contains('。')
            && [
                "計画（",
                "計画(",
                "戦略（",
                "計画",
                "戦略",
                "ビジョン",
                "アクションプラン",
            ]
            .iter()
            .any(|word| text.contains(word))
            && super::labels::label(&super::cell::key(text)).is_none()
    });
    let referred = document
        .groups
        .iter()
        .flat_map(with_below)
        .flat_map(|group| &group.texts)
        .find(|text| text.label.contains("計画名称"))
        .map(|text| text.text.clone());
    referred.or(named)
}

fn with_below(group: &Group) -> Vec<&Group> {
    let mut all = vec![group];
    all.extend(group.groups.iter().flat_map(with_below));
    all
}

/// The city named most often, when it is named at least twice or once in the title, which counts most.
fn city(texts: &[String], plan_title: &str) -> Option<String> {
    let pattern = CITY.as_ref()?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let weighted = texts
        .iter()
        .map(|text| (text.as_str(), 1))
        .chain(std::iter::once((plan_title, 10)));
    for (text, weight) in weighted {
        for found in pattern.captures_iter(text) {
            let name = &found[1];
            let excluded = NOT_CITIES
                .iter()
                .any(|word| name == *word || name.ends_with(word))
                || name.chars().count() < 2
                || name.contains(['年', '月', '度', '各', '全', '近', '件']);
            if !excluded {
                *counts.entry(name.to_owned()).or_default() += if found.get(2).is_some() {
                    2 * weight
                } else {
                    weight
                };
            }
        }
    }
    let best = counts
        .iter()
        .max_by_key(|(name, count)| (**count, std::cmp::Reverse(name.chars().count())))?;
    (*best.1 >= 2).then(|| best.0.clone())
}

/// First and last year of the planned and actual figures and of the schedules. Targets read from prose do not count: they
/// may lie far beyond the plan.
fn period(groups: &[Group]) -> Option<Period> {
    let all: Vec<&Group> = groups.iter().flat_map(with_below).collect();
    let initiatives = || all.iter().flat_map(|group| &group.initiatives);
    let own = all
        .iter()
        .flat_map(|group| &group.indicators)
        .flat_map(|indicator| &indicator.figures);
    let mut years: Vec<_> = own
        .chain(initiatives().flat_map(figures))
        .filter(|figure| {
            figure.kind != FigureKind::Baseline
                && figure
                    .doubts
                    .iter()
                    .all(|doubt| doubt.reason != DoubtReason::ReadFromProse)
        })
        .filter_map(|figure| figure.fiscal_year)
        .collect();
    years.extend(
        initiatives()
            .flat_map(|initiative| &initiative.schedule)
            .flat_map(|phase| [phase.from, phase.to])
            .flatten(),
    );
    let (from, to) = super::span(years.into_iter())?;
    Some(Period { from, to })
}

fn figures(initiative: &Initiative) -> impl Iterator<Item = &Figure> {
    initiative
        .indicators
        .iter()
        .flat_map(|indicator| &indicator.figures)
}
