//! Nested events like those of the GitHub archive: seven types, users, issues, pull requests, arrays of commits and labels,
//! null and object by turns, escaped texts, exponents, arrays of arrays, an optional organisation.

use super::recorder::Recorder;
use super::rng::Rng;
use super::words::{iso_time, sentence};

/// Seconds since 1970 of the first event, 2020-01-01T00:00:00Z.
const BEGIN: u64 = 1_577_836_800;
const LOGINS: [&str; 10] = [
    "octocat",
    "torvalds",
    "renovate-bot",
    "dependabot",
    "미나",
    "jose",
    "müller",
    "x",
    "a-b-c",
    "zed",
];
const LABELS: [&str; 6] = ["bug", "enhancement", "good first issue", "wontfix", "설계", "ci"];
const LANGUAGES: [&str; 6] = ["Rust", "Java", "Python", "C++", "TypeScript", "Go"];
const API: &str = "https://api.github.com";

/// The next event; `number` is its number.
pub(crate) fn write(rng: &mut Rng, number: u64, w: &mut Recorder) {
    let kind = rng.below(40);
    w.key("id").string(&(11_000_000_000 + number * 3).to_string());
    match kind {
        0..14 => event("PushEvent", rng, w, push),
        14..17 => event("PullRequestEvent", rng, w, pull_request_event),
        17..20 => event("IssuesEvent", rng, w, issues_event),
        20..24 => event("IssueCommentEvent", rng, w, issue_comment_event),
        24..32 => event("WatchEvent", rng, w, |_, w| w.key("action").string("started")),
        32..38 => event("CreateEvent", rng, w, create),
        _ => event("ForkEvent", rng, w, fork),
    }
    w.key("public").boolean(true);
    w.key("created_at").date(&iso_time(BEGIN + number / 20));
    if rng.chance(1, 4) {
        w.key("org").object(|w| {
            id(rng, w);
            let login = rng.pick(&LOGINS);
            w.key("login").string(login);
            w.key("gravatar_id").string("");
            w.key("url").string(&format!("{API}/orgs/{login}"));
        });
    }
}

fn event(name: &str, rng: &mut Rng, w: &mut Recorder, payload: fn(&mut Rng, &mut Recorder)) {
    w.key("type").string(name);
    w.key("actor").object(|w| {
        let login = id_and_login(rng, w);
        w.key("display_login").string(login);
        w.key("gravatar_id").string("");
        w.key("url").string(&format!("{API}/users/{login}"));
        w.key("avatar_url").string(&format!("https://avatars.test/u/{}?", rng.below(9_000_000)));
    });
    w.key("repo").object(|w| {
        id(rng, w);
        let name = repository_name(rng);
        w.key("name").string(&name);
        w.key("url").string(&format!("{API}/repos/{name}"));
    });
    w.key("payload").object(|w| payload(rng, w));
}

fn push(rng: &mut Rng, w: &mut Recorder) {
    let commits = rng.between(1, 12);
    w.key("push_id").integer(number(rng, 5_000_000_000));
    w.key("size").integer(i64::try_from(commits).expect("small"));
    w.key("distinct_size").integer(i64::try_from(rng.between(1, commits)).expect("small"));
    w.key("ref").string("refs/heads/master");
    w.key("head").string(&sha(rng));
    w.key("before").string(&sha(rng));
    w.key("commits").array(|w| (0..commits).for_each(|_| w.object(|w| commit(rng, w))));
}

fn commit(rng: &mut Rng, w: &mut Recorder) {
    let sha = sha(rng);
    w.key("sha").string(&sha);
    w.key("author").object(|w| {
        let login = rng.pick(&LOGINS);
        w.key("email").string(&format!("{login}@users.test"));
        w.key("name").string(login);
    });
    let words = rng.between(3, 12);
    w.key("message").string(&sentence(rng, words));
    w.key("distinct").boolean(rng.chance(9, 10));
    w.key("url").string(&format!("{API}/repos/o/r/commits/{sha}"));
}

fn pull_request_event(rng: &mut Rng, w: &mut Recorder) {
    w.key("action").string("closed");
    w.key("number").integer(number(rng, 20_000));
    w.key("pull_request").object(|w| pull_request(rng, w));
}

fn pull_request(rng: &mut Rng, w: &mut Recorder) {
    issue_head(rng, w);
    let words = rng.between(5, 80);
    text_or_null("body", words, rng, w);
    let merged = rng.chance(1, 2);
    w.key("merged").boolean(merged);
    w.key("merged_at");
    date_or_null(merged, rng, w);
    w.key("merged_by");
    let by = merged && rng.chance(3, 4); // robots merge as nobody
    object_or_null(by, rng, w, user);
    w.key("mergeable");
    if rng.chance(1, 2) {
        w.boolean(merged);
    } else {
        w.null();
    }
    w.key("draft").boolean(rng.chance(1, 10));
    w.key("head").object(|w| branch(rng, w));
    w.key("base").object(|w| branch(rng, w));
    for count in
        ["comments", "review_comments", "commits", "additions", "deletions", "changed_files"]
    {
        w.key(count).integer(number(rng, 500));
    }
    let score = format!("{}.{}e{}", rng.between(1, 9), rng.below(100), rng.between(1, 9));
    w.key("risk").float(&score);
    w.key("entropy").float(&format!("{}E-{}", rng.between(1, 9), rng.between(1, 12)));
    w.key("hunks").array(|w| {
        for _ in 0..rng.between(1, 4) {
            w.array(|w| (0..4).for_each(|_| w.integer(number(rng, 2_000))));
        }
    });
    w.key("_links").object(|w| {
        for link in ["self", "html", "issue", "comments", "commits", "statuses"] {
            let address = format!("{API}/repos/o/r/pulls/{}/{link}", rng.below(20_000));
            w.key(link).object(|w| w.key("href").string(&address));
        }
    });
}

fn issues_event(rng: &mut Rng, w: &mut Recorder) {
    w.key("action").string(rng.pick(&["opened", "closed", "reopened"]));
    w.key("issue").object(|w| issue(rng, w));
}

fn issue_comment_event(rng: &mut Rng, w: &mut Recorder) {
    w.key("action").string("created");
    w.key("issue").object(|w| issue(rng, w));
    w.key("comment").object(|w| {
        id(rng, w);
        w.key("user").object(|w| user(rng, w));
        w.key("created_at").date(&time(rng));
        let words = rng.between(5, 60);
        w.key("body").string(&sentence(rng, words));
        w.key("author_association").string(rng.pick(&["NONE", "MEMBER", "OWNER"]));
        w.key("reactions").object(|w| {
            for reaction in ["+1", "-1", "laugh", "hooray", "heart"] {
                w.key(reaction).integer(number(rng, 20));
            }
        });
    });
}

fn issue(rng: &mut Rng, w: &mut Recorder) {
    issue_head(rng, w);
    let words = rng.between(5, 80);
    text_or_null("body", words, rng, w);
    w.key("labels").array(|w| {
        for _ in 0..rng.below(4) {
            w.object(|w| label(rng, w));
        }
    });
    w.key("assignee");
    let assigned = rng.chance(1, 3);
    object_or_null(assigned, rng, w, user);
    w.key("milestone");
    let planned = rng.chance(1, 5);
    object_or_null(planned, rng, w, milestone);
    w.key("comments").integer(number(rng, 200));
}

/// What issues and pull requests share.
fn issue_head(rng: &mut Rng, w: &mut Recorder) {
    id(rng, w);
    let number = rng.below(20_000);
    for (key, part) in [("url", "issues"), ("html_url", "html"), ("labels_url", "labels{/name}")] {
        w.key(key).string(&format!("{API}/repos/o/r/{part}/{number}"));
    }
    w.key("node_id").string(&format!("MDU6SXNzdWU{}", rng.hex(8)));
    w.key("number").integer(i64::try_from(number).expect("small"));
    let words = rng.between(3, 9);
    w.key("title").string(&sentence(rng, words));
    w.key("user").object(|w| user(rng, w));
    w.key("state").string(rng.pick(&["open", "closed"]));
    w.key("locked").boolean(false);
    w.key("created_at").date(&time(rng));
    w.key("updated_at").date(&time(rng));
    w.key("closed_at");
    let closed = rng.chance(1, 2);
    date_or_null(closed, rng, w);
}

fn label(rng: &mut Rng, w: &mut Recorder) {
    id(rng, w);
    w.key("name").string(rng.pick(&LABELS));
    w.key("color").string(&rng.hex(6));
    w.key("default").boolean(rng.chance(1, 2));
    let words = rng.between(1, 4);
    text_or_null("description", words, rng, w);
}

fn milestone(rng: &mut Rng, w: &mut Recorder) {
    id(rng, w);
    w.key("title").string(&format!("{}.{}", rng.between(1, 9), rng.below(20)));
    w.key("creator").object(|w| user(rng, w));
    w.key("open_issues").integer(number(rng, 90));
    w.key("due_on");
    let due = rng.chance(1, 2);
    date_or_null(due, rng, w);
}

fn create(rng: &mut Rng, w: &mut Recorder) {
    let branch = rng.chance(1, 2);
    w.key("ref");
    if branch {
        w.string("feature/x");
    } else {
        w.null();
    }
    w.key("ref_type").string(if branch { "branch" } else { "repository" });
    w.key("master_branch").string("master");
    let words = rng.between(3, 12);
    text_or_null("description", words, rng, w);
    w.key("pusher_type").string("user");
}

fn fork(rng: &mut Rng, w: &mut Recorder) {
    w.key("forkee").object(|w| repository(rng, w));
}

fn branch(rng: &mut Rng, w: &mut Recorder) {
    w.key("label").string(&format!("{}:master", rng.pick(&LOGINS)));
    w.key("ref").string("master");
    w.key("sha").string(&sha(rng));
    w.key("repo");
    let there = rng.chance(19, 20); // a deleted fork leaves null
    object_or_null(there, rng, w, repository);
}

fn repository(rng: &mut Rng, w: &mut Recorder) {
    id(rng, w);
    let name = repository_name(rng);
    w.key("full_name").string(&name);
    w.key("private").boolean(false);
    w.key("owner").object(|w| user(rng, w));
    w.key("description").string("A thing that does things");
    w.key("fork").boolean(rng.chance(1, 2));
    w.key("pushed_at").date(&time(rng));
    for count in ["size", "stargazers_count", "forks", "open_issues"] {
        w.key(count).integer(number(rng, 90_000));
    }
    w.key("language").string(rng.pick(&LANGUAGES));
    w.key("topics").array(|w| {
        for _ in 0..2 {
            w.string(rng.pick(&LABELS));
        }
    });
    w.key("default_branch").string("master");
}

fn user(rng: &mut Rng, w: &mut Recorder) {
    let login = id_and_login(rng, w);
    for part in ["url", "html_url", "followers_url"] {
        w.key(part).string(&format!("{API}/users/{login}/{part}"));
    }
    w.key("type").string("User");
    w.key("site_admin").boolean(false);
}

fn id_and_login(rng: &mut Rng, w: &mut Recorder) -> &'static str {
    let login = rng.pick(&LOGINS);
    id(rng, w);
    w.key("login").string(login);
    login
}

fn id(rng: &mut Rng, w: &mut Recorder) {
    w.key("id").integer(number(rng, 900_000_000));
}

fn text_or_null(key: &str, words: u64, rng: &mut Rng, w: &mut Recorder) {
    w.key(key);
    if rng.chance(1, 8) { w.null() } else { w.string(&sentence(rng, words)) }
}

fn date_or_null(date: bool, rng: &mut Rng, w: &mut Recorder) {
    if date { w.date(&time(rng)) } else { w.null() }
}

fn object_or_null(
    object: bool,
    rng: &mut Rng,
    w: &mut Recorder,
    fill: fn(&mut Rng, &mut Recorder),
) {
    if object { w.object(|w| fill(rng, w)) } else { w.null() }
}

fn repository_name(rng: &mut Rng) -> String {
    format!("{}/project-{}", rng.pick(&LOGINS), rng.below(5_000))
}

fn number(rng: &mut Rng, k: u64) -> i64 {
    i64::try_from(rng.below(k)).expect("every number of the set is small")
}

fn sha(rng: &mut Rng) -> String {
    format!("{}{}{}", rng.hex(16), rng.hex(16), rng.hex(8))
}

fn time(rng: &mut Rng) -> String {
    iso_time(BEGIN - rng.below(30_000_000))
}
