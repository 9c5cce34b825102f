//! `System.Security.Cryptography.SHA1Managed`.

use super::digest::Function;
use super::hash_algorithm::make;
use crate::library::{TypeDef, constructor};
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.SHA1Managed")
    .base("SHA1")
    .summary("The hash function SHA1.")
    .members(&[constructor("SHA1Managed()", |cx, _| make(cx, Function::Sha1, &KNOWN))]);

static KNOWN: Known = Known::new("System.Security.Cryptography.SHA1Managed");
