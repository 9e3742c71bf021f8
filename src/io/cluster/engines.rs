//! Which engine answers. In: what the cluster said on `GET /` and of its nodes. Out: the engines that fit, one where it is
//! certain. It refuses to know how the answers were read.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::engine::{Engine, Product};

/// OpenSearch in compatibility mode (`compatibility.override_main_response_version`, 1.x and 2.x) says this version and
/// leaves `distribution` out (`org.opensearch.action.main.MainResponse`).
const COMPATIBILITY: &str = "7.10.2";

/// The Lucene version of each OpenSearch minor that has the compatibility mode (`org.opensearch.Version` of 2.19.6).
/// Elasticsearch 7.10.2 has 8.7.0, which is none of them.
const LUCENE: &[(&str, &[&str])] = &[
    ("8.8.2", &["1.0"]),
    ("8.9.0", &["1.1"]),
    ("8.10.1", &["1.2", "1.3"]),
    ("9.1.0", &["2.0"]),
    ("9.2.0", &["2.1"]),
    ("9.3.0", &["2.2", "2.3"]),
    ("9.4.1", &["2.4"]),
    ("9.4.2", &["2.4", "2.5"]),
    ("9.5.0", &["2.6", "2.7"]),
    ("9.6.0", &["2.8"]),
    ("9.7.0", &["2.9", "2.10", "2.11"]),
    ("9.9.2", &["2.12"]),
    ("9.10.0", &["2.13", "2.14", "2.15"]),
    ("9.11.1", &["2.16", "2.17"]),
    ("9.12.0", &["2.18"]),
    ("9.12.1", &["2.18", "2.19"]),
    ("9.12.2", &["2.19"]),
    ("9.12.3", &["2.19"]),
];

/// The Lucene version of Elasticsearch 7.10.2 (`org.elasticsearch.Version`).
const LUCENE_OF_7_10_2: &str = "8.7.0";

/// What `GET /` settles.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// One engine.
    One(Engine),
    /// OpenSearch in compatibility mode: the product is certain, the version one of these.
    OpenSearch(Vec<Engine>),
    /// The answer fits both products.
    Either,
    /// No version in it.
    Nothing,
}

/// Reads the answer to `GET /`.
pub(super) fn of_root(body: &Value) -> Root {
    let version = &body["version"];
    let Some(number) = version["number"].as_str() else { return Root::Nothing };
    let is_opensearch = version["distribution"].as_str() == Some("opensearch");
    let product = if is_opensearch { Product::OpenSearch } else { Product::Elasticsearch };
    if is_opensearch || number != COMPATIBILITY {
        return Engine::of(product, number).map_or(Root::Nothing, Root::One);
    }
    match version["lucene_version"].as_str() {
        Some(LUCENE_OF_7_10_2) => {
            Engine::of(Product::Elasticsearch, number).map_or(Root::Nothing, Root::One)
        }
        Some(lucene) => match LUCENE.iter().find(|(version, _)| *version == lucene) {
            Some((_, minors)) => Root::OpenSearch(open_search(minors)),
            None => Root::Either,
        },
        None => Root::Either,
    }
}

/// Reads the versions of the nodes. `product` where it is known: a node states its version and not its product, but no
/// OpenSearch has a version between 4 and 6 or above 7.10.2, and no Elasticsearch of 1 to 3 has sequence numbers or is met.
pub(super) fn of_nodes(body: &Value, product: Option<Product>) -> Vec<Engine> {
    let nodes = body["nodes"].as_object().into_iter().flat_map(|nodes| nodes.values());
    let engines: BTreeSet<Engine> = nodes
        .filter_map(|node| node["version"].as_str())
        .filter_map(|version| {
            let by_number = Engine::of(Product::Elasticsearch, version)?;
            let product = product.unwrap_or(if by_number.major < 5 {
                Product::OpenSearch
            } else {
                Product::Elasticsearch
            });
            Some(Engine { product, ..by_number })
        })
        .collect();
    engines.into_iter().collect()
}

/// The engines of an answer that fits both products: Elasticsearch 7.10.2, and the last OpenSearch of either line that can
/// pass for it.
pub(super) fn either() -> Vec<Engine> {
    let mut engines: Vec<Engine> =
        Engine::of(Product::Elasticsearch, COMPATIBILITY).into_iter().collect();
    engines.extend(open_search(&["1.3", "2.19"]));
    engines
}

/// Whether one of the engines can have composable templates and their components: Elasticsearch from 7.8 on (release notes,
/// "New composable index templates"), every OpenSearch. An engine that is not known is asked.
pub(super) fn may_compose_templates(engines: &[Engine]) -> bool {
    let may = |engine: &Engine| match engine.product {
        Product::Elasticsearch => (engine.major, engine.minor) >= (7, 8),
        Product::OpenSearch => true,
    };
    engines.is_empty() || engines.iter().any(may)
}

/// Whether a node's version could be a mask, the version that compatibility mode shows: then it says nothing new.
pub(super) fn is_mask(engine: Engine) -> bool {
    (engine.major, engine.minor, engine.patch) == (7, 10, Some(2))
}

fn open_search(minors: &[&str]) -> Vec<Engine> {
    minors.iter().filter_map(|minor| Engine::of(Product::OpenSearch, minor)).collect()
}
