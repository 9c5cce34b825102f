//! Where an expression comes from, and where in it a mistake lies.

use std::io::Read;
use std::sync::Arc;

use anyhow::Context as _;
use policy_parser::{Diagnostic, Source, Span};
use policy_vm::compile::ExpressionError;

use crate::data::decode;

/// An expression where it was found, or a document. A file may have white space around it.
pub(in crate::cli) struct Input {
    pub(in crate::cli) source: Arc<Source>,
    start: usize,
    end: usize,
}

impl Input {
    /// Reads what is given on the command line: an expression, a file, or `-` for standard input.
    pub(in crate::cli) fn read(given: &str) -> anyhow::Result<Self> {
        let (name, text) = match given {
            "-" => {
                let mut bytes = Vec::new();
                std::io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
                ("<stdin>", decode(bytes).context("cannot read standard input")?)
            }
            expression if expression.trim_start().starts_with('@') => ("<expression>", expression.to_owned()),
            file => {
                let hint = || format!("cannot read `{file}` (an expression is written as `@( ... )` or `@{{ ... }}`)");
                // Whatever it is: a shell may give a pipe in the place of a file.
                (file, decode(std::fs::read(file).with_context(hint)?).with_context(hint)?)
            }
        };
        Ok(Self::new(name, text))
    }

    pub(super) fn new(name: &str, text: String) -> Self {
        let start = text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').len();
        let end = text.trim_end().len().max(start);
        Self { source: Source::new(name, text), start, end }
    }

    /// The text without white space around it.
    pub(in crate::cli) fn text(&self) -> &str {
        self.source.text().get(self.start..self.end).unwrap_or_default()
    }

    /// What is wrong with the expression, in places of the file.
    pub(in crate::cli) fn findings(&self, errors: &[ExpressionError]) -> Vec<Diagnostic> {
        errors.iter().map(|error| self.finding(error)).collect()
    }

    fn finding(&self, error: &ExpressionError) -> Diagnostic {
        let shift = u32::try_from(self.start).unwrap_or(u32::MAX);
        let span = Span::new(error.span.start.saturating_add(shift), error.span.end.saturating_add(shift));
        let finding = if error.warning { Diagnostic::warning } else { Diagnostic::error };
        finding(error.code, &self.source, span, error.message.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_file() {
        let input = Input::new("a.cs", "\u{FEFF}\n  @(1 +\n x)\n".to_owned());
        assert_eq!(input.text(), "@(1 +\n x)");
        let errors = policy_vm::eval::compile(input.text()).unwrap_err();
        let found = input.findings(&errors).first().map(|finding| finding.source.position(finding.span.start)).unwrap();
        assert_eq!((found.line, found.column), (3, 2));
    }
}
