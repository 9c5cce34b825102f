//! `System.Security.Cryptography.X509Certificates.X509KeyStorageFlags`: where a key would be kept. Here it is in memory.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.Security.Cryptography.X509Certificates.X509KeyStorageFlags",
    &[
        ("DefaultKeySet", 0),
        ("UserKeySet", 1),
        ("MachineKeySet", 2),
        ("Exportable", 4),
        ("UserProtected", 8),
        ("PersistKeySet", 16),
        ("EphemeralKeySet", 32),
    ],
)
.flags()
.summary("Where the private key of a certificate is kept.");
