//! `proxy`: an HTTP proxy between the gateway and the backend.

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::Url;
use crate::host::Proxy;
use crate::operand::TextOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Sections};
use crate::step::{Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec = ElementSpec::new("proxy", "Sends requests through an HTTP proxy.")
    .attributes(&[
        Attribute::required("url", Accepts::Text, "`http://host:port`.").expression(),
        Attribute::optional("username", Accepts::Text, "A name for the proxy.").expression(),
        Attribute::optional("password", Accepts::Text, "The password.").expression(),
    ])
    .sections(Sections::INBOUND);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// Which proxy, on its own or as part of another policy.
#[derive(Debug)]
pub(super) struct Choice {
    url: TextOperand,
    username: Option<TextOperand>,
    password: TextOperand,
}

/// Compiles the element.
pub(super) fn choice(c: &mut Compiler<'_>, element: &Element) -> Choice {
    let choice = Choice {
        url: c.text(element, &SPEC, "url"),
        username: c.text_or_none(element, &SPEC, "username"),
        password: c.text(element, &SPEC, "password"),
    };
    if let Some(Err(why)) = choice.url.literal().map(parse) {
        let span = element.attribute("url").map_or(element.tag_span, |written| written.value.span);
        let shown = c.checker().shown(span);
        c.error_noted(codes::INVALID_VALUE, span, format!("'{shown}' is not the URL of a proxy"), why);
    }
    choice
}

/// Only `http` is spoken between gateway and proxy.
fn parse(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if url.scheme == "http" { Ok(url) } else { Err("only http:// leads to a proxy".to_owned()) }
}

impl Choice {
    /// The proxy.
    pub(super) fn evaluate(&self, cx: &mut StepCx<'_>) -> Result<Proxy, Box<PolicyError>> {
        let url = parse(&self.url.eval(cx)?).map_err(|why| cx.bad_value(why))?;
        let username = match &self.username {
            Some(text) => Some(Box::<str>::from(text.eval(cx)?)).filter(|name| !name.is_empty()),
            None => None,
        };
        let password: Box<str> = self.password.eval(cx)?.into();
        Ok(Proxy { url, credentials: username.map(|name| (name, password)) })
    }
}

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let choice = choice(c, element);
    c.emit(UseProxy(choice));
}

#[derive(Debug)]
struct UseProxy(Choice);

impl Step for UseProxy {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.0.evaluate(cx) {
            Ok(proxy) => {
                cx.exchange.call.transport.get_or_insert_default().proxy = Some(proxy);
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    fn shown(policies: &str) -> String {
        let mut scene = Scene::inbound(policies);
        let shown = scene.run();
        scene.exchange.call.transport.take().map_or(shown, |transport| format!("{:?}", transport.proxy))
    }

    #[test]
    fn the_last_one_counts() {
        let two =
            "<proxy url=\"http://a:1\" username=\"u\" password=\"p\" /><proxy url=\"@(&quot;http://b:2&quot;)\" />";
        assert_eq!(shown(two), "Some(http://b:2/)");
        let credentials = "<proxy url=\"http://a:1\" username=\"u\" password=\"hidden\" />";
        assert_eq!(shown(credentials), "Some(http://a:1/ with credentials)");
        assert!(shown("<proxy url=\"@(&quot;https://a&quot;)\" />").contains("only http:// leads to a proxy"));
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<proxy url=\"socks://a:1\" />"),
            "TG0212 policy.xml:1:32 'socks://a:1' is not the URL of a proxy\n  \
             Invalid URI: The scheme is not http or https.\n"
        );
    }

    #[test]
    fn a_request_of_a_policy_has_its_own() {
        let sent = "<proxy url=\"http://a:1\" /><send-request><set-url>http://x/</set-url></send-request>\
                    <send-request><set-url>http://y/</set-url><proxy url=\"http://b:2\" /></send-request>";
        let mut scene = Scene::inbound(sent);
        let shown = scene.run();
        assert!(
            shown.starts_with("> send GET http://x/ (none) 60s\n> send GET http://y/ (none) 60s proxy http://b:2/\n"),
            "{shown}"
        );
    }
}
