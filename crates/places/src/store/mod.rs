//! Queries and writes. Every write takes a `Tx`, so that rows, facts and audit lines commit together.

mod datasets;
mod files;
mod made;
pub mod map;
mod package;
mod values;

pub use datasets::{
    Change, ChangeKind, Dataset, State, changes, create, dataset, datasets, describe, publish,
    set_source, withdraw,
};
pub use files::{
    FileEntry, NewVersion, Pending, Version, add_file, add_version, contents, drop_pending, file,
    files, files_of, keep_pending, newest, pending, remove_contents, version, versions,
};
pub(crate) use made::LIST;
pub use made::{Made, Source, make, make_all, make_and_publish, sources};
pub use package::{Whole, WholeFile, bring_in};
pub use values::{renew_all, with_values};
