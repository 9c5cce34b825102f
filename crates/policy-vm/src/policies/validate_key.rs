//! `validate-key`: requires the key of an active subscription. A policy of this engine; the service checks keys before
//! any policy runs, and only where the API says so.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue, header};
use policy_parser::document::Element;

use crate::check;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::url::{decode_query, name_of, parameters};
use crate::exchange::{Call, NameId};
use crate::host::{HostCall, HostReply, SubscriptionFound};
use crate::names;
use crate::operand::{IntOperand, TextOperand};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Group, Once, Order, Sections, Text};
use crate::step::{Flow, Step, StepCx};
use crate::value::Part;

const PRODUCT: ElementSpec = ElementSpec::text_only("product", "Id of a product.", Text::Literal).holds(Accepts::Name);

const SUBSCRIPTION: ElementSpec =
    ElementSpec::text_only("subscription", "Id of a subscription.", Text::Literal).holds(Accepts::Name);

const PRODUCTS: ElementSpec =
    ElementSpec::new("products", "Products whose keys are accepted.").children(&[Child::at_least_once(PRODUCT)]);

const SUBSCRIPTIONS: ElementSpec = ElementSpec::new("subscriptions", "Subscriptions whose keys are accepted.")
    .children(&[Child::at_least_once(SUBSCRIPTION)]);

const SPEC: ElementSpec = ElementSpec::new("validate-key", "Requires the key of an active subscription.")
    .attributes(&[
        Attribute::optional("header-name", Accepts::HeaderName, "Header with the key; the API's own by default.")
            .expression(),
        Attribute::optional("query-parameter-name", Accepts::Name, "Parameter with the key, where there is no header.")
            .expression(),
        Attribute::optional("key-value", Accepts::Text, "The key itself, instead of header and parameter.")
            .expression(),
        Attribute::optional("failed-validation-httpcode", Accepts::Int(200, 599), "Status of the refusal.")
            .expression()
            .default("401"),
        Attribute::optional("failed-validation-error-message", Accepts::Text, "What the caller reads.").expression(),
        Attribute::optional("output-subscription-variable-name", Accepts::Name, "Variable that gets the subscription."),
    ])
    .groups(&[Group::Excludes("key-value", &["header-name", "query-parameter-name"])])
    .children(&[Child::optional(PRODUCTS), Child::optional(SUBSCRIPTIONS)])
    .order(Order::Free)
    .sections(Sections::INBOUND)
    .once(Once::PerSection)
    .own();

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

const MISSING: &str = "Access denied due to missing subscription key. Make sure to include subscription key when making \
                       requests to an API.";
const INVALID: &str = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active \
                       subscription.";

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let mut ids = |list: &str| -> Vec<Box<str>> {
        let entries = element.child(list).into_iter().flat_map(Element::elements);
        entries.filter_map(|entry| c.inner_text(entry).literal().map(Into::into)).collect()
    };
    let (products, subscriptions) = (ids("products"), ids("subscriptions"));
    let header = c.text_or_none(element, &SPEC, "header-name");
    let step = ValidateKey {
        fixed: header.as_ref().and_then(TextOperand::literal).and_then(check::header_name),
        header,
        parameter: c.text_or_none(element, &SPEC, "query-parameter-name"),
        key: c.text_or_none(element, &SPEC, "key-value"),
        status: c.int(element, &SPEC, "failed-validation-httpcode"),
        message: c.text_or_none(element, &SPEC, "failed-validation-error-message"),
        variable: c.literal(element, &SPEC, "output-subscription-variable-name").map(names::intern),
        products,
        subscriptions,
    };
    c.emit(step);
}

#[derive(Debug)]
struct ValidateKey {
    header: Option<TextOperand>,
    /// The same when it is written in the document: to read a name takes longer than to find the header.
    fixed: Option<HeaderName>,
    parameter: Option<TextOperand>,
    key: Option<TextOperand>,
    status: IntOperand,
    message: Option<TextOperand>,
    variable: Option<NameId>,
    products: Vec<Box<str>>,
    subscriptions: Vec<Box<str>>,
}

impl ValidateKey {
    /// The key that the caller shows; the parameter counts only where there is no header.
    fn shown(&self, cx: &mut StepCx<'_>) -> Result<Option<Box<str>>, Box<PolicyError>> {
        if let Some(key) = &self.key {
            let key = key.eval(cx)?;
            return Ok((!key.is_empty()).then(|| key.into()));
        }
        let computed = match &self.fixed {
            Some(_) => None,
            None => check::header_name(&self.header_name(cx)?),
        };
        // Both expressions are evaluated whatever the headers are: one that throws is an error of every call.
        let parameter = match &self.parameter {
            Some(name) => Some(name.eval(cx)?),
            None => None,
        };
        let call = &cx.exchange.call;
        let found = self.fixed.as_ref().or(computed.as_ref()).and_then(|name| call.request.headers.get(name));
        if let Some(value) = found.filter(|value| !value.is_empty()) {
            return Ok(Some(match value.to_str() {
                Ok(key) => key.into(),
                Err(_) => String::from_utf8_lossy(value.as_bytes()).into(),
            }));
        }
        match parameter {
            Some(name) => Ok(from_query(call, &name)),
            None => Ok(from_query(call, &of_api(cx, |api| &api.key_query, "subscription-key"))),
        }
    }

    fn header_name(&self, cx: &mut StepCx<'_>) -> Result<Cow<'_, str>, Box<PolicyError>> {
        match &self.header {
            Some(name) => name.eval(cx),
            None => Ok(Cow::Owned(of_api(cx, |api| &api.key_header, "Ocp-Apim-Subscription-Key"))),
        }
    }

    fn accepts(&self, found: &SubscriptionFound) -> bool {
        // A key without a product is of none of those listed, whatever is listed.
        let listed = |list: &[Box<str>], id: Option<&str>| {
            list.is_empty() || id.is_some_and(|id| list.iter().any(|known| known.eq_ignore_ascii_case(id)))
        };
        let product = found.subscription.product.as_ref().map(|product| product.id.as_str());
        let listed = listed(&self.products, product) && listed(&self.subscriptions, Some(&found.subscription.id));
        found.active && found.in_scope && listed
    }

    fn accept(&self, cx: &mut StepCx<'_>, found: SubscriptionFound) {
        let call = &mut cx.exchange.call;
        call.user.clone_from(&found.subscription.owner);
        if found.subscription.product.is_some() {
            call.product.clone_from(&found.subscription.product);
        }
        call.subscription = Some(found.subscription);
        if let Some(name) = self.variable {
            call.set_variable(name, Part::Subscription.into());
        }
    }

    fn refuse(&self, cx: &mut StepCx<'_>, reason: &'static str, message: &'static str) -> Flow {
        match self.refusal(cx, reason, message) {
            Ok(error) | Err(error) => Flow::Fail(error),
        }
    }

    fn refusal(
        &self,
        cx: &mut StepCx<'_>,
        reason: &'static str,
        message: &'static str,
    ) -> Result<Box<PolicyError>, Box<PolicyError>> {
        let status = u16::try_from(self.status.eval(cx)?).unwrap_or(401);
        let told = match &self.message {
            Some(text) => Some(Cow::Owned(text.eval(cx)?.into_owned())),
            None => None,
        };
        let header = self.header_name(cx)?.into_owned();
        let mut error = cx.error(status, reason, message);
        error.public_message = told;
        if status == 401 {
            error.headers.extend(challenge(&cx.exchange.call, &header).map(|value| (header::WWW_AUTHENTICATE, value)));
        }
        Ok(error)
    }
}

impl Step for ValidateKey {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.shown(cx) {
            Ok(Some(key)) => Flow::Call(HostCall::FindSubscription { key }),
            Ok(None) => self.refuse(cx, "SubscriptionKeyNotFound", MISSING),
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        match reply {
            HostReply::Subscription(Some(found)) if self.accepts(&found) => {
                self.accept(cx, found);
                Flow::Next
            }
            HostReply::Subscription(_) => self.refuse(cx, "SubscriptionKeyInvalid", INVALID),
            HostReply::Failed(error) => Flow::Fail(cx.host_failed(&error)),
            _ => Flow::Fail(cx.fault("a subscription was asked for")),
        }
    }
}

fn of_api(cx: &StepCx<'_>, name: impl Fn(&crate::exchange::Api) -> &String, default: &str) -> String {
    let name = cx.exchange.call.api.as_ref().map(|api| name(api)).filter(|name| !name.is_empty());
    name.map_or_else(|| default.to_owned(), Clone::clone)
}

fn from_query(call: &Call, name: &str) -> Option<Box<str>> {
    let found = parameters(&call.request.url.query).find(|parameter| name_of(parameter).eq_ignore_ascii_case(name))?;
    let value = decode_query(found.split_once('=')?.1);
    (!value.is_empty()).then(|| value.into())
}

/// The challenge names the API that the key is for.
fn challenge(call: &Call, header: &str) -> Option<HeaderValue> {
    let url = &call.original_url;
    let path = call.api.as_ref().map_or("", |api| &api.path);
    let plain = |text: &str| text.replace(['"', '\\'], "");
    let text = format!(
        "AzureApiManagementKey realm=\"{}://{}/{}\",name=\"{}\",type=\"header\"",
        plain(&url.scheme),
        plain(&url.host),
        plain(path),
        plain(header)
    );
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::exchange::{Product, Subscription, Url};
    use crate::host::SubscriptionFound;
    use crate::policies::check::{Scene, inbound_findings};

    fn found(active: bool) -> SubscriptionFound {
        let product = Product { id: "gold".into(), ..Product::default() };
        let subscription =
            Subscription { id: "sub".into(), product: Some(Arc::new(product)), ..Subscription::default() };
        SubscriptionFound { subscription: Arc::new(subscription), active, in_scope: true }
    }

    fn scene(policy: &str) -> Scene {
        let mut scene = Scene::inbound(policy);
        scene.keys.insert("good".into(), found(true));
        scene.keys.insert("suspended".into(), found(false));
        scene
    }

    const KEY: &str = "ocp-apim-subscription-key";

    #[test]
    fn without_a_key() {
        let shown = scene("<validate-key />").run();
        let answer = "401 -\ncontent-type: application/json\nwww-authenticate: AzureApiManagementKey \
             realm=\"https://api.example/shop\",name=\"Ocp-Apim-Subscription-Key\",type=\"header\"\n\
             { \"statusCode\": 401, \"message\": \"Access denied due to missing subscription key. Make sure to include \
             subscription key when making requests to an API.\" }\n! validate-key SubscriptionKeyNotFound: ";
        assert!(shown.starts_with(answer), "{shown}");
    }

    #[test]
    fn which_keys_pass() {
        let reason = |policy: &str, key: &str| {
            let mut scene = scene(policy).header(KEY, key);
            scene.run();
            scene.exchange.call.last_error.as_ref().map_or("passed".to_owned(), |error| error.reason.to_string())
        };
        assert_eq!(reason("<validate-key />", "good"), "passed");
        assert_eq!(reason("<validate-key />", "suspended"), "SubscriptionKeyInvalid");
        assert_eq!(reason("<validate-key />", "other"), "SubscriptionKeyInvalid");
        let products = |id: &str| format!("<validate-key><products><product>{id}</product></products></validate-key>");
        assert_eq!(reason(&products("Gold"), "good"), "passed");
        assert_eq!(reason(&products("silver"), "good"), "SubscriptionKeyInvalid");
        let both = "<validate-key><subscriptions><subscription>x</subscription></subscriptions><products><product>gold\
                    </product></products></validate-key>";
        assert_eq!(reason(both, "good"), "SubscriptionKeyInvalid");
    }

    #[test]
    fn the_parameter_counts_without_the_header() {
        let with_query = |scene: &mut Scene| {
            scene.exchange.call.request.url = Url::parse("http://b/?Subscription-Key=good").expect("a URL");
        };
        let mut without = scene("<validate-key output-subscription-variable-name=\"s\" />");
        with_query(&mut without);
        assert!(without.run().contains("> forward"));
        assert!(without.exchange.call.product.is_some());
        assert!(without.variable("s").contains("Subscription"));
        let mut with = scene("<validate-key />").header(KEY, "other");
        with_query(&mut with);
        assert!(with.run().contains("SubscriptionKeyInvalid"));
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<validate-key key-value=\"k\" header-name=\"h\" />"),
            "TG0214 policy.xml:1:20 the attribute 'key-value' excludes 'header-name'\n"
        );
    }
}
