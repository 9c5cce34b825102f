//! `System.Security.Cryptography.SHA256Managed`.

use super::digest::Function;
use super::hash_algorithm::make;
use crate::library::{TypeDef, constructor};
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.SHA256Managed")
    .base("SHA256")
    .summary("The hash function SHA256.")
    .members(&[constructor("SHA256Managed()", |cx, _| make(cx, Function::Sha256, &KNOWN))]);

static KNOWN: Known = Known::new("System.Security.Cryptography.SHA256Managed");
