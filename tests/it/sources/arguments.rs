//! What a SOURCE argument may look like.

use std::path::PathBuf;

use mapdrift::io::source::{Source, parse};

fn s3(bucket: &str, prefix: &str) -> Source {
    Source::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() }
}

#[test]
fn each_form_is_told_from_the_others() {
    let check = |argument: &str, expected: Source| {
        assert_eq!(parse(argument.as_ref()).unwrap(), expected, "{argument}");
    };
    check("-", Source::Stdin);
    check("dir/file", Source::Path(PathBuf::from("dir/file")));
    check("2019/*/x?", Source::Glob("2019/*/x?".to_owned()));
    check("s3://bucket", s3("bucket", ""));
    check("s3://bucket/", s3("bucket", ""));
    check("S3://bucket/2019/04/", s3("bucket", "2019/04/"));
    check("s3://bucket/a//b?c*", s3("bucket", "a//b?c*"));
    let access_point = "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine";
    check(&format!("s3://{access_point}/2019/04"), s3(access_point, "2019/04"));
    check(&format!("s3://{access_point}"), s3(access_point, ""));
}

#[test]
fn a_file_whose_name_looks_like_a_pattern_is_that_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a[1].json");
    std::fs::write(&path, "{}").unwrap();
    assert_eq!(parse(path.as_os_str()).unwrap(), Source::Path(path));
}

#[test]
fn what_cannot_be_meant_is_a_usage_error_without_its_secret() {
    for argument in [
        "",
        "s3://",
        "s3:///prefix",
        "s3://AKIA:hunter2@bucket/x",
        "https://bucket.s3.amazonaws.com/x",
        "s3://b cket/x",
        "a[/x",
    ] {
        let error = parse(argument.as_ref()).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{argument}");
        assert!(error.hint().is_some(), "{argument}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
