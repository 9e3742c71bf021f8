//! The usual AWS chain: what the environment and the configuration files say. The environment belongs to the process, so
//! these tests run themselves again in an empty one.
#![expect(clippy::print_stdout, reason = "a child tells its parent what it saw")]

use mapdrift::io::listing;
use mapdrift::io::s3::S3Options;
use tokio::runtime::Runtime;

use super::signing::shown;
use super::{BUCKET, World, again, key, s3};
use crate::support::store::{ACCESS_KEY, SECRET_KEY};

/// What the child does: it lists the bucket with default options and says what it saw.
fn list(options: &S3Options) {
    let runtime = Runtime::new().unwrap();
    match runtime.block_on(listing::list(&[s3("")], options)) {
        Ok(listing) => println!("saw {} objects", listing.entries.len()),
        Err(error) => println!("exit {}: {}", error.exit_code(), shown(&error)),
    }
}

/// A bucket with one object, and a home without any configuration.
fn start() -> (World, tempfile::TempDir) {
    let world = World::new();
    world.put(&key(1), b"{}");
    (world, tempfile::tempdir().unwrap())
}

#[test]
fn the_environment_signs_in_and_names_the_endpoint() {
    let Some(mut child) = again("chain::the_environment_signs_in_and_names_the_endpoint") else {
        return list(&S3Options::default());
    };
    let (world, home) = start();
    child.env("HOME", home.path()).env("AWS_ENDPOINT_URL_S3", world.server.endpoint());
    child.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    let said = child.said();
    assert!(said.contains("saw 1 objects"), "{said}");
}

#[test]
fn a_profile_signs_in_and_names_the_endpoint() {
    let Some(mut child) = again("chain::a_profile_signs_in_and_names_the_endpoint") else {
        return list(&S3Options { profile: Some("analyst".to_owned()), ..S3Options::default() });
    };
    let (world, home) = start();
    let (config, secrets) = (home.path().join("config"), home.path().join("credentials"));
    let endpoint = world.server.endpoint();
    let services = format!("[services local]\ns3 =\n  endpoint_url = {endpoint}\n");
    std::fs::write(
        &config,
        format!("[profile analyst]\nregion = eu-west-1\nservices = local\n{services}"),
    )
    .unwrap();
    let keys = format!("aws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}");
    std::fs::write(&secrets, format!("[analyst]\n{keys}\n")).unwrap();
    child
        .env("HOME", home.path())
        .env("AWS_CONFIG_FILE", config)
        .env("AWS_SHARED_CREDENTIALS_FILE", secrets);
    let said = child.said();
    assert!(said.contains("saw 1 objects"), "{said}");
}

#[test]
fn nobody_to_sign_in_as_is_one_clear_error() {
    let Some(mut child) = again("chain::nobody_to_sign_in_as_is_one_clear_error") else {
        return list(&S3Options::default());
    };
    let home = tempfile::tempdir().unwrap();
    child.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    let said = child.said();
    assert!(
        said.contains("exit 4: cannot sign in to S3") && said.contains("--no-sign-request"),
        "{said}"
    );
}

#[test]
fn a_proxy_of_the_environment_is_used() {
    let Some(mut child) = again("chain::a_proxy_of_the_environment_is_used") else {
        return list(&S3Options::default());
    };
    let (world, home) = start();
    child.env("HOME", home.path()).env("AWS_ENDPOINT_URL", "http://store.invalid");
    child.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", SECRET_KEY);
    child.env("HTTP_PROXY", format!("http://{}", world.proxy.address));
    let said = child.said();
    assert!(said.contains("saw 1 objects"), "{said}");
    assert!(world.proxy.seen()[0].starts_with(&format!("GET http://store.invalid/{BUCKET}")));
}
