//! Settings objects. The allow-list has none of them: they can be named, and their members say so when used.

use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, NativeFn, TypeDef, constructor, property_set};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::NetObject;

static LOAD_TYPE: Known = Known::new("Newtonsoft.Json.Linq.JsonLoadSettings");
static MERGE_TYPE: Known = Known::new("Newtonsoft.Json.Linq.JsonMergeSettings");
static SERIALIZER_TYPE: Known = Known::new("Newtonsoft.Json.JsonSerializerSettings");

pub(in crate::library) const LOAD: TypeDef =
    TypeDef::class("Newtonsoft.Json.Linq.JsonLoadSettings").allow(Allow::None).members(&[
        constructor("JsonLoadSettings()", |cx, _| create(cx, &LOAD_TYPE, [0, 1, 0])),
        property_set("CommentHandling CommentHandling { get; set; }", get::<0>(), set::<0>()),
        property_set("LineInfoHandling LineInfoHandling { get; set; }", get::<1>(), set::<1>()),
        property_set(
            "DuplicatePropertyNameHandling DuplicatePropertyNameHandling { get; set; }",
            get::<2>(),
            set::<2>(),
        ),
    ]);

pub(in crate::library) const MERGE: TypeDef =
    TypeDef::class("Newtonsoft.Json.Linq.JsonMergeSettings").allow(Allow::None).members(&[
        constructor("JsonMergeSettings()", |cx, _| create(cx, &MERGE_TYPE, [0, 0, 4])),
        property_set("MergeArrayHandling MergeArrayHandling { get; set; }", get::<0>(), set::<0>()),
        property_set("MergeNullValueHandling MergeNullValueHandling { get; set; }", get::<1>(), set::<1>()),
        property_set("StringComparison PropertyNameComparison { get; set; }", get::<2>(), set::<2>()),
    ]);

pub(in crate::library) const SERIALIZER: TypeDef =
    TypeDef::class("Newtonsoft.Json.JsonSerializerSettings").allow(Allow::None).members(&[
        constructor("JsonSerializerSettings()", |cx, _| create(cx, &SERIALIZER_TYPE, [0, 0, 1])),
        property_set("Formatting Formatting { get; set; }", get::<0>(), set::<0>()),
        property_set("NullValueHandling NullValueHandling { get; set; }", get::<1>(), set::<1>()),
        property_set("DateParseHandling DateParseHandling { get; set; }", get::<2>(), set::<2>()),
    ]);

/// `JsonConverter`: there is none to make, it is only named in signatures.
pub(in crate::library) const CONVERTER: TypeDef = TypeDef::class("Newtonsoft.Json.JsonConverter").allow(Allow::None);

/// The place of `JsonSerializerSettings.DateParseHandling`.
pub(super) const DATE_PARSE_HANDLING: usize = 2;

/// Three enumeration values, whose meaning the type decides.
#[derive(Debug)]
struct Settings {
    ty: TypeId,
    values: [i64; 3],
}

impl NetObject for Settings {
    fn net_type(&self) -> TypeId {
        self.ty
    }
}

fn create(cx: &mut Cx<'_>, ty: &'static Known, values: [i64; 3]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Settings { ty: ty.id(), values })?)
}

/// The n-th value of a settings object; the default for null.
pub(super) fn value(cx: &Cx<'_>, settings: Value, index: usize, default: i64) -> i64 {
    cx.heap.native::<Settings>(settings).and_then(|s| s.values.get(index).copied()).unwrap_or(default)
}

/// Whether a `Formatting` indents.
pub(super) fn indented(cx: &mut Cx<'_>, formatting: Value) -> Result<bool, Throw> {
    match formatting {
        Value::Enum(_, formatting @ (0 | 1)) => Ok(formatting == 1),
        Value::Enum(..) => {
            let message = "Specified argument was out of the range of valid values.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "value"))
        }
        _ => Ok(false),
    }
}

const fn get<const N: usize>() -> NativeFn {
    |cx, args| {
        let ty = property_type(cx, arg(args, 0), N);
        Ok(Value::Enum(ty, value(cx, arg(args, 0), N, 0)))
    }
}

/// The enumeration that the n-th property has.
fn property_type(cx: &Cx<'_>, settings: Value, index: usize) -> TypeId {
    let ty = cx.heap.native::<Settings>(settings).map_or(TypeId::OBJECT, |s| s.ty);
    let library = crate::library::get();
    let declared = library.defs().find(|(id, _)| id.0 == ty.0).map(|(_, def)| def.members());
    let property = declared.and_then(|members| members.iter().filter(|m| m.set.is_some()).nth(index));
    property.map_or(TypeId::INT32, |p| p.returns)
}

const fn set<const N: usize>() -> NativeFn {
    |cx, args| {
        let Value::Enum(_, number) = arg(args, 1) else { return Err(fault("an enumeration value was expected")) };
        if let Some(slot) = cx.heap.native_mut::<Settings>(arg(args, 0)).and_then(|s| s.values.get_mut(N)) {
            *slot = number;
        }
        Ok(Value::Null)
    }
}
