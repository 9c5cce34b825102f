//! What benches reach of the inside: the routing table, filled with as many operations as they like.

use http::{HeaderMap, Method};

use crate::routing::path::Path;
use crate::routing::{Entry, Revision, Routes, Template, Version};

/// A routing table.
#[derive(Debug)]
pub struct Table {
    routes: Routes,
    scratch: String,
}

impl Table {
    /// A table of APIs, each with its path and its operations: `GET /orders/{id}`. What is no operation is left out.
    #[must_use]
    pub fn new(apis: Vec<(String, Vec<String>)>) -> Self {
        let entry = |(path, operations): (String, Vec<String>)| Entry {
            path,
            revision: Revision { number: "1".into(), is_current: true },
            version: Version::Any,
            operations: operations.iter().filter_map(|text| operation(text)).collect(),
        };
        Self { routes: Routes::new(apis.into_iter().map(entry).collect()), scratch: String::new() }
    }

    /// The numbers of the API and the operation that a request means. The path is brought into its normal form first, as
    /// serving does.
    pub fn find(&mut self, method: &Method, path: &str, query: &str, headers: &HeaderMap) -> Option<(usize, usize)> {
        let path = Path::new(path, &mut self.scratch).ok()?;
        let found = self.routes.find(&path, query, method, headers).ok()?;
        Some((found.api, found.operation))
    }
}

fn operation(text: &str) -> Option<(Option<Method>, Template)> {
    let (method, template) = text.split_once(' ')?;
    Some((Method::from_bytes(method.as_bytes()).ok(), Template::parse(template).ok()?))
}
