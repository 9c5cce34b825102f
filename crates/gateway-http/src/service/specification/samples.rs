//! Examples of responses, which `mock-response` answers with.

use policy_vm::exchange::SampleResponse;

use crate::data::Node;

/// `content: { application/json: { example: … } }`.
pub(super) fn of_openapi<'a>(
    status: u16,
    response: &'a Node,
    resolve: &mut dyn FnMut(&'a Node) -> Option<&'a Node>,
) -> Vec<SampleResponse> {
    let mut all = Vec::new();
    for media in response.get("content").map(Node::entries).unwrap_or_default() {
        let first = media.node.get("examples").and_then(|examples| examples.entries().first());
        let named = first.and_then(|entry| resolve(&entry.node)).and_then(|example| example.get("value"));
        let in_schema = || media.node.get("schema").and_then(&mut *resolve).and_then(|schema| schema.get("example"));
        let sample = media.node.get("example").or(named).or_else(in_schema).map(text);
        all.push(SampleResponse { status, content_type: media.key.to_string(), sample });
    }
    or_bare(status, all)
}

/// `examples: { application/json: … }`.
pub(super) fn of_swagger(status: u16, response: &Node) -> Vec<SampleResponse> {
    let examples = response.get("examples").map(Node::entries).unwrap_or_default().iter();
    let one = |media: &crate::data::Entry| SampleResponse {
        status,
        content_type: media.key.to_string(),
        sample: Some(text(&media.node)),
    };
    or_bare(status, examples.map(one).collect())
}

fn or_bare(status: u16, mut all: Vec<SampleResponse>) -> Vec<SampleResponse> {
    if all.is_empty() {
        all.push(SampleResponse { status, content_type: String::new(), sample: None });
    }
    all
}

/// A text is its own sample; everything else is written as JSON.
fn text(example: &Node) -> String {
    example.text().map_or_else(|| example.to_json().to_string(), str::to_owned)
}
