//! `System.Security.Cryptography.RSACng`: the class of all RSA keys, as on the service. Policies name it in casts; what
//! they use is declared by `RSA`.

use super::{rsa_parameters, rsa_type};
use crate::library::{Allow, TypeDef, constructor};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.RSACng")
    .base("RSA")
    .summary("An RSA key.")
    .allow(Allow::None)
    .members(&[
        constructor("RSACng()", |cx, _| rsa_type::make_empty(cx)),
        constructor("RSACng(int keySize)", rsa_parameters::create_sized),
    ]);
