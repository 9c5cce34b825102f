//! Whether the cases on the pages would notice: every attribute, every element and every expression is taken out of them,
//! and some case must then fail.
//!
//! A case counts when it runs a document and expects something of it; what the checker says is not enough.

#![expect(clippy::unwrap_used, reason = "what stands in the way of a test fails it")]

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use policy_parser::document::{Content, ContentKind, Element, Node, parse_document};
use policy_testkit::{Case, Colours, DocumentBlock, DocumentKind, Page, Step, run_cases};
use policy_vm::spec::{Attribute, ElementSpec, Group, Policies, Text};

/// What no page can show, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("set-backend-service/@sf-resolve-condition", NOT_BUILT),
    ("set-backend-service/@sf-service-instance-name", NOT_BUILT),
    ("set-backend-service/@sf-partition-key", NOT_BUILT),
    ("set-backend-service/@sf-listener-name", NOT_BUILT),
    ("set-backend-service/@sf-replica-type", NOT_BUILT),
    ("set-backend-service/@dapr-app-id", NOT_BUILT),
    ("set-backend-service/@dapr-method", NOT_BUILT),
    ("set-backend-service/@dapr-namespace", NOT_BUILT),
];

const NOT_BUILT: &str = "the checker says that it is not supported";

/// Something that a page has: an attribute, an element, the text of one.
struct Place {
    /// Index of the case.
    case: usize,
    /// In the page's text; of an attribute with the blank before it.
    range: Range<usize>,
    is_expression: bool,
}

/// Where a page has what, by paths: `cors/allowed-methods`, `cors/allowed-methods/@preflight-result-max-age`,
/// `cors/allowed-origins/origin/text()`.
type Places = BTreeMap<String, Vec<Place>>;

/// A page and where its runnable cases have what.
struct Known {
    spec: &'static ElementSpec,
    page: Page,
    places: Places,
}

#[test]
fn some_case_fails_without_the_attribute() {
    let mut unnoticed = Vec::new();
    for known in known() {
        each(known.spec, known.spec.name, &mut |path, spec| {
            for attribute in spec.attributes.iter().filter(|attribute| !attribute.required && !attribute.without_effect)
            {
                let path = format!("{path}/@{}", attribute.name);
                let places = known.places(&path);
                unnoticed.extend((!known.is_noticed(&places, one_is_needed(attribute, spec.groups))).then_some(path));
            }
        });
    }
    compare(&unnoticed);
}

#[test]
fn some_case_fails_without_the_element() {
    let mut unnoticed = Vec::new();
    for known in known() {
        each(known.spec, known.spec.name, &mut |path, spec| {
            for child in spec.children {
                let path = format!("{path}/{}", child.spec.name);
                let places = known.places(&path);
                // A policy inside another may be the only one, and `message` may be the only text.
                let is_needed = child.least > 0 || spec.policies != Policies::None || spec.text != Text::None;
                unnoticed.extend((!known.is_noticed(&places, is_needed)).then_some(path));
            }
        });
    }
    assert!(unnoticed.is_empty(), "no case fails without {unnoticed:#?}");
}

#[test]
fn some_case_fails_without_the_expression() {
    let mut unnoticed = Vec::new();
    for known in known() {
        let expressions = |path: &str| -> Vec<&Place> {
            known.places(path).into_iter().filter(|place| place.is_expression).collect()
        };
        each(known.spec, known.spec.name, &mut |path, spec| {
            for attribute in
                spec.attributes.iter().filter(|attribute| attribute.expression && !attribute.without_effect)
            {
                let path = format!("{path}/@{}", attribute.name);
                let places = expressions(&path);
                // Without what is required nothing compiles: it is enough that it is there.
                let is_needed = attribute.required || one_is_needed(attribute, spec.groups);
                unnoticed.extend((!known.is_noticed(&places, is_needed)).then_some(path));
            }
            let text = format!("{path}/text()");
            let has_none = matches!(spec.text, Text::Expression | Text::Markup) && expressions(&text).is_empty();
            unnoticed.extend(has_none.then_some(text));
        });
    }
    compare(&unnoticed);
}

/// The list of exceptions holds what is needed and nothing else.
fn compare(unnoticed: &[String]) {
    let missing: Vec<_> = unnoticed.iter().filter(|path| EXCEPTIONS.iter().all(|(known, _)| known != path)).collect();
    assert!(missing.is_empty(), "no case fails without {missing:#?}");
    let stale: Vec<_> = EXCEPTIONS.iter().filter(|(path, _)| unnoticed.iter().all(|known| known != path)).collect();
    assert!(stale.is_empty(), "some case fails without these, which are no exceptions any more: {stale:#?}");
}

/// True for one of several attributes of which one must be there: without it nothing compiles.
fn one_is_needed(attribute: &Attribute, groups: &[Group]) -> bool {
    groups.iter().any(|group| match group {
        Group::ExactlyOne(names) | Group::AtLeastOne(names) => names.contains(&attribute.name),
        _ => false,
    })
}

/// Every policy with its page.
fn known() -> impl Iterator<Item = Known> {
    policy_vm::specs().map(|spec| {
        let page = Page::read(&pages().join(format!("{}.md", spec.name))).unwrap();
        let mut places = Places::new();
        for (index, case) in page.cases.iter().enumerate().filter(|(_, case)| runs(case)) {
            case.documents.iter().for_each(|document| find(spec, index, document, &mut places));
        }
        Known { spec, page, places }
    })
}

fn pages() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().join("policies/elements")
}

fn runs(case: &Case) -> bool {
    case.diagnostics.is_none() && case.steps.iter().any(Step::expects)
}

/// An element and its children that are no policies themselves.
fn each(spec: &ElementSpec, path: &str, check: &mut dyn FnMut(&str, &ElementSpec)) {
    check(path, spec);
    for child in own_children(spec) {
        each(child, &format!("{path}/{}", child.name), check);
    }
}

fn own_children(spec: &ElementSpec) -> impl Iterator<Item = &ElementSpec> {
    let is_policy = |name: &str| policy_vm::specs().any(|spec| spec.name == name);
    spec.children.iter().map(|child| &child.spec).filter(move |child| !is_policy(child.name))
}

/// Finds what a document of a case has of a policy.
fn find(spec: &ElementSpec, case: usize, document: &DocumentBlock, places: &mut Places) {
    let before = if matches!(document.kind, DocumentKind::Section(..)) { "<x>" } else { "" };
    let after = if before.is_empty() { "" } else { "</x>" };
    let text = format!("{before}{}{after}", document.fence.text);
    let Some(parsed) = parse_document("block", text.as_str()).document else { return };
    let offset = document.fence.range.start - before.len();
    let mut add = |path: String, span: Range<u32>, is_expression| {
        let range = offset + span.start as usize..offset + span.end as usize;
        places.entry(path).or_default().push(Place { case, range, is_expression });
    };
    let mut pending = vec![&parsed.root];
    while let Some(element) = pending.pop() {
        if &*element.name == spec.name {
            collect(spec, spec.name, element, &mut add);
        }
        pending.extend(element.elements());
    }
}

fn collect(spec: &ElementSpec, path: &str, element: &Element, add: &mut dyn FnMut(String, Range<u32>, bool)) {
    for attribute in &element.attributes {
        let range = attribute.name_span.start - 1..attribute.value.span.end + 1;
        add(format!("{path}/@{}", attribute.name), range, is_expression(&attribute.value));
    }
    for node in &element.children {
        match node {
            Node::Text(text) => add(format!("{path}/text()"), text.span.start..text.span.end, is_expression(text)),
            Node::Element(child) => add(format!("{path}/{}", child.name), child.span.start..child.span.end, false),
            Node::Comment(_) => {}
        }
    }
    for child in own_children(spec) {
        for element in element.elements().filter(|element| &*element.name == child.name) {
            collect(child, &format!("{path}/{}", child.name), element, add);
        }
    }
}

fn is_expression(content: &Content) -> bool {
    matches!(content.kind, ContentKind::Expression(_))
}

impl Known {
    fn places(&self, path: &str) -> Vec<&Place> {
        self.places.get(path).into_iter().flatten().collect()
    }

    /// Whether some case fails when it is taken out everywhere. That a document does not compile without it is enough
    /// only for what is needed.
    fn is_noticed(&self, places: &[&Place], is_needed: bool) -> bool {
        let mut text = self.page.text.clone();
        let mut ranges: Vec<_> = places.iter().map(|place| place.range.clone()).collect();
        ranges.sort_by_key(|range| range.start);
        // An element inside one of the same name goes with it.
        let mut end = 0;
        ranges.retain(|range| {
            let is_outer = range.start >= end;
            end = end.max(range.end);
            is_outer
        });
        for range in ranges.into_iter().rev() {
            text.replace_range(range, "");
        }
        let mut mutant = Page::parse(&self.page.path, text).unwrap();
        let cases = std::mem::take(&mut mutant.cases).into_iter().enumerate();
        for (_, case) in cases.filter(|(index, _)| places.iter().any(|place| place.case == *index)) {
            mutant.cases = vec![case];
            let report = run_cases(&mutant);
            if !report.passed() && (is_needed || !report.failures(Colours::Never).contains("does not compile")) {
                return true;
            }
        }
        false
    }
}
