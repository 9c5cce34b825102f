//! The table of all types. It only grows, and reading it takes no lock: types are looked up all the time by everything,
//! compiling and running, on every core.

use std::cell::RefCell;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::{Type, TypeId};
use crate::library::{self, DefId};

/// A type with what is worth knowing about it more than once.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) ty: Type,
    /// It mentions a type parameter, so that there is something to substitute: of the types seen while documents are
    /// compiled 9 in 10 do not.
    pub(super) open: bool,
    pub(super) supertypes: OnceLock<Box<[TypeId]>>,
    pub(super) bases: OnceLock<Box<[TypeId]>>,
}

/// The first shelf has this many places, each further one twice those of the one before. A shelf never moves, so entries
/// live as long as the process.
const FIRST: usize = 512;

type Shelf = Box<[OnceLock<Entry>]>;

static SHELVES: [OnceLock<Shelf>; 23] = [const { OnceLock::new() }; 23];

/// The shelf of an id and the place on it.
const fn place(id: TypeId) -> (usize, usize) {
    let at = (id.0 as usize).saturating_add(FIRST);
    let shelf = (at / FIRST).ilog2() as usize;
    (shelf, at - (FIRST << shelf))
}

fn slot(id: TypeId) -> Option<&'static OnceLock<Entry>> {
    let (shelf, at) = place(id);
    let shelf = SHELVES.get(shelf)?.get_or_init(|| (0..FIRST << shelf).map(|_| OnceLock::new()).collect());
    shelf.get(at)
}

/// What is known of a type; `None` for an id that was never given out, and for the types without a place.
pub(super) fn entry(id: TypeId) -> Option<&'static Entry> {
    let (shelf, at) = place(id);
    let found = SHELVES.get(shelf)?.get().and_then(|shelf| shelf.get(at)?.get());
    if found.is_some() || id.0 as usize >= library::registered() {
        return found;
    }
    // A registered type is put in its place when it is first looked at.
    Some(slot(id)?.get_or_init(|| Entry::new(Type::Named { def: DefId(id.0), args: Box::default() })))
}

impl Entry {
    fn new(ty: Type) -> Self {
        let open = |id: &TypeId| entry(*id).is_some_and(|entry| entry.open);
        let is_open = match &ty {
            Type::TypeParam(_) | Type::MethodParam(_) => true,
            Type::Named { args, .. } => args.iter().any(open),
            Type::Array { element, .. } => open(element),
            Type::Nullable(inner) => open(inner),
            Type::Tuple(elements) => elements.iter().any(|(_, ty)| open(ty)),
            Type::Anonymous(_) | Type::Opaque(_) | Type::Null | Type::Void | Type::Error => false,
        };
        Self { ty, open: is_open, supertypes: OnceLock::new(), bases: OnceLock::new() }
    }
}

type Ids = FxHashMap<&'static Type, TypeId>;

/// All constructed types.
static IDS: LazyLock<Mutex<Ids>> = LazyLock::new(Mutex::default);

thread_local! {
    /// Those that this thread has asked for, so that it asks for each but once.
    static KNOWN: RefCell<Ids> = RefCell::default();
}

/// The id of a constructed type, new or known.
pub(super) fn intern(ty: Type) -> TypeId {
    if let Some(id) = KNOWN.with_borrow(|known| known.get(&ty).copied()) {
        return id;
    }
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let id = ids.get(&ty).copied().unwrap_or_else(|| {
        let id = TypeId(u32::try_from(library::registered() + ids.len()).unwrap_or(u32::MAX));
        if let Some(entry) = slot(id).map(|slot| slot.get_or_init(|| Entry::new(ty.clone()))) {
            ids.insert(&entry.ty, id);
        }
        id
    });
    drop(ids);
    if let Some(entry) = entry(id) {
        KNOWN.with_borrow_mut(|known| known.insert(&entry.ty, id));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_each_other() {
        assert_eq!(
            [0, 511, 512, 1535, 1536].map(|id| place(TypeId(id))),
            [(0, 0), (0, 511), (1, 0), (1, 1023), (2, 0)]
        );
        assert!(SHELVES.len() > place(TypeId(u32::MAX / 2)).0);
    }

    #[test]
    fn a_type_is_itself_on_every_thread() {
        let make = || super::super::array_of(super::super::array_of(TypeId::GUID));
        let here = make();
        let there = std::thread::spawn(make).join().expect("a type");
        assert_eq!((here, super::super::get(here)), (there, super::super::get(there)));
    }
}
