//! `set-backend-service`: another backend for the call, by URL or by the id of a backend entity.
//!
//! Only the base of the URL changes: what follows the old base's path follows the new one's.

use policy_parser::document::Element;
use policy_parser::suggest;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::{BackendChoice, Call, Url};
use crate::operand::TextOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Group};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("set-backend-service", "Chooses another backend for the call.")
    .attributes(&[
        Attribute::optional("base-url", Accepts::Text, "URL of the backend; empty for that of the API.").expression(),
        Attribute::optional("backend-id", Accepts::Name, "Id of a backend.").expression(),
        Attribute::optional("sf-resolve-condition", Accepts::Bool, "Service Fabric: not supported yet.").expression(),
        Attribute::optional("sf-service-instance-name", Accepts::Text, "Service Fabric: not supported yet.")
            .expression(),
        Attribute::optional("sf-partition-key", Accepts::Text, "Service Fabric: not supported yet.").expression(),
        Attribute::optional("sf-listener-name", Accepts::Text, "Service Fabric: not supported yet.").expression(),
        Attribute::optional("sf-replica-type", Accepts::Text, "Service Fabric: not supported yet.").expression(),
        Attribute::optional("dapr-app-id", Accepts::Text, "Dapr: not supported yet.").expression(),
        Attribute::optional("dapr-method", Accepts::Text, "Dapr: not supported yet.").expression(),
        Attribute::optional("dapr-namespace", Accepts::Text, "Dapr: not supported yet.").expression(),
    ])
    .groups(&[Group::ExactlyOne(&["base-url", "backend-id"])]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    for written in &element.attributes {
        if written.name.starts_with("sf-") || written.name.starts_with("dapr-") {
            let headline = format!("the '{}' attribute is not supported yet", written.name);
            c.error(codes::NOT_SUPPORTED, written.name_span, headline);
        }
    }
    if let Some(url) = c.text_or_none(element, &SPEC, "base-url") {
        let target = match url.literal() {
            Some("") => Target::Service,
            Some(text) => match Url::parse(text) {
                Ok(url) => Target::Fixed(url),
                Err(error) => return invalid_url(c, element, &error),
            },
            None => Target::Url(url),
        };
        c.emit(SetBackendService(target));
    } else if let Some(id) = c.text_or_none(element, &SPEC, "backend-id") {
        if let Some(literal) = id.literal() {
            known_backend(c, element, literal);
        }
        c.emit(SetBackendService(Target::Entity(id)));
    }
}

fn invalid_url(c: &mut Compiler<'_>, element: &Element, error: &crate::exchange::InvalidUrl) {
    let span = element.attribute("base-url").map_or(element.tag_span, |written| written.value.span);
    let shown = c.checker().shown(span);
    let headline = format!("'{shown}' is not the absolute URL of a service");
    c.error_noted(codes::INVALID_VALUE, span, headline, error.to_string());
}

fn known_backend(c: &mut Compiler<'_>, element: &Element, id: &str) {
    let span = element.attribute("backend-id").map_or(element.tag_span, |written| written.value.span);
    if id == "dapr" {
        c.error(codes::NOT_SUPPORTED, span, "Dapr is not supported yet");
        return;
    }
    let environment = c.environment;
    let Some(backends) = &environment.backends else { return };
    if backends.iter().any(|known| known.eq_ignore_ascii_case(id)) {
        return;
    }
    let shown = c.checker().shown(span);
    let headline = format!("there is no backend '{shown}'");
    match suggest::closest(id, backends.iter().map(String::as_str)) {
        Some(near) => c.error_noted(codes::UNKNOWN_BACKEND, span, headline, format!("did you mean '{near}'?")),
        None => c.error(codes::UNKNOWN_BACKEND, span, headline),
    }
}

#[derive(Debug)]
struct SetBackendService(Target);

#[derive(Debug)]
enum Target {
    Service,
    Fixed(Url),
    Url(TextOperand),
    Entity(TextOperand),
}

impl SetBackendService {
    fn choose(&self, cx: &mut StepCx<'_>) -> Result<BackendChoice, Box<PolicyError>> {
        let url = match &self.0 {
            Target::Service => return Ok(BackendChoice::Service),
            Target::Fixed(url) => return Ok(BackendChoice::Url(url.clone())),
            Target::Url(text) => text.eval(cx)?,
            Target::Entity(text) => {
                let id = text.eval(cx)?;
                if id.is_empty() {
                    return Err(cx.bad_value("The id of the backend is empty."));
                }
                return Ok(BackendChoice::Entity(id.as_ref().into()));
            }
        };
        if url.is_empty() {
            return Ok(BackendChoice::Service);
        }
        Url::parse(&url).map(BackendChoice::Url).map_err(|error| cx.bad_value(error))
    }
}

impl Step for SetBackendService {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.choose(cx) {
            Ok(choice) => {
                let scope = cx.program.scope;
                let call = &mut cx.exchange.call;
                // A URL does not replace a backend that a broader document chose by id.
                let overruled = matches!(choice, BackendChoice::Url(_) | BackendChoice::Service)
                    && matches!(call.backend, BackendChoice::Entity(_))
                    && call.backend_scope.is_some_and(|chosen| chosen < scope);
                if !overruled {
                    switch(call, choice);
                    call.backend_scope = Some(scope);
                }
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

/// Puts the request's URL on another base.
fn switch(call: &mut Call, choice: BackendChoice) {
    // The end of what is there, which stays where it is while the rest is exchanged.
    let relative = call.relative_path().trim_start_matches('/').len();
    forget_query_of_base(call);
    let Call { api, request, backend, .. } = call;
    let base = match &choice {
        BackendChoice::Service => api.as_ref().and_then(|api| api.service_url.as_ref()),
        BackendChoice::Url(url) => Some(url),
        BackendChoice::Entity(_) => None,
    };
    let url = &mut request.url;
    if let Some(base) = base {
        url.scheme.clone_from(&base.scheme);
        url.host.clone_from(&base.host);
        url.port = base.port;
    }
    let (base_path, base_query) = base.map_or(("", ""), |base| (&base.path, &base.query));
    rebase(&mut url.path, relative, base_path);
    if !base_query.is_empty() {
        if !url.query.is_empty() {
            url.query.insert(0, '&');
        }
        url.query.insert_str(0, base_query);
    }
    *backend = choice;
}

/// Takes out of the request's query what the base before brought along.
fn forget_query_of_base(call: &mut Call) {
    if matches!(&call.backend, BackendChoice::Url(base) if !base.query.is_empty()) {
        let own = call.split_query().1.join("&");
        call.request.url.query = own;
    }
}

/// Puts the last `relative` bytes of a path behind another base, as `base_url::join` does.
fn rebase(path: &mut String, relative: usize, base: &str) {
    let is_base = relative == 0 && base.len() > 1;
    let base = if is_base { base } else { base.trim_end_matches('/') };
    path.replace_range(..path.len() - relative, base);
    if !is_base {
        path.insert(base.len(), '/');
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{Environment, Scope};
    use crate::policies::check::{Scene, findings_at, inbound_findings};

    fn url(policy: &str) -> String {
        let mut scene = Scene::inbound(policy);
        let shown = scene.run();
        match shown.lines().find(|line| line.contains('!')) {
            Some(error) => error.to_owned(),
            None => scene.exchange.call.request.url.to_string(),
        }
    }

    #[test]
    fn the_path_after_the_base_stays() {
        let new = url("<set-backend-service base-url=\"http://contoso.com/api/8.2/\" />");
        assert_eq!(new, "http://contoso.com/api/8.2/orders?id=7");
        let back = url("<set-backend-service base-url=\"http://a.b/c\" /><set-backend-service base-url=\"\" />");
        assert_eq!(back, "https://backend.example/base/orders?id=7");
        let twice =
            url("<set-backend-service base-url=\"http://a/x\" /><set-backend-service base-url=\"http://b:8080\" />");
        assert_eq!(twice, "http://b:8080/orders?id=7");
        let entity = url("<set-backend-service backend-id=\"pool\" />");
        assert_eq!(entity, "https://backend.example/orders?id=7");
    }

    #[test]
    fn the_query_of_a_base_goes_with_it_once() {
        let keyed = "<set-backend-service base-url=\"http://a/x?code=K\" />";
        assert_eq!(url(keyed), "http://a/x/orders?code=K&id=7");
        assert_eq!(url(&format!("{keyed}{keyed}")), "http://a/x/orders?code=K&id=7");
        assert_eq!(url(&format!("{keyed}<set-backend-service base-url=\"http://b\" />")), "http://b/orders?id=7");
        let entity = format!("{keyed}<set-backend-service backend-id=\"pool\" />");
        assert_eq!(url(&entity), "http://a/orders?id=7");
    }

    #[test]
    fn an_inherited_entity_is_not_overruled_by_a_url() {
        let narrow = "<policies><inbound><base /><set-backend-service base-url=\"http://a/x\" /></inbound></policies>";
        let broad = "<policies><inbound><set-backend-service backend-id=\"pool\" /></inbound></policies>";
        let mut scene = Scene::of(narrow).document(Scope::Global, broad);
        scene.run();
        assert_eq!(scene.exchange.call.backend, crate::exchange::BackendChoice::Entity("pool".into()));
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<set-backend-service />"),
            "TG0214 policy.xml:1:20 one of the attributes 'base-url', 'backend-id' is needed\n"
        );
        assert_eq!(
            inbound_findings("<set-backend-service base-url=\"ftp://x\" />"),
            "TG0212 policy.xml:1:51 'ftp://x' is not the absolute URL of a service\n  \
             Invalid URI: The scheme is not http or https.\n"
        );
        let environment = Environment { backends: Some(vec!["orders".into()]), ..Environment::default() };
        let document = "<policies><inbound><set-backend-service backend-id=\"order\" /></inbound></policies>";
        assert_eq!(
            findings_at(Scope::Api, document, &environment),
            "TG0250 policy.xml:1:53 there is no backend 'order'\n  did you mean 'orders'?\n"
        );
    }

    /// `threats.md` A22.
    #[test]
    fn computed_urls_that_lead_elsewhere_are_refused() {
        for text in
            ["http://a\\r\\nb/", "http://a b/", "http://u@h/", "file:///x", "http://h:0/", "http://[::1/", "//h/x"]
        {
            let error = url(&format!("<set-backend-service base-url=\"@(&quot;{text}&quot;)\" />"));
            assert!(error.starts_with("! set-backend-service ExpressionValueEvaluationFailure"), "{text}: {error}");
        }
    }
}
