//! `cache-remove-value`: removes a value from the cache.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::{CacheKind, HostCall, HostReply};
use crate::operand::{BoolOperand, TextOperand};
use crate::policies::Policy;
use crate::policies::caching::{CACHING_TYPE, cache};
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("cache-remove-value", "Removes a value from the cache.").attributes(&[
    Attribute::required("key", Accepts::Text, "The key.").expression(),
    CACHING_TYPE,
    Attribute::optional("fail-on-cache-removal-error", Accepts::Bool, "Whether a cache that fails is an error.")
        .expression()
        .default("false"),
]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let key = c.text(element, &SPEC, "key");
    let fails = c.bool(element, &SPEC, "fail-on-cache-removal-error");
    let cache = cache(c, element, &SPEC);
    c.emit(CacheRemoveValue { key, fails, cache });
}

#[derive(Debug)]
struct CacheRemoveValue {
    key: TextOperand,
    fails: BoolOperand,
    cache: CacheKind,
}

impl CacheRemoveValue {
    fn answered(&self, cx: &mut StepCx<'_>, reply: &HostReply) -> Result<(), Box<PolicyError>> {
        let HostReply::Failed(error) = reply else { return Ok(()) };
        if self.fails.eval(cx)? {
            return Err(cx.error(500, "CacheRemovalFailed", error.message.clone()));
        }
        Ok(())
    }
}

impl Step for CacheRemoveValue {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.key.eval(cx) {
            Ok(key) => Flow::Call(HostCall::CacheRemove { key: key.into(), cache: self.cache }),
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        self.answered(cx, &reply).into()
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::Scene;

    #[test]
    fn a_failing_cache_matters_only_if_wanted() {
        assert!(Scene::inbound("<cache-remove-value key=\"k\" />").run().contains("> forward"));
        let strict = "<cache-remove-value key=\"k\" fail-on-cache-removal-error=\"true\" />";
        assert!(Scene::inbound(strict).run().contains("! cache-remove-value CacheRemovalFailed: the cache is away"));
    }
}
