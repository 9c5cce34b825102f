//! Listings of programs, for `tollgate disasm`: the steps of every section, then the functions of all expressions.

use std::fmt;
use std::ops::Range;

use crate::bytecode;
use crate::program::{Program, Section, StepEntry};
use crate::step::ExprId;

impl Program {
    /// The steps of every section under the policy they come from, then the functions that they refer to by number.
    ///
    /// A listing shows the texts of a document as they are compiled: named values that were put into them too, secret or
    /// not.
    #[must_use]
    pub fn disassemble(&self) -> String {
        format!("{}{}", Steps(self), bytecode::disassemble(&self.code, &self.pool))
    }
}

/// Shows the steps of all sections.
struct Steps<'p>(&'p Program);

impl fmt::Display for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (section, steps) in Section::ALL.into_iter().zip(&self.0.sections) {
            if let Some(steps) = steps {
                writeln!(f, "section {}", section.name())?;
                self.section(f, steps.clone())?;
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

impl Steps<'_> {
    /// A line for each step, under a line for the policy when that changes.
    fn section(&self, f: &mut fmt::Formatter<'_>, steps: Range<u32>) -> fmt::Result {
        let mut before: Option<&StepEntry> = None;
        for at in steps {
            let Some(entry) = self.0.steps.get(at as usize) else { break };
            if before.is_none_or(|before| before.info.path != entry.info.path || before.info.span != entry.info.span) {
                let position = entry.info.file.position(entry.info.span.start);
                let file = entry.info.file.name();
                writeln!(f, "  {}  {file}:{}:{}", entry.info.path, position.line, position.column)?;
            }
            writeln!(f, "  {at:>4}  {:?}", entry.step)?;
            before = Some(entry);
        }
        Ok(())
    }
}

/// As listings name functions.
impl fmt::Debug for ExprId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "function {}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use policy_parser::Source;

    use crate::{Engine, Environment, Scope};

    #[test]
    fn steps_stand_under_their_policy_and_functions_at_the_end() {
        let text = "<policies><inbound>\n  <choose><when condition=\"@(1 == 1 + 0)\">\n    <set-variable name=\"a\" \
                    value=\"@(context.RequestId)\" />\n  </when></choose>\n</inbound></policies>";
        let source = Source::new("a.xml", text);
        let program = Engine::new().compile(&source, Scope::Api, &Environment::default()).program.unwrap();
        let listing = program.disassemble();
        let place = |what: &str| listing.find(what).unwrap_or_else(|| panic!("{what} is not in\n{listing}"));
        let order =
            ["section inbound", "choose[1]", "a.xml:3:5", "SetVariable", "function 1)", "\nfunction 0", "\nfunction 1"];
        assert!(order.map(place).is_sorted(), "{listing}");
    }
}
