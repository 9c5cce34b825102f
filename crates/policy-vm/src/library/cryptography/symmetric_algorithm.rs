//! `System.Security.Cryptography.SymmetricAlgorithm`.

use super::arguments::{owned, random, refuse};
use super::cipher::{Algorithm, Mode, Operation, Padding, is_weak};
use super::{aes_type, cipher_mode, key_sizes, padding_mode};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, method, property, property_set};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::NetObject;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.SymmetricAlgorithm")
    .summary("A block cipher with its key, mode and padding.")
    .interfaces(&["IDisposable"])
    .allow(Allow::All)
    .members(&[
        property_set("int BlockSize { get; set; }", block_size, set_block_size),
        property_set("int FeedbackSize { get; set; }", feedback_size, set_feedback_size),
        property_set("byte[] IV { get; set; }", iv, set_iv),
        property_set("byte[] Key { get; set; }", key, set_key),
        property_set("int KeySize { get; set; }", key_size, set_key_size),
        property("KeySizes[] LegalBlockSizes { get; }", |cx, args| {
            let bits = this(cx, args)?.algorithm.block() as i32 * 8;
            key_sizes::array(cx, (bits, bits, 0))
        }),
        property("KeySizes[] LegalKeySizes { get; }", |cx, args| {
            let sizes = this(cx, args)?.algorithm.key_bits();
            key_sizes::array(cx, sizes)
        }),
        property_set("CipherMode Mode { get; set; }", mode, set_mode),
        property_set("PaddingMode Padding { get; set; }", padding, set_padding),
        method("void Clear()", dispose),
        method("static SymmetricAlgorithm Create(string algName)", create_named),
        method("void Dispose()", dispose),
        method("void GenerateIV()", generate_iv),
        method("void GenerateKey()", generate_key),
        method("bool ValidKeySize(int bitLength)", valid_key_size),
    ]);

static KNOWN: Known = Known::new("System.Security.Cryptography.SymmetricAlgorithm");

const BAD_KEY: &str = "Specified key is not a valid size for this algorithm.";
const BAD_IV: &str = "Specified initialization vector (IV) does not match the block size for this algorithm.";
const BAD_MODE: &str = "Specified cipher mode is not valid for this algorithm.";

/// A block cipher. Key and initialization vector are made up when they are asked for first.
#[derive(Clone, Debug)]
pub(super) struct SymmetricObject {
    algorithm: Algorithm,
    key: Option<Vec<u8>>,
    iv: Option<Vec<u8>>,
    /// Of a key that is still to be made, in bytes.
    key_size: usize,
    /// As `CipherMode` has it.
    mode: i64,
    /// As `PaddingMode` has it.
    padding: i64,
    /// In bits.
    feedback: usize,
    ty: TypeId,
}

impl NetObject for SymmetricObject {
    fn net_type(&self) -> TypeId {
        self.ty
    }
}

impl SymmetricObject {
    fn new(algorithm: Algorithm) -> Self {
        let ty = if algorithm == Algorithm::Aes { aes_type::KNOWN.id() } else { KNOWN.id() };
        let key_size = algorithm.default_key();
        Self { algorithm, key: None, iv: None, key_size, mode: 1, padding: 2, feedback: 8, ty }
    }
}

/// A new cipher.
pub(super) fn create(cx: &mut Cx<'_>, algorithm: Algorithm) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(SymmetricObject::new(algorithm))?)
}

/// `Create(string)`: null for a name that is none.
pub(super) fn create_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 0, "algName")?;
    let name = cx.text(name.slice(0, 100)).to_utf8().into_owned();
    match Algorithm::named(&name) {
        Some(algorithm) => create(cx, algorithm),
        None => Ok(Value::Null),
    }
}

fn this<'a>(cx: &'a Cx<'_>, args: &[Value]) -> Result<&'a SymmetricObject, Throw> {
    cx.heap.native(arg(args, 0)).ok_or(fault("a SymmetricAlgorithm was expected"))
}

fn this_mut<'a>(cx: &'a mut Cx<'_>, args: &[Value]) -> Result<&'a mut SymmetricObject, Throw> {
    cx.heap.native_mut(arg(args, 0)).ok_or(fault("a SymmetricAlgorithm was expected"))
}

fn valid_key_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bits = as_i32(args, 1)?;
    let (least, most, step) = this(cx, args)?.algorithm.key_bits();
    let fits = (least..=most).contains(&bits) && (step == 0 || (bits - least) % step == 0);
    Ok(Value::Bool(fits))
}

fn block_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(this(cx, args)?.algorithm.block() as i32 * 8))
}

fn set_block_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if as_i32(args, 1)? != this(cx, args)?.algorithm.block() as i32 * 8 {
        return Err(refuse(cx, "Specified block size is not valid for this algorithm."));
    }
    Ok(Value::Null)
}

fn feedback_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(this(cx, args)?.feedback as i32))
}

fn set_feedback_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bits = as_i32(args, 1)?;
    let this = this_mut(cx, args)?;
    if bits != 8 && bits != this.algorithm.block() as i32 * 8 {
        return Err(refuse(cx, "Specified feedback size is not valid for this algorithm."));
    }
    this.feedback = bits.unsigned_abs() as usize;
    Ok(Value::Null)
}

fn iv(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if this(cx, args)?.iv.is_none() {
        generate_iv(cx, args)?;
    }
    let iv = this(cx, args)?.iv.clone().unwrap_or_default();
    Ok(cx.heap.new_bytes(iv)?)
}

fn set_iv(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let iv = owned(cx, args, 1, "value")?;
    let this = this_mut(cx, args)?;
    if iv.len() != this.algorithm.block() {
        return Err(refuse(cx, BAD_IV));
    }
    this.iv = Some(iv);
    Ok(Value::Null)
}

fn key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if this(cx, args)?.key.is_none() {
        generate_key(cx, args)?;
    }
    let key = this(cx, args)?.key.clone().unwrap_or_default();
    Ok(cx.heap.new_bytes(key)?)
}

fn set_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let key = owned(cx, args, 1, "value")?;
    let this = this_mut(cx, args)?;
    if !this.algorithm.takes_key(key.len()) {
        return Err(refuse(cx, BAD_KEY));
    }
    if is_weak(this.algorithm, &key) {
        return Err(refuse(cx, "Specified key is a known weak key for 'DES' and cannot be used."));
    }
    this.key_size = key.len();
    this.key = Some(key);
    Ok(Value::Null)
}

fn key_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(this(cx, args)?.key_size as i32 * 8))
}

fn set_key_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bits = as_i32(args, 1)?;
    let bytes = usize::try_from(bits / 8).unwrap_or(0);
    let this = this_mut(cx, args)?;
    if bits % 8 != 0 || !this.algorithm.takes_key(bytes) {
        return Err(refuse(cx, BAD_KEY));
    }
    this.key_size = bytes;
    this.key = None;
    Ok(Value::Null)
}

fn mode(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Enum(cipher_mode::KNOWN.id(), this(cx, args)?.mode))
}

fn set_mode(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 1) {
        // OFB and CTS have names only.
        Value::Enum(_, mode @ (1 | 2 | 4)) => this_mut(cx, args)?.mode = mode,
        _ => return Err(refuse(cx, BAD_MODE)),
    }
    Ok(Value::Null)
}

fn padding(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Enum(padding_mode::KNOWN.id(), this(cx, args)?.padding))
}

fn set_padding(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 1) {
        Value::Enum(_, padding @ 1..=5) => this_mut(cx, args)?.padding = padding,
        _ => return Err(refuse(cx, "Specified padding mode is not valid for this algorithm.")),
    }
    Ok(Value::Null)
}

fn dispose(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = this_mut(cx, args)?;
    this.key = None;
    this.iv = None;
    Ok(Value::Null)
}

fn generate_iv(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let iv = random(cx, this(cx, args)?.algorithm.block());
    this_mut(cx, args)?.iv = Some(iv);
    Ok(Value::Null)
}

fn generate_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut key = random(cx, this(cx, args)?.key_size);
    while is_weak(this(cx, args)?.algorithm, &key) {
        cx.charge(1)?;
        key = random(cx, key.len());
    }
    this_mut(cx, args)?.key = Some(key);
    Ok(Value::Null)
}

/// What an extension method is to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// `Encrypt`.
    Encrypt,
    /// `Decrypt`.
    Decrypt,
}

/// `data.Encrypt(algorithm, key, iv)`: args are the data, the cipher, perhaps key and vector.
pub(super) fn transform(cx: &mut Cx<'_>, args: &[Value], direction: Direction) -> Result<Value, Throw> {
    let cipher = match arg(args, 1) {
        Value::String(_) => create_named(cx, args.get(1..2).unwrap_or_default())?,
        other => other,
    };
    if arg(args, 0).is_null() || cipher.is_null() {
        return Err(cx.throw_default(Exc::NullReference));
    }
    if args.len() > 2 {
        check_key_and_iv(cx, args, cipher)?;
    }
    let (key, iv) = match args.len() {
        0..=2 => (key(cx, &[cipher])?, iv(cx, &[cipher])?),
        _ => (arg(args, 2), arg(args, 3)),
    };
    let this = this(cx, &[cipher])?.clone();
    let mode = match this.mode {
        2 => Mode::Ecb,
        4 => Mode::Cfb(this.feedback / 8),
        _ => Mode::Cbc,
    };
    if iv.is_null() && mode != Mode::Ecb {
        let why = "The cipher mode specified requires that an initialization vector (IV) be used.";
        return Err(refuse(cx, why));
    }
    let data = owned(cx, args, 0, "input")?;
    let key = owned(cx, &[key], 0, "rgbKey")?;
    let iv = if iv.is_null() { Vec::new() } else { owned(cx, &[iv], 0, "rgbIV")? };
    let padding = match this.padding {
        1 => Padding::None,
        3 => Padding::Zeros,
        4 => Padding::AnsiX923,
        5 => Padding::Iso10126,
        _ => Padding::Pkcs7,
    };
    cx.charge(data.len() * if matches!(mode, Mode::Cfb(1)) { 8 } else { 1 } + 64)?;
    cx.heap.charge(data.len())?;
    let operation = Operation { algorithm: this.algorithm, key: &key, iv: &iv, mode, padding };
    let result = match direction {
        Direction::Encrypt => operation.encrypt(&data, |bytes| cx.ambient.random(bytes)),
        Direction::Decrypt => operation.decrypt(&data),
    };
    match result {
        Ok(bytes) => Ok(cx.heap.new_bytes(bytes)?),
        Err(bad) => Err(refuse(cx, bad.message())),
    }
}

/// Key and vector given to an operation are checked as `CreateEncryptor` does, by other exceptions than the properties.
fn check_key_and_iv(cx: &mut Cx<'_>, args: &[Value], cipher: Value) -> Result<(), Throw> {
    let algorithm = this(cx, &[cipher])?.algorithm;
    let key = owned(cx, args, 2, "rgbKey")?;
    if !algorithm.takes_key(key.len()) {
        return Err(cx.throw_argument(Exc::Argument, BAD_KEY, "rgbKey"));
    }
    if is_weak(algorithm, &key) {
        return Err(refuse(cx, "Specified key is a known weak key for 'DES' and cannot be used."));
    }
    if !arg(args, 3).is_null() && owned(cx, args, 3, "rgbIV")?.len() != algorithm.block() {
        return Err(cx.throw_argument(Exc::Argument, BAD_IV, "rgbIV"));
    }
    Ok(())
}
