//! A template that gives a leaf where a dotted name needs an object (`DynamicTemplate`).

use crate::engine::document::Doc;
use crate::engine::failure::Failure;
use crate::engine::names;
use crate::engine::switches::Switches;
use crate::engine::tree::FieldNode;
use crate::model::engine::Product;
use crate::model::fate::RejectClass;
use crate::model::path::visible;

pub(super) fn not_an_object(doc: &Doc<'_>, field: &FieldNode) -> Failure {
    let switches = doc.switches();
    let failure = if switches.template_parent_sentence {
        Failure::mapper(format!(
            "Field [{}] must be an object; but it's configured as [{}] in dynamic template [null]",
            visible(&field.full),
            field.type_name
        ))
    } else {
        Failure::new("class_cast_exception", class_cast(&field.type_name, switches))
    };
    failure.class(RejectClass::DottedName).field(|| names::path(&field.full))
}

fn class_cast(type_name: &str, switches: &Switches) -> String {
    let product = match switches.engine.product {
        Product::Elasticsearch => "elasticsearch",
        Product::OpenSearch => "opensearch",
    };
    let package = format!("org.{product}.index.mapper");
    let leaf = format!("{package}.{}", mapper_class(type_name));
    let object = format!("{package}.ObjectMapper");
    format!(
        "class {leaf} cannot be cast to class {object} ({leaf} and {object} are in unnamed module of loader 'app')"
    )
}

/// The class that maps a type, as Java prints it.
fn mapper_class(type_name: &str) -> String {
    match type_name {
        "long" | "integer" | "short" | "byte" | "double" | "float" | "half_float" => {
            "NumberFieldMapper".to_owned()
        }
        other => {
            let words = other.split('_').map(|word| {
                let mut chars = word.chars();
                chars.next().map_or(String::new(), |first| {
                    first.to_uppercase().chain(chars).collect::<String>()
                })
            });
            format!("{}FieldMapper", words.collect::<String>())
        }
    }
}
