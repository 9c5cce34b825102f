//! `System.Collections.ObjectModel.ReadOnlyCollection<T>`: a list seen by those who may not change it. What is changed in the
//! list is changed here.

use super::dispatch::{Collection, READ_ONLY, of};
use super::int;
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, constructor, method, property};
use crate::types::{self, Known, TypeId};
use crate::value::Value;
use crate::value::heap::NetObject;
use crate::value::sequence::{Enumerator, Iter, iterate};

/// The service does not list it: policies use it as `IList<T>` and through LINQ.
pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Collections.ObjectModel.ReadOnlyCollection<T>")
    .interfaces(&["IList<T>", "IReadOnlyList<T>"])
    .not_imported()
    .allow(Allow::None)
    .summary("A list that cannot be changed through it.")
    .members(&[
        constructor("ReadOnlyCollection(IList<T> list)", |cx, args| {
            let element = cx.type_arg(0);
            new(cx, element, arg(args, 0), "list")
        }),
        property("int Count { get; }", |cx, args| Ok(int(count(cx, arg(args, 0))?))),
        property("T this[int index] { get; }", item),
        method("bool Contains(T value)", contains),
        method("void CopyTo(T[] array, int index)", super::icollection::copy_to),
        method("IEnumerator<T> GetEnumerator()", super::enumerator::begin),
        method("int IndexOf(T value)", index_of),
    ]);

static KNOWN: Known = Known::new("System.Collections.ObjectModel.ReadOnlyCollection<T>");

#[derive(Debug)]
struct ReadOnlyCollection {
    ty: TypeId,
    list: Value,
}

static COLLECTION: Collection = Collection { count, contains, item, index_of, ..READ_ONLY };

impl NetObject for ReadOnlyCollection {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Items { of: self.list, begun: None })))
    }
    fn collection(&self) -> Option<&'static Collection> {
        Some(&COLLECTION)
    }
}

/// The items of the list, from when the first is asked for.
#[derive(Debug)]
struct Items {
    of: Value,
    begun: Option<Iter>,
}

impl Enumerator for Items {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        match &mut self.begun {
            Some(items) => items.next(cx),
            None => {
                let mut items = iterate(cx, self.of)?;
                let first = items.next(cx);
                self.begun = Some(items);
                first
            }
        }
    }
}

/// `list.AsReadOnly()`.
pub(in crate::library) fn new(cx: &mut Cx<'_>, element: TypeId, list: Value, name: &str) -> Result<Value, Throw> {
    if list.is_null() {
        return Err(cx.argument_null(name));
    }
    let ty = types::construct(KNOWN.id(), &[element]);
    Ok(cx.heap.new_native(ReadOnlyCollection { ty, list })?)
}

fn list(cx: &Cx<'_>, this: Value) -> Result<Value, Throw> {
    let found = cx.heap.native::<ReadOnlyCollection>(this);
    found.map(|found| found.list).ok_or(fault("a ReadOnlyCollection was expected"))
}

fn count(cx: &mut Cx<'_>, this: Value) -> Result<usize, Throw> {
    let list = list(cx, this)?;
    (of(cx, list).count)(cx, list)
}

fn item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let list = list(cx, arg(args, 0))?;
    (of(cx, list).item)(cx, &[list, arg(args, 1)])
}

fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let list = list(cx, arg(args, 0))?;
    (of(cx, list).contains)(cx, &[list, arg(args, 1)])
}

fn index_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let list = list(cx, arg(args, 0))?;
    (of(cx, list).index_of)(cx, &[list, arg(args, 1)])
}
