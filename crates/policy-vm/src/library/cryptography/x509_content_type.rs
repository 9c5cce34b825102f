//! `System.Security.Cryptography.X509Certificates.X509ContentType`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.Security.Cryptography.X509Certificates.X509ContentType",
    &[
        ("Unknown", 0),
        ("Cert", 1),
        ("SerializedCert", 2),
        ("Pfx", 3),
        ("Pkcs12", 3),
        ("SerializedStore", 4),
        ("Pkcs7", 5),
        ("Authenticode", 6),
    ],
)
.summary("How certificates are written.");
