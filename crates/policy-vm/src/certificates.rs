//! Certificate files, for hosts: expressions read them, so the engine has the readers.

use crate::library::cryptography::pfx;

/// What a PFX file holds.
#[derive(Clone)]
pub struct Pfx {
    /// The certificate of the key first, in DER.
    pub chain: Vec<Vec<u8>>,
    /// The private key in PKCS #8.
    pub key: Option<Vec<u8>>,
}

impl std::fmt::Debug for Pfx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pfx of {} certificates", self.chain.len())
    }
}

/// Reads a PFX file (PKCS #12); `None` when it is none, or the password is another. Rounds of key derivation are bounded.
#[must_use]
pub fn read_pfx(bytes: &[u8], password: &str) -> Option<Pfx> {
    let mut contents = pfx::read(bytes, password)?;
    let key = if contents.keys.is_empty() { None } else { Some(contents.keys.swap_remove(0)) };
    if let Some((_, id)) = &key
        && let Some(own) = contents.certificates.iter().position(|(_, other)| !id.is_empty() && other == id)
    {
        contents.certificates.swap(0, own);
    }
    let chain: Vec<_> = contents.certificates.into_iter().map(|(der, _)| der).collect();
    if chain.is_empty() { None } else { Some(Pfx { chain, key: key.map(|(key, _)| key) }) }
}
