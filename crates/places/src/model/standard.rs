//! The datasets that the state describes for every municipality: 自治体標準オープンデータセット and the older 推奨データセット.

use std::{collections::BTreeSet, sync::LazyLock};

use unicode_normalization::UnicodeNormalization as _;

use super::kind::Kind;

const STANDARD: &str = include_str!("../../data/standard-columns.csv");
const RECOMMENDED: &str = include_str!("../../data/recommended-columns.csv");
const READABILITY: &str = include_str!("../../data/machine-readability-rules.csv");

/// Which of the two families a dataset belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// 自治体標準オープンデータセット, since 2022.
    Standard,
    /// 推奨データセット, since 2017; many cities still publish it.
    Recommended,
}

impl Generation {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "自治体標準オープンデータセット",
            Self::Recommended => "推奨データセット",
        }
    }
}

/// How much a column is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// ◎: every row has it.
    Required,
    /// ○, or required by the older generation.
    Recommended,
    /// Neither, or nothing is known.
    Free,
}

/// A column of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, exactly as the standard writes it.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// How much it is wanted.
    pub need: Need,
}

/// A dataset of the state's description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// Its number, such as `03`.
    pub number: &'static str,
    /// Its name, such as `指定緊急避難場所一覧`.
    pub name: &'static str,
    /// Its name in files and addresses, such as `evacuation_space`. Both generations share it.
    pub slug: &'static str,
    /// Its family.
    pub generation: Generation,
    /// The columns in order.
    pub columns: Vec<Column>,
    /// Whether order and completeness of the columns were seen in the definition, and not put together from several sources.
    pub is_verified: bool,
}

impl Dataset {
    /// The name by which one dataset is meant: the slug, with `legacy:` before it for the older generation.
    pub fn key(&self) -> String {
        match self.generation {
            Generation::Standard => self.slug.to_owned(),
            Generation::Recommended => format!("legacy:{}", self.slug),
        }
    }

    /// The place of the column with this header, widths and compatibility forms aside.
    pub fn place_of(&self, header: &str) -> Option<usize> {
        let key = header_key(header);
        self.columns
            .iter()
            .position(|column| header_key(column.name) == key)
    }
}

/// A header as headers are compared: NFKC, without blanks. The books write brackets in both widths.
pub fn header_key(header: &str) -> String {
    header.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// Every dataset, the new generation first.
pub static DATASETS: LazyLock<Vec<Dataset>> = LazyLock::new(|| {
    let mut datasets: Vec<Dataset> = Vec::new();
    let older: Vec<Vec<&'static str>> = lines(RECOMMENDED);
    for fields in lines(STANDARD) {
        let [
            number,
            dataset,
            slug,
            name,
            _,
            kind,
            need,
            legacy_need,
            confidence,
        ] = fields[..]
        else {
            continue;
        };
        if datasets.last().is_none_or(|last| last.slug != slug) {
            datasets.push(Dataset {
                number,
                name: dataset,
                slug,
                generation: Generation::Standard,
                columns: Vec::new(),
                is_verified: confidence == "verified",
            });
        }
        // Many columns are only called text here; the older generation's column of the same name knows better.
        let same = older.iter().find(|old| {
            old.get(2) == Some(&slug)
                && old
                    .get(3)
                    .is_some_and(|n| header_key(n) == header_key(name))
        });
        let known = same.and_then(|old| Some(Kind::of_recommended(name, old.get(4)?, "")));
        let kind = match Kind::of_standard(name, kind) {
            Kind::Text => known.unwrap_or(Kind::Text),
            kind => kind,
        };
        let need = match (need, legacy_need) {
            ("required", _) => Need::Required,
            ("recommended", _) | (_, "required") => Need::Recommended,
            _ => Need::Free,
        };
        if let Some(last) = datasets.last_mut() {
            last.columns.push(Column { name, kind, need });
        }
    }
    for fields in &older {
        let [number, dataset, slug, name, kind, need, choices] = fields[..] else {
            continue;
        };
        let begins = datasets
            .last()
            .is_none_or(|last| last.generation == Generation::Standard || last.slug != slug);
        if begins {
            datasets.push(Dataset {
                number,
                name: dataset,
                slug,
                generation: Generation::Recommended,
                columns: Vec::new(),
                is_verified: true,
            });
        }
        if let Some(last) = datasets.last_mut() {
            last.columns.push(Column {
                name,
                kind: Kind::of_recommended(name, kind, choices),
                need: if need == "required" {
                    Need::Required
                } else {
                    Need::Free
                },
            });
        }
    }
    datasets
});

/// The lines of one of our own tables without its header; no cell of them holds a comma or a quote, which a test asserts.
fn lines(text: &'static str) -> Vec<Vec<&'static str>> {
    text.lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect()
}

/// The dataset that [`Dataset::key`] names.
pub fn dataset(key: &str) -> Option<&'static Dataset> {
    DATASETS.iter().find(|dataset| dataset.key() == key)
}

/// What a file's headers say about which dataset it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// It is this one.
    As(&'static Dataset),
    /// Several fit equally well.
    OneOf(Vec<&'static Dataset>),
    /// None fits.
    Unknown,
}

/// Recognises a dataset by its headers; the file's name, which by custom holds the slug, decides between equals.
pub fn recognise(headers: &[String], file_name: &str) -> Recognised {
    let keys: BTreeSet<String> = headers
        .iter()
        .map(|header| header_key(header))
        .filter(|key| !key.is_empty())
        .collect();
    let matched = |dataset: &Dataset| {
        dataset
            .columns
            .iter()
            .filter(|column| keys.contains(&header_key(column.name)))
            .count()
    };
    let scores: Vec<(usize, &'static Dataset)> = DATASETS
        .iter()
        .map(|dataset| (matched(dataset), dataset))
        .collect();
    let best = scores.iter().map(|(score, _)| *score).max().unwrap_or(0);
    // Fewer than three names, or half of the file's, are what any address list has.
    if best < 3 || best * 2 < keys.len() {
        return Recognised::Unknown;
    }
    let mut fitting: Vec<&'static Dataset> = scores
        .iter()
        .filter(|(score, _)| *score == best)
        .map(|(_, dataset)| *dataset)
        .collect();
    let named: Vec<&'static Dataset> = fitting
        .iter()
        .copied()
        .filter(|dataset| names_slug(file_name, dataset.slug))
        .collect();
    if !named.is_empty() {
        fitting = named;
    }
    if fitting.len() > 1 {
        // A file that has a dataset's whole set of columns is that dataset, though a larger one contains it.
        let whole: Vec<&'static Dataset> = fitting
            .iter()
            .copied()
            .filter(|dataset| dataset.columns.len() == best)
            .collect();
        if whole.len() == 1 {
            fitting = whole;
        }
    }
    match fitting[..] {
        [one] => Recognised::As(one),
        _ => Recognised::OneOf(fitting),
    }
}

/// Whether a file's name holds a slug as a word of its own: `272051_aed.csv` has `aed`.
fn names_slug(file_name: &str, slug: &str) -> bool {
    let stem = file_name
        .rsplit_once('.')
        .map_or(file_name, |(stem, _)| stem);
    let stem = stem.to_ascii_lowercase();
    stem.match_indices(slug).any(|(at, _)| {
        let before = stem[..at].chars().next_back();
        let after = stem[at + slug.len()..].chars().next();
        before.is_none_or(|c| !c.is_ascii_alphabetic())
            && after.is_none_or(|c| !c.is_ascii_alphabetic())
    })
}

/// A rule of 行政データにおける機械可読性に関するルール.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadabilityRule {
    /// Its number, such as `L1-14`.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it weighs: `FATAL`, `CRITICAL`, `MAJOR`, `MINOR`.
    pub weight: &'static str,
    /// How far a file alone shows whether it is kept.
    pub looked_at: LookedAt,
}

/// How far the validator looks at a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LookedAt {
    /// Wholly, as far as the rule can be told from the file.
    Checked,
    /// In the cases that are told apart with certainty.
    Partly,
    /// Not at all.
    No,
}

/// The rules of machine readability, with how far each is looked at.
pub static READABILITY_RULES: LazyLock<Vec<ReadabilityRule>> = LazyLock::new(|| {
    lines(READABILITY)
        .into_iter()
        .filter_map(|fields| {
            let [id, name, _, weight, _] = fields[..] else {
                return None;
            };
            let looked_at = match id {
                "L1-01" | "L1-03" | "L1-04" | "L1-05" | "L1-08" | "L1-12" | "L1-14" | "L1-15"
                | "L2-02" | "L2-03" | "L3-01" => LookedAt::Checked,
                "L1-02" | "L1-06" | "L1-07" | "L1-13" | "L2-01" | "L2-04" | "L2-06" | "L3-05"
                | "L3-06" => LookedAt::Partly,
                _ => LookedAt::No,
            };
            Some(ReadabilityRule {
                id,
                name,
                weight,
                looked_at,
            })
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_tables_are_read_whole() {
        for (table, width) in [(STANDARD, 9), (RECOMMENDED, 7), (READABILITY, 5)] {
            assert!(!table.contains('"'));
            assert!(lines(table).iter().all(|line| line.len() == width));
        }
        let count = |generation| {
            DATASETS
                .iter()
                .filter(|d| d.generation == generation)
                .count()
        };
        assert_eq!(
            (count(Generation::Standard), count(Generation::Recommended)),
            (21, 14)
        );
        assert_eq!(
            DATASETS.iter().map(|d| d.columns.len()).sum::<usize>(),
            742 + 367
        );
        assert_eq!(READABILITY_RULES.len(), 30);
        let keys: BTreeSet<String> = DATASETS.iter().map(Dataset::key).collect();
        assert_eq!(keys.len(), DATASETS.len());
    }

    #[test]
    fn no_dataset_has_a_header_twice() {
        for dataset in DATASETS.iter() {
            let keys: BTreeSet<String> =
                dataset.columns.iter().map(|c| header_key(c.name)).collect();
            assert_eq!(keys.len(), dataset.columns.len(), "{}", dataset.key());
        }
    }

    #[test]
    fn every_dataset_is_recognised_by_its_own_headers() {
        for dataset in DATASETS.iter() {
            let headers: Vec<String> = dataset.columns.iter().map(|c| c.name.to_owned()).collect();
            assert_eq!(
                recognise(&headers, "a.csv"),
                Recognised::As(dataset),
                "{}",
                dataset.key()
            );
        }
    }

    #[test]
    fn widths_do_not_matter_and_the_files_name_decides_between_equals() {
        let headers = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let toilet = headers(&["名称", "設置位置", "男性トイレ数(小便器)", "ＩＤ"]);
        let Recognised::As(found) = recognise(&toilet, "x.csv") else {
            panic!()
        };
        assert_eq!(found.key(), "public_toilet");
        let facility = headers(&[
            "全国地方公共団体コード",
            "ID",
            "地方公共団体名",
            "名称",
            "緯度",
            "経度",
        ]);
        assert!(
            matches!(recognise(&facility, "x.csv"), Recognised::OneOf(several) if several.len() > 3)
        );
        let Recognised::As(found) = recognise(&facility, "272051_aed.csv") else {
            panic!()
        };
        assert_eq!(found.key(), "aed");
        assert_eq!(
            recognise(&headers(&["名称", "備考"]), "aed.csv"),
            Recognised::Unknown
        );
        assert_eq!(recognise(&[], ""), Recognised::Unknown);
    }
}
