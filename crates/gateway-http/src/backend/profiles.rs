//! Profiles that policies make while they run: an entity's, or none, with another certificate or proxy. Those in use are
//! kept, so that calls that go the same way share connections.

use std::cell::RefCell;
use std::sync::Arc;

use policy_vm::host::Transport;

use crate::backend::error::CallError;
use crate::backend::profile::{Authorities, Profile, Proxy};
use crate::backend::verify::Checks;
use crate::certificates::Certificates;
use crate::service::Single;

/// The profiles of one thread.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    made: RefCell<Vec<Made>>,
}

#[derive(Debug)]
struct Made {
    base: Option<Arc<Profile>>,
    transport: Transport,
    /// The number of the certificates that names stand for: others after a reload.
    certificates: u64,
    profile: Arc<Profile>,
}

/// More than this and the oldest is forgotten.
const MOST: usize = 64;

impl Profiles {
    /// The profile of an entity, or the usual one, with what a policy says.
    pub(crate) fn with(
        &self,
        base: Option<&Arc<Profile>>,
        single: Option<&Single>,
        transport: &Transport,
        certificates: &Certificates,
        authorities: &Authorities,
    ) -> Result<Arc<Profile>, CallError> {
        if let Some(known) = self.find(base, transport, certificates.number) {
            return Ok(known);
        }
        let shown = transport.certificate.as_ref().map(|asked| certificates.shown(asked)).transpose()?;
        let shown = shown.or_else(|| single.and_then(|single| single.certificate.clone()));
        let usual = Checks::default();
        let tls = authorities.connect_with(single.map_or(&usual, |single| &single.checks), shown.as_ref())?;
        let proxy = transport.proxy.as_ref().map(|proxy| {
            let credentials = proxy.credentials.as_ref().map(|(name, password)| (&**name, &**password));
            Proxy::new(&proxy.url, credentials)
        });
        let proxy = proxy.or_else(|| single.and_then(|single| single.proxy.clone()));
        let profile = Arc::new(Profile { tls, proxy });
        self.keep(Made {
            base: base.map(Arc::clone),
            transport: transport.clone(),
            certificates: certificates.number,
            profile: Arc::clone(&profile),
        });
        Ok(profile)
    }

    /// The proxy of a profile and nothing else of it.
    pub(crate) fn with_proxy(
        &self,
        profile: &Arc<Profile>,
        authorities: &Authorities,
    ) -> Result<Arc<Profile>, CallError> {
        let only = Transport::default();
        if let Some(known) = self.find(Some(profile), &only, 0) {
            return Ok(known);
        }
        let tls = authorities.connect_with(&Checks::default(), None)?;
        let made = Arc::new(Profile { tls, proxy: profile.proxy.clone() });
        let base = Some(Arc::clone(profile));
        self.keep(Made { base, transport: only, certificates: 0, profile: Arc::clone(&made) });
        Ok(made)
    }

    /// Forgets all: what they were made from has changed.
    pub(crate) fn forget(&self) {
        self.made.borrow_mut().clear();
    }

    fn find(&self, base: Option<&Arc<Profile>>, transport: &Transport, certificates: u64) -> Option<Arc<Profile>> {
        let same_base = |made: &Made| match (&made.base, base) {
            (None, None) => true,
            (Some(known), Some(base)) => Arc::ptr_eq(known, base),
            _ => false,
        };
        let made = self.made.borrow();
        let found = made
            .iter()
            .find(|made| made.certificates == certificates && same_base(made) && made.transport == *transport);
        found.map(|made| Arc::clone(&made.profile))
    }

    fn keep(&self, new: Made) {
        let mut made = self.made.borrow_mut();
        if made.len() >= MOST {
            made.remove(0);
        }
        made.push(new);
    }
}

#[cfg(test)]
mod tests {
    use policy_vm::exchange::Url;
    use policy_vm::host::Proxy as TransportProxy;

    use super::*;

    #[test]
    fn others_in_the_same_place_are_others() {
        let authorities = crate::tls::authorities(None).unwrap();
        let profiles = Profiles::default();
        let proxy = TransportProxy { url: Url::parse("http://p").unwrap(), credentials: None };
        let transport = Transport { proxy: Some(proxy), ..Transport::default() };
        let mut certificates = Certificates::default();
        let one = profiles.with(None, None, &transport, &certificates, &authorities).unwrap();
        let same = profiles.with(None, None, &transport, &certificates, &authorities).unwrap();
        certificates = Certificates::default();
        let other = profiles.with(None, None, &transport, &certificates, &authorities).unwrap();
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
    }
}
