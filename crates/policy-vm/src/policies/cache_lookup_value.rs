//! `cache-lookup-value`: a value of the cache, into a variable.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::NameId;
use crate::host::{CacheKind, CacheSpace, HostCall, HostReply};
use crate::names;
use crate::operand::{TextOperand, ValueOperand};
use crate::policies::Policy;
use crate::policies::caching::{CACHING_TYPE, cache};
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::{Flow, Step, StepCx};
use crate::stored;

const SPEC: ElementSpec = ElementSpec::new("cache-lookup-value", "Looks a value up in the cache.").attributes(&[
    Attribute::required("key", Accepts::Text, "The key.").expression(),
    Attribute::required("variable-name", Accepts::Name, "The variable that gets the value."),
    Attribute::optional("default-value", Accepts::Value, "What it gets when there is none.").expression(),
    CACHING_TYPE,
]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let key = c.text(element, &SPEC, "key");
    let default = c.value_or_none(element, &SPEC, "default-value");
    let cache = cache(c, element, &SPEC);
    if let Some(variable) = c.literal(element, &SPEC, "variable-name").map(names::intern) {
        c.emit(CacheLookupValue { key, variable, default, cache });
    }
}

#[derive(Debug)]
struct CacheLookupValue {
    key: TextOperand,
    variable: NameId,
    default: Option<ValueOperand>,
    cache: CacheKind,
}

impl CacheLookupValue {
    /// A miss without a default leaves the variable as it is.
    fn found(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Result<(), Box<PolicyError>> {
        let value = match (reply, &self.default) {
            (HostReply::Cached(Some(found)), _) => stored::to_value(cx, &found)?,
            (_, Some(default)) => default.eval(cx)?,
            (_, None) => return Ok(()),
        };
        cx.exchange.call.set_variable(self.variable, value);
        Ok(())
    }
}

impl Step for CacheLookupValue {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.key.eval(cx) {
            Ok(key) => {
                Flow::Call(HostCall::CacheLookup { key: key.into(), cache: self.cache, space: CacheSpace::Values })
            }
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        self.found(cx, reply).into()
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Environment, Scope};
    use crate::policies::check::findings_at;

    #[test]
    fn an_external_cache_that_is_not_there() {
        let document = "<policies><inbound><cache-lookup-value key=\"k\" variable-name=\"v\" caching-type=\"external\" />\
                        </inbound></policies>";
        let found = |external_cache| {
            let environment = Environment { external_cache, ..Environment::default() };
            findings_at(Scope::Api, document, &environment)
        };
        assert_eq!(
            found(false),
            "TG0215 policy.xml:1:80 warning: there is no external cache here: the memory of the process takes its place\n"
        );
        assert_eq!(found(true), "");
    }

    use crate::host::Stored;
    use crate::policies::check::Scene;

    fn check(attributes: &str) -> String {
        let mut scene = Scene::inbound(&format!("<cache-lookup-value variable-name=\"v\" {attributes} />"));
        scene.cache.insert("k".into(), Stored::Text("found".into()));
        scene.cache.insert("n".into(), Stored::Int32(5));
        scene.run();
        scene.variable("v")
    }

    #[test]
    fn hit_miss_and_default() {
        assert_eq!(check("key=\"k\""), "\"found\"");
        assert_eq!(check("key=\"n\" default-value=\"d\""), "Int32(5)");
        assert_eq!(check("key=\"x\" default-value=\"d\""), "\"d\"");
        assert_eq!(check("key=\"x\""), "absent");
    }
}
