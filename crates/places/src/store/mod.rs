//! Queries and writes. Every write takes a `Tx`, so that rows, facts and audit lines commit together.

mod datasets;
mod files;
mod large;
mod links;
mod made;
pub mod map;
mod package;
pub mod tables;
mod values;

pub use datasets::{
    Change, ChangeKind, Dataset, State, changes, create, dataset, datasets, describe, publish,
    set_source, withdraw,
};
pub use files::{
    FileEntry, FilledVersion, NewVersion, Pending, Version, add_file, add_filled, add_version,
    conforms_to, contents, define, divide_all, drop_pending, file, files, files_of, keep_pending,
    newest, pending, remove_contents, rename_file, table_of, version, versions,
};
pub use large::{LARGE, LargeFile, take_large};
pub use links::{
    Came, FETCH_JOB, Link, LinkState, OWN_HOSTS, add_links, add_listed, ask_again, ask_due,
    drop_file, fetch_file, links, own_hosts, set_own_hosts,
};
pub(crate) use made::LIST;
pub use made::{Made, Source, make, make_all, make_and_publish, publish_draft, sources};
pub use package::{Whole, WholeFile, bring_in};
pub use values::{Words, renew_all, with_values};
