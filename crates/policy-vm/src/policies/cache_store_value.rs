//! `cache-store-value`: keeps a value in the cache.

use std::time::Duration;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::{CacheKind, CacheSpace, HostCall, HostReply};
use crate::operand::{IntOperand, TextOperand, ValueOperand};
use crate::policies::Policy;
use crate::policies::caching::{CACHING_TYPE, cache};
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::{Flow, Step, StepCx};
use crate::stored;

const SPEC: ElementSpec = ElementSpec::new("cache-store-value", "Keeps a value in the cache.").attributes(&[
    Attribute::required("key", Accepts::Text, "The key.").expression(),
    Attribute::required("value", Accepts::Value, "The value; a null is not kept.").expression(),
    Attribute::required("duration", Accepts::COUNT, "How many seconds it lives.").expression(),
    CACHING_TYPE,
]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let key = c.text(element, &SPEC, "key");
    let duration = c.int(element, &SPEC, "duration");
    let cache = cache(c, element, &SPEC);
    if let Some(value) = c.value_or_none(element, &SPEC, "value") {
        c.emit(CacheStoreValue { key, value, duration, cache });
    }
}

#[derive(Debug)]
struct CacheStoreValue {
    key: TextOperand,
    value: ValueOperand,
    duration: IntOperand,
    cache: CacheKind,
}

impl CacheStoreValue {
    fn call(&self, cx: &mut StepCx<'_>) -> Result<Option<HostCall>, Box<PolicyError>> {
        let key = self.key.eval(cx)?.into();
        let value = self.value.eval(cx)?;
        let duration = Duration::from_secs(self.duration.eval(cx)?.unsigned_abs());
        let value = stored::from_value(cx, value)?;
        Ok(value.map(|value| HostCall::CacheStore {
            key,
            value: Box::new(value),
            duration,
            cache: self.cache,
            space: CacheSpace::Values,
        }))
    }
}

impl Step for CacheStoreValue {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.call(cx) {
            Ok(Some(call)) => Flow::Call(call),
            Ok(None) => Flow::Next,
            Err(error) => Flow::Fail(error),
        }
    }

    /// A cache that fails is as good as none.
    fn resume(&self, _cx: &mut StepCx<'_>, _reply: HostReply) -> Flow {
        Flow::Next
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    #[test]
    fn what_is_kept() {
        let mut scene =
            Scene::inbound("<cache-store-value key=\"k\" value=\"v\" duration=\"30\" caching-type=\"internal\" />");
        assert!(scene.run().starts_with("> store k Text(\"v\") 30s Internal\n"));
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<cache-store-value key=\"k\" value=\"v\" duration=\"-1\" />"),
            "TG0212 policy.xml:1:67 the 'duration' attribute is invalid: '-1' is not a whole number of at least 0\n"
        );
    }

    #[test]
    fn values_keep_their_types() {
        let round = |value: &str, read: &str| {
            let policies = format!(
                "<cache-store-value key=\"k\" value=\"@({value})\" duration=\"9\" />\
                 <cache-lookup-value key=\"k\" variable-name=\"v\" />\
                 <set-variable name=\"r\" value=\"@(({read}).ToString())\" />"
            );
            let mut scene = Scene::inbound(&policies);
            let shown = scene.run();
            assert!(!shown.contains('!'), "{shown}");
            scene.variable("r")
        };
        assert_eq!(round("5", "(int)context.Variables[&quot;v&quot;] + 1"), "\"6\"");
        assert_eq!(round("true", "(bool)context.Variables[&quot;v&quot;]"), "\"True\"");
        let json = "JObject.Parse(&quot;{'a':[1,2]}&quot;)";
        assert_eq!(round(json, "((JObject)context.Variables[&quot;v&quot;])[&quot;a&quot;][1]"), "\"2\"");
        assert_eq!(round("new byte[] { 1, 2 }", "((byte[])context.Variables[&quot;v&quot;]).Length"), "\"2\"");
    }

    #[test]
    fn a_null_is_not_kept() {
        let mut scene = Scene::inbound("<cache-store-value key=\"k\" value=\"@((string)null)\" duration=\"9\" />");
        scene.run();
        assert!(scene.cache.is_empty());
    }
}
