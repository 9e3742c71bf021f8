//! Which engine wrote an index: product and version.

use std::fmt;

/// Elasticsearch or OpenSearch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Elasticsearch, `es`.
    Elasticsearch,
    /// OpenSearch, `os`.
    OpenSearch,
}

/// A product and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Engine {
    /// The product.
    pub product: Product,
    /// Major version.
    pub major: u16,
    /// Minor version.
    pub minor: u16,
    /// Patch, where it is known.
    pub patch: Option<u16>,
}

impl Engine {
    /// Reads `es:6.5`, `es:6.5.4`, `os:2.19`.
    pub fn parse(text: &str) -> Option<Self> {
        let (product, version) = text.split_once(':')?;
        let product = match product {
            "es" => Product::Elasticsearch,
            "os" => Product::OpenSearch,
            _ => return None,
        };
        Self::of(product, version)
    }

    /// Reads a version number as the engine reports it; a suffix such as `-SNAPSHOT` is passed over.
    pub fn of(product: Product, version: &str) -> Option<Self> {
        let number = version.split('-').next()?;
        let mut parts = number.split('.').map(|part| part.parse().ok());
        let (major, minor) = (parts.next()??, parts.next()??);
        let patch = match parts.next() {
            Some(patch) => Some(patch?),
            None => None,
        };
        parts.next().is_none().then_some(Self { product, major, minor, patch })
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let product = match self.product {
            Product::Elasticsearch => "Elasticsearch",
            Product::OpenSearch => "OpenSearch",
        };
        write!(f, "{product} {}.{}", self.major, self.minor)?;
        match self.patch {
            Some(patch) => write!(f, ".{patch}"),
            None => Ok(()),
        }
    }
}
