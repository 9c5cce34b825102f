//! `mock-response`: ends the pipeline with a sample response of the operation.

use bytes::Bytes;
use http::{HeaderValue, header};
use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::exchange::{Body, Response, SampleResponse};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Sections};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("mock-response", "Ends the pipeline with a sample of the operation.")
    .attributes(&[
        Attribute::optional("status-code", Accepts::Int(200, 599), "Status, and which response is sampled.")
            .default("200"),
        Attribute::optional("content-type", Accepts::Name, "Media type, and which representation is sampled."),
        Attribute::optional("index", Accepts::COUNT, "Which of the operation's samples, from 0."),
        Attribute::optional("enabled", Accepts::Bool, "False to do nothing.").default("true"),
    ])
    .sections(Sections::INBOUND.or(Sections::OUTBOUND).or(Sections::ON_ERROR));

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let content_type = match c.literal(element, &SPEC, "content-type").map(HeaderValue::from_str) {
        Some(Err(_)) => {
            c.error(codes::INVALID_VALUE, element.tag_span, "the 'content-type' attribute is no header value");
            return;
        }
        Some(Ok(value)) => Some(value),
        None => None,
    };
    let status = c.number(element, &SPEC, "status-code").and_then(|code| u16::try_from(code).ok()).unwrap_or(200);
    let index = c.number(element, &SPEC, "index").and_then(|index| usize::try_from(index).ok());
    if c.flag(element, &SPEC, "enabled") {
        c.emit(MockResponse { status, content_type, index });
    }
}

#[derive(Debug)]
struct MockResponse {
    status: u16,
    content_type: Option<HeaderValue>,
    index: Option<usize>,
}

impl MockResponse {
    /// The sample by index, else by status and media type, else by status.
    fn sample<'s>(&self, samples: &'s [SampleResponse]) -> Option<&'s SampleResponse> {
        let wanted = self.content_type.as_ref().map(HeaderValue::as_bytes);
        let fits = |sample: &&SampleResponse| {
            wanted.is_none_or(|wanted| sample.content_type.as_bytes().eq_ignore_ascii_case(wanted))
        };
        let of_status = || samples.iter().filter(|sample| sample.status == self.status);
        let indexed = self.index.and_then(|index| samples.get(index));
        // A representation with an example is of more use than one without.
        let with_text = || of_status().filter(|sample| sample.sample.is_some());
        indexed.or_else(|| with_text().find(fits)).or_else(|| of_status().find(fits)).or_else(|| of_status().next())
    }
}

impl Step for MockResponse {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        let operation = cx.exchange.call.operation.clone();
        let sample = operation.as_ref().and_then(|operation| self.sample(&operation.responses));
        let mut response =
            Response { status: sample.map_or(self.status, |sample| sample.status), ..Response::default() };
        let described = sample.map(|sample| sample.content_type.as_str()).filter(|text| !text.is_empty());
        let content_type = described.and_then(|text| HeaderValue::from_str(text).ok()).or(self.content_type.clone());
        if let Some(value) = content_type {
            response.headers.insert(header::CONTENT_TYPE, value);
        }
        let text = sample.and_then(|sample| sample.sample.clone()).unwrap_or_default();
        response.body = Body::Bytes(Bytes::from(text));
        cx.exchange.call.response = Some(response);
        Flow::Finish
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::exchange::{Operation, SampleResponse};
    use crate::policies::check::Scene;

    fn check(attributes: &str) -> String {
        let mut scene = Scene::inbound(&format!("<mock-response {attributes} />"));
        let sample = |status, content_type: &str, text: Option<&str>| SampleResponse {
            status,
            content_type: content_type.to_owned(),
            sample: text.map(str::to_owned),
        };
        scene.exchange.call.operation = Some(Arc::new(Operation {
            responses: vec![
                sample(200, "application/json", Some("{}")),
                sample(200, "text/xml", Some("<a/>")),
                sample(404, "text/plain", None),
            ],
            ..Operation::default()
        }));
        scene.run().replace('\n', "|")
    }

    #[test]
    fn which_sample() {
        assert_eq!(check(""), "200 -|content-type: application/json|{}|");
        assert_eq!(check("content-type=\"TEXT/XML\""), "200 -|content-type: text/xml|<a/>|");
        assert_eq!(check("content-type=\"image/png\""), "200 -|content-type: application/json|{}|");
        assert_eq!(check("status-code=\"404\""), "404 -|content-type: text/plain||");
        assert_eq!(check("index=\"1\""), "200 -|content-type: text/xml|<a/>|");
        assert_eq!(check("status-code=\"202\" content-type=\"a/b\""), "202 -|content-type: a/b||");
    }

    #[test]
    fn switched_off_it_does_nothing() {
        assert!(check("enabled=\"false\"").starts_with("> forward"));
    }
}
