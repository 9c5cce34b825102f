//! What a policy wants to know of a client's certificate, without C# in between.

use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};

use super::certificate;
use super::digest::Function;
use super::x509_certificate::hexadecimal;

/// A certificate's own words.
#[derive(Debug)]
pub(crate) struct ClientCertificate {
    /// Names as Windows shows them.
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) common_name: String,
    pub(crate) dns_names: Vec<String>,
    /// Hexadecimal.
    pub(crate) serial: String,
    pub(crate) thumbprint: String,
    /// In ticks, UTC.
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
}

/// Reads a certificate in DER; `None` when it is none.
pub(crate) fn read(der: &[u8]) -> Option<ClientCertificate> {
    let known = certificate::read(der, "")?;
    let (_, parsed) = X509Certificate::from_der(der).ok()?;
    let mut dns_names = Vec::new();
    for extension in parsed.extensions() {
        if let ParsedExtension::SubjectAlternativeName(names) = extension.parsed_extension() {
            dns_names.extend(names.general_names.iter().filter_map(|name| match name {
                GeneralName::DNSName(dns) => Some((*dns).to_owned()),
                _ => None,
            }));
        }
    }
    Some(ClientCertificate {
        subject: known.subject.clone(),
        issuer: known.issuer.clone(),
        common_name: known.subject_names.common.clone(),
        dns_names,
        serial: hexadecimal(&known.serial),
        thumbprint: hexadecimal(&Function::Sha1.hash(der)),
        not_before: known.not_before,
        not_after: known.not_after,
    })
}
