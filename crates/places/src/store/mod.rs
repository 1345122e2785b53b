//! Queries and writes. Every write takes a `Tx`, so that rows, facts and audit lines commit together.

mod datasets;
mod files;
pub mod map;
mod package;

pub use datasets::{
    Change, ChangeKind, Dataset, State, changes, create, dataset, datasets, describe, publish,
    withdraw,
};
pub use files::{
    FileEntry, NewVersion, Pending, Version, add_file, add_version, contents, drop_pending, file,
    files, files_of, keep_pending, newest, pending, remove_contents, version, versions,
};
pub use package::{Whole, WholeFile, bring_in};
