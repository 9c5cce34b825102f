//! Which addresses requests may go to. The rule is applied to the address that a connection is made to, so neither odd
//! spellings nor names that change their address get around it.

use std::net::{IpAddr, SocketAddr};

use crate::config::Egress as Settings;

/// Networks that are and are not reached.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Egress {
    allow: Vec<Network>,
    deny: Vec<Network>,
}

/// A network: the first `bits` of an address, IPv4 in its IPv6 form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: u128,
    bits: u32,
}

impl Egress {
    /// The rules of the settings.
    ///
    /// # Errors
    /// The first text that is no network.
    pub(crate) fn new(settings: &Settings) -> Result<Self, String> {
        let all = |texts: &[String]| {
            texts
                .iter()
                .map(|text| parse(text).ok_or_else(|| format!("`{text}` is no address or network")))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Self { allow: all(&settings.allow)?, deny: all(&settings.deny)? })
    }

    /// May this address be reached?
    pub(crate) fn allows(&self, address: SocketAddr) -> bool {
        let bits = bits_of(address.ip());
        let within = |networks: &[Network]| networks.iter().any(|network| network.contains(bits));
        within(&self.allow) || !within(&self.deny)
    }
}

impl Network {
    const fn contains(self, address: u128) -> bool {
        let mask = if self.bits == 0 { 0 } else { u128::MAX << (128 - self.bits) };
        self.address & mask == address & mask
    }
}

/// `10.0.0.0/8`, `fe80::/10`, or an address alone.
fn parse(text: &str) -> Option<Network> {
    let (address, bits) = text.trim().split_once('/').map_or((text.trim(), None), |(a, bits)| (a, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let all = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(all), |bits| bits.parse().ok()).filter(|bits| *bits <= all)?;
    Some(Network { address: bits_of(address), bits: bits + 128 - all })
}

fn bits_of(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(egress: &Egress, address: &str) -> bool {
        egress.allows(SocketAddr::new(address.parse().unwrap(), 80))
    }

    #[test]
    fn metadata_addresses_are_out_of_reach_unless_allowed() {
        let egress = Egress::new(&Settings::default()).unwrap();
        for address in ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254", "168.63.129.16"] {
            assert!(!allows(&egress, address), "{address}");
        }
        for address in ["127.0.0.1", "10.0.0.1", "192.0.2.1", "2001:db8::1", "::1"] {
            assert!(allows(&egress, address), "{address}");
        }
        let settings = Settings { allow: vec!["169.254.169.254".to_owned()], ..Settings::default() };
        let egress = Egress::new(&settings).unwrap();
        assert!(allows(&egress, "169.254.169.254") && !allows(&egress, "169.254.169.253"));
    }

    #[test]
    fn everything_else_can_be_shut_out() {
        let all = ["0.0.0.0/0", "::/0"].map(str::to_owned).to_vec();
        let settings = Settings { allow: vec!["10.0.0.0/8".to_owned()], deny: all };
        let egress = Egress::new(&settings).unwrap();
        assert!(allows(&egress, "10.1.2.3") && !allows(&egress, "11.1.2.3") && !allows(&egress, "2001:db8::1"));
        for text in ["10.0.0.0/33", "10.0.0", "::/129", "x/8", "10.0.0.0/x"] {
            assert!(Egress::new(&Settings { deny: vec![text.to_owned()], ..Settings::default() }).is_err(), "{text}");
        }
    }
}
