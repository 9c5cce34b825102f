//! Secret named values, for whoever writes down where requests went: what stands in an address or in an error's text is
//! shown by its name.

use std::borrow::Cow;
use std::fmt;

use policy_vm::Environment;

/// Texts that are not to be shown, the longest first, each with what stands for it.
#[derive(Default)]
pub(crate) struct Hidden(Vec<(String, String)>);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

/// What is shorter is no secret, but would blot out half of a text.
pub(super) const SHORTEST: usize = 4;

impl Hidden {
    /// Adds those of the service or of one of its workspaces.
    pub(super) fn add(&mut self, environment: &Environment) {
        let secrets =
            environment.named_values.iter().filter(|(_, value)| value.secret && value.value.len() >= SHORTEST);
        self.0.extend(secrets.map(|(name, value)| (value.value.to_ascii_lowercase(), format!("{{{{{name}}}}}"))));
        // A secret may contain another.
        self.0.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
    }

    /// A text without them. Their case does not count, as hosts have none.
    pub(crate) fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if text.is_empty() || self.0.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut shown = Cow::Borrowed(text);
        // Both have the same bytes but for case, so that what is found in one is there in the other.
        let mut plain = text.to_ascii_lowercase();
        for (secret, name) in &self.0 {
            let mut from = 0;
            while let Some(at) = plain.get(from..).and_then(|rest| rest.find(secret)) {
                let found = from + at..from + at + secret.len();
                from = found.start + name.len();
                shown.to_mut().replace_range(found.clone(), name);
                plain.replace_range(found, name);
            }
        }
        shown
    }

    /// A server, `scheme://host:port`, without them; nor is it shown where it is only a part of one, as of a whole URL that
    /// is secret.
    pub(crate) fn mask_origin(&self, origin: &str) -> String {
        let shown = self.mask(origin);
        let host = origin.split_once("://").map_or(origin, |(_, authority)| authority);
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
        let within = |secret: &str| {
            let mut rest = secret;
            while let Some((_, behind)) = rest.split_once("://") {
                let behind = behind.rsplit_once('@').map_or(behind, |(_, host)| host);
                if behind
                    .strip_prefix(host.as_str())
                    .is_some_and(|end| end.is_empty() || end.starts_with([':', '/', '?', '#', ';']))
                {
                    return true;
                }
                rest = behind;
            }
            false
        };
        match self.0.iter().find(|(secret, _)| within(secret)) {
            Some((_, name)) if matches!(shown, Cow::Borrowed(_)) => name.clone(),
            _ => shown.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use policy_vm::NamedValue;

    use super::*;

    fn hidden(values: &[(&str, &str, bool)]) -> Hidden {
        let mut environment = Environment::default();
        for (name, value, secret) in values {
            let value = NamedValue { value: (*value).to_owned(), secret: *secret };
            environment.named_values.insert((*name).to_owned(), value);
        }
        let mut hidden = Hidden::default();
        hidden.add(&environment);
        hidden
    }

    #[test]
    fn secrets_have_their_names_in_texts() {
        let hidden = hidden(&[
            ("code", "Marker", true),
            ("long", "marker-two", true),
            ("n", "a", true),
            ("place", "here", false),
        ]);
        assert_eq!(hidden.mask("no marker, MARKER-two here, a"), "no {{code}}, {{long}} here, a");
        assert!(matches!(hidden.mask("nothing"), Cow::Borrowed("nothing")));
        assert_eq!(format!("{hidden:?}"), "2 secrets");
    }

    #[test]
    fn a_name_that_contains_its_secret_is_put_once() {
        assert_eq!(hidden(&[("erp-marker", "marker", true)]).mask("marker marker"), "{{erp-marker}} {{erp-marker}}");
    }

    #[test]
    fn servers_of_secret_urls_are_not_shown() {
        let hidden = hidden(&[
            ("url", "https://user:pw@Erp.example:8443/a", true),
            ("host", "mes", true),
            ("hosts", "store", true),
        ]);
        for (origin, expected) in [
            ("https://erp.example:8443", "{{url}}"),
            ("https://p.example:8443", "https://p.example:8443"),
            ("http://store.example:80", "http://{{hosts}}.example:80"),
            ("http://mes.example:80", "http://mes.example:80"),
        ] {
            assert_eq!(hidden.mask_origin(origin), expected);
        }
    }
}
