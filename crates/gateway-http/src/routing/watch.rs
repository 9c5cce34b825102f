//! Looking on while a request is routed: what `tollgate explain` tells, and what tests count. A request that is served
//! looks at nothing, and the compiler removes all of it.

/// Somebody who looks on.
pub(crate) trait Watch {
    /// Whether anything is told to it.
    const LOOKS: bool = true;

    /// One comparison was made, or one entry of a table looked up.
    fn step(&mut self) {}

    /// Something did not fit.
    fn saw(&mut self, sight: Sight) {
        let _ = sight;
    }
}

/// Nobody looks.
impl Watch for () {
    const LOOKS: bool = false;
}

/// What was met on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sight {
    /// The path leads to the API, whose part ends at `rest`; its version and revision are the ones asked for.
    Api { api: usize, rest: usize },
    /// The path leads to the API, but the request asks for another version; this would be the right way to ask.
    OtherVersion { api: usize, wanted: String },
    /// The path leads to the API, but the request asks for another revision than this one.
    OtherRevision { api: usize, number: String },
    /// No template goes on with the segment that begins here (an offset of the decoded path), or ends before it.
    Segment { at: usize },
    /// The path is that of a template, the method is not.
    Method,
    /// Path and method are those of a template, but this query parameter is absent or has another value.
    Query { name: String },
}
