//! `System.Security.Cryptography.SHA512Managed`.

use super::digest::Function;
use super::hash_algorithm::make;
use crate::library::{TypeDef, constructor};
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.SHA512Managed")
    .base("SHA512")
    .summary("The hash function SHA512.")
    .members(&[constructor("SHA512Managed()", |cx, _| make(cx, Function::Sha512, &KNOWN))]);

static KNOWN: Known = Known::new("System.Security.Cryptography.SHA512Managed");
