//! Writes files atomically, so that a reader never sees an incomplete one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};

/// Writes a file atomically: a temporary file in the same folder is written, synced and renamed to
/// `path`, and then the folder is synced. Missing folders are created. If any step fails, the previous
/// contents of `path` remain.
///
/// If `path` is a symbolic link, its target is replaced and the link remains. A pipe or a device
/// (`/dev/stdout`) is written to directly.
///
/// # Errors
/// Returns an error if the folder or the file cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// Writes a file as [`write_file`] does, by a function that is given the file. Large files need not be in
/// memory that way.
///
/// # Errors
/// The errors of [`write_file`], and those of the function.
pub fn write_with(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    let written = match fs::metadata(path) {
        // A pipe or a device cannot be replaced.
        Ok(there) if !there.is_file() && !there.is_dir() => {
            let device = File::options().write(true).open(path);
            device.and_then(|mut device| write(&mut device))
        }
        _ => {
            let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            replace(&target, write)
        }
    };
    written.map_err(|cause| Error::unwritable(path, cause))
}

/// Writes each file, given as a relative path and its bytes, into `folder` as [`write_file`] does. Other
/// files of the folder remain as they are.
///
/// # Errors
/// Returns an error if a file cannot be written. The files before it are then new and the others old, and
/// all are complete.
///
/// # Panics
/// If a path leads out of the folder.
pub fn write_files(folder: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<()> {
    for (path, bytes) in files {
        let inside = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        assert!(inside, "{} leads out of the folder", path.display());
        write_file(&folder.join(path), bytes)?;
    }
    Ok(())
}

fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let mut temporary = with_ordinary_permissions(&mut tempfile::Builder::new())
        .prefix(".unfinished-")
        .tempfile_in(folder)
        // The full error would name the temporary file.
        .map_err(|cause| io::Error::from(cause.kind()))?;
    write(temporary.as_file_mut())?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    File::open(folder)?.sync_all()
}

/// Gives the file the permissions that `File::create` would give, since others are meant to read a
/// report.
fn with_ordinary_permissions<'a, 'b, 'c>(
    builder: &'a mut tempfile::Builder<'b, 'c>,
) -> &'a mut tempfile::Builder<'b, 'c> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o666))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entry = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let names = fs::read_dir(folder).unwrap().map(entry);
        names.map(|name| name.into_string().unwrap()).collect()
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write_file(&path, b"old").unwrap();
        let failed = replace(&path, |file| {
            file.write_all(b"half of the new")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "the disk is full");
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn a_rename_that_fails_leaves_the_old_folder_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in-the-way");
        fs::create_dir_all(path.join("full")).unwrap();
        let error = write_file(&path, b"new").unwrap_err();
        assert_eq!(error.kind, crate::error::Kind::Io);
        assert!(error.message.contains("in-the-way"), "{error}");
        assert_eq!(names(folder.path()), ["in-the-way"]);
        assert_eq!(names(&path), ["full"]);
    }

    #[test]
    fn files_go_into_folders_and_replace_older_ones() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["one", "two"] {
            let files = [(PathBuf::from("data/a.csv"), text.as_bytes().to_vec())];
            write_files(&folder.path().join("out"), &files).unwrap();
            let path = folder.path().join("out/data/a.csv");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.json"), folder.path().join("latest"));
        fs::write(&path, b"old").unwrap();
        std::os::unix::fs::symlink("a.json", &link).unwrap();
        write_file(&link, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[test]
    fn a_device_is_written_into() {
        use std::os::unix::fs::FileTypeExt;
        write_file(Path::new("/dev/null"), b"gone").unwrap();
        let null = fs::metadata("/dev/null").unwrap();
        assert!(null.file_type().is_char_device());
    }

    #[test]
    fn others_may_read_the_file_as_the_umask_allows() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            fs::metadata(folder.path().join(name))
                .unwrap()
                .permissions()
                .mode()
        };
        write_file(&folder.path().join("ours"), b"").unwrap();
        fs::write(folder.path().join("plain"), b"").unwrap();
        assert_eq!(mode("ours"), mode("plain"));
    }

    #[test]
    #[should_panic(expected = "leads out of the folder")]
    fn a_path_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = [(PathBuf::from("../escaped"), vec![])];
        let _ = write_files(folder.path(), &files);
    }
}
