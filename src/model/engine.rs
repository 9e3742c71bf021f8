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

/// Versions whose rules were compared with the running engine: product, major, minor.
const PROFILES: [(Product, u16, u16); 9] = [
    (Product::Elasticsearch, 6, 5),
    (Product::Elasticsearch, 6, 8),
    (Product::Elasticsearch, 7, 10),
    (Product::Elasticsearch, 7, 17),
    (Product::Elasticsearch, 8, 19),
    (Product::Elasticsearch, 9, 5),
    (Product::OpenSearch, 1, 3),
    (Product::OpenSearch, 2, 19),
    (Product::OpenSearch, 3, 8),
];

impl Engine {
    /// The compared version that is nearest to this one, of the same product and major version; `None` where there is none.
    /// Equal in product, major and minor where this version was compared itself.
    pub fn nearest_profile(self) -> Option<Self> {
        let same = PROFILES
            .iter()
            .filter(|(product, major, _)| (*product, *major) == (self.product, self.major));
        let (product, major, minor) =
            *same.min_by_key(|(_, _, minor)| minor.abs_diff(self.minor))?;
        Some(Self { product, major, minor, patch: None })
    }

    /// Whether this minor version was compared with the running engine.
    pub fn has_profile(self) -> bool {
        self.nearest_profile().is_some_and(|nearest| nearest.minor == self.minor)
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
