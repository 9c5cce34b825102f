//! Every code of the policy phase, with its meaning. A code is never reused; gaps leave room inside a group.

/// Declares the codes and the list of them, so that the two cannot differ.
macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $code:literal;)+) => {
        $($(#[doc = $meaning])+ pub const $name: &str = $code;)+

        /// Every code with its meaning, ascending.
        pub const ALL: &[(&str, &str)] = &[$(($code, concat!($($meaning),+))),+];
    };
}

codes! {
    /// There is no policy of that name.
    UNKNOWN_POLICY = "TG0201";
    /// The service has this policy, Tollgate has not yet.
    POLICY_NOT_SUPPORTED = "TG0202";
    /// The policy may not stand in this section.
    WRONG_SECTION = "TG0203";
    /// The policy may not stand in a document of this scope.
    WRONG_SCOPE = "TG0204";
    /// The policy may not stand inside this other policy.
    WRONG_CONTAINER = "TG0205";
    /// The policy stands more often in a section or document than it may.
    REPEATED_POLICY = "TG0206";
    /// The policy may not stand in a fragment.
    NOT_IN_FRAGMENT = "TG0207";
    /// What the policy is asked for is not built yet.
    NOT_SUPPORTED = "TG0208";
    /// The element has no such attribute.
    UNKNOWN_ATTRIBUTE = "TG0210";
    /// A required attribute is missing.
    MISSING_ATTRIBUTE = "TG0211";
    /// A literal is not what the attribute or text wants.
    INVALID_VALUE = "TG0212";
    /// An expression stands where only a literal may.
    EXPRESSION_NOT_ALLOWED = "TG0213";
    /// Attributes that exclude each other, or of which one is needed.
    ATTRIBUTE_GROUP = "TG0214";
    /// What is written has no effect.
    NO_EFFECT = "TG0215";
    /// The element has no such child.
    UNKNOWN_CHILD = "TG0220";
    /// A required child is missing.
    MISSING_CHILD = "TG0221";
    /// Children are not in the order that the service wants.
    CHILD_ORDER = "TG0222";
    /// A child stands more often than it may.
    REPEATED_CHILD = "TG0223";
    /// Text where none is allowed.
    UNEXPECTED_TEXT = "TG0224";
    /// An element lacks its text.
    MISSING_TEXT = "TG0225";
    /// Text and an expression beside each other, where one of them is wanted.
    MIXED_TEXT = "TG0226";
    /// A Liquid template cannot be read.
    INVALID_TEMPLATE = "TG0227";
    /// A Liquid template names a filter that there is not.
    UNKNOWN_FILTER = "TG0228";
    /// The root element is not what is wanted.
    WRONG_ROOT = "TG0230";
    /// A document has no such section.
    UNKNOWN_SECTION = "TG0231";
    /// A section stands in a document twice.
    REPEATED_SECTION = "TG0232";
    /// More than one policy directly in `backend`.
    BACKEND_POLICIES = "TG0233";
    /// There is no fragment of that id.
    UNKNOWN_FRAGMENT = "TG0240";
    /// A fragment includes another, or itself.
    NESTED_FRAGMENT = "TG0241";
    /// More fragments are included than the limit.
    TOO_MANY_INCLUDES = "TG0242";
    /// A fragment contains no policy.
    EMPTY_FRAGMENT = "TG0243";
    /// There is no backend of that id.
    UNKNOWN_BACKEND = "TG0250";
    /// There is no certificate of that name or thumbprint.
    UNKNOWN_CERTIFICATE = "TG0251";
    /// Callers with different credentials may get each other's cached responses.
    SHARED_PRIVATE_RESPONSE = "TG0252";
    /// A `cors` inside other policies answers no preflight.
    NO_PREFLIGHT = "TG0253";
    /// The document is compiled to more steps than the limit.
    TOO_MANY_STEPS = "TG0260";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend() {
        assert!(ALL.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
