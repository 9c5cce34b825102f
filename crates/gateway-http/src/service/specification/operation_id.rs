//! Names of imported operations: lower case, one hyphen for whatever is neither letter nor digit, not too long, unique.

/// Characters of an id before the number that tells it from others.
const LENGTH: usize = 76;

/// An id in the form that the service gives it.
pub(crate) fn normalised(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() {
            id.extend(c.to_lowercase());
        } else if !id.is_empty() && !id.ends_with('-') {
            id.push('-');
        }
    }
    let id: String = id.chars().take(LENGTH).collect();
    id.trim_end_matches('-').to_owned()
}

/// The same with a number where `taken` says that it is taken.
pub(super) fn unique(id: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&id) {
        return id;
    }
    let numbered = (1_u32..).map(|number| format!("{id}-{number}"));
    numbered.into_iter().find(|candidate| !taken(candidate)).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_normalised() {
        for (text, id) in [
            ("GetOrders", "getorders"),
            ("Orders_Get  By/Id!", "orders-get-by-id"),
            ("--x--", "x"),
            ("get-/orders/{id}", "get-orders-id"),
            ("", ""),
        ] {
            assert_eq!(normalised(text), id);
        }
        assert_eq!(normalised(&"ab-".repeat(60)).chars().count(), 76);
    }

    #[test]
    fn ids_are_unique() {
        assert_eq!(unique("a".into(), |id| id == "a" || id == "a-1"), "a-2");
    }
}
