//! Folders and files that nobody but the user who runs the program may look into.

use std::{
    fs::{DirBuilder, File},
    io,
    path::Path,
};

/// Makes a folder, and those above it that are missing, for their owner alone (mode 700). One that is there stays as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a file that is not there yet, for its owner alone (mode 600).
///
/// # Errors
/// When it cannot be made, or is there already.
pub(crate) fn create_private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_the_owner_may_look_into_what_is_made() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("cities/midori");
        make_private_folder(&folder).unwrap();
        make_private_folder(&folder).unwrap();
        let file = folder.join("city.key");
        create_private_file(&file).unwrap();
        assert_eq!(
            create_private_file(&file).unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&place.path().join("cities")), 0o700);
        assert_eq!(mode(&file), 0o600);
    }
}
