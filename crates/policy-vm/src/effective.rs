//! The effective policy of a call, to be read by people: what runs in a section, document by document, in the order in
//! which it runs.
//!
//! What runs is taken from the compiled documents (which sections there are, where `<base/>` stands, what was included);
//! only the text comes from the files. Named values stay names, so nothing secret is shown.

use std::sync::Arc;

use policy_parser::document::{Element, Options, parse_with};
use policy_parser::{Source, Span};

use crate::engine::Scope;
use crate::program::{Pipeline, Program, Section, StepEntry};

/// What runs in a section.
#[derive(Debug, Default)]
pub struct Effective {
    /// The texts, in the order in which they run.
    pub pieces: Vec<Piece>,
    /// Scopes whose documents the section came to, narrowest first, also where they add no text.
    pub reached: Vec<Scope>,
    /// The scope whose document has no `<base/>` in the section, which cuts off the broader ones.
    pub cut_by: Option<Scope>,
}

/// A run of text that is one document's own.
#[derive(Debug)]
pub struct Piece {
    /// Whose document it is.
    pub scope: Scope,
    /// The file.
    pub source: Arc<Source>,
    /// Where in the file.
    pub span: Span,
    /// In how many documents' place of `<base/>` it stands.
    pub depth: usize,
    /// Files of fragments that it includes.
    pub fragments: Vec<Arc<Source>>,
}

impl Piece {
    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text().get(self.span.start as usize..self.span.end as usize).unwrap_or_default()
    }
}

impl Pipeline {
    /// What runs in a section.
    #[must_use]
    pub fn effective(&self, section: Section) -> Effective {
        let mut effective = Effective::default();
        self.inline(&mut effective, 0, 0, section);
        effective
    }

    fn inline(&self, effective: &mut Effective, at: usize, depth: usize, section: Section) {
        let Some(program) = self.programs.get(at) else { return };
        let number = Section::ALL.iter().position(|known| *known == section).unwrap_or_default();
        let Some(Some(steps)) = program.sections.get(number) else {
            // A section that is not there is as if it held `<base/>`.
            return self.inline(effective, at + 1, depth, section);
        };
        effective.reached.push(program.scope);
        let steps = program.steps.get(steps.start as usize..steps.end as usize).unwrap_or_default();
        let parsed = parse_with(&program.source, &Options::default());
        let root = parsed.document.as_ref().map(|document| &document.root);
        let Some(element) = root.and_then(|root| root.child(section.name())) else { return };
        let mut from = element.inner_span.start;
        let mut rest = steps;
        let is_base = |entry: &StepEntry| entry.step.is_base();
        while let Some((before, (base, behind))) =
            rest.iter().position(is_base).and_then(|at| Some((rest.get(..at)?, rest.get(at..)?.split_first()?)))
        {
            let base = starting_at(element, base.info.span).unwrap_or(base.info.span);
            effective.push(program, Span::new(from, base.start), depth, before);
            self.inline(effective, at + 1, depth + 1, section);
            (from, rest) = (base.end, behind);
        }
        effective.push(program, Span::new(from, element.inner_span.end), depth, rest);
        let has_base = steps.iter().any(is_base);
        if !has_base && at + 1 < self.programs.len() {
            effective.cut_by = Some(program.scope);
        }
    }

    /// The documents that apply, narrowest first.
    pub fn programs(&self) -> impl Iterator<Item = &Arc<Program>> {
        self.programs.iter()
    }
}

impl Effective {
    fn push(&mut self, program: &Program, span: Span, depth: usize, steps: &[StepEntry]) {
        let mut fragments: Vec<Arc<Source>> = Vec::new();
        for file in steps.iter().map(|entry| &entry.info.file).filter(|file| !Arc::ptr_eq(file, &program.source)) {
            if !fragments.iter().any(|known| Arc::ptr_eq(known, file)) {
                fragments.push(Arc::clone(file));
            }
        }
        let piece = Piece { scope: program.scope, source: Arc::clone(&program.source), span, depth, fragments };
        if !piece.text().trim().is_empty() {
            self.pieces.push(piece);
        }
    }
}

/// All of the element whose tag or name begins or contains that place.
fn starting_at(element: &Element, place: Span) -> Option<Span> {
    let inside = |span: Span| span.start <= place.start && place.start < span.end;
    element
        .elements()
        .filter(|child| inside(child.span))
        .find_map(|child| if inside(child.tag_span) { Some(child.span) } else { starting_at(child, place) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine, Environment};

    fn program(scope: Scope, name: &str, text: &str) -> Arc<Program> {
        let fragment = Source::new("f.xml", "<fragment><set-variable name=\"f\" value=\"1\" /></fragment>");
        let environment =
            Environment { fragments: [("f".to_owned(), fragment)].into_iter().collect(), ..Environment::default() };
        let compiled = Engine::new().compile(&Source::new(name, text), scope, &environment);
        compiled.program.expect("a program")
    }

    fn shown(pipeline: &Pipeline, section: Section) -> String {
        let effective = pipeline.effective(section);
        let mut shown = String::new();
        for piece in &effective.pieces {
            let fragments: Vec<&str> = piece.fragments.iter().map(|file| file.name()).collect();
            let text = piece.text().trim();
            shown += &format!("{} {} {text} {}\n", piece.depth, piece.source.name(), fragments.join(","));
        }
        shown + &format!("{:?} {:?}", effective.reached, effective.cut_by)
    }

    #[test]
    fn parents_stand_in_the_place_of_base() {
        let global = program(
            Scope::Global,
            "global.xml",
            "<policies><inbound><set-method>GET</set-method></inbound><backend><forward-request /></backend></policies>",
        );
        let api = program(
            Scope::Api,
            "api.xml",
            "<policies><inbound><include-fragment fragment-id=\"f\" /><base></base><!-- after --></inbound>\
             <backend><retry condition=\"@(false)\" count=\"1\" interval=\"1\"><base /></retry></backend>\
             <outbound /></policies>",
        );
        let operation = program(
            Scope::Operation,
            "operation.xml",
            "<policies><inbound><base /><set-method>PUT</set-method></inbound><on-error><base /></on-error></policies>",
        );
        let pipeline = Pipeline::new([global, api, operation]);
        assert_eq!(
            shown(&pipeline, Section::Inbound),
            "1 api.xml <include-fragment fragment-id=\"f\" /> f.xml\n2 global.xml <set-method>GET</set-method> \n\
             1 api.xml <!-- after --> \n0 operation.xml <set-method>PUT</set-method> \n\
             [Operation, Api, Global] None"
        );
        assert_eq!(
            shown(&pipeline, Section::Backend),
            "0 api.xml <retry condition=\"@(false)\" count=\"1\" interval=\"1\"> \n\
             1 global.xml <forward-request /> \n0 api.xml </retry> \n[Api, Global] None"
        );
        assert_eq!(shown(&pipeline, Section::Outbound), "[Api] Some(Api)");
        assert_eq!(shown(&pipeline, Section::OnError), "[Operation] None");
    }
}
