//! `System.Security.Cryptography.HashAlgorithm`.

use super::arguments::bytes;
use super::digest::Function;
use super::{hmac_md5, hmac_sha1, hmac_sha256, hmac_sha384, hmac_sha512};
use super::{md5_type, sha1_type, sha256_type, sha384_type, sha512_type};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, property};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::{NetObject, Object};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.HashAlgorithm")
    .summary("A hash function, keyed or not.")
    .interfaces(&["IDisposable"])
    .members(&[
        property("bool CanReuseTransform { get; }", |_, _| Ok(Value::Bool(true))),
        property("bool CanTransformMultipleBlocks { get; }", |_, _| Ok(Value::Bool(true))),
        property("byte[] Hash { get; }", hash),
        property("int HashSize { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.function.size() as i32 * 8))),
        property("int InputBlockSize { get; }", |_, _| Ok(Value::Int32(1))),
        property("int OutputBlockSize { get; }", |_, _| Ok(Value::Int32(1))),
        method("void Clear()", dispose),
        method("byte[] ComputeHash(byte[] buffer)", compute_hash),
        method("byte[] ComputeHash(byte[] buffer, int offset, int count)", compute_hash),
        method("static HashAlgorithm Create()", |cx, _| make(cx, Function::Sha1, &sha1_type::KNOWN)),
        method("static HashAlgorithm Create(string hashName)", create_named),
        method("void Dispose()", dispose),
        method("void Initialize()", initialize),
        method(
            "int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer, \
             int outputOffset)",
            transform_block,
        ),
        method(
            "byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)",
            transform_final_block,
        ),
    ]);

/// A hash function at work.
#[derive(Debug)]
pub(super) struct HashObject {
    pub(super) function: Function,
    /// The key of a keyed one.
    pub(super) key: Option<Vec<u8>>,
    /// The last hash computed.
    hash: Option<Vec<u8>>,
    /// What `TransformBlock` was given so far.
    pending: Vec<u8>,
    disposed: bool,
    ty: TypeId,
}

impl NetObject for HashObject {
    fn net_type(&self) -> TypeId {
        self.ty
    }
}

/// A hash function of a type.
pub(super) fn make(cx: &mut Cx<'_>, function: Function, ty: &Known) -> Result<Value, Throw> {
    make_keyed(cx, function, None, ty)
}

/// The same with a key.
pub(super) fn make_keyed(
    cx: &mut Cx<'_>,
    function: Function,
    key: Option<Vec<u8>>,
    ty: &Known,
) -> Result<Value, Throw> {
    let object = HashObject { function, key, hash: None, pending: Vec::new(), disposed: false, ty: ty.id() };
    Ok(cx.heap.new_native(object)?)
}

/// The receiver.
pub(super) fn this<'a>(cx: &'a Cx<'_>, args: &[Value]) -> Result<&'a HashObject, Throw> {
    cx.heap.native(arg(args, 0)).ok_or(fault("a HashAlgorithm was expected"))
}

/// The receiver, to change it.
pub(super) fn this_mut<'a>(cx: &'a mut Cx<'_>, args: &[Value]) -> Result<&'a mut HashObject, Throw> {
    cx.heap.native_mut(arg(args, 0)).ok_or(fault("a HashAlgorithm was expected"))
}

fn check_open(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Throw> {
    let this = this(cx, args)?;
    if !this.disposed {
        return Ok(());
    }
    let name = crate::types::net_name(this.ty);
    Err(cx.throw(Exc::ObjectDisposed, format!("Cannot access a disposed object.\nObject name: '{name}'.")))
}

fn hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    check_open(cx, args)?;
    match this(cx, args)?.hash.clone() {
        Some(hash) => Ok(cx.heap.new_bytes(hash)?),
        None => Ok(Value::Null),
    }
}

/// The part of a `byte[]` that offset and count say.
fn part(cx: &mut Cx<'_>, args: &[Value], name: &str) -> Result<std::ops::Range<usize>, Throw> {
    let length = bytes(cx, args, 1, name)?.len();
    if args.len() < 4 {
        return Ok(0..length);
    }
    let (offset, count) = (as_i32(args, 2)?, as_i32(args, 3)?);
    let Ok(offset) = usize::try_from(offset) else {
        let why = format!(
            "offset ('{offset}') must be a non-negative value. (Parameter 'offset')\nActual value was {offset}."
        );
        return Err(cx.throw(Exc::ArgumentOutOfRange, why));
    };
    let Some(count) = usize::try_from(count).ok().filter(|count| *count <= length) else {
        return Err(cx.throw(Exc::Argument, "Value was invalid."));
    };
    if count > length.saturating_sub(offset) {
        let why = "Offset and length were out of bounds for the array or count is greater than the number of elements \
                   from index to the end of the source collection.";
        return Err(cx.throw(Exc::Argument, why));
    }
    Ok(offset..offset + count)
}

fn digest(this: &HashObject, data: &[u8]) -> Vec<u8> {
    match &this.key {
        Some(key) => this.function.keyed(key, data),
        None => this.function.hash(data),
    }
}

fn compute_hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    check_open(cx, args)?;
    let range = part(cx, args, "buffer")?;
    cx.charge(range.len() / 8 + 16)?;
    let this = this(cx, args)?;
    let hash = match cx.heap.get(arg(args, 1)) {
        Some(Object::Bytes(data)) => digest(this, data.get(range).unwrap_or_default()),
        _ => return Err(fault("a byte[] was expected")),
    };
    finish(cx, args, hash)
}

fn finish(cx: &mut Cx<'_>, args: &[Value], hash: Vec<u8>) -> Result<Value, Throw> {
    let this = this_mut(cx, args)?;
    this.hash = Some(hash.clone());
    this.pending.clear();
    Ok(cx.heap.new_bytes(hash)?)
}

/// `Create(string)`: null for a name that is none.
pub(super) fn create_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 0, "name")?;
    let name = cx.text(name.slice(0, 100)).to_utf8().into_owned();
    let short = name.strip_prefix("System.Security.Cryptography.").unwrap_or(&name);
    if let Some(function) = short.to_ascii_uppercase().strip_prefix("HMAC").and_then(Function::named) {
        let ty = match function {
            Function::Md5 => &hmac_md5::KNOWN,
            Function::Sha1 => &hmac_sha1::KNOWN,
            Function::Sha256 => &hmac_sha256::KNOWN,
            Function::Sha384 => &hmac_sha384::KNOWN,
            Function::Sha512 => &hmac_sha512::KNOWN,
        };
        return super::hmac_type::new(cx, &[], function, ty);
    }
    match Function::named(&name) {
        Some(function @ Function::Md5) => make(cx, function, &md5_type::KNOWN),
        Some(function @ Function::Sha1) => make(cx, function, &sha1_type::KNOWN),
        Some(function @ Function::Sha256) => make(cx, function, &sha256_type::KNOWN),
        Some(function @ Function::Sha384) => make(cx, function, &sha384_type::KNOWN),
        Some(function @ Function::Sha512) => make(cx, function, &sha512_type::KNOWN),
        None => Ok(Value::Null),
    }
}

/// `HashData` of the functions without key.
pub(super) fn hash_data(cx: &mut Cx<'_>, args: &[Value], function: Function) -> Result<Value, Throw> {
    let length = bytes(cx, args, 0, "source")?.len();
    cx.charge(length / 8 + 16)?;
    let hash = function.hash(bytes(cx, args, 0, "source")?);
    Ok(cx.heap.new_bytes(hash)?)
}

fn dispose(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = this_mut(cx, args)?;
    this.disposed = true;
    this.pending.clear();
    Ok(Value::Null)
}

fn initialize(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    this_mut(cx, args)?.pending.clear();
    Ok(Value::Null)
}

/// Adds a part of the input to what is pending.
fn append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<u8>, Throw> {
    check_open(cx, args)?;
    let range = part(cx, args, "inputBuffer")?;
    cx.charge(range.len() / 8 + 16)?;
    cx.heap.charge(range.len())?;
    let data = bytes(cx, args, 1, "inputBuffer")?.get(range).unwrap_or_default().to_vec();
    this_mut(cx, args)?.pending.extend_from_slice(&data);
    Ok(data)
}

fn transform_block(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let data = append(cx, args)?;
    if let Some(Object::Bytes(output)) = cx.heap.get_mut(arg(args, 4)) {
        let offset = usize::try_from(as_i32(args, 5)?).unwrap_or(usize::MAX);
        let target = output.get_mut(offset..).and_then(|rest| rest.get_mut(..data.len()));
        match target {
            Some(target) => target.copy_from_slice(&data),
            None => return Err(cx.throw(Exc::Argument, "Value was invalid.")),
        }
    }
    Ok(Value::Int32(data.len() as i32))
}

fn transform_final_block(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let data = append(cx, args)?;
    let this = this(cx, args)?;
    let hash = digest(this, &this.pending);
    finish(cx, args, hash)?;
    Ok(cx.heap.new_bytes(data)?)
}
