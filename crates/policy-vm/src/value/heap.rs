//! The memory of one exchange: texts and objects that values point to.
//!
//! Nothing is freed before [`Heap::reset`]; what is allocated in total is bounded by a budget instead
//! (`threats.md` A3 to A5). The buffers keep their capacity from exchange to exchange, so that in the long run an
//! expression that makes strings allocates nothing from the system.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderName;
use rust_decimal::Decimal;

use super::sequence::Iter;
use super::text::{Str, TextBuf, TextRef};
use super::{Ref, Value};
use crate::exception::{ExceptionObject, Trap};
use crate::exchange::NameId;
use crate::library::{NativeFn, json::Node};
use crate::types::TypeId;

/// What an object handle points to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Object {
    /// `T[]` of rank 1, except `byte[]`.
    Array(Array),
    /// `byte[]`.
    Bytes(Vec<u8>),
    /// `List<T>`.
    List(List),
    /// A boxed or unboxed `System.Decimal`.
    Decimal(Decimal),
    /// `System.Guid`, in the byte order of its text form.
    Guid([u8; 16]),
    /// `System.DateTimeOffset`.
    DateTimeOffset {
        /// Clock time in ticks (not UTC).
        ticks: i64,
        /// Offset from UTC in minutes.
        offset: i16,
    },
    /// `KeyValuePair<K,V>`.
    Pair {
        /// The constructed type.
        ty: TypeId,
        /// `Key`.
        key: Value,
        /// `Value`.
        value: Value,
    },
    /// An object of an anonymous type.
    Anonymous {
        /// The type, which knows the names.
        ty: TypeId,
        /// The values in order.
        values: Box<[Value]>,
    },
    /// A delegate: a lambda with what it captured, or a native function.
    Closure(Closure),
    /// A variable shared between a function and the lambdas that capture it.
    Cell(Value),
    /// An exception.
    Exception(Box<ExceptionObject>),
    /// A node of a JSON tree.
    Json(Node),
    /// `System.Type`, as `typeof` gives it.
    Type(TypeId),
    /// A position in a sequence, held by a `foreach`.
    Iterator(Iter),
    /// An object of any other type.
    Native(Box<dyn NetObject>),
    /// Taken out while it is being used; never seen by expressions.
    Taken,
}

/// `T[]`.
#[derive(Debug)]
pub struct Array {
    /// The element type.
    pub element: TypeId,
    /// The elements.
    pub items: Vec<Value>,
}

/// `List<T>`.
#[derive(Debug)]
pub struct List {
    /// The constructed type, `List<T>`.
    pub ty: TypeId,
    /// The elements.
    pub items: Vec<Value>,
    /// Raised by each change, so that `foreach` can notice it.
    pub version: u32,
}

/// A delegate.
#[derive(Debug, Clone)]
pub struct Closure {
    /// The delegate type; `Func<…>`, `Action<…>`, `Predicate<T>` …
    pub ty: TypeId,
    /// What runs.
    pub code: ClosureCode,
}

/// What a delegate runs.
#[derive(Debug, Clone)]
pub enum ClosureCode {
    /// A compiled function of an attached program, with the cells and values it captured.
    Function {
        /// Index of the program attached to the heap.
        program: u16,
        /// Index of the function in that program.
        function: u32,
        /// Captured values.
        captures: Box<[Value]>,
    },
    /// A library function, from a method group (`xs.Select(int.Parse)`).
    Native {
        /// The function.
        run: NativeFn,
        /// The receiver of an instance method.
        receiver: Option<Value>,
    },
    /// Several, one after the other (`a + b`): none of them is such a list itself.
    List(Box<[Value]>),
}

/// An object of a type that no other variant of [`Object`] serves.
///
/// Types are told apart by downcasting: see [`Heap::native`].
pub trait NetObject: Any + Send + Sync + std::fmt::Debug {
    /// The run-time type.
    fn net_type(&self) -> TypeId;
    /// `ToString()`; the type's name when not overridden.
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        let _ = heap;
        None
    }
    /// Begins to go through the object's items, if it is a sequence; `this` is the object's own handle.
    fn iterate(&self, this: Value) -> Option<Iter> {
        let _ = this;
        None
    }
    /// The items it holds, where [`Iter::held`] goes through them.
    fn items(&self) -> &[Value] {
        &[]
    }
    /// `Equals(other)`, when it is not identity.
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        let _ = (heap, other);
        None
    }
    /// `GetHashCode()`, when [`NetObject::equals`] is not identity.
    fn hash(&self, heap: &Heap) -> Option<u64> {
        let _ = heap;
        None
    }
    /// Whether two objects that are equal are one object in .NET.
    fn is_atomic(&self) -> bool {
        false
    }
    /// How it compares, when it is an `IEqualityComparer<T>` or `IComparer<T>`.
    fn comparer(&self) -> Option<super::comparer::ComparerKind> {
        None
    }
    /// How the collection interfaces reach it, when it is a collection.
    fn collection(&self) -> Option<&'static crate::library::collections::Collection> {
        None
    }
}

impl dyn NetObject {
    /// The object as what it is, if it is a `T`.
    #[must_use]
    pub fn downcast_ref<T: Any>(&self) -> Option<&T> {
        let any: &dyn Any = self;
        any.downcast_ref()
    }

    /// The same, to be changed.
    pub fn downcast_mut<T: Any>(&mut self) -> Option<&mut T> {
        let any: &mut dyn Any = self;
        any.downcast_mut()
    }
}

/// Upper or lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// As `ToUpperInvariant` has it.
    Upper,
    /// As `ToLowerInvariant` has it.
    Lower,
}

/// The literals of one program: texts that exist once, not per run.
#[derive(Debug, Default)]
pub struct Pool {
    /// All ASCII literals one after the other.
    pub ascii: Box<[u8]>,
    /// All other literals.
    pub wide: Box<[u16]>,
    /// Literals that are looked up among the variables, by where they begin.
    pub(crate) variables: Vec<(u32, NameId)>,
    /// Literals that are looked up among headers.
    pub(crate) headers: Vec<(u32, HeaderName)>,
    /// Tells it from every other pool that there was.
    pub(crate) serial: Serial,
}

/// A number that no other has.
#[derive(Debug)]
pub(crate) struct Serial(u64);

impl Default for Serial {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// The memory of one exchange.
#[derive(Debug)]
pub struct Heap {
    ascii: Vec<u8>,
    wide: Vec<u16>,
    objects: Vec<Object>,
    /// Objects of which there is one, by what they are called.
    single: Vec<(&'static str, TypeId, Value)>,
    /// Texts that a program interned, beside its literals.
    pub(crate) interned: Vec<Str>,
    pools: Vec<Arc<Pool>>,
    spent: usize,
    limit: usize,
    /// How much of the limit was given for error handlers.
    reserve: usize,
    string_limit: usize,
}

/// No heap has more: its parts are counted in 32 bits.
const MOST: usize = 2 << 30;

impl Heap {
    /// An empty heap that gives out at most `limit` bytes between resets, and no string above `string_limit` units.
    #[must_use]
    pub const fn new(limit: usize, string_limit: usize) -> Self {
        Self {
            ascii: Vec::new(),
            wide: Vec::new(),
            objects: Vec::new(),
            single: Vec::new(),
            interned: Vec::new(),
            pools: Vec::new(),
            spent: 0,
            limit: if limit < MOST { limit } else { MOST },
            reserve: 0,
            string_limit,
        }
    }

    /// Forgets everything, keeping a reasonable capacity for the next exchange.
    pub fn reset(&mut self) {
        const KEEP: usize = 1 << 20;
        self.limit -= std::mem::take(&mut self.reserve);
        self.objects.clear();
        self.single.clear();
        self.interned.clear();
        self.pools.clear();
        self.ascii.clear();
        self.wide.clear();
        if self.spent > KEEP {
            self.objects.shrink_to(KEEP / size_of::<Object>());
            self.ascii.shrink_to(KEEP);
            self.wide.shrink_to(KEEP / 2);
        }
        self.spent = 0;
    }

    /// Bytes given out since the last reset.
    #[must_use]
    pub const fn spent(&self) -> usize {
        self.spent
    }

    /// Makes a program's literals reachable and returns their number for [`Str::space`].
    pub(crate) fn attach(&mut self, pool: &Arc<Pool>) -> u16 {
        let known = self.pools.iter().position(|p| Arc::ptr_eq(p, pool));
        let index = known.unwrap_or_else(|| {
            self.pools.push(Arc::clone(pool));
            self.pools.len() - 1
        });
        u16::try_from(index + 1).unwrap_or(u16::MAX)
    }

    /// Counts `bytes` against the budget; call it before allocating what a program asked for.
    ///
    /// # Errors
    /// [`Trap::Memory`] when the budget is exhausted.
    pub fn charge(&mut self, bytes: usize) -> Result<(), Trap> {
        // What is refused is not taken, so that what is smaller may still be had.
        let spent = self.spent.saturating_add(bytes);
        if spent > self.limit {
            return Err(Trap::Memory);
        }
        self.spent = spent;
        Ok(())
    }

    /// Lets an error handler have some memory when all is used up.
    pub(crate) fn keep_free(&mut self, bytes: usize) {
        let missing = bytes.saturating_sub(self.limit.saturating_sub(self.spent));
        self.limit += missing;
        self.reserve += missing;
    }

    /// Refuses a string of that many units before it is made.
    ///
    /// # Errors
    /// [`Trap::StringTooLong`], or [`Trap::Memory`].
    pub fn charge_string(&mut self, units: usize) -> Result<(), Trap> {
        if units > self.string_limit {
            return Err(Trap::StringTooLong);
        }
        self.charge(units)
    }

    /// Units of the longest text there may be.
    #[must_use]
    pub const fn longest(&self) -> usize {
        if self.string_limit < self.limit { self.string_limit } else { self.limit }
    }

    /// A text to be written that takes no more than a string may have.
    #[must_use]
    pub const fn text_buf(&self) -> TextBuf {
        TextBuf::limited(self.longest())
    }

    /// The text of a string.
    #[must_use]
    pub fn text(&self, s: Str) -> TextRef<'_> {
        let (start, end) = (s.start as usize, (s.start + s.len) as usize);
        if s.wide {
            let units = match s.space.checked_sub(1) {
                None => self.wide.as_slice(),
                Some(pool) => self.pools.get(pool as usize).map(|p| &*p.wide).unwrap_or_default(),
            };
            TextRef::Wide(units.get(start..end).unwrap_or_default())
        } else {
            let bytes = match s.space.checked_sub(1) {
                None => self.ascii.as_slice(),
                Some(pool) => self.pools.get(pool as usize).map(|p| &*p.ascii).unwrap_or_default(),
            };
            TextRef::Ascii(bytes.get(start..end).unwrap_or_default())
        }
    }

    /// The variable that a literal names, if it is one that the compiler saw being looked up: no hash, and no lock of a
    /// table that all cores share.
    pub(crate) fn literal_variable(&self, s: Str) -> Option<NameId> {
        let known = &self.pools.get(usize::from(s.space.checked_sub(1)?))?.variables;
        known.iter().find(|(start, _)| *start == s.start && !s.wide).map(|(_, name)| *name)
    }

    /// The header that a literal names, likewise.
    pub(crate) fn literal_header(&self, s: Str) -> Option<&HeaderName> {
        let known = &self.pools.get(usize::from(s.space.checked_sub(1)?))?.headers;
        known.iter().find(|(start, _)| *start == s.start && !s.wide).map(|(_, name)| name)
    }

    /// Where a literal stands, as no other does at any time: its pool's number, and where it begins there.
    pub(crate) fn literal_place(&self, s: Str) -> Option<(u64, u32)> {
        let pool = self.pools.get(usize::from(s.space.checked_sub(1)?))?;
        (!s.wide).then_some((pool.serial.0, s.start))
    }

    /// A new string from Rust text.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn new_str(&mut self, text: &str) -> Result<Str, Trap> {
        self.charge_string(text.len())?;
        if is_ascii(text.as_bytes()) {
            return Ok(self.push_ascii(text.as_bytes()));
        }
        let start = self.wide.len();
        self.wide.extend(text.encode_utf16());
        // Two bytes a unit; paid for was one for each byte.
        let more = ((self.wide.len() - start) * size_of::<u16>()).saturating_sub(text.len());
        if let Err(refused) = self.charge(more) {
            self.wide.truncate(start);
            return Err(refused);
        }
        Ok(self.wide_from(start))
    }

    /// A new string of the digits of a number.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn new_integer(&mut self, number: i64) -> Result<Str, Trap> {
        let mut text = [b'-'; 20];
        let mut at = text.len();
        let mut rest = number.unsigned_abs();
        for digit in text.iter_mut().rev() {
            (*digit, rest) = (b'0' + (rest % 10) as u8, rest / 10);
            at -= 1;
            if rest == 0 {
                break;
            }
        }
        // What is before the digits still is a sign.
        let text = text.get(at - usize::from(number < 0)..).unwrap_or_default();
        self.charge_string(text.len())?;
        Ok(self.push_ascii(text))
    }

    /// A new string from a text.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn new_text(&mut self, text: TextRef<'_>) -> Result<Str, Trap> {
        self.charge_string(text.len())?;
        Ok(match text {
            TextRef::Ascii(bytes) => self.push_ascii(bytes),
            // Stored narrow when it can be, so that equal texts have equal forms.
            TextRef::Wide(units) if units.iter().all(|u| *u < 128) => {
                let start = self.ascii.len();
                self.ascii.extend(units.iter().map(|u| *u as u8));
                self.ascii_from(start)
            }
            TextRef::Wide(units) => {
                // Two bytes a unit.
                self.charge(units.len())?;
                let start = self.wide.len();
                self.wide.extend_from_slice(units);
                self.wide_from(start)
            }
        })
    }

    /// A new string of the same ASCII text in another case; what is not ASCII stays as it is.
    ///
    /// # Errors
    /// When a limit is reached.
    pub(crate) fn new_cased(&mut self, s: Str, case: Case) -> Result<Str, Trap> {
        if s.wide {
            return Ok(s);
        }
        self.charge_string(s.len())?;
        let start = self.ascii.len();
        self.append(s);
        let made = self.ascii.get_mut(start..).unwrap_or_default();
        match case {
            Case::Upper => made.make_ascii_uppercase(),
            Case::Lower => made.make_ascii_lowercase(),
        }
        Ok(self.ascii_from(start))
    }

    /// Appends a string of ASCII to the run's own.
    fn append(&mut self, s: Str) {
        let (from, to) = (s.start as usize, (s.start + s.len) as usize);
        match s.space.checked_sub(1) {
            None => self.ascii.extend_from_within(from..to),
            Some(pool) => {
                let bytes = self.pools.get(pool as usize).and_then(|p| p.ascii.get(from..to));
                self.ascii.extend_from_slice(bytes.unwrap_or_default());
            }
        }
    }

    /// A new string from a finished buffer.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn new_buf(&mut self, buf: &TextBuf) -> Result<Str, Trap> {
        buf.fits()?;
        self.new_text(buf.as_text())
    }

    /// `a + b + …`: one new string. Appending to the string made last extends it in place, so a loop of `s += x` costs
    /// what it appends.
    ///
    /// # Errors
    /// When a limit is reached.
    pub fn concat(&mut self, parts: &[Str]) -> Result<Str, Trap> {
        let (mut units, mut filled, mut wide, mut last) = (0, 0, false, Str::EMPTY);
        for part in parts.iter().filter(|s| !s.is_empty()) {
            (units, filled, last) = (units + part.len(), filled + 1, *part);
            wide |= part.wide;
        }
        if filled < 2 {
            return Ok(last);
        }
        if !wide {
            let in_place = parts.first().filter(|s| s.space == 0 && (s.start + s.len) as usize == self.ascii.len());
            let (start, rest) = match (in_place, parts.get(1..)) {
                (Some(first), Some(rest)) => (first.start as usize, rest),
                _ => (self.ascii.len(), parts),
            };
            let added: usize = rest.iter().map(|s| s.len()).sum();
            self.charge_string(units)?;
            self.spent -= units - added;
            self.ascii.reserve(added);
            // An empty part may be one of a wide text: it is nowhere in here.
            for part in rest.iter().filter(|s| !s.is_empty()) {
                self.append(*part);
            }
            return Ok(self.ascii_from(start));
        }
        self.charge_string(units)?;
        let mut buf = TextBuf::with_capacity(units);
        for part in parts {
            buf.push_text(self.text(*part));
        }
        self.charge(units)?;
        let start = self.wide.len();
        if let TextRef::Wide(wide) = buf.as_text() {
            self.wide.extend_from_slice(wide);
        }
        Ok(self.wide_from(start))
    }

    fn push_ascii(&mut self, bytes: &[u8]) -> Str {
        let start = self.ascii.len();
        self.ascii.extend_from_slice(bytes);
        self.ascii_from(start)
    }

    fn ascii_from(&self, start: usize) -> Str {
        Str { start: small(start), len: small(self.ascii.len() - start), space: 0, wide: false }
    }

    fn wide_from(&self, start: usize) -> Str {
        Str { start: small(start), len: small(self.wide.len() - start), space: 0, wide: true }
    }

    /// A new object. What it owns beside itself is to be charged by the caller, see [`Heap::charge`].
    ///
    /// # Errors
    /// When the memory budget is exhausted.
    pub fn new_object(&mut self, object: Object) -> Result<Ref, Trap> {
        self.charge(size_of::<Object>())?;
        let index = small(self.objects.len());
        self.objects.push(object);
        Ok(Ref(index))
    }

    /// A new object of a type of its own.
    ///
    /// # Errors
    /// When the memory budget is exhausted.
    pub fn new_native(&mut self, object: impl NetObject) -> Result<Value, Trap> {
        self.charge(size_of_val(&object))?;
        Ok(Value::Object(self.new_object(Object::Native(Box::new(object)))?))
    }

    /// An object of which there is one in .NET (`Match.Empty`, `Encoding.UTF8`): made when it is asked for first. The name
    /// and the type tell it from others.
    ///
    /// # Errors
    /// When the memory budget is exhausted.
    pub fn single(&mut self, name: &'static str, ty: TypeId, make: impl NetObject) -> Result<Value, Trap> {
        if let Some((.., known)) = self.single.iter().find(|(known, of, _)| *known == name && *of == ty) {
            return Ok(*known);
        }
        let made = self.new_native(make)?;
        self.charge(size_of::<(&str, TypeId, Value)>())?;
        self.single.push((name, ty, made));
        Ok(made)
    }

    /// A new array.
    ///
    /// # Errors
    /// When the memory budget is exhausted.
    pub fn new_array(&mut self, element: TypeId, items: Vec<Value>) -> Result<Value, Trap> {
        self.charge(items.len() * size_of::<Value>())?;
        Ok(Value::Object(self.new_object(Object::Array(Array { element, items }))?))
    }

    /// The one empty array that .NET has of each type: what compares by identity finds it the same.
    ///
    /// # Errors
    /// When the memory budget is exhausted.
    pub fn empty_array(&mut self, element: TypeId) -> Result<Value, Trap> {
        const NAME: &str = "Array.Empty";
        if let Some((.., known)) = self.single.iter().find(|(known, of, _)| *known == NAME && *of == element) {
            return Ok(*known);
        }
        let made =
            if element == TypeId::BYTE { self.new_bytes(Vec::new())? } else { self.new_array(element, Vec::new())? };
        self.charge(size_of::<(&str, TypeId, Value)>())?;
        self.single.push((NAME, element, made));
        Ok(made)
    }

    /// A new `byte[]`.
    ///
    /// # Errors
    /// When the memory budget is exhausted.
    pub fn new_bytes(&mut self, bytes: Vec<u8>) -> Result<Value, Trap> {
        self.charge(bytes.len())?;
        Ok(Value::Object(self.new_object(Object::Bytes(bytes))?))
    }

    /// The object behind a handle.
    #[must_use]
    pub fn object(&self, handle: Ref) -> &Object {
        // A handle comes from this heap and nothing is removed, so the object is there; the fallback keeps the
        // promise that no mistake ends the process.
        self.objects.get(handle.0 as usize).unwrap_or(&Object::Taken)
    }

    /// The object behind a handle, to change it.
    pub fn object_mut(&mut self, handle: Ref) -> Option<&mut Object> {
        self.objects.get_mut(handle.0 as usize)
    }

    /// Takes an object out for the time of a call that needs the heap as well; put it back with
    /// [`Heap::put_back`].
    pub fn take(&mut self, handle: Ref) -> Object {
        self.object_mut(handle).map_or(Object::Taken, |slot| std::mem::replace(slot, Object::Taken))
    }

    /// Puts an object back where [`Heap::take`] took it.
    pub fn put_back(&mut self, handle: Ref, object: Object) {
        if let Some(slot) = self.object_mut(handle) {
            *slot = object;
        }
    }

    /// The object behind a value, if it is of Rust type `T`.
    #[must_use]
    pub fn native<T: NetObject>(&self, value: Value) -> Option<&T> {
        let Value::Object(handle) = value else { return None };
        match self.object(handle) {
            Object::Native(object) => object.downcast_ref(),
            _ => None,
        }
    }

    /// The object behind a value, if it is of Rust type `T`, to change it.
    pub fn native_mut<T: NetObject>(&mut self, value: Value) -> Option<&mut T> {
        let Value::Object(handle) = value else { return None };
        match self.object_mut(handle) {
            Some(Object::Native(object)) => object.downcast_mut(),
            _ => None,
        }
    }

    /// The object behind a value; `None` for everything that is not in the heap.
    #[must_use]
    pub fn get(&self, value: Value) -> Option<&Object> {
        match value {
            Value::Object(handle) => Some(self.object(handle)),
            _ => None,
        }
    }

    /// The object behind a value, to change it.
    pub fn get_mut(&mut self, value: Value) -> Option<&mut Object> {
        match value {
            Value::Object(handle) => self.object_mut(handle),
            _ => None,
        }
    }
}

/// Takes a third of what `[u8]::is_ascii` does on a token of 700 bytes.
fn is_ascii(bytes: &[u8]) -> bool {
    let joined = |bytes: &[u8]| bytes.iter().fold(0, |all, byte| all | byte);
    let (blocks, rest) = bytes.as_chunks::<128>();
    blocks.iter().all(|block| joined(block) < 128) && rest.is_ascii()
}

/// Sizes are bounded by the budget, which is at most 2 GiB.
fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Implements [`NetObject`] for a Rust type whose .NET type is the [`Known`](crate::types::Known) given; what follows
/// overrides defaults of the trait.
#[macro_export]
macro_rules! net_object {
    ($rust:ty, $known:expr $(, $more:item)* $(,)?) => {
        impl $crate::value::heap::NetObject for $rust {
            fn net_type(&self) -> $crate::types::TypeId {
                $known.id()
            }
            $($more)*
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts and lengths of texts are 32-bit numbers, whatever limit an embedder asks for.
    #[test]
    fn no_heap_gives_out_more_than_it_can_number() {
        let mut heap = Heap::new(usize::MAX, usize::MAX);
        assert_eq!(heap.charge_string(MOST), Ok(()));
        assert_eq!(heap.charge(1), Err(Trap::Memory));
        heap.keep_free(1 << 20);
        assert_eq!(heap.charge(1 << 20), Ok(()));
        assert_eq!(heap.charge(1), Err(Trap::Memory));
        assert_eq!((heap.longest(), u32::try_from(heap.spent()).is_ok()), (heap.limit, true));
    }
}
