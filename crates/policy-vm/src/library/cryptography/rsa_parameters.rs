//! `System.Security.Cryptography.RSAParameters`, and the members of `RSA` that give and take it. The allow-list has no
//! members of it: a policy can hand it on from one key to another.

use std::sync::Arc;

use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BigUint, RsaPrivateKey, RsaPublicKey};

use super::arguments::refuse;
use super::rsa_type::{self, MOST_BITS, PRIVATE_COST, RsaObject};
use crate::cx::{Cx, arg, as_bool, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, NativeFn, TypeDef, constructor, property_set};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Object;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Security.Cryptography.RSAParameters")
    .summary("The numbers of an RSA key.")
    .allow(Allow::None)
    .members(&[
        constructor("RSAParameters()", |cx, _| Ok(cx.heap.new_native(Parameters([const { None }; 8]))?)),
        property_set("byte[] D { get; set; }", get::<0>(), set::<0>()),
        property_set("byte[] DP { get; set; }", get::<1>(), set::<1>()),
        property_set("byte[] DQ { get; set; }", get::<2>(), set::<2>()),
        property_set("byte[] Exponent { get; set; }", get::<3>(), set::<3>()),
        property_set("byte[] InverseQ { get; set; }", get::<4>(), set::<4>()),
        property_set("byte[] Modulus { get; set; }", get::<5>(), set::<5>()),
        property_set("byte[] P { get; set; }", get::<6>(), set::<6>()),
        property_set("byte[] Q { get; set; }", get::<7>(), set::<7>()),
    ]);

static KNOWN: Known = Known::new("System.Security.Cryptography.RSAParameters");

/// `D`, `DP`, `DQ`, `Exponent`, `InverseQ`, `Modulus`, `P`, `Q`.
#[derive(Clone, Debug)]
struct Parameters([Option<Vec<u8>>; 8]);

net_object!(Parameters, KNOWN);

const fn get<const N: usize>() -> NativeFn {
    |cx, args| {
        let parameters = cx.heap.native::<Parameters>(arg(args, 0)).ok_or(fault("RSAParameters were expected"))?;
        match parameters.0.get(N).cloned().flatten() {
            Some(bytes) => Ok(cx.heap.new_bytes(bytes)?),
            None => Ok(Value::Null),
        }
    }
}

const fn set<const N: usize>() -> NativeFn {
    |cx, args| {
        let bytes = match cx.heap.get(arg(args, 1)) {
            Some(Object::Bytes(bytes)) => Some(bytes.clone()),
            _ => None,
        };
        cx.heap.charge(bytes.as_ref().map_or(0, Vec::len))?;
        if let Some(slot) = cx.heap.native_mut::<Parameters>(arg(args, 0)).and_then(|p| p.0.get_mut(N)) {
            *slot = bytes;
        }
        Ok(Value::Null)
    }
}

/// A number in as many bytes as it must have.
fn padded(number: &BigUint, size: usize) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let mut all = vec![0; size.saturating_sub(bytes.len())];
    all.extend(bytes);
    all
}

/// `ExportParameters(includePrivateParameters)`.
pub(super) fn export(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let key = rsa_type::public(cx, args)?;
    let mut numbers = [const { None }; 8];
    let [d, dp, dq, exponent, inverse, modulus, p, q] = &mut numbers;
    (*exponent, *modulus) = (Some(key.e().to_bytes_be()), Some(padded(key.n(), key.size())));
    if as_bool(args, 1)? {
        let key = rsa_type::private(cx, args)?;
        let half = key.size().div_ceil(2);
        if let [first, second] = key.primes() {
            let one = BigUint::from(1u8);
            *d = Some(padded(key.d(), key.size()));
            (*p, *q) = (Some(padded(first, half)), Some(padded(second, half)));
            (*dp, *dq) =
                (Some(padded(&(key.d() % (first - &one)), half)), Some(padded(&(key.d() % (second - &one)), half)));
            *inverse = Some(padded(&key.crt_coefficient().unwrap_or_default(), half));
        }
    }
    Ok(cx.heap.new_native(Parameters(numbers))?)
}

fn keys(cx: &mut Cx<'_>, parameters: Value) -> Result<RsaObject, Throw> {
    cx.charge(PRIVATE_COST)?;
    let parameters = cx.heap.native::<Parameters>(parameters).cloned();
    let [d, _, _, exponent, _, modulus, p, q] = parameters.ok_or(fault("RSAParameters were expected"))?.0;
    let (Some(exponent), Some(modulus)) = (exponent, modulus) else {
        return Err(refuse(cx, "The specified RSA parameters are not valid. Exponent and Modulus are required."));
    };
    let number = |bytes: &Vec<u8>| BigUint::from_bytes_be(bytes);
    let (n, e) = (number(&modulus), number(&exponent));
    let public = (n.bits() <= MOST_BITS).then(|| RsaPublicKey::new_with_max_size(n.clone(), e.clone(), MOST_BITS).ok());
    let private = match (&d, &p, &q) {
        (Some(d), Some(p), Some(q)) => {
            RsaPrivateKey::from_components(n, e, number(d), vec![number(p), number(q)]).ok().map(Some)
        }
        _ => Some(None),
    };
    match (public.flatten(), private) {
        (Some(public), Some(private)) => {
            Ok(RsaObject { public: Some(Arc::new(public)), private: private.map(Arc::new) })
        }
        _ => Err(refuse(cx, "The specified RSA parameters are not valid.")),
    }
}

/// `ImportParameters(parameters)`.
pub(super) fn import(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let keys = keys(cx, arg(args, 1))?;
    match cx.heap.native_mut::<RsaObject>(arg(args, 0)) {
        Some(this) => *this = keys,
        None => return Err(fault("an RSA was expected")),
    }
    Ok(Value::Null)
}

/// `RSA.Create(parameters)`.
pub(super) fn create(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let keys = keys(cx, arg(args, 0))?;
    Ok(cx.heap.new_native(keys)?)
}

/// `RSA.Create(keySizeInBits)`: an object that has no key until it is given one.
pub(super) fn create_sized(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let size = as_i32(args, 0)?;
    if !(512..=16_384).contains(&size) || size % 8 != 0 {
        return Err(cx.throw(Exc::Cryptographic, "Specified key is not a valid size for this algorithm."));
    }
    Ok(cx.heap.new_native(RsaObject::default())?)
}
