//! `System.Security.Cryptography.X509Certificates.X509NameType`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.Security.Cryptography.X509Certificates.X509NameType",
    &[
        ("SimpleName", 0),
        ("EmailName", 1),
        ("UpnName", 2),
        ("DnsName", 3),
        ("UrlName", 4),
        ("DnsFromAlternativeName", 5),
    ],
)
.summary("Which name of a certificate.");
