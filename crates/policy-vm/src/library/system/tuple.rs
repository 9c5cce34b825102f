//! `System.Tuple`: 1 to 7 items, and an eighth that is a tuple of the rest.

use super::object;
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Member, TypeDef, constructor, method, property};
use crate::types::{self, Known, TypeId};
use crate::value::Value;
use crate::value::heap::{Heap, NetObject};

/// A tuple. Its equality, hash, order and text are those of its items, see
/// [`behaviour`](crate::value::behaviour).
#[derive(Debug)]
pub(crate) struct Tuple {
    /// The constructed type.
    pub ty: TypeId,
    /// The items; the eighth is a tuple.
    pub items: Box<[Value]>,
}

impl NetObject for Tuple {
    fn net_type(&self) -> TypeId {
        self.ty
    }
}

impl Tuple {
    /// The items with those of the rest, as `ToString` shows them.
    #[must_use]
    pub(crate) fn flat(&self, heap: &Heap) -> Vec<Value> {
        let mut items = self.items.to_vec();
        while items.len() % 7 == 1 && items.len() > 7 {
            let Some(rest) = items.last().and_then(|last| heap.native::<Self>(*last)) else { break };
            items.pop();
            items.extend(&rest.items);
        }
        items
    }
}

/// Members that every tuple type has beside its items.
macro_rules! tuple_type {
    ($const:ident, $name:literal, $constructor:literal, [$($item:literal $index:literal),*]) => {
        const $const: TypeDef = TypeDef::class($name)
            .interfaces(&["System.IComparable"])
            .members({
                const MEMBERS: &[Member] = &[
                    constructor($constructor, new),
                    $(property($item, |cx, a| item(cx, a, $index)),)*
                    method("bool Equals(object obj)", object::equals),
                    method("int GetHashCode()", object::get_hash_code),
                    method("string ToString()", object::to_string),
                ];
                MEMBERS
            })
            .summary("An immutable tuple.");
    };
}

tuple_type!(ONE, "System.Tuple<T1>", "Tuple(T1 item1)", ["T1 Item1 { get; }" 0]);
tuple_type!(TWO, "System.Tuple<T1,T2>", "Tuple(T1 item1, T2 item2)", ["T1 Item1 { get; }" 0, "T2 Item2 { get; }" 1]);
tuple_type!(THREE, "System.Tuple<T1,T2,T3>", "Tuple(T1 item1, T2 item2, T3 item3)",
    ["T1 Item1 { get; }" 0, "T2 Item2 { get; }" 1, "T3 Item3 { get; }" 2]);
tuple_type!(FOUR, "System.Tuple<T1,T2,T3,T4>", "Tuple(T1 item1, T2 item2, T3 item3, T4 item4)",
    ["T1 Item1 { get; }" 0, "T2 Item2 { get; }" 1, "T3 Item3 { get; }" 2, "T4 Item4 { get; }" 3]);
tuple_type!(FIVE, "System.Tuple<T1,T2,T3,T4,T5>", "Tuple(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5)",
    ["T1 Item1 { get; }" 0, "T2 Item2 { get; }" 1, "T3 Item3 { get; }" 2, "T4 Item4 { get; }" 3, "T5 Item5 { get; }" 4]);
tuple_type!(SIX, "System.Tuple<T1,T2,T3,T4,T5,T6>",
    "Tuple(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6)",
    ["T1 Item1 { get; }" 0, "T2 Item2 { get; }" 1, "T3 Item3 { get; }" 2, "T4 Item4 { get; }" 3, "T5 Item5 { get; }" 4,
     "T6 Item6 { get; }" 5]);
tuple_type!(SEVEN, "System.Tuple<T1,T2,T3,T4,T5,T6,T7>",
    "Tuple(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7)",
    ["T1 Item1 { get; }" 0, "T2 Item2 { get; }" 1, "T3 Item3 { get; }" 2, "T4 Item4 { get; }" 3, "T5 Item5 { get; }" 4,
     "T6 Item6 { get; }" 5, "T7 Item7 { get; }" 6]);
tuple_type!(EIGHT, "System.Tuple<T1,T2,T3,T4,T5,T6,T7,TRest>",
    "Tuple(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7, TRest rest)",
    ["T1 Item1 { get; }" 0, "T2 Item2 { get; }" 1, "T3 Item3 { get; }" 2, "T4 Item4 { get; }" 3, "T5 Item5 { get; }" 4,
     "T6 Item6 { get; }" 5, "T7 Item7 { get; }" 6, "TRest Rest { get; }" 7]);

const STATIC: TypeDef = TypeDef::static_class("System.Tuple")
    .members(&[
        method("static Tuple<T1> Create<T1>(T1 item1)", new),
        method("static Tuple<T1,T2> Create<T1,T2>(T1 item1, T2 item2)", new),
        method("static Tuple<T1,T2,T3> Create<T1,T2,T3>(T1 item1, T2 item2, T3 item3)", new),
        method("static Tuple<T1,T2,T3,T4> Create<T1,T2,T3,T4>(T1 item1, T2 item2, T3 item3, T4 item4)", new),
        method(
            "static Tuple<T1,T2,T3,T4,T5> Create<T1,T2,T3,T4,T5>(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5)",
            new,
        ),
        method(
            "static Tuple<T1,T2,T3,T4,T5,T6> Create<T1,T2,T3,T4,T5,T6>(T1 item1, T2 item2, T3 item3, T4 item4, \
             T5 item5, T6 item6)",
            new,
        ),
        method(
            "static Tuple<T1,T2,T3,T4,T5,T6,T7> Create<T1,T2,T3,T4,T5,T6,T7>(T1 item1, T2 item2, T3 item3, T4 item4, \
             T5 item5, T6 item6, T7 item7)",
            new,
        ),
        method(
            "static Tuple<T1,T2,T3,T4,T5,T6,T7,Tuple<T8>> Create<T1,T2,T3,T4,T5,T6,T7,T8>(T1 item1, T2 item2, T3 item3, \
             T4 item4, T5 item5, T6 item6, T7 item7, T8 item8)",
            create_8,
        ),
    ])
    .summary("Makes tuples.");

/// All tuple types.
pub(in crate::library) static TYPES: &[&TypeDef] = &[&STATIC, &ONE, &TWO, &THREE, &FOUR, &FIVE, &SIX, &SEVEN, &EIGHT];

static OPEN: [Known; 8] = [
    Known::new("System.Tuple<T1>"),
    Known::new("System.Tuple<T1,T2>"),
    Known::new("System.Tuple<T1,T2,T3>"),
    Known::new("System.Tuple<T1,T2,T3,T4>"),
    Known::new("System.Tuple<T1,T2,T3,T4,T5>"),
    Known::new("System.Tuple<T1,T2,T3,T4,T5,T6>"),
    Known::new("System.Tuple<T1,T2,T3,T4,T5,T6,T7>"),
    Known::new("System.Tuple<T1,T2,T3,T4,T5,T6,T7,TRest>"),
];

/// `new Tuple<…>(…)`.
///
/// # Errors
/// `ArgumentException` when the eighth item is no tuple.
pub(crate) fn construct(cx: &mut Cx<'_>, type_args: &[TypeId], items: &[Value]) -> Result<Value, Throw> {
    if items.len() == 8 && cx.heap.native::<Tuple>(arg(items, 7)).is_none() {
        return Err(cx.throw(Exc::Argument, "The last element of an eight element tuple must be a Tuple."));
    }
    make(cx, type_args, items)
}

fn make(cx: &mut Cx<'_>, type_args: &[TypeId], items: &[Value]) -> Result<Value, Throw> {
    let open = items.len().checked_sub(1).and_then(|i| OPEN.get(i)).ok_or(fault("a tuple has 1 to 8 items"))?;
    let ty = types::construct(open.id(), type_args);
    cx.heap.charge(size_of_val(items))?;
    Ok(cx.heap.new_native(Tuple { ty, items: items.into() })?)
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let type_args: Vec<_> = (0..args.len()).map(|i| cx.type_arg(i)).collect();
    construct(cx, &type_args, args)
}

fn create_8(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut type_args: Vec<_> = (0..7).map(|i| cx.type_arg(i)).collect();
    let last = cx.type_arg(7);
    let rest = make(cx, &[last], &[arg(args, 7)])?;
    let [one, ..] = &OPEN;
    type_args.push(types::construct(one.id(), &[last]));
    let items: Vec<_> = args.iter().take(7).copied().chain([rest]).collect();
    make(cx, &type_args, &items)
}

fn item(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<Value, Throw> {
    let tuple = cx.heap.native::<Tuple>(arg(args, 0)).ok_or(fault("a tuple was expected"))?;
    tuple.items.get(index).copied().ok_or(fault("a tuple lacks an item"))
}
