//! Every code of the document phase, with its meaning. A code is never reused; gaps leave room inside a group.
//!
//! Expressions report under the C# compiler's own codes, which are listed where they are raised.

/// Declares the codes and the list of them, so that the two cannot differ.
macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $code:literal;)+) => {
        $($(#[doc = $meaning])+ pub const $name: &str = $code;)+

        /// Every code with its meaning, ascending.
        pub const ALL: &[(&str, &str)] = &[$(($code, concat!($($meaning),+))),+];
    };
}

codes! {
    /// The file is larger than the limit; nothing of it was read.
    DOCUMENT_TOO_LARGE = "TG0101";
    /// Elements are nested deeper than the limit; what lies deeper was checked but is not in the tree.
    TOO_DEEP = "TG0102";
    /// An element has more attributes than the limit; the rest are not in the tree.
    TOO_MANY_ATTRIBUTES = "TG0103";
    /// The document has more elements, texts and comments than the limit; reading stopped.
    TOO_MANY_NODES = "TG0104";
    /// With named values substituted the document is larger than the limit; nothing of it was read.
    EXPANDED_TOO_LARGE = "TG0105";
    /// There are more errors than the limit; reading stopped.
    TOO_MANY_ERRORS = "TG0106";
    /// There is no element.
    NO_ROOT = "TG0110";
    /// There is an element beside the root element.
    SECOND_ROOT = "TG0111";
    /// There is text beside the root element.
    TEXT_OUTSIDE_ROOT = "TG0112";
    /// There is a document type declaration: refused, because entities declared in it could make anything of the text.
    DOCUMENT_TYPE = "TG0113";
    /// `<?xml … ?>` stands anywhere but at the very start.
    MISPLACED_DECLARATION = "TG0114";
    /// `<!` starts neither a comment nor a CDATA section.
    UNKNOWN_MARKUP = "TG0115";
    /// A comment, CDATA section or processing instruction never ends.
    UNTERMINATED_MARKUP = "TG0116";
    /// `--` inside a comment, which XML does not allow.
    DOUBLE_HYPHEN = "TG0117";
    /// A character that XML does not allow.
    FORBIDDEN_CHARACTER = "TG0118";
    /// An element has no end tag.
    UNCLOSED_ELEMENT = "TG0120";
    /// An end tag closes an element of another, similar name.
    MISMATCHED_END_TAG = "TG0121";
    /// An end tag closes nothing.
    UNEXPECTED_END_TAG = "TG0122";
    /// A tag has no `>`.
    UNFINISHED_TAG = "TG0123";
    /// Something in a tag is no attribute.
    UNEXPECTED_IN_TAG = "TG0124";
    /// `<` in a text starts no tag.
    BARE_LESS_THAN = "TG0125";
    /// `]]>` in a text ends no CDATA section.
    BARE_CDATA_END = "TG0126";
    /// An attribute has no `=` or nothing after it.
    ATTRIBUTE_WITHOUT_VALUE = "TG0130";
    /// An attribute's value is not in quotes.
    UNQUOTED_VALUE = "TG0131";
    /// An attribute's value has no closing quote.
    UNTERMINATED_VALUE = "TG0132";
    /// An element has two attributes of the same name.
    DUPLICATE_ATTRIBUTE = "TG0133";
    /// There is no white space between two attributes.
    MISSING_SPACE = "TG0134";
    /// `<` in the value of an attribute.
    LESS_THAN_IN_VALUE = "TG0135";
    /// A quote inside a value that is in the same quotes.
    QUOTE_IN_VALUE = "TG0136";
    /// `&` starts no entity.
    BARE_AMPERSAND = "TG0140";
    /// The entity is none of the five that XML predefines.
    UNKNOWN_ENTITY = "TG0141";
    /// A character reference names no character, or one that XML does not allow.
    INVALID_CHARACTER_REFERENCE = "TG0142";
    /// The bracket that opened an expression is never closed.
    UNTERMINATED_EXPRESSION = "TG0150";
    /// An expression is not the whole value.
    TEXT_AFTER_EXPRESSION = "TG0151";
    /// An expression is entity-escaped in a document whose other expressions are not.
    ESCAPED_IN_RAW = "TG0152";
    /// `{{name}}` refers to a named value that does not exist.
    UNKNOWN_NAMED_VALUE = "TG0160";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_ascend() {
        assert!(ALL.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
