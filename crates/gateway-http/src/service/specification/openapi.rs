//! OpenAPI 3 and Swagger 2. They differ in where servers and examples stand; paths, operations and parameters are alike.

use std::collections::HashSet;

use policy_parser::Diagnostic;
use policy_parser::diagnostic::quoted;

use super::operation_id::{normalised, unique};
use super::{Described, RequiredQuery, Specification, samples};
use crate::data::{Entry, Node};

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// Characters of a display name.
const NAME: usize = 300;
/// References that lead to references.
const HOPS: usize = 16;

pub(super) fn import(
    root: &Node,
    is_swagger: bool,
    query: RequiredQuery,
    found: &mut Vec<Diagnostic>,
) -> Specification {
    let mut importer = Importer { root, is_swagger, query, found, operations: Vec::new(), ids: HashSet::new() };
    for path in root.get("paths").map(Node::entries).unwrap_or_default() {
        if path.key.starts_with('/') {
            importer.path(path);
        } else if !path.key.starts_with("x-") {
            let text = format!("{} is no path: it does not begin with `/`", quoted(&path.key));
            importer.found.push(path.key_place.warning("TG8042", text));
        }
    }
    Specification {
        title: root.at(&["info", "title"]).and_then(Node::scalar).map(str::to_owned),
        server: if is_swagger { swagger_server(root) } else { server(root) },
        operations: importer.operations,
    }
}

struct Importer<'a> {
    root: &'a Node,
    is_swagger: bool,
    query: RequiredQuery,
    found: &'a mut Vec<Diagnostic>,
    operations: Vec<Described>,
    ids: HashSet<String>,
}

impl<'a> Importer<'a> {
    fn path(&mut self, path: &'a Entry) {
        let Some(item) = self.resolve(&path.node) else { return };
        for method in METHODS {
            if let Some(operation) = item.entry(method) {
                self.operation(path, item, method, operation);
            }
        }
    }

    fn operation(&mut self, path: &'a Entry, item: &'a Node, method: &str, operation: &'a Entry) {
        let node = &operation.node;
        let written_id = node.get("operationId").and_then(Node::scalar).filter(|id| !normalised(id).is_empty());
        let id = written_id.map_or_else(|| normalised(&format!("{method}-{}", path.key)), normalised);
        let id = unique(id, |id| self.ids.contains(id));
        self.ids.insert(id.clone());
        let name = node.get("summary").and_then(Node::scalar).filter(|name| !name.trim().is_empty());
        let name: String = name.or(written_id).unwrap_or(&id).chars().take(NAME).collect();
        let url_template = self.template(&path.key, item, node);
        let written_id = written_id.map(str::to_owned);
        let responses = self.responses(node);
        let method = method.to_ascii_uppercase();
        let place = operation.key_place.clone();
        self.operations.push(Described { id, written_id, name, method, url_template, responses, place });
    }

    /// The path, with the query parameters that a call must have.
    fn template(&mut self, path: &str, item: &'a Node, operation: &'a Node) -> String {
        let mut template = path.to_owned();
        if self.query == RequiredQuery::Query {
            return template;
        }
        let mut names: Vec<&str> = Vec::new();
        for list in [operation.get("parameters"), item.get("parameters")].into_iter().flatten() {
            for parameter in list.items() {
                let Some(parameter) = self.resolve(parameter) else { continue };
                let is = |key: &str, text: &str| parameter.get(key).and_then(Node::scalar) == Some(text);
                let required = parameter.get("required").and_then(Node::truth) == Some(true);
                let Some(name) = parameter.get("name").and_then(Node::scalar) else { continue };
                // A key is asked for by the gateway and is no part of the operation.
                let is_key = name.eq_ignore_ascii_case("subscription-key");
                if is("in", "query") && required && !is_key && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        for name in names {
            let in_path = template.contains(&format!("{{{name}}}"));
            let is_plain = !name.is_empty() && !name.contains(['{', '}', '&', '=', '?', '#']);
            if is_plain && !in_path {
                template.push(if template.contains('?') { '&' } else { '?' });
                template.push_str(&format!("{name}={{{name}}}"));
            }
        }
        template
    }

    fn responses(&mut self, operation: &'a Node) -> Vec<policy_vm::exchange::SampleResponse> {
        let mut all = Vec::new();
        for response in operation.get("responses").map(Node::entries).unwrap_or_default() {
            // `default` and `2XX` stand for no status in particular.
            let Ok(status) = response.key.parse::<u16>() else { continue };
            let Some(node) = self.resolve(&response.node) else { continue };
            all.extend(if self.is_swagger {
                samples::of_swagger(status, node)
            } else {
                samples::of_openapi(status, node, &mut |node| self.resolve(node))
            });
        }
        all
    }

    /// What a reference inside the file stands for. References to other files and addresses are not followed.
    fn resolve(&mut self, node: &'a Node) -> Option<&'a Node> {
        let mut node = node;
        for _ in 0..HOPS {
            let Some(reference) = node.entry("$ref") else { return Some(node) };
            let text = reference.node.scalar().unwrap_or_default();
            let Some(pointer) = text.strip_prefix("#/") else {
                let headline = format!("{} is in another file: references are followed inside this one", quoted(text));
                self.found.push(reference.node.place.warning("TG8043", headline));
                return None;
            };
            let keys: Vec<String> = pointer.split('/').map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            match self.root.at(&keys) {
                Some(target) => node = target,
                None => {
                    let headline = format!("there is no {} in this file", quoted(text));
                    self.found.push(reference.node.place.warning("TG8043", headline));
                    return None;
                }
            }
        }
        self.found.push(node.opening().warning("TG8043", "references lead in a circle"));
        None
    }
}

/// The first server with HTTPS, or the first, with the defaults of its variables.
fn server(root: &Node) -> Option<String> {
    let servers = root.get("servers").map(Node::items).unwrap_or_default();
    let urls: Vec<String> = servers.iter().filter_map(server_url).collect();
    urls.iter().find(|url| url.starts_with("https:")).or(urls.first()).cloned()
}

fn server_url(server: &Node) -> Option<String> {
    let mut url = server.get("url")?.scalar()?.to_owned();
    for variable in server.get("variables").map(Node::entries).unwrap_or_default() {
        let default = variable.node.get("default").and_then(Node::scalar).unwrap_or_default();
        url = url.replace(&format!("{{{}}}", variable.key), default);
    }
    url.contains("://").then_some(url)
}

fn swagger_server(root: &Node) -> Option<String> {
    let host = root.get("host")?.scalar()?;
    let schemes: Vec<&str> =
        root.get("schemes").map(Node::items).unwrap_or_default().iter().filter_map(Node::scalar).collect();
    let scheme = if schemes.is_empty() || schemes.contains(&"https") { "https" } else { schemes.first()? };
    let base = root.get("basePath").and_then(Node::scalar).unwrap_or_default();
    Some(format!("{scheme}://{host}/{}", base.trim_matches('/')).trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use policy_parser::Source;

    use super::super::import as import_any;
    use super::*;
    use crate::data::{parse_json, parse_yaml};

    fn read(name: &str, text: &str) -> (Specification, Vec<String>) {
        let source = Source::new(name, text);
        let mut found = Vec::new();
        let node =
            if name.ends_with("json") { parse_json(&source, &mut found) } else { parse_yaml(&source, &mut found) };
        let specification = import_any(&node.unwrap(), RequiredQuery::Template, &mut found).unwrap_or_default();
        let shown =
            |finding: &Diagnostic| format!("{} {}", finding.source.position(finding.span.start).line, finding.code);
        (specification, found.iter().map(shown).collect())
    }

    fn shown(specification: &Specification) -> Vec<String> {
        let one = |operation: &Described| format!("{} {} {}", operation.id, operation.method, operation.url_template);
        specification.operations.iter().map(one).collect()
    }

    const OPENAPI: &str = "openapi: 3.1.0
info: {title: Orders}
servers:
  - url: http://plain.example
  - url: https://{region}.example/v1
    variables: {region: {default: eu}}
paths:
  /orders:
    parameters:
      - $ref: '#/components/parameters/tenant'
    get:
      operationId: Orders_List
      summary: List orders
      parameters:
        - {name: state, in: query, required: true, schema: {type: string}}
        - {name: top, in: query}
      responses:
        '200':
          description: ok
          content:
            application/json: {example: {a: [1, true]}}
    post: {responses: {}}
  /orders/{id}:
    get: {operationId: orders list, responses: {404: {$ref: '#/components/responses/none'}}}
    put: {$ref: '#/nowhere', operationId: put}
  x-more: {}
  nonsense: {}
components:
  parameters:
    tenant: {name: tenant, in: query, required: true}
  responses:
    none: {content: {text/plain: {examples: {a: {value: nothing}}}}}
";

    #[test]
    fn operations_are_imported_by_the_rules_of_the_service() {
        let (specification, found) = read("x.yaml", OPENAPI);
        let wanted = [
            "orders-list GET /orders?state={state}&tenant={tenant}",
            "post-orders POST /orders?tenant={tenant}",
            "orders-list-1 GET /orders/{id}",
            "put PUT /orders/{id}",
        ];
        assert_eq!(shown(&specification), wanted);
        assert_eq!(specification.server.as_deref(), Some("https://eu.example/v1"));
        assert_eq!(found, ["27 TG8042"]);
        let list = &specification.operations[0];
        assert_eq!((list.name.as_str(), list.responses[0].status), ("List orders", 200));
        assert_eq!(list.responses[0].sample.as_deref(), Some(r#"{"a":[1,true]}"#));
        assert_eq!(specification.operations[2].responses[0].sample.as_deref(), Some("nothing"));
        assert!(
            list.fit("Orders_List") == Some(0)
                && list.fit("orders-list") == Some(1)
                && list.fit("orders-list-1").is_none()
        );
    }

    #[test]
    fn swagger_has_its_server_in_parts() {
        let text = r##"{"swagger": "2.0", "host": "h.example", "basePath": "/v2/", "schemes": ["http"],
            "paths": {"/a": {"get": {"responses": {"200": {"examples": {"text/plain": "x"}}}}, "delete":
            {"parameters": [{"$ref": "other.json#/p"}]}}}}"##;
        let (specification, found) = read("x.json", text);
        assert_eq!(shown(&specification), ["get-a GET /a", "delete-a DELETE /a"]);
        assert_eq!(specification.server.as_deref(), Some("http://h.example/v2"));
        assert_eq!(specification.operations[0].responses[0].sample.as_deref(), Some("x"));
        assert_eq!(found, ["3 TG8043"]);
    }

    #[test]
    fn circles_and_unknown_versions_are_told() {
        let circle = "openapi: 3.0.0\npaths:\n  /a: {$ref: '#/paths/~1b'}\n  /b: {$ref: '#/paths/~1a'}\n";
        assert_eq!(read("x.yaml", circle).1, ["3 TG8043", "4 TG8043"]);
        assert_eq!(read("x.yaml", "openapi: 4.0.0\n").1, ["1 TG8041"]);
        assert_eq!(read("x.yaml", "swagger: '1.2'\n").1, ["1 TG8041"]);
        assert_eq!(read("x.yaml", "a: b\n").1, ["1 TG8041"]);
    }
}
