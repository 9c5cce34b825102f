//! The .NET class library: one type, one file, its signatures on top.
//!
//! A type is declared by a [`TypeDef`], whose members are C# signatures with the Rust function that runs them:
//!
//! ```ignore
//! pub(super) const TYPE: TypeDef = TypeDef::class("System.Version")
//!     .members(&[
//!         method("static Version Parse(string input)", parse),
//!         property("int Major { get; }", major),
//!         operator("static bool operator ==(Version v1, Version v2)", equals),
//!     ]);
//! ```
//!
//! Binding, overload resolution, the allow-list, `tollgate doc` and the tables in `docs/` read nothing else. To add a
//! member, add a line and a function; to add a type, add a file and two lines in its namespace's module.

pub mod apim;
pub mod collections;
pub mod cryptography;
pub mod json;
pub mod linq;
pub mod reference;
pub mod registry;
pub mod regular_expressions;
pub mod signature;
pub mod system;
pub mod text;
pub mod xml;

use std::sync::{LazyLock, OnceLock};

use rustc_hash::FxHashMap;

use crate::cx::Cx;
use crate::exception::{Throw, Trap};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::heap::Heap;
pub use signature::{MemberKind, ParamMode, Parameter, Signature};

/// The end of a line that the library writes: `Environment.NewLine` of the container gateway.
pub const NEW_LINE: &str = "\n";

/// In place of a signature: comparison with a text that is a constant.
pub const EQUALS: &str = "==";

/// What runs when a member is used.
///
/// `args` are the arguments in order of declaration, the receiver of an instance member first. The receiver is never
/// null, except that of an extension method. `out` arguments are [`Value::Null`] on entry (for `ref`: the value) and
/// are set with [`Cx::set_out`].
pub type NativeFn = fn(&mut Cx<'_>, &[Value]) -> Result<Value, Throw>;

/// What makes `default(T)` of a type.
pub type ZeroFn = fn(&mut Heap, TypeId) -> Result<Value, Trap>;

/// A registered type, by its place in the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefId(pub(crate) u32);

/// What kind of type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeDefKind {
    /// A class; `static class` when it has no constructor and only static members.
    Class,
    /// A static class.
    StaticClass,
    /// A value type.
    Struct,
    /// An interface.
    Interface,
    /// An enumeration.
    Enum,
    /// A delegate; its one member is `Invoke`.
    Delegate,
}

/// Which members policies may use, see `expressions.md` section 4.
#[derive(Clone, Copy, Debug)]
pub enum Allow {
    /// Every member.
    All,
    /// Only these; constructors are `.ctor`, indexers `Item`.
    Only(&'static [&'static str]),
    /// All but these.
    Except(&'static [&'static str]),
    /// The type can be named but none of its members may be used.
    None,
}

/// A type's declaration.
#[derive(Clone, Copy, Debug)]
pub struct TypeDef {
    /// Full name with type parameters: `System.Collections.Generic.List<T>`.
    pub name: &'static str,
    /// Class, struct …
    pub kind: TypeDefKind,
    /// The base class; `object` (or `ValueType`, `Enum`) when not given.
    pub base: Option<&'static str>,
    /// The interfaces.
    pub interfaces: &'static [&'static str],
    /// The members.
    pub members: &'static [Member],
    /// The values of an enumeration.
    pub values: &'static [(&'static str, i64)],
    /// True for an enumeration with `[Flags]`.
    pub flags: bool,
    /// The allow-list rule.
    pub allow: Allow,
    /// False for types whose bare name is not in scope (`System.Net.WebUtility`): only the full name finds them.
    pub imported: bool,
    /// One sentence for `tollgate doc`.
    pub summary: &'static str,
    /// Makes `default(T)` of a structure that is an object here.
    pub zero: Option<ZeroFn>,
}

impl TypeDef {
    const fn new(name: &'static str, kind: TypeDefKind) -> Self {
        Self {
            name,
            kind,
            base: None,
            interfaces: &[],
            members: &[],
            values: &[],
            flags: false,
            allow: Allow::All,
            imported: true,
            summary: "",
            zero: None,
        }
    }

    /// A class.
    #[must_use]
    pub const fn class(name: &'static str) -> Self {
        Self::new(name, TypeDefKind::Class)
    }

    /// A static class.
    #[must_use]
    pub const fn static_class(name: &'static str) -> Self {
        Self::new(name, TypeDefKind::StaticClass)
    }

    /// A value type.
    #[must_use]
    pub const fn structure(name: &'static str) -> Self {
        Self::new(name, TypeDefKind::Struct)
    }

    /// An interface.
    #[must_use]
    pub const fn interface(name: &'static str) -> Self {
        Self::new(name, TypeDefKind::Interface)
    }

    /// A delegate type.
    #[must_use]
    pub const fn delegate(name: &'static str) -> Self {
        let mut def = Self::new(name, TypeDefKind::Delegate);
        def.allow = Allow::None;
        def
    }

    /// An enumeration of `int`s.
    #[must_use]
    pub const fn enumeration(name: &'static str, values: &'static [(&'static str, i64)]) -> Self {
        let mut def = Self::new(name, TypeDefKind::Enum);
        def.values = values;
        def
    }

    /// Marks an enumeration as `[Flags]`.
    #[must_use]
    pub const fn flags(mut self) -> Self {
        self.flags = true;
        self
    }

    /// Sets the base class.
    #[must_use]
    pub const fn base(mut self, base: &'static str) -> Self {
        self.base = Some(base);
        self
    }

    /// Sets the interfaces.
    #[must_use]
    pub const fn interfaces(mut self, interfaces: &'static [&'static str]) -> Self {
        self.interfaces = interfaces;
        self
    }

    /// Sets the members.
    #[must_use]
    pub const fn members(mut self, members: &'static [Member]) -> Self {
        self.members = members;
        self
    }

    /// Sets the allow-list rule.
    #[must_use]
    pub const fn allow(mut self, allow: Allow) -> Self {
        self.allow = allow;
        self
    }

    /// True when policies may use its member of this name; constructors are `.ctor`, indexers `Item`.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        match self.allow {
            Allow::All => true,
            Allow::Only(list) => list.contains(&name),
            Allow::Except(list) => !list.contains(&name),
            Allow::None => false,
        }
    }

    /// The bare name is not in scope.
    #[must_use]
    pub const fn not_imported(mut self) -> Self {
        self.imported = false;
        self
    }

    /// Sets what makes `default(T)`.
    #[must_use]
    pub const fn zero(mut self, zero: ZeroFn) -> Self {
        self.zero = Some(zero);
        self
    }

    /// Sets the summary.
    #[must_use]
    pub const fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }
}

/// A member's declaration.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its C# signature.
    pub signature: &'static str,
    /// What runs; for a property or an indexer, its getter.
    pub run: NativeFn,
    /// A property's or indexer's setter: receiver, indexes, value.
    pub set: Option<NativeFn>,
    /// The value of a `const`.
    pub constant: Option<Constant>,
    /// What the compiler may emit instead of a call.
    pub intrinsic: Intrinsic,
    /// Members of what this one gives, by their signatures, that run on its own arguments instead: `jwt.Claims` need not be
    /// made to find one claim. They get the arguments of this one in place of what it gives.
    pub asked: &'static [(&'static str, NativeFn)],
    /// Where in the exchange a getter finds what it gives, if that is all it does.
    pub place: Option<Place>,
}

/// Where in the exchange a getter finds what it gives.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// A part of the context; null where it is not there.
    Part(crate::value::Part),
    /// A text of the part that the getter is asked of.
    Text(FindText),
}

/// Finds a text of a part of the context; none where it is null, or what holds it is not there.
pub type FindText = fn(&crate::exchange::Call, crate::value::View) -> Option<&str>;

/// The value of a `const` member, or of a default argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant {
    /// `null`, or `default(T)`.
    Default,
    /// A value that needs no heap.
    Value(Value),
    /// A string.
    Text(&'static str),
}

/// What the compiler may emit instead of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intrinsic {
    /// Always call.
    None,
    /// The getter gives this part of the context, never null.
    View(crate::value::Part),
    /// Depends on its arguments only, never fails to be repeatable: may be evaluated at compile time.
    Pure,
    /// Reads the request's body (or that of the response, or of a stored response): the host must have it ready.
    ReadsBody,
}

/// A method: `"static bool IsNullOrEmpty(string value)"`, `"string Trim()"`,
/// `"static T First<T>(this IEnumerable<T> source)"`.
#[must_use]
pub const fn method(signature: &'static str, run: NativeFn) -> Member {
    Member { signature, run, set: None, constant: None, intrinsic: Intrinsic::None, asked: &[], place: None }
}

/// A constructor: `"String(char c, int count)"`.
#[must_use]
pub const fn constructor(signature: &'static str, run: NativeFn) -> Member {
    method(signature, run)
}

/// A read-only property or field: `"int Length { get; }"`, `"static string Empty { get; }"`; an indexer:
/// `"char this[int index] { get; }"`.
#[must_use]
pub const fn property(signature: &'static str, run: NativeFn) -> Member {
    method(signature, run)
}

/// A property or indexer that can be set: `"string Value { get; set; }"`.
#[must_use]
pub const fn property_set(signature: &'static str, get: NativeFn, set: NativeFn) -> Member {
    Member { set: Some(set), ..method(signature, get) }
}

/// An operator or conversion: `"static bool operator ==(Guid a, Guid b)"`,
/// `"static explicit operator int(JToken value)"`.
#[must_use]
pub const fn operator(signature: &'static str, run: NativeFn) -> Member {
    method(signature, run)
}

/// A constant: `"const int MaxValue"`.
#[must_use]
pub const fn constant(signature: &'static str, value: Constant) -> Member {
    Member { constant: Some(value), ..method(signature, |_, _| Ok(Value::Null)) }
}

/// A property that is always this part of the context: `"IRequest Request { get; }"`.
#[must_use]
pub const fn view(signature: &'static str, part: crate::value::Part, run: NativeFn) -> Member {
    Member { intrinsic: Intrinsic::View(part), ..method(signature, run) }
}

impl Member {
    /// Sets what runs for members of what the getter gives.
    #[must_use]
    pub const fn asked(mut self, asked: &'static [(&'static str, NativeFn)]) -> Self {
        self.asked = asked;
        self
    }

    /// Sets where in the exchange the getter finds what it gives.
    #[must_use]
    pub const fn found_at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Sets what the compiler may emit instead of a call.
    #[must_use]
    pub const fn intrinsic(mut self, intrinsic: Intrinsic) -> Self {
        self.intrinsic = intrinsic;
        self
    }
}

/// A registered type with its signatures read.
#[derive(Debug)]
pub struct Def {
    /// The declaration.
    pub decl: &'static TypeDef,
    /// Names of the type parameters.
    pub type_params: Vec<&'static str>,
    full: &'static str,
    base: OnceLock<Option<TypeId>>,
    interfaces: OnceLock<Vec<TypeId>>,
    members: OnceLock<Vec<Signature>>,
    by_name: OnceLock<FxHashMap<&'static str, Vec<u16>>>,
    conversions: OnceLock<Vec<u16>>,
}

impl Def {
    /// Full name without type parameters: `System.Collections.Generic.List`.
    #[must_use]
    pub fn full_name(&self) -> &'static str {
        self.full
    }

    /// Name without namespace and type parameters: `List`.
    #[must_use]
    pub fn simple_name(&self) -> &'static str {
        self.full.rsplit('.').next().unwrap_or(self.full)
    }

    /// As the C# compiler writes it: a keyword where there is one, else the simple name.
    #[must_use]
    pub fn display_name(&self) -> &'static str {
        // A type in a type has the name of the outer one before its own.
        if self.full.starts_with("System.TimeZoneInfo.") {
            return self.full.trim_start_matches("System.");
        }
        signature::keyword_of(self.full).unwrap_or_else(|| self.simple_name())
    }

    /// As `Type.ToString()` writes the open type: ``System.Collections.Generic.List`1``.
    #[must_use]
    pub fn net_name(&self) -> String {
        // Nested types are declared with a dot and take the type arguments of the type around them.
        if let Some(nested) = self.full.strip_prefix("System.Collections.Generic.Dictionary.") {
            return format!("System.Collections.Generic.Dictionary`2+{nested}");
        }
        if let Some(nested) = self.full.strip_prefix("System.TimeZoneInfo.") {
            return format!("System.TimeZoneInfo+{nested}");
        }
        match self.type_params.len() {
            0 => self.full.to_owned(),
            n => format!("{}`{n}", self.full),
        }
    }

    /// The base class over the type's own parameters, `None` for `object` and interfaces.
    #[must_use]
    pub fn base(&self) -> Option<TypeId> {
        *self.base.get_or_init(|| match (self.decl.base, self.decl.kind) {
            (Some(base), _) => signature::parse_type(base, &self.type_params, &[]).ok(),
            (None, TypeDefKind::Struct) => Some(TypeId::VALUE_TYPE),
            (None, TypeDefKind::Enum) => Some(TypeId::ENUM),
            (None, TypeDefKind::Delegate) => Some(TypeId::DELEGATE),
            (None, TypeDefKind::Interface) => None,
            (None, _) if self.full == "System.Object" => None,
            (None, _) => Some(TypeId::OBJECT),
        })
    }

    /// The interfaces declared, over the type's own parameters.
    #[must_use]
    pub fn interfaces(&self) -> &[TypeId] {
        self.interfaces.get_or_init(|| {
            let parse = |name: &&'static str| signature::parse_type(name, &self.type_params, &[]).ok();
            self.decl.interfaces.iter().filter_map(parse).collect()
        })
    }

    /// The members declared by this type itself.
    #[must_use]
    pub fn members(&self) -> &[Signature] {
        self.members.get_or_init(|| {
            let parse = |member: &'static Member| signature::parse(member, self).ok();
            self.decl.members.iter().filter_map(parse).collect()
        })
    }

    /// The members of a name, in the order of declaration.
    pub fn members_named(&self, name: &str) -> impl Iterator<Item = &Signature> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: FxHashMap<&'static str, Vec<u16>> = FxHashMap::default();
            for (at, member) in (0..).zip(self.members()) {
                by_name.entry(member.name).or_default().push(at);
            }
            by_name
        });
        self.members_at(by_name.get(name).map(Vec::as_slice).unwrap_or_default())
    }

    /// The conversion operators: of the 100 members of a `JToken` 60, and of most types none.
    pub fn conversions(&self) -> impl Iterator<Item = &Signature> {
        let conversions = self.conversions.get_or_init(|| {
            let all = (0..).zip(self.members());
            let is = |kind| matches!(kind, MemberKind::ImplicitConversion | MemberKind::ExplicitConversion);
            all.filter(|(_, member)| is(member.kind)).map(|(at, _)| at).collect()
        });
        self.members_at(conversions)
    }

    fn members_at<'d>(&'d self, places: &'d [u16]) -> impl Iterator<Item = &'d Signature> {
        let members = self.members();
        places.iter().filter_map(|at| members.get(usize::from(*at)))
    }
}

/// All registered types.
#[derive(Debug)]
pub struct Library {
    defs: Vec<Def>,
    by_full: FxHashMap<&'static str, Vec<DefId>>,
    by_simple: FxHashMap<&'static str, Vec<DefId>>,
}

/// The class library.
#[must_use]
pub fn get() -> &'static Library {
    static LIBRARY: LazyLock<Library> = LazyLock::new(Library::new);
    &LIBRARY
}

/// Number of registered types.
pub(crate) fn registered() -> usize {
    static COUNT: LazyLock<usize> = LazyLock::new(|| registry::all().count());
    *COUNT
}

impl Library {
    fn new() -> Self {
        let mut library = Self { defs: Vec::new(), by_full: FxHashMap::default(), by_simple: FxHashMap::default() };
        for decl in registry::all() {
            let (full, type_params) = signature::split_generic(decl.name);
            let id = DefId(u32::try_from(library.defs.len()).unwrap_or(u32::MAX));
            let def = Def {
                decl,
                type_params,
                full,
                base: OnceLock::new(),
                interfaces: OnceLock::new(),
                members: OnceLock::new(),
                by_name: OnceLock::new(),
                conversions: OnceLock::new(),
            };
            library.by_full.entry(full).or_default().push(id);
            library.by_simple.entry(def.simple_name()).or_default().push(id);
            library.defs.push(def);
        }
        library
    }

    /// A registration.
    #[must_use]
    pub fn def(&self, id: DefId) -> &Def {
        // Ids are handed out by `new` only, and the registry is never empty.
        self.defs.get(id.0 as usize).unwrap_or(&self.defs[0])
    }

    /// All registrations with their ids.
    pub fn defs(&self) -> impl Iterator<Item = (DefId, &Def)> {
        self.defs.iter().enumerate().map(|(i, def)| (DefId(u32::try_from(i).unwrap_or(u32::MAX)), def))
    }

    /// The type of a full name, given with or without its type parameters.
    #[must_use]
    pub fn find_full(&self, name: &str) -> Option<DefId> {
        let (full, params) = signature::split_generic(name);
        let ids = self.by_full.get(full)?;
        ids.iter().copied().find(|id| self.def(*id).type_params.len() == params.len()).or(ids.first().copied())
    }

    /// The types of a full name (without type parameters), of every arity.
    #[must_use]
    pub fn named(&self, full: &str) -> &[DefId] {
        self.by_full.get(full).map(Vec::as_slice).unwrap_or_default()
    }

    /// The types whose bare name this is, in whatever namespace.
    #[must_use]
    pub fn simple(&self, name: &str) -> &[DefId] {
        self.by_simple.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// True when some type lives in this namespace or in one below it.
    #[must_use]
    pub fn is_namespace(&self, name: &str) -> bool {
        self.by_full.keys().any(|full| full.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }
}

/// `value.ToString(format)` for a value of any type.
///
/// # Errors
/// `FormatException`.
pub fn format(cx: &mut Cx<'_>, value: Value, format: &str, out: &mut crate::value::text::TextBuf) -> Result<(), Throw> {
    let format = crate::value::text::TextBuf::from(format);
    system::formatting::format_value(cx, value, Some(format.as_text()), out)
}

/// The shortest text that reads back as the same number.
#[must_use]
pub fn text_of_double(n: f64) -> String {
    let mut text = String::new();
    system::number::format::default_double(n, &mut text);
    text
}

/// A date and time of ISO 8601 in ticks UTC; without offset it is taken as UTC.
#[must_use]
pub fn parse_iso_ticks(text: &str) -> Option<i64> {
    system::date_time::iso::parse_iso(text).map(|date| date.utc_ticks())
}
