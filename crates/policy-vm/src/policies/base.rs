//! `base`: runs the same section of the document at the next broader scope.

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::policies::Policy;
use crate::spec::{ElementSpec, Once};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec =
    ElementSpec::new("base", "Runs the same section of the document at the next broader scope.").once(Once::PerSection);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    if c.in_fragment() {
        c.error(codes::NOT_IN_FRAGMENT, element.name_span, "a fragment cannot contain 'base'");
        return;
    }
    let at = c.emit(Base);
    if c.is_direct() && c.section == crate::program::Section::Inbound {
        c.preflight.push(at);
    }
}

#[derive(Debug)]
struct Base;

impl Step for Base {
    fn run(&self, _cx: &mut StepCx<'_>) -> Flow {
        Flow::Base
    }

    fn is_base(&self) -> bool {
        true
    }

    fn preflight(&self, _cx: &mut StepCx<'_>) -> Flow {
        Flow::Base
    }
}
