//! Running a pattern within the budgets of the run, and the options and timeouts that members take.

use std::sync::Arc;

use super::matcher::{Captures, Limits, Stop, search as search_text};
use super::pattern::Pattern;
use super::regex_options;
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw, Trap};
use crate::value::Value;
use crate::value::text::Str;

/// A pattern with the time that a match may take.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) pattern: Arc<Pattern>,
    /// In microseconds.
    pub(super) timeout: Option<u64>,
}

const TIMED_OUT: &str = "The Regex engine has timed out while trying to match a pattern to an input string. This can \
                         occur for many reasons, including very large inputs or excessive backtracking caused by \
                         nested quantifiers, back-references and other factors.";
/// Generous for any machine: a microsecond has no more steps than this.
const STEPS_OF_MICROSECOND: u64 = 400;
const LEAST_STEPS: u64 = 100_000;

impl Job {
    /// A pattern with the options and the timeout at these places of the arguments, which may be missing.
    pub(super) fn new(cx: &mut Cx<'_>, args: &[Value], pattern: Str, options: usize) -> Result<Self, Throw> {
        let bits = match arg(args, options) {
            Value::Enum(_, bits) => bits,
            _ => 0,
        };
        if bits & !regex_options::ALL != 0 || (bits & regex_options::ECMA != 0 && bits & !regex_options::WITH_ECMA != 0)
        {
            let why = "Specified argument was out of the range of valid values.";
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "options"));
        }
        let timeout = match arg(args, options + 1) {
            // An infinite one is given as -1 ms.
            Value::TimeSpan(-10_000) => None,
            Value::TimeSpan(ticks @ 1..=21_474_836_460_000) => Some(ticks.unsigned_abs() / 10),
            Value::TimeSpan(_) => {
                let why = "Specified argument was out of the range of valid values.";
                return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "matchTimeout"));
            }
            _ => None,
        };
        Ok(Self { pattern: Pattern::get(cx, pattern, bits)?, timeout })
    }

    /// Where a search of a text begins.
    pub(super) fn first(&self, input: Str) -> usize {
        if self.pattern.program.right_to_left { input.len() } else { 0 }
    }

    /// Whether there is a match from `start` on.
    pub(super) fn matches(&self, cx: &mut Cx<'_>, input: Str, start: usize) -> Result<bool, Throw> {
        Ok(self.look(cx, input, start, false)?.is_some())
    }

    /// Searches from `start` on.
    pub(super) fn search(&self, cx: &mut Cx<'_>, input: Str, start: usize) -> Result<Option<Captures>, Throw> {
        self.look(cx, input, start, true)
    }

    fn look(&self, cx: &mut Cx<'_>, input: Str, start: usize, groups: bool) -> Result<Option<Captures>, Throw> {
        cx.charge(1)?;
        let before = cx.budget.regex_steps;
        let now = self.timeout.map_or(0, |_| cx.ambient.monotonic_micros());
        let allowed = match self.timeout {
            Some(micros) => before.min(micros.saturating_mul(STEPS_OF_MICROSECOND).max(LEAST_STEPS)),
            None => before,
        };
        let mut limits = Limits {
            steps: allowed,
            ambient: cx.ambient,
            timeout_micros: self.timeout.map_or(u64::MAX, |micros| now.saturating_add(micros)),
            // .NET rounds to milliseconds.
            spent: self.timeout.is_some_and(|micros| micros < 500),
            micros: cx.budget.micros,
            deadline_micros: cx.budget.deadline_micros,
        };
        let found = search_text(&self.pattern.program, cx.heap.text(input), start, groups, &mut limits);
        let used = allowed - limits.steps;
        cx.budget.regex_steps = before - used;
        cx.budget.deadline_micros = limits.deadline_micros;
        match found {
            Ok(found) => {
                if let Some(captures) = &found {
                    let count: usize = captures.iter().map(Vec::len).sum();
                    cx.heap.charge(count * 8)?;
                }
                Ok(found)
            }
            Err(Stop::Deadline) => Err(Trap::Time.into()),
            // With a timeout of its own a match that takes too many steps takes too long.
            Err(Stop::Timeout) => Err(cx.throw(Exc::RegexMatchTimeout, TIMED_OUT)),
            Err(Stop::Steps) if self.timeout.is_some() => Err(cx.throw(Exc::RegexMatchTimeout, TIMED_OUT)),
            Err(Stop::Steps) => Err(Trap::Regex.into()),
        }
    }

    /// Where the search for the match after this one begins.
    pub(super) fn next(&self, input: Str, captures: &Captures) -> Option<usize> {
        let (start, length) = span(captures);
        match (self.pattern.program.right_to_left, length) {
            (false, 0) => (start < input.len()).then_some(start + 1),
            (false, _) => Some(start + length),
            (true, 0) => start.checked_sub(1),
            (true, _) => Some(start),
        }
    }
}

/// Start and length of a whole match.
pub(super) fn span(captures: &Captures) -> (usize, usize) {
    last(captures, 0).unwrap_or((0, 0))
}

/// Start and length of the last value of a group.
pub(super) fn last(captures: &Captures, slot: usize) -> Option<(usize, usize)> {
    let (start, length) = captures.get(slot)?.last()?;
    Some((*start as usize, *length as usize))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check::{show_throw, with_cx};

    fn search(pattern: &str, input: &str, timeout: Option<u64>) -> String {
        with_cx(&[], |cx| {
            let pattern = cx.heap.new_str(pattern).unwrap();
            let input = cx.heap.new_str(input).unwrap();
            let found = Pattern::get(cx, pattern, 0).and_then(|pattern| Job { pattern, timeout }.search(cx, input, 0));
            match found {
                Ok(found) => format!("{:?}", found.map(|captures| span(&captures))),
                Err(throw) => show_throw(cx, throw),
            }
        })
    }

    #[test]
    fn hostile_patterns_end() {
        let many = "a".repeat(40) + "!";
        assert_eq!(search("^(a+)+$", &many, None), "trap: a regular expression exceeded its step budget");
        let timed_out = search("^(a+)+$", &many, Some(50_000));
        assert!(timed_out.starts_with("System.Text.RegularExpressions.RegexMatchTimeoutException"), "{timed_out}");
        assert_eq!(search("(?:){2000000000}x", "x", None), "trap: a regular expression exceeded its step budget");
    }

    #[test]
    fn counts_are_not_copies() {
        assert_eq!(search("(?:a{1000}){1000}", &"a".repeat(1_000_000), None), "Some((0, 1000000))");
        assert_eq!(search("((((a{1000}){1000}){1000}){1000})", "aaaa", None), "None");
    }

    #[test]
    fn large_and_deep_patterns_are_refused() {
        let trap = "trap: a regular expression exceeded its step budget";
        assert_eq!(search(&"a".repeat(1_000_000), "a", None), trap);
        assert_eq!(search(&("(".repeat(5_000) + &")".repeat(5_000)), "a", None), trap);
        assert_eq!(search(&"[a-[".repeat(5_000), "a", None), trap);
    }

    #[test]
    fn deep_matches_need_no_native_stack() {
        assert_eq!(search("(?:a|b)*c", &("ab".repeat(100_000) + "c"), None), "Some((0, 200001))");
    }
}
