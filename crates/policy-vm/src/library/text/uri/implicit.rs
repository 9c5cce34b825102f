//! Paths of files that stand for the URI of that file: `/a`, `C:\a`, `\\host\share`.

use super::parse::Failure;

/// What kind of path, in the notation it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ImplicitFile<'a> {
    /// `/a`.
    Unix(&'a str),
    /// `C:\a`; the drive's letter is followed by `:`, also where `|` was written.
    Dos(String),
    /// What follows the slashes of `\\host\share`.
    Unc(&'a str),
}

const SLASHES: [char; 2] = ['/', '\\'];

/// The path of a file that this is, if it is one. Nothing goes before it.
///
/// # Errors
/// When it has a drive and does not begin at its root.
pub(super) fn file(text: &str) -> Result<Option<ImplicitFile<'_>>, Failure> {
    let mut chars = text.chars();
    Ok(match (chars.next(), chars.next(), chars.next()) {
        (Some('/' | '\\'), Some('/' | '\\'), _) => Some(ImplicitFile::Unc(text.trim_start_matches(SLASHES))),
        (Some('/'), ..) => Some(ImplicitFile::Unix(text)),
        (Some(drive), Some(':' | '|'), Some(root)) if drive.is_ascii_alphabetic() => {
            if !SLASHES.contains(&root) {
                return Err(Failure::Drive);
            }
            let path = text.get(2..).unwrap_or_default();
            Some(ImplicitFile::Dos(format!("{drive}:{path}")))
        }
        // A scheme has two letters at least.
        (Some(_), Some(':'), None) => return Err(Failure::Format),
        _ => None,
    })
}

/// Is it relative, where it may be? `//host/share` and `/a` are, as they are beside a base.
pub(super) fn may_be_relative(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '\t', '\r', '\n']);
    match file(text) {
        Ok(Some(ImplicitFile::Unix(_))) => true,
        Ok(Some(ImplicitFile::Unc(_))) => !text.starts_with("\\\\"),
        _ => false,
    }
}

/// Does it name a file without a scheme?
pub(super) fn is_file(text: &str) -> bool {
    matches!(file(text.trim_start_matches([' ', '\t', '\r', '\n'])), Ok(Some(_)))
}

/// Nothing in a path is a query, a fragment or encoded already.
pub(super) fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}
