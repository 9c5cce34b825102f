//! Rewrites expectation blocks in place with what happened.

use crate::report::CaseReport;

/// The page's text with every mendable mismatch written into its block, and how many there were.
pub(crate) fn rewritten(text: &str, cases: &[CaseReport]) -> (String, usize) {
    let mut edits: Vec<_> =
        cases.iter().flat_map(|case| &case.mismatches).filter(|mismatch| mismatch.mendable).collect();
    edits.sort_by_key(|mismatch| mismatch.range.start);
    // A request that is sent several times may differ from its block more than once: the first time counts.
    edits.dedup_by_key(|mismatch| mismatch.range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for mismatch in &edits {
        out.push_str(text.get(at..mismatch.range.start).unwrap_or_default());
        out.push_str(&mismatch.actual);
        out.push('\n');
        at = mismatch.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    (out, edits.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expect::Mismatch;

    #[test]
    fn blocks_are_replaced_and_the_rest_stays() {
        let text = "a\n```\nold\n```\nb\n```\n```\n";
        let mismatch = |start, end, actual: &str| Mismatch {
            what: "trace",
            line: 1,
            range: start..end,
            expected: String::new(),
            actual: actual.to_owned(),
            mendable: true,
        };
        let case = CaseReport {
            mismatches: vec![mismatch(20, 20, "new 2"), mismatch(6, 10, "new 1")],
            ..CaseReport::default()
        };
        let (text, count) = rewritten(text, &[case]);
        assert_eq!((text.as_str(), count), ("a\n```\nnew 1\n```\nb\n```\nnew 2\n```\n", 2));
    }
}
