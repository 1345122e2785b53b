//! Datasets as files: a list in YAML with the files of each beside it (`yakuba opendata import`).

use serde::Deserialize;

use super::document::{DatasetDocument, is_key};

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
    pub files: Vec<PackedFile>,
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
            for file in &packed.files {
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
    fn a_list_stays_in_its_folder() {
        assert_eq!(Package::from_yaml(LIST).unwrap().datasets.len(), 1);
        for (from, to) in [
            ("a/aed.csv", "../aed.csv"),
            ("a/aed.csv", "/etc/passwd"),
            ("key: aed", "key: A"),
            ("opendata/1", "opendata/2"),
            ("theme: safety", "theme: nothing"),
            ("title: AED, path", "name: AED, path"),
        ] {
            assert!(Package::from_yaml(&LIST.replace(from, to)).is_err(), "{to}");
        }
    }
}
