//! Datasets as files: a list in YAML with the files of each beside it (`yakuba opendata import`).

use serde::Deserialize;

use super::{
    dictionary::{Defined, KINDS},
    document::{DatasetDocument, is_key},
    links::{Listed, address},
};

/// What a list says it is.
const FORMAT: &str = "yakuba-opendata/1";

/// A list of datasets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// `yakuba-opendata/1`.
    pub format: String,
    /// The datasets.
    pub datasets: Vec<Packed>,
}

/// A dataset of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packed {
    /// What is said about it.
    pub dataset: DatasetDocument,
    /// Its files, in order.
    #[serde(default)]
    pub files: Vec<PackedFile>,
    /// Its files that stand on other sites.
    #[serde(default)]
    pub links: Vec<PackedLink>,
    /// What it is made from instead of files, such as `booking.facilities` or `layer.shelters`; see `yakuba opendata sources`.
    #[serde(default)]
    pub source: String,
}

/// A file of a dataset of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedFile {
    /// What it is called.
    pub title: String,
    /// Where it is, from the list's folder.
    pub path: String,
    /// What is new in it.
    #[serde(default)]
    pub note: String,
    /// What its columns are.
    #[serde(default)]
    pub columns: Vec<Defined>,
}

/// A file of a dataset of a list that stands on another site.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackedLink {
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub address: String,
    /// What kind of file it is, such as `CSV`.
    #[serde(default)]
    pub format: String,
    /// Whether it is fetched and published as a copy.
    #[serde(default)]
    pub copy: bool,
}

impl PackedLink {
    /// As a line of a list of addresses; none when the address is none of a web server.
    pub fn listed(&self) -> Option<Listed> {
        Some(Listed {
            title: self.title.clone(),
            address: address(&self.address)?.into(),
            format: self.format.to_uppercase(),
        })
    }
}

impl Package {
    /// Reads a list.
    ///
    /// # Errors
    /// A sentence about what is wrong and where.
    pub fn from_yaml(yaml: &str) -> Result<Self, String> {
        let package: Self = serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
        if package.format != FORMAT {
            return Err(format!(
                "its format is {:?} and not {FORMAT}",
                package.format
            ));
        }
        for packed in &package.datasets {
            if !is_key(&packed.dataset.key) {
                return Err(format!("{:?} cannot be a key", packed.dataset.key));
            }
            let is_sent = !packed.files.is_empty() || !packed.links.is_empty();
            if is_sent != packed.source.is_empty() {
                return Err(format!(
                    "{:?} needs either files and links, or a source",
                    packed.dataset.key
                ));
            }
            if let Some(link) = packed.links.iter().find(|link| link.listed().is_none()) {
                return Err(format!(
                    "{:?} does not begin with https:// or http://",
                    link.address
                ));
            }
            for file in &packed.files {
                if let Some(one) = file.columns.iter().find(|one| !one.is_known()) {
                    return Err(format!(
                        "the type {:?} of the column {:?} is none of {}",
                        one.kind,
                        one.name,
                        KINDS.join(", ")
                    ));
                }
                let is_inside = !file.path.starts_with('/')
                    && !file.path.contains('\\')
                    && file
                        .path
                        .split('/')
                        .all(|part| !part.is_empty() && part != "..");
                if !is_inside {
                    return Err(format!("the path {:?} leaves the list's folder", file.path));
                }
            }
        }
        Ok(package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "format: yakuba-opendata/1
datasets:
  - dataset: {key: aed, title: AED, description: AEDの場所, department: health, theme: safety, contact: 健康課}
    files: [{title: AED, path: a/aed.csv}]
";

    #[test]
    fn a_dataset_can_be_made_instead_of_read() {
        let list = LIST.replace(
            "files: [{title: AED, path: a/aed.csv}]",
            "source: booking.use",
        );
        let package = Package::from_yaml(&list).unwrap();
        assert_eq!(package.datasets[0].source, "booking.use");
        assert!(package.datasets[0].files.is_empty());
    }

    #[test]
    fn files_can_stand_on_other_sites() {
        let list = |address: &str| {
            Package::from_yaml(&LIST.replace(
                "files: [{title: AED, path: a/aed.csv}]",
                &format!("links: [{{title: AED, address: \"{address}\", format: csv}}]"),
            ))
        };
        let package = list("https://www.example.jp/aed.csv").unwrap();
        assert_eq!(package.datasets[0].links[0].listed().unwrap().format, "CSV");
        assert!(list("file:///etc/passwd").is_err());
    }

    #[test]
    fn a_list_stays_in_its_folder() {
        assert_eq!(Package::from_yaml(LIST).unwrap().datasets.len(), 1);
        for (from, to) in [
            ("a/aed.csv", "../aed.csv"),
            ("a/aed.csv", "/etc/passwd"),
            ("key: aed", "key: A"),
            ("opendata/1", "opendata/2"),
            ("theme: safety", "theme: nothing"),
            ("title: AED, path", "name: AED, path"),
            (
                "    files: [{title: AED, path: a/aed.csv}]",
                "    files: []",
            ),
            (
                "path: a/aed.csv}]",
                "path: a/aed.csv}]\n    source: booking.use",
            ),
        ] {
            assert!(Package::from_yaml(&LIST.replace(from, to)).is_err(), "{to}");
        }
    }
}
