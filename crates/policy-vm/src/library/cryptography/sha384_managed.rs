//! `System.Security.Cryptography.SHA384Managed`.

use super::digest::Function;
use super::hash_algorithm::make;
use crate::library::{TypeDef, constructor};
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.SHA384Managed")
    .base("SHA384")
    .summary("The hash function SHA384.")
    .members(&[constructor("SHA384Managed()", |cx, _| make(cx, Function::Sha384, &KNOWN))]);

static KNOWN: Known = Known::new("System.Security.Cryptography.SHA384Managed");
