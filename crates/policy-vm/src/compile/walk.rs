//! Going through the policies of a document: which policy an element is, whether it may stand there, and how
//! `context.LastError` names the place.

use std::ops::Range;
use std::sync::Arc;

use policy_parser::document::{Content, ContentKind, Element, Node};
use policy_parser::suggest;

use super::bodies::ReadBodies;
use super::policy::Compiler;
use crate::check::{self, codes};
use crate::custom;
use crate::policies;
use crate::program::{Section, StepInfo};
use crate::spec::{ElementSpec, Once, Policies};

/// Where the compiler is in the document.
#[derive(Debug)]
pub(super) struct Walk {
    /// What errors of the steps being made say about their place.
    pub(super) info: Option<StepInfo>,
    /// How many `forward-request` policies of the section were compiled.
    pub(super) forwards: u32,
    /// How many policies enclose the current one that run their policies again.
    pub(super) repeats: u32,
    /// The fragment being inlined.
    pub(super) fragment: Option<Box<str>>,
    /// How many fragments were inlined.
    pub(super) includes: u32,
    /// True when a fragment is checked on its own, for no section in particular.
    pub(super) any_section: bool,
    /// How many elements enclose the current one inside its section.
    pub(super) depth: u32,
    /// The numbered path of the current element.
    path: String,
    /// How many siblings of each name there were before.
    siblings: Vec<(Box<str>, u32)>,
    /// What may stand where the compiler is, and inside what.
    rule: (Policies, &'static str),
    /// How often policies occurred that may occur once, with the section for those that are counted by section.
    counts: Vec<(&'static str, Option<Section>)>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            info: None,
            forwards: 0,
            repeats: 0,
            fragment: None,
            includes: 0,
            any_section: false,
            depth: 0,
            path: String::new(),
            siblings: Vec::new(),
            rule: (Policies::AllBut(&[]), ""),
            counts: Vec::new(),
        }
    }
}

impl Walk {
    fn number(&mut self, name: &str) -> u32 {
        if let Some((_, count)) = self.siblings.iter_mut().find(|(known, _)| **known == *name) {
            *count += 1;
            return *count;
        }
        self.siblings.push((name.into(), 1));
        1
    }

    /// Forgets the siblings of the section before.
    pub(super) fn begin_section(&mut self) {
        self.siblings.clear();
        self.forwards = 0;
    }
}

impl Compiler<'_> {
    /// True for the policies of a fragment.
    pub(crate) fn in_fragment(&self) -> bool {
        self.walk.fragment.is_some() || self.walk.any_section
    }

    /// True where it is known that the section is this one: a fragment is checked on its own before anyone includes it.
    pub(crate) fn is_in(&self, section: Section) -> bool {
        !self.walk.any_section && self.section == section
    }

    /// True for a policy directly in its section, or in a fragment included there.
    pub(crate) fn is_direct(&self) -> bool {
        self.walk.depth == 0
    }

    /// Compiles the policies inside a policy, under the rule that its specification gives.
    pub(crate) fn body(&mut self, element: &Element, rule: Policies, container: &'static str) {
        self.with_rule(rule, container, |c| c.policies(element));
    }

    fn with_rule(&mut self, rule: Policies, container: &'static str, work: impl FnOnce(&mut Self)) {
        let siblings = std::mem::take(&mut self.walk.siblings);
        let outer = std::mem::replace(&mut self.walk.rule, (rule, container));
        self.walk.depth += 1;
        work(self);
        self.walk.depth -= 1;
        self.walk.rule = outer;
        self.walk.siblings = siblings;
    }

    /// Compiles the children of an element as branches that run side by side, after a reserved step. What they read is
    /// read before they begin: two of them must not read the same body at once.
    pub(crate) fn branches(
        &mut self,
        element: &Element,
        rule: Policies,
        container: &'static str,
    ) -> (u32, Box<[Range<u32>]>) {
        let buffer = self.reserve();
        let at = self.reserve();
        let mut branches = Vec::new();
        let reads = self.collect_reads(|c| {
            c.with_rule(rule, container, |c| {
                for node in &element.children {
                    let start = c.here();
                    c.node(element, node);
                    branches.push(start..c.here());
                }
            });
        });
        branches.retain(|branch| !branch.is_empty());
        self.fill(buffer, ReadBodies { request: reads.request_body, response: reads.response_body });
        (at, branches.into())
    }

    /// Compiles policies that may run several times.
    pub(crate) fn repeated<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.walk.repeats += 1;
        let result = work(self);
        self.walk.repeats -= 1;
        result
    }

    /// Does something for a part of a policy that has a place of its own (`choose[1]/when[2]`).
    pub(crate) fn part<T>(&mut self, name: &str, number: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.walk.path.len();
        self.walk.path.push_str(&format!("/{name}[{number}]"));
        let outer = self.walk.info.clone();
        if let Some(info) = &mut self.walk.info {
            info.path = Arc::from(self.walk.path.as_str());
        }
        let result = work(self);
        self.walk.path.truncate(length);
        self.walk.info = outer;
        result
    }

    /// Compiles the children of an element, one after the other.
    pub(super) fn policies(&mut self, element: &Element) {
        for node in &element.children {
            self.node(element, node);
        }
    }

    /// Compiles one child of an element that contains policies.
    pub(crate) fn node(&mut self, parent: &Element, node: &Node) {
        match node {
            Node::Element(element) => self.policy(element),
            Node::Text(Content { kind: ContentKind::Literal(text), .. }) if text.trim().is_empty() => {}
            Node::Text(content) => {
                let headline = format!("the element '{}' cannot contain text", parent.name);
                self.error(codes::UNEXPECTED_TEXT, content.span, headline);
            }
            Node::Comment(_) => {}
        }
    }

    fn policy(&mut self, element: &Element) {
        let engine = self.engine;
        match (policies::find(&element.name), engine.custom(&element.name)) {
            (Some(policy), _) => self.policy_of(element, &policy.spec, policy.compile),
            (None, Some(policy)) => {
                self.policy_of(element, &policy.spec(), |c, element| custom::compile(c, element, policy));
            }
            (None, None) => self.unknown(element),
        }
    }

    fn policy_of(&mut self, element: &Element, spec: &ElementSpec, compile: impl FnOnce(&mut Self, &Element)) {
        let number = self.walk.number(spec.name);
        let before = self.errors();
        self.placement(element, spec, number);
        self.checker().element(element, spec, true);
        let sound = self.errors() == before;

        let length = self.walk.path.len();
        if length > 0 {
            self.walk.path.push('/');
        }
        self.walk.path.push_str(&format!("{}[{number}]", spec.name));
        // A policy that stands alone at the top is called by its name, anything else by its whole path.
        let plain = length == 0 && number == 1;
        let path = Arc::from(if plain { spec.name } else { self.walk.path.as_str() });
        let info = StepInfo {
            source: spec.name,
            path,
            policy_id: self.literal(element, spec, "id").map(Arc::from),
            file: Arc::clone(&self.file),
            span: element.tag_span,
        };
        let outer = self.walk.info.replace(info);
        if sound {
            compile(self, element);
        } else {
            self.survey(element, spec);
            if spec.policies != Policies::None {
                self.body(element, spec.policies, spec.name);
            }
        }
        self.walk.info = outer;
        self.walk.path.truncate(length);
    }

    fn unknown(&mut self, element: &Element) {
        if policies::is_known(&element.name) {
            let headline = format!("the policy '{}' is not supported yet", element.name);
            self.error(codes::POLICY_NOT_SUPPORTED, element.name_span, headline);
            return;
        }
        let headline = format!("unknown policy '{}'", element.name);
        if let Some(owner) = policies::owner_of(&element.name) {
            let note = format!("it is a part of '{owner}'");
            self.error_noted(codes::UNKNOWN_POLICY, element.name_span, headline, note);
            return;
        }
        match suggest::closest(&element.name, policies::names()) {
            Some(near) => {
                self.error_noted(codes::UNKNOWN_POLICY, element.name_span, headline, format!("did you mean '{near}'?"));
            }
            None => self.error(codes::UNKNOWN_POLICY, element.name_span, headline),
        }
    }

    fn placement(&mut self, element: &Element, spec: &ElementSpec, number: u32) {
        if !self.walk.any_section && !spec.sections.contains(self.section) {
            let headline =
                format!("the policy '{}' is not allowed in the section '{}'", spec.name, self.section.name());
            let sections: Vec<_> = spec.sections.iter().map(Section::name).collect();
            let note = match sections.as_slice() {
                [] => "it is part of other policies".to_owned(),
                sections => format!("it is allowed in {}", check::list(sections)),
            };
            self.error_noted(codes::WRONG_SECTION, element.name_span, headline, note);
        }
        if !self.walk.any_section && !spec.scopes.contains(self.scope) {
            let headline =
                format!("the policy '{}' is not allowed in a document of scope '{}'", spec.name, self.scope.name());
            let scopes: Vec<_> = spec.scopes.iter().map(crate::engine::Scope::name).collect();
            let note = format!("it is allowed at {}", check::list(&scopes));
            self.error_noted(codes::WRONG_SCOPE, element.name_span, headline, note);
        }
        let (rule, container) = self.walk.rule;
        let fits = match rule {
            Policies::AllBut(names) => !names.contains(&spec.name),
            Policies::Only(names) => names.contains(&spec.name),
            Policies::None => false,
        };
        if !fits {
            let headline = format!("the policy '{}' is not allowed inside '{container}'", spec.name);
            match rule {
                Policies::Only(names) => {
                    let note = format!("possible policies: {}", check::list(names));
                    self.error_noted(codes::WRONG_CONTAINER, element.name_span, headline, note);
                }
                _ => self.error(codes::WRONG_CONTAINER, element.name_span, headline),
            }
        }
        self.occurrences(element, spec, number);
    }

    /// The rules about one occurrence are enforced among siblings only: the branches of a `choose` exclude each other,
    /// and published documents use them so.
    fn occurrences(&mut self, element: &Element, spec: &ElementSpec, number: u32) {
        let (section, place) = match spec.once {
            Once::Never => return,
            Once::PerSection => (Some(self.section), "section"),
            Once::PerDocument => (None, "document"),
        };
        let key = (spec.name, section);
        let again = self.walk.counts.contains(&key);
        self.walk.counts.push(key);
        if !again {
            return;
        }
        let headline = format!("the policy '{}' can be used only once in a {place}", spec.name);
        if number > 1 {
            self.error(codes::REPEATED_POLICY, element.name_span, headline);
        } else {
            self.warn(codes::REPEATED_POLICY, element.name_span, headline);
        }
    }
}
