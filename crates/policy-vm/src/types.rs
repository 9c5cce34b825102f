//! .NET types, interned: two types are the same exactly when their [`TypeId`]s are.
//!
//! The first ids are the registered library types, in the order of `library::REGISTRY`; constructed types (`List<int>`,
//! `string[]`, `int?`) follow as documents mention them. The table only grows, by what documents name, and is shared by
//! the process, so ids mean the same to every program and every run.

mod table;

use std::sync::OnceLock;

use crate::library::{self, DefId};

/// A type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub(crate) u32);

impl std::fmt::Debug for TypeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", display(*self))
    }
}

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A library type: `string`, `JObject`, `List<int>`. An open generic type has no arguments.
    Named {
        /// Which.
        def: DefId,
        /// Type arguments.
        args: Box<[TypeId]>,
    },
    /// `T[]`, `T[,]`.
    Array {
        /// The element type.
        element: TypeId,
        /// Number of dimensions; 0 for one that does not begin at 0, which is another type (`T[*]`).
        rank: u8,
    },
    /// `T?` for a value type.
    Nullable(TypeId),
    /// The n-th type parameter of the generic type that declares a member.
    TypeParam(u16),
    /// The n-th type parameter of a generic method.
    MethodParam(u16),
    /// The type of `new { a = 1 }`: names and types in order.
    Anonymous(Box<[(Box<str>, TypeId)]>),
    /// `(int a, string)`: names, which do not tell types apart, and types in order.
    Tuple(Box<[(Option<Box<str>>, TypeId)]>),
    /// A type parameter of a local function, seen from inside it.
    Opaque(Box<Opaque>),
    /// The type of `null`.
    Null,
    /// No value.
    Void,
    /// Something is wrong and was reported; no further message is wanted.
    Error,
}

/// A type parameter of which only what `where` promises is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Opaque {
    /// Its name.
    pub name: Box<str>,
    /// `class` and `struct`.
    pub nature: Nature,
    /// `new()`
    pub creatable: bool,
    /// What it derives from and implements.
    pub above: Box<[TypeId]>,
}

/// Which types a type parameter stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nature {
    /// Any.
    #[default]
    Any,
    /// `where T : class`
    Reference,
    /// `where T : struct`
    Value,
}

/// Ids of types that the compiler itself knows. Their order is that of `library::REGISTRY`, which a test holds.
macro_rules! well_known {
    ($($name:ident = $index:literal $net:literal,)*) => {
        impl TypeId {
            $(#[doc = concat!("`", $net, "`")] pub const $name: Self = Self($index);)*
            /// The well-known types with their .NET names.
            pub const WELL_KNOWN: &'static [(Self, &'static str)] = &[$((Self($index), $net),)*];
        }
    };
}

well_known! {
    OBJECT = 0 "System.Object",
    STRING = 1 "System.String",
    BOOL = 2 "System.Boolean",
    CHAR = 3 "System.Char",
    SBYTE = 4 "System.SByte",
    BYTE = 5 "System.Byte",
    INT16 = 6 "System.Int16",
    UINT16 = 7 "System.UInt16",
    INT32 = 8 "System.Int32",
    UINT32 = 9 "System.UInt32",
    INT64 = 10 "System.Int64",
    UINT64 = 11 "System.UInt64",
    SINGLE = 12 "System.Single",
    DOUBLE = 13 "System.Double",
    DECIMAL = 14 "System.Decimal",
    DATE_TIME = 15 "System.DateTime",
    TIME_SPAN = 16 "System.TimeSpan",
    GUID = 17 "System.Guid",
    DATE_TIME_OFFSET = 18 "System.DateTimeOffset",
    EXCEPTION = 19 "System.Exception",
    TYPE = 20 "System.Type",
    ENUM = 21 "System.Enum",
    VALUE_TYPE = 22 "System.ValueType",
    ARRAY = 23 "System.Array",
    DELEGATE = 24 "System.Delegate",
    ENUMERABLE_OBJECT = 25 "System.Collections.IEnumerable",
    ENUMERABLE = 26 "System.Collections.Generic.IEnumerable<T>",
    COLLECTION = 27 "System.Collections.Generic.ICollection<T>",
    LIST_INTERFACE = 28 "System.Collections.Generic.IList<T>",
    READ_ONLY_COLLECTION = 29 "System.Collections.Generic.IReadOnlyCollection<T>",
    READ_ONLY_LIST = 30 "System.Collections.Generic.IReadOnlyList<T>",
    DICTIONARY_INTERFACE = 31 "System.Collections.Generic.IDictionary<TKey,TValue>",
    READ_ONLY_DICTIONARY = 32 "System.Collections.Generic.IReadOnlyDictionary<TKey,TValue>",
    KEY_VALUE_PAIR = 33 "System.Collections.Generic.KeyValuePair<TKey,TValue>",
    LIST = 34 "System.Collections.Generic.List<T>",
    DICTIONARY = 35 "System.Collections.Generic.Dictionary<TKey,TValue>",
    DISPOSABLE = 36 "System.IDisposable",
    COMPARABLE = 37 "System.IComparable",
    EQUATABLE = 38 "System.IEquatable<T>",
    FORMATTABLE = 39 "System.IFormattable",
    NULLABLE = 40 "System.Nullable<T>",
}

/// Looks a type up; the answer lives as long as the process. Takes no lock.
#[must_use]
pub fn get(id: TypeId) -> &'static Type {
    match id {
        ERROR => &Type::Error,
        NULL => &Type::Null,
        VOID => &Type::Void,
        id => table::entry(id).map_or(&Type::Error, |entry| &entry.ty),
    }
}

/// The id of a type, new or known.
#[must_use]
pub fn intern(ty: Type) -> TypeId {
    // `Nullable<T>` is `T?`, and a library type without arguments is its own registration.
    let ty = match ty {
        Type::Named { def, args } if def.0 == TypeId::NULLABLE.0 => match *args {
            [inner] => Type::Nullable(inner),
            _ => Type::Named { def, args },
        },
        other => other,
    };
    match &ty {
        Type::Named { def, args } if args.is_empty() => TypeId(def.0),
        Type::Error => ERROR,
        Type::Null => NULL,
        Type::Void => VOID,
        _ => table::intern(ty),
    }
}

/// What `compute` finds above a type, remembered with it.
pub(crate) fn supertypes(id: TypeId, compute: impl FnOnce() -> Vec<TypeId>) -> &'static [TypeId] {
    table::entry(id).map_or(&[], |entry| entry.supertypes.get_or_init(|| compute().into()))
}

/// What `compute` finds to be a type's chain of base classes, remembered with it.
pub(crate) fn bases(id: TypeId, compute: impl FnOnce() -> Vec<TypeId>) -> &'static [TypeId] {
    table::entry(id).map_or(&[], |entry| entry.bases.get_or_init(|| compute().into()))
}

/// `T[]`.
#[must_use]
pub fn array_of(element: TypeId) -> TypeId {
    intern(Type::Array { element, rank: 1 })
}

/// `T?`; `T` itself when it is no value type.
#[must_use]
pub fn nullable_of(inner: TypeId) -> TypeId {
    intern(Type::Nullable(inner))
}

/// A generic library type with arguments.
#[must_use]
pub fn construct(open: TypeId, args: &[TypeId]) -> TypeId {
    intern(Type::Named { def: DefId(open.0), args: args.into() })
}

/// The name as `System.Type.ToString()` gives it: ``System.Collections.Generic.List`1[System.String]``.
#[must_use]
pub fn net_name(id: TypeId) -> String {
    match get(id) {
        Type::Named { def, args } => {
            let full = library::get().def(*def).net_name();
            if args.is_empty() {
                return full;
            }
            let args: Vec<_> = args.iter().map(|a| net_name(*a)).collect();
            format!("{full}[{}]", args.join(","))
        }
        Type::Array { element, rank } => format!("{}[{}]", net_name(*element), inside_brackets(*rank)),
        Type::Nullable(inner) => format!("System.Nullable`1[{}]", net_name(*inner)),
        Type::Tuple(elements) => {
            let names: Vec<_> = elements.iter().map(|(_, ty)| net_name(*ty)).collect();
            format!("System.ValueTuple`{}[{}]", names.len(), names.join(","))
        }
        Type::TypeParam(n) | Type::MethodParam(n) => format!("T{n}"),
        Type::Anonymous(_) => "<anonymous>".to_owned(),
        Type::Opaque(opaque) => opaque.name.to_string(),
        Type::Null => "<null>".to_owned(),
        Type::Void => "System.Void".to_owned(),
        Type::Error => "?".to_owned(),
    }
}

/// What stands between the brackets of an array type.
pub(crate) fn inside_brackets(rank: u8) -> String {
    match rank.checked_sub(1) {
        Some(commas) => ",".repeat(commas.into()),
        None => "*".to_owned(),
    }
}

/// The name as the C# compiler writes it in its messages: `string`, `List<string>`, `int?`.
#[must_use]
pub fn display(id: TypeId) -> String {
    match get(id) {
        Type::Named { def, args } => {
            let def = library::get().def(*def);
            if args.is_empty() {
                return def.display_name().to_owned();
            }
            let args: Vec<_> = args.iter().map(|a| display(*a)).collect();
            format!("{}<{}>", def.simple_name(), args.join(", "))
        }
        Type::Array { .. } => display_array(id, display),
        Type::Tuple(elements) => {
            let shown = |(name, ty): &(Option<Box<str>>, TypeId)| match name {
                Some(name) => format!("{} {name}", display(*ty)),
                None => display(*ty),
            };
            format!("({})", elements.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Type::Nullable(inner) => format!("{}?", display(*inner)),
        Type::TypeParam(n) | Type::MethodParam(n) => format!("T{n}"),
        Type::Opaque(opaque) => opaque.name.to_string(),
        Type::Anonymous(members) => {
            let members: Vec<_> = members.iter().map(|(n, t)| format!("{} {n}", display(*t))).collect();
            if members.is_empty() {
                return "<empty anonymous type>".to_owned();
            }
            format!("<anonymous type: {}>", members.join(", "))
        }
        Type::Null => "<null>".to_owned(),
        Type::Void => "void".to_owned(),
        Type::Error => "?".to_owned(),
    }
}

/// `int[][,]`: an array of arrays of two dimensions, the outer brackets first.
fn display_array(id: TypeId, element_name: fn(TypeId) -> String) -> String {
    let (mut at, mut brackets) = (id, String::new());
    while let Type::Array { element, rank } = get(at) {
        brackets.push('[');
        brackets.push_str(&",".repeat(usize::from(*rank).saturating_sub(1)));
        brackets.push(']');
        at = *element;
    }
    format!("{}{brackets}", element_name(at))
}

/// The name as the C# compiler writes it where it must be told apart from others: with its namespace, keywords as they are.
#[must_use]
pub fn display_qualified(id: TypeId) -> String {
    match get(id) {
        Type::Named { def, args } => {
            let def = library::get().def(*def);
            let name = match library::signature::keyword_of(def.full_name()) {
                Some(keyword) => keyword,
                None => def.full_name(),
            };
            if args.is_empty() {
                return name.to_owned();
            }
            let args: Vec<_> = args.iter().map(|a| display_qualified(*a)).collect();
            format!("{name}<{}>", args.join(", "))
        }
        Type::Array { .. } => display_array(id, display_qualified),
        Type::Nullable(inner) => format!("{}?", display_qualified(*inner)),
        _ => display(id),
    }
}

/// A library type known to Rust code by its .NET name, looked up once.
///
/// ```ignore
/// static JOBJECT: Known = Known::new("Newtonsoft.Json.Linq.JObject");
/// ```
#[derive(Debug)]
pub struct Known {
    name: &'static str,
    id: OnceLock<TypeId>,
}

impl Known {
    /// The registered (open) type of that full name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, id: OnceLock::new() }
    }

    /// Its id; the error type when there is no such registration, which a test over all uses would show.
    #[must_use]
    pub fn id(&self) -> TypeId {
        *self.id.get_or_init(|| library::get().find_full(self.name).map_or(error(), |def| TypeId(def.0)))
    }
}

// What no document can name needs no place in the table.
const ERROR: TypeId = TypeId(u32::MAX);
const NULL: TypeId = TypeId(u32::MAX - 1);
const VOID: TypeId = TypeId(u32::MAX - 2);

/// The type of expressions that are wrong already.
#[must_use]
pub const fn error() -> TypeId {
    ERROR
}

/// The type of `null`.
#[must_use]
pub const fn null() -> TypeId {
    NULL
}

/// `void`.
#[must_use]
pub const fn void() -> TypeId {
    VOID
}

/// Replaces type parameters of the declaring type and of the method.
#[must_use]
pub fn substitute(id: TypeId, type_args: &[TypeId], method_args: &[TypeId]) -> TypeId {
    if !table::entry(id).is_some_and(|entry| entry.open) {
        return id;
    }
    match get(id) {
        Type::TypeParam(n) => type_args.get(usize::from(*n)).copied().unwrap_or(id),
        Type::MethodParam(n) => method_args.get(usize::from(*n)).copied().unwrap_or(id),
        Type::Named { def, args } if !args.is_empty() => {
            let args = args.iter().map(|a| substitute(*a, type_args, method_args)).collect();
            intern(Type::Named { def: *def, args })
        }
        Type::Array { element, rank } => {
            intern(Type::Array { element: substitute(*element, type_args, method_args), rank: *rank })
        }
        Type::Nullable(inner) => intern(Type::Nullable(substitute(*inner, type_args, method_args))),
        Type::Tuple(elements) => {
            let put = |(name, ty): &(Option<Box<str>>, TypeId)| (name.clone(), substitute(*ty, type_args, method_args));
            intern(Type::Tuple(elements.iter().map(put).collect()))
        }
        _ => id,
    }
}

/// True for structures, enumerations and nullables: types whose variables hold the value itself.
#[must_use]
pub fn is_value_type(id: TypeId) -> bool {
    match get(id) {
        Type::Named { def, .. } => {
            matches!(library::get().def(*def).decl.kind, library::TypeDefKind::Struct | library::TypeDefKind::Enum)
        }
        Type::Nullable(_) | Type::Tuple(_) => true,
        Type::Opaque(opaque) => opaque.nature == Nature::Value,
        _ => false,
    }
}

/// A tuple type without its elements' names, which values do not have.
#[must_use]
pub fn nameless(id: TypeId) -> TypeId {
    match get(id) {
        Type::Tuple(elements) => intern(Type::Tuple(elements.iter().map(|(_, ty)| (None, nameless(*ty))).collect())),
        _ => id,
    }
}

/// It is made of a type parameter of which only the constraints are known.
pub(crate) fn is_open(ty: TypeId) -> bool {
    match get(ty) {
        // No type parameter has a space in its name; what has no type is shown with one.
        Type::Opaque(opaque) => !opaque.name.contains(' '),
        Type::Named { args, .. } => args.iter().any(|arg| is_open(*arg)),
        Type::Array { element, .. } => is_open(*element),
        Type::Nullable(inner) => is_open(*inner),
        _ => false,
    }
}
