//! Files and directories as a backup: a bucket that was copied to disk.
//!
//! In: a path or a pattern. Out: entries, captures, and what was skipped, in a [`Listing`]. Refuses to know: modification
//! times, because copying or touching a backup must not change what is said about it.
//!
//! Names that begin with a dot are skipped and said, as shells and search tools do. Links are followed; a folder that is
//! reached twice is walked once.

#![expect(clippy::disallowed_methods, reason = "the world is read here")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::listing::{Entry, Listing, Location, Skipped};
use super::source::SourceError;
use crate::firehose::failure::folder_kind;
use crate::model::object::Found;
use crate::model::problem::{Problem, ProblemKind};

/// The names under which a capture lies beside a backup.
const CAPTURE_NAMES: [&str; 2] = ["capture.json", "capture.json.gz"];

/// Beside a backup, whether a folder was named or, by a shell, everything in it.
fn is_capture(path: &Path) -> bool {
    path.file_name().is_some_and(|name| CAPTURE_NAMES.iter().any(|capture| name == *capture))
}

/// Adds a file, or everything below a directory; gives back what was looked for, in words.
pub(super) fn list_path(
    path: &Path,
    argument: usize,
    listing: &mut Listing,
) -> Result<String, SourceError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(format!("no file or directory {}", path.display()));
        }
        Err(source) => return Err(SourceError::File { path: path.to_owned(), source }),
    };
    if metadata.is_dir() {
        return list_directory(path, argument, listing);
    }
    if is_capture(path) && metadata.is_file() {
        listing.captures.push(path.to_owned());
    } else {
        let base = Base::new(path.parent().unwrap_or(Path::new("")));
        add_file(path, &metadata, &base, argument, listing)?;
    }
    Ok(path.display().to_string())
}

/// Adds what a pattern matches; a directory that it matches is walked.
pub(super) fn list_glob(
    pattern: &str,
    argument: usize,
    listing: &mut Listing,
) -> Result<String, SourceError> {
    let options =
        glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
    let matches =
        glob::glob_with(pattern, options).expect("the pattern was parsed with the arguments");
    let base = fixed_part(pattern);
    let mut folders: Vec<PathBuf> = Vec::new();
    for matched in matches {
        let path = matched.map_err(|error| SourceError::File {
            path: error.path().to_owned(),
            source: error.into(),
        })?;
        if folders.iter().any(|folder| path.starts_with(folder)) {
            continue; // `**` matches what lies in a folder that it matches
        }
        if path.is_dir() {
            folders.push(path.clone());
        }
        if is_capture(&path) && path.parent() == Some(base.as_path()) && path.is_file() {
            listing.captures.push(path);
        } else {
            Walk::new(Base::new(&base), argument).visit(&path, listing);
        }
    }
    Ok(format!("no file matches {pattern}"))
}

/// The folders before the first pattern character.
fn fixed_part(pattern: &str) -> PathBuf {
    let fixed = &pattern[..pattern.find(['*', '?', '[']).unwrap_or(pattern.len())];
    PathBuf::from(fixed.rfind('/').map_or("", |slash| &fixed[..=slash]))
}

fn list_directory(
    root: &Path,
    argument: usize,
    listing: &mut Listing,
) -> Result<String, SourceError> {
    fs::read_dir(root).map_err(|source| SourceError::File { path: root.to_owned(), source })?;
    let skipped_before = listing.skipped.len();
    let captures = CAPTURE_NAMES.map(|name| root.join(name));
    listing.captures.extend(captures.iter().filter(|path| path.is_file()).cloned());
    let mut walk = Walk::new(Base::new(root), argument);
    walk.set_aside(&captures);
    walk.visit(root, listing);
    Ok(match listing.skipped.len() - skipped_before {
        0 => format!("directory {} is empty", root.display()),
        some => format!("directory {} holds only {some} names that are skipped", root.display()),
    })
}

/// One walk below one base folder.
struct Walk {
    base: Base,
    argument: usize,
    aside: BTreeSet<PathBuf>,
    walked: BTreeSet<PathBuf>,
}

impl Walk {
    fn new(base: Base, argument: usize) -> Self {
        Self { base, argument, aside: BTreeSet::new(), walked: BTreeSet::new() }
    }

    fn set_aside(&mut self, paths: &[PathBuf]) {
        self.aside.extend(paths.iter().cloned());
    }

    /// Adds a file or walks a folder. What cannot be read becomes a problem, and the walk goes on.
    fn visit(&mut self, path: &Path, listing: &mut Listing) {
        if let Err((path, error)) = self.try_visit(path, listing) {
            let message = format!("{}: {error}", path.display());
            listing.problems.push(Problem {
                object: self.base.key(&path),
                byte_offset: None,
                byte_length: None,
                kind: ProblemKind::GetFailed,
                message,
            });
        }
    }

    fn try_visit(
        &mut self,
        path: &Path,
        listing: &mut Listing,
    ) -> Result<(), (PathBuf, io::Error)> {
        let failed = |error| (path.to_owned(), error);
        let metadata = fs::metadata(path).map_err(failed)?;
        if !metadata.is_dir() {
            return self.add(path, &metadata, listing).map_err(failed);
        }
        if !self.walked.insert(fs::canonicalize(path).map_err(failed)?) {
            listing.skipped.push(skipped(path, "a link to a folder that is walked already"));
            return Ok(());
        }
        for entry in sorted_entries(path).map_err(failed)? {
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                listing.skipped.push(skipped(&entry.path(), "its name begins with a dot"));
            } else {
                self.visit(&entry.path(), listing);
            }
        }
        Ok(())
    }

    fn add(&self, path: &Path, metadata: &Metadata, listing: &mut Listing) -> io::Result<()> {
        if self.aside.contains(path) {
            return Ok(());
        }
        if !metadata.is_file() {
            listing.skipped.push(skipped(path, "not a regular file"));
            return Ok(());
        }
        listing.entries.push(file_entry(path, metadata, &self.base, self.argument)?);
        Ok(())
    }
}

fn sorted_entries(folder: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(DirEntry::file_name);
    Ok(entries)
}

fn skipped(path: &Path, why: &str) -> Skipped {
    Skipped { name: path.display().to_string(), why: why.to_owned() }
}

/// Adds a file that was named itself: a pipe is taken too, and a name may begin with a dot.
fn add_file(
    path: &Path,
    metadata: &Metadata,
    base: &Base,
    argument: usize,
    listing: &mut Listing,
) -> Result<(), SourceError> {
    let entry = if metadata.is_file() {
        file_entry(path, metadata, base, argument)
            .map_err(|source| SourceError::File { path: path.to_owned(), source })?
    } else {
        let found = Found { key: path.display().to_string(), size: None, modified: None, argument };
        Entry { found, location: Location::Pipe(path.to_owned()) }
    };
    listing.entries.push(entry);
    Ok(())
}

fn file_entry(path: &Path, metadata: &Metadata, base: &Base, argument: usize) -> io::Result<Entry> {
    let found = Found { key: base.key(path), size: Some(metadata.len()), modified: None, argument };
    Ok(Entry { found, location: Location::File(fs::canonicalize(path)?) })
}

/// What keys are relative to.
struct Base {
    path: PathBuf,
    /// Where what was given lies in a failure folder itself, the path from that folder on: the folder decides what a file is.
    failure: Option<String>,
}

impl Base {
    fn new(path: &Path) -> Self {
        let here = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let above = fs::canonicalize(here).unwrap_or_default();
        let above: Vec<_> = above.components().collect();
        let failure =
            above.iter().position(|part| part.as_os_str().to_str().and_then(folder_kind).is_some());
        Self {
            path: path.to_owned(),
            failure: failure.map(|at| joined(&above[at..].iter().collect::<PathBuf>())),
        }
    }

    /// The path below what was given, with `/` between the parts, so that the same backup has the same keys from any folder.
    fn key(&self, path: &Path) -> String {
        let below = joined(path.strip_prefix(&self.path).unwrap_or(path));
        self.failure.as_ref().map_or(below.clone(), |failure| format!("{failure}/{below}"))
    }
}

/// Names that are not UTF-8 keep their bytes as `\xNN`.
fn joined(path: &Path) -> String {
    let parts =
        path.components().filter(|part| !matches!(part, Component::CurDir | Component::RootDir));
    parts.map(|part| escaped(part.as_os_str().as_encoded_bytes())).collect::<Vec<_>>().join("/")
}

fn escaped(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}
