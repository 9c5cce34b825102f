//! How the names of headers were written by who sent them, where the settings want them passed on as they were: names mean the
//! same in any case, but there are programs that do not know. Policies see them in any case alike.

use http::Extensions;
use hyper::ext::ReasonPhrase;
use hyper::upgrade::OnUpgrade;

/// What the library knows of it lies among a message's extensions, and has no name outside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spelling {
    /// The client's.
    pub(crate) request: Extensions,
    /// The backend's, once it has answered.
    pub(crate) response: Extensions,
}

impl Spelling {
    /// That of a message, without what else is known of it.
    pub(crate) fn of(mut extensions: Extensions) -> Extensions {
        extensions.remove::<ReasonPhrase>();
        extensions.remove::<OnUpgrade>();
        extensions
    }
}
