//! "Did you mean …?": the candidate a misspelt name is nearest to.

/// Names longer than this are not compared: nobody mistypes them by a letter, and the cost grows with the square.
const LONGEST: usize = 64;

/// What a letter counts that is inserted, deleted, changed, or swapped with its neighbour.
const LETTER: usize = 8;

/// What a letter counts that differs in case only.
const CASE: usize = 1;

/// The candidate nearest to `name`, if it differs in at most a third of the letters of `name`, or in case only. Case
/// counts little, so `Value` suggests `value` rather than `Valve`; the first of several equally near ones wins.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.chars().take(LONGEST + 1).collect();
    if name.is_empty() || name.len() > LONGEST {
        return None;
    }
    let mut nearest = (name.len() / 3 * LETTER).max(name.len() * CASE);
    let mut found = None;
    for candidate in candidates {
        if let Some(points) = distance(&name, candidate, nearest)
            && (found.is_none() || points < nearest)
        {
            nearest = points;
            found = Some(candidate);
        }
    }
    found
}

/// How much two names differ; `None` above `limit`.
fn distance(name: &[char], candidate: &str, limit: usize) -> Option<usize> {
    let candidate: Vec<char> = candidate.chars().take(LONGEST * 2).collect();
    if name.len().abs_diff(candidate.len()) * LETTER > limit {
        return None;
    }
    let mut before_previous: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=candidate.len()).map(|column| column * LETTER).collect();
    let mut left_above = None;
    for (row, letter) in name.iter().enumerate() {
        let mut current = Vec::with_capacity(previous.len());
        current.push((row + 1) * LETTER);
        let mut left = None;
        for (column, other) in candidate.iter().enumerate() {
            let at = |values: &[usize], index: usize| values.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut points = (at(&previous, column) + change(*letter, *other))
                .min(at(&previous, column + 1) + LETTER)
                .min(at(&current, column) + LETTER);
            if left == Some(*letter) && left_above == Some(*other) {
                points = points.min(at(&before_previous, column.saturating_sub(1)) + LETTER);
            }
            current.push(points);
            left = Some(*other);
        }
        left_above = Some(*letter);
        before_previous = std::mem::replace(&mut previous, current);
    }
    previous.last().copied().filter(|points| *points <= limit)
}

/// The cost of one letter standing for another.
fn change(letter: char, other: char) -> usize {
    if letter == other {
        0
    } else if letter.to_lowercase().eq(other.to_lowercase()) {
        CASE
    } else {
        LETTER
    }
}

#[cfg(test)]
mod tests {
    fn check(name: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(super::closest(name, candidates.iter().copied()), expected, "{name}");
    }

    #[test]
    fn near_misses() {
        check("conditon", &["condition", "connection"], Some("condition"));
        check("lenght", &["length", "light"], Some("length"));
        check("Value", &["valve", "value"], Some("value"));
        check("vaule", &["value"], Some("value"));
        check("ID", &["id"], Some("id"));
        check("äb", &["ÄB"], Some("ÄB"));
        check("äbc", &["Äbc"], Some("Äbc"));
    }

    #[test]
    fn far_names_and_odd_lengths() {
        check("abc", &["xyz", "abcdef"], None);
        check("id", &["ix"], None);
        check("", &["a"], None);
        check("abcdef", &[], None);
        check(&"a".repeat(65), &[&"a".repeat(65)], None);
    }
}
