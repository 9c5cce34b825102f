//! How much of a document is read before it is refused.

/// The limits of a document. Each can be set; the defaults are those of the service where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file: 256 KiB.
    pub bytes: usize,
    /// Bytes after named values are substituted: 1 MiB. A reference takes five bytes and its value 4096, so the size
    /// of the file alone bounds nothing.
    pub expanded_bytes: usize,
    /// Elements inside each other: 128. Never more than [`Limits::DEEPEST`], because a tree is walked recursively by
    /// those who come after.
    pub depth: usize,
    /// Attributes of one element: 100.
    pub attributes: usize,
    /// Elements, texts and comments: 32768. Keeps the tree of a text that consists of empty elements in proportion.
    pub nodes: usize,
    /// Errors reported before reading stops: 100.
    pub errors: usize,
}

impl Limits {
    /// The limits of a policy document.
    pub const DEFAULT: Self = Self {
        bytes: 256 * 1024,
        expanded_bytes: 1024 * 1024,
        depth: 128,
        attributes: 100,
        nodes: 32 * 1024,
        errors: 100,
    };

    /// The limits of a fragment, which may be twice as large: 512 KiB.
    pub const FRAGMENT: Self = Self { bytes: 512 * 1024, nodes: 64 * 1024, ..Self::DEFAULT };

    /// The depth that no setting exceeds.
    pub const DEEPEST: usize = 512;
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
