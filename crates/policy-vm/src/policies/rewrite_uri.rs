//! `rewrite-uri`: the path and query that the backend sees, from a template.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::Call;
use crate::exchange::base_url::join;
use crate::exchange::url::{COMPONENT, Kept, PATH, QUERY, encode, name_of, parameters};
use crate::operand::{BoolOperand, TextOperand};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec, Sections};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("rewrite-uri", "Rewrites path and query of the request to the backend.")
    .attributes(&[
        Attribute::required("template", Accepts::Text, "Path and query; `{name}` stands for a matched parameter.")
            .expression(),
        Attribute::optional("copy-unmatched-params", Accepts::Bool, "Whether other query parameters are kept.")
            .expression()
            .default("true"),
    ])
    .sections(Sections::INBOUND);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let template = c.text(element, &SPEC, "template");
    let copy = c.bool(element, &SPEC, "copy-unmatched-params");
    c.emit(RewriteUri { template, copy });
}

#[derive(Debug)]
struct RewriteUri {
    template: TextOperand,
    copy: BoolOperand,
}

impl RewriteUri {
    fn rewrite(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        let template = self.template.eval(cx)?;
        let copy = self.copy.eval(cx)?;
        match rewritten(&cx.exchange.call, &template, copy) {
            Ok((path, query)) => {
                let url = &mut cx.exchange.call.request.url;
                (url.path, url.query) = (path, query);
                Ok(())
            }
            Err(Problem::Placeholder(name)) => {
                let message = format!("Template placeholder '{name}' not found in MatchedParameters");
                Err(cx.error(500, "TemplatePlaceholderNotFound", message))
            }
            Err(Problem::Invalid(why)) => Err(cx.bad_value(why)),
        }
    }
}

impl Step for RewriteUri {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.rewrite(cx).into()
    }
}

enum Problem {
    Placeholder(String),
    Invalid(&'static str),
}

fn rewritten(call: &Call, template: &str, copy: bool) -> Result<(String, String), Problem> {
    if template.chars().any(char::is_control) {
        return Err(Problem::Invalid("The URL template contains control characters."));
    }
    let (path, query) = template.split_once('?').unwrap_or((template, ""));
    let path = fill(call, path.trim(), PATH)?;
    let mut query = fill(call, query.trim_end(), QUERY)?;
    add_parameters(call, copy, &mut query);
    let path = join(call.base_path(), &path);
    Ok((path, query))
}

/// What stays of a parameter that matches the rest of a path.
const SEGMENTS: &Kept = &Kept::new(b"-._~/");

/// Replaces the placeholders of one part of a template; what stands between them is encoded where it must be.
fn fill(call: &Call, part: &str, kept: &Kept) -> Result<String, Problem> {
    let mut out = String::with_capacity(part.len());
    let mut rest = part;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(&encode(before, kept));
        out.push_str(&placeholder(call, name)?);
        rest = after;
    }
    out.push_str(&encode(rest, kept));
    Ok(out)
}

/// The value of a matched parameter. Only a parameter that matches the rest of a path (`{*rest}`) keeps its slashes.
fn placeholder(call: &Call, name: &str) -> Result<String, Problem> {
    let bare = name.trim_start_matches('*');
    let found = call.matched_parameters.iter().find(|(known, _)| known.trim_start_matches('*') == bare);
    let found = found.or_else(|| {
        let same = |known: &str| known.trim_start_matches('*').eq_ignore_ascii_case(bare);
        call.matched_parameters.iter().find(|(known, _)| same(known))
    });
    let Some((known, value)) = found else { return Err(Problem::Placeholder(name.to_owned())) };
    // A caller must not climb out of the path that the template names.
    if value.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(Problem::Invalid("A matched parameter is a relative path segment."));
    }
    let whole = name.starts_with('*') || known.starts_with('*');
    Ok(encode(value, if whole { SEGMENTS } else { COMPONENT }))
}

/// Puts the parameters of the backend's own URL in front, and appends those of the request, if they are copied, that the
/// operation's template does not consume; neither where the new query has one of the name.
fn add_parameters(call: &Call, copy: bool, query: &mut String) {
    let there: Vec<_> = parameters(query).map(|parameter| name_of(parameter).to_lowercase()).collect();
    let is_new = |parameter: &&str| !there.contains(&name_of(parameter).to_lowercase());
    let is_left = |parameter: &&str| {
        let name = name_of(parameter).to_lowercase();
        copy && !call.template_query.iter().any(|consumed| **consumed == *name)
    };
    let (of_base, own) = call.split_query();
    let mut all: Vec<&str> = of_base.into_iter().filter(is_new).collect();
    all.extend(Some(query.as_str()).filter(|query| !query.is_empty()));
    all.extend(own.into_iter().filter(is_new).filter(is_left));
    let all = all.join("&");
    *query = all;
}

#[cfg(test)]
mod tests {
    use crate::policies::check::Scene;

    fn check(template: &str, copy: bool, request: &str) -> String {
        let policy = format!("<rewrite-uri template=\"{template}\" copy-unmatched-params=\"{copy}\" />");
        let mut scene = Scene::inbound(&policy);
        let call = &mut scene.exchange.call;
        call.request.url = crate::exchange::Url::parse(request).expect("a URL");
        call.matched_parameters = vec![("id".into(), "a/b c".into()), ("*rest".into(), "x/y z".into())];
        call.template_query = vec!["a".into()];
        let shown = scene.run();
        match shown.lines().find(|line| line.starts_with('!')) {
            Some(error) => error.to_owned(),
            None => scene.exchange.call.request.url.to_string().replace("https://backend.example", ""),
        }
    }

    #[test]
    fn documented_example() {
        let request = "https://backend.example/base/get?a=b&c=d";
        assert_eq!(check("/put", true, request), "/base/put?c=d");
        assert_eq!(check("/put", false, request), "/base/put");
    }

    #[test]
    fn placeholders() {
        let request = "https://backend.example/base/x?c=d&E=f";
        assert_eq!(
            check("/v2/{id}/{rest}?q={id}&amp;e=1", true, request),
            "/base/v2/a%2Fb%20c/x/y%20z?q=a%2Fb%20c&e=1&c=d"
        );
        assert_eq!(check("v2/{ID}", false, request), "/base/v2/a%2Fb%20c");
        assert_eq!(
            check("/{no}", true, request),
            "! rewrite-uri TemplatePlaceholderNotFound: Template placeholder 'no' not found in MatchedParameters \
             (api/inbound/rewrite-uri/)"
        );
    }

    #[test]
    fn an_empty_template_is_the_backend_itself() {
        let request = "https://backend.example/base/x?c=d";
        assert_eq!(check("", false, request), "/base");
        assert_eq!(check("?", true, request), "/base?c=d");
    }

    /// `threats.md` A22.
    #[test]
    fn a_template_cannot_leave_its_place() {
        let request = "https://backend.example/base/x";
        assert_eq!(check("//evil.example/x#y", true, request), "/base/evil.example/x%23y");
        assert!(check("/a&#10;b", true, request).starts_with("! rewrite-uri ExpressionValueEvaluationFailure"));
        assert_eq!(check("/a b", true, request), "/base/a%20b");
    }
}
