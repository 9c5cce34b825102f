//! `include-fragment`: the policies of a fragment, in its place.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec};

const SPEC: ElementSpec = ElementSpec::new("include-fragment", "Runs the policies of a fragment here.")
    .attributes(&[Attribute::required("fragment-id", Accepts::Name, "Id of the fragment.")]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    if let Some(id) = c.literal(element, &SPEC, "fragment-id") {
        let span = element.attribute("fragment-id").map_or(element.tag_span, |written| written.value.span);
        c.include(id.trim(), span);
    }
}
