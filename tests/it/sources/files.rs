//! Directories, files and patterns.

use std::path::PathBuf;

use mapdrift::io::listing::{Listing, RowKind, rows};
use mapdrift::model::object::TimeSource;

use super::{Delivered, World, deliver, key, list_files, put};

fn folder(keys: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for key in keys {
        put(folder.path(), key, b"{}");
    }
    folder
}

fn at(folder: &tempfile::TempDir, path: &str) -> String {
    folder.path().join(path).to_str().unwrap().to_owned()
}

fn keys(listing: &Listing) -> Vec<String> {
    listing.entries.iter().map(|entry| entry.found.key).collect()
}

#[test]
fn a_directory_is_walked_to_the_bottom_in_order_of_names() {
    let folder = folder(&["b/x", "a/2/y", "a/10/z", "c"]);
    assert_eq!(keys(&list_files(&[&at(&folder, "")]).unwrap()), ["a/10/z", "a/2/y", "b/x", "c"]);
}

#[test]
fn keys_do_not_depend_on_where_the_backup_lies() {
    let folder = folder(&["2019/x", "2019/y"]);
    assert_eq!(keys(&list_files(&[&at(&folder, "2019/x")]).unwrap()), ["x"]);
    assert_eq!(keys(&list_files(&[&at(&folder, "2019")]).unwrap()), ["x", "y"]);
    assert_eq!(keys(&list_files(&[&at(&folder, "20*/?")]).unwrap()), ["2019/x", "2019/y"]);
    assert_eq!(keys(&list_files(&[&at(&folder, "20*")]).unwrap()), ["2019/x", "2019/y"]);
}

#[test]
fn a_capture_at_the_root_is_no_record_file() {
    let folder = folder(&["capture.json", "2019/capture.json", "2019/x"]);
    let listing = list_files(&[&at(&folder, "")]).unwrap();
    assert_eq!(keys(&listing), ["2019/capture.json", "2019/x"]);
    assert_eq!(listing.capture().unwrap(), Some(folder.path().join("capture.json").as_path()));
}

#[test]
fn a_capture_that_a_shell_named_beside_its_backup_is_no_record_file() {
    let folder = folder(&["capture.json", "2019/04/capture.json", "2019/x"]);
    let expanded = [at(&folder, "2019"), at(&folder, "capture.json")];
    let listing = list_files(&expanded.each_ref().map(String::as_str)).unwrap();
    assert_eq!(keys(&listing), ["04/capture.json", "x"]);
    assert!(listing.capture().unwrap().is_some());
    let listing = list_files(&[&at(&folder, "*")]).unwrap();
    assert_eq!(keys(&listing), ["2019/04/capture.json", "2019/x"]);
    assert!(listing.capture().unwrap().is_some());
    let twice = list_files(&[&at(&folder, ""), &at(&folder, "./capture.json")]).unwrap();
    assert!(twice.capture().unwrap().is_some());
}

#[test]
fn a_pattern_that_matches_a_folder_and_what_is_in_it_reads_each_file_once() {
    let folder = folder(&["2019/04/x", "2019/y"]);
    let listing = list_files(&[&at(&folder, "**")]).unwrap();
    assert_eq!(keys(&listing), ["2019/04/x", "2019/y"]);
    assert!(listing.repeated.is_empty() && listing.skipped.is_empty());
}

#[test]
fn two_captures_are_a_usage_error() {
    let folder = folder(&["a/capture.json", "a/x", "b/capture.json.gz", "b/x"]);
    let listing = list_files(&[&at(&folder, "a"), &at(&folder, "b")]).unwrap();
    assert_eq!(listing.capture().unwrap_err().exit_code(), 2);
}

#[test]
fn names_with_a_dot_in_front_are_skipped_and_said() {
    let folder = folder(&[".DS_Store", ".git/config", "x"]);
    let listing = list_files(&[&at(&folder, "")]).unwrap();
    assert_eq!(keys(&listing), ["x"]);
    assert_eq!(listing.skipped.len(), 2);
    assert_eq!(keys(&list_files(&[&at(&folder, ".DS_Store")]).unwrap()), [".DS_Store"]);
}

#[test]
fn overlapping_arguments_read_a_file_once() {
    let folder = folder(&["2019/x", "2019/y"]);
    let listing =
        list_files(&[&at(&folder, "2019/x"), &at(&folder, ""), &at(&folder, "20*/x")]).unwrap();
    assert_eq!(keys(&listing), ["x", "2019/y"]);
    assert_eq!(listing.repeated.len(), 2);
}

#[test]
fn equal_names_in_different_places_are_told_apart() {
    let folder = folder(&["a/x", "b/x"]);
    let listing = list_files(&[&at(&folder, "a"), &at(&folder, "b")]).unwrap();
    let full =
        |path: &str| std::fs::canonicalize(folder.path().join(path)).unwrap().display().to_string();
    assert_eq!(keys(&listing), [full("a/x"), full("b/x")]);
}

#[test]
fn a_failure_folder_is_known_from_inside() {
    let folder = folder(&["p/elasticsearch-failed/2019/x"]);
    for argument in [
        "p/elasticsearch-failed",
        "p/elasticsearch-failed/2019/x",
        "p/elasticsearch-failed/*/x",
        "p",
    ] {
        let listing = list_files(&[&at(&folder, argument)]).unwrap();
        let deliveries = listing.deliveries(None);
        assert_eq!((deliveries.sources.len(), deliveries.failures.len()), (0, 1), "{argument}");
        assert_eq!(deliveries.failures[0].object.key, "elasticsearch-failed/2019/x", "{argument}");
    }
}

#[test]
fn touching_a_file_changes_nothing() {
    let folder = folder(&["x"]);
    let before = list_files(&[&at(&folder, "")]).unwrap();
    let file = std::fs::File::options().write(true).open(folder.path().join("x")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let after = list_files(&[&at(&folder, "")]).unwrap();
    assert_eq!(before.entries, after.entries);
    assert_eq!(after.object(0).time_source, TimeSource::Unknown);
}

#[test]
fn what_is_not_there_is_named() {
    let folder = folder(&["empty/.hidden", "x"]);
    for missing in ["nothing", "*.gz", "empty"] {
        let error = list_files(&[&at(&folder, "x"), &at(&folder, missing)]).unwrap_err();
        assert_eq!(error.exit_code(), 3, "{missing}");
        assert!(error.to_string().contains(missing), "{error}");
    }
}

#[test]
fn a_file_that_vanishes_is_a_problem_of_that_file_only() {
    let folder = folder(&["a", "b"]);
    let listing = list_files(&[&at(&folder, "")]).unwrap();
    std::fs::remove_file(folder.path().join("a")).unwrap();
    let world = World::new();
    let all = deliver(&world.runtime, &listing);
    let problem = all[0].problem.as_ref().unwrap();
    assert_eq!(problem.kind.name(), "get-failed");
    assert_eq!(all[0].key, "a");
    assert_eq!(all[1], Delivered { key: "b".to_owned(), bytes: b"{}".to_vec(), problem: None });
}

#[test]
fn a_list_says_what_would_be_done_with_everything() {
    let record = key(26);
    let folder = folder(&["capture.json", &record, "elasticsearch-failed/2019/y", ".z"]);
    let listing = list_files(&[&at(&folder, ""), &at(&folder, &record)]).unwrap();
    let rows = rows(&listing, &listing.deliveries(None));
    let kinds: Vec<_> = rows.iter().map(|row| &row.kind).collect();
    assert!(matches!(
        kinds.as_slice(),
        [
            RowKind::Records,
            RowKind::Failures(_),
            RowKind::Capture,
            RowKind::Skipped(_),
            RowKind::Skipped(_)
        ]
    ));
    assert_eq!(rows[0].object.key, record);
    assert_eq!(rows[0].object.size, Some(2));
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_never_in_circles() {
    use std::os::unix::fs::symlink;
    let folder = folder(&["real/x", "other/y"]);
    symlink(folder.path(), folder.path().join("real/loop")).unwrap();
    symlink(folder.path().join("other/y"), folder.path().join("real/z")).unwrap();
    let listing = list_files(&[&at(&folder, "real")]).unwrap();
    assert_eq!(keys(&listing), ["loop/other/y", "x"]);
    assert_eq!(listing.repeated.len(), 1);
    assert!(listing.skipped.iter().any(|skipped| skipped.why.contains("link")));
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_keep_their_bytes() {
    use std::os::unix::ffi::OsStringExt as _;
    let folder = folder(&[]);
    std::fs::write(folder.path().join(std::ffi::OsString::from_vec(b"a\xffb".to_vec())), "{}")
        .unwrap();
    let listing = list_files(&[&at(&folder, "")]).unwrap();
    assert_eq!(keys(&listing), ["a\\xffb"]);
    let world = World::new();
    assert_eq!(deliver(&world.runtime, &listing)[0].bytes, b"{}");
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_read_where_it_is_named_and_skipped_where_it_is_found() {
    let folder = folder(&["x"]);
    let pipe: PathBuf = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(keys(&list_files(&[&at(&folder, "")]).unwrap()), ["x"]);
    let listing = list_files(&[pipe.to_str().unwrap()]).unwrap();
    let writer = std::thread::spawn(move || std::fs::write(pipe, b"{}{}").unwrap());
    let world = World::new();
    assert_eq!(deliver(&world.runtime, &listing)[0].bytes, b"{}{}");
    writer.join().unwrap();
}
