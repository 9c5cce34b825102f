//! Reads the C# signatures of library members.
//!
//! The grammar is the part of C# that declarations need: modifiers, types, names, parameters with `this`, `params`,
//! `out`, `ref` and defaults. A signature that cannot be read is a bug of ours; a test reads them all.

use crate::library::{self, Constant, Def, DefId, Intrinsic, Member, NativeFn};
use crate::types::{self, Type, TypeId};
use crate::value::Value;

/// A member's signature, types resolved over the type parameters of its type and its own.
#[derive(Clone, Debug)]
pub struct Signature {
    /// As written, for documentation and messages.
    pub text: &'static str,
    /// Method, property …
    pub kind: MemberKind,
    /// `Substring`; for operators their C# token (`==`, `+`); empty for constructors, conversions and indexers.
    pub name: &'static str,
    /// True for `static`.
    pub is_static: bool,
    /// True when the first parameter is marked `this`.
    pub is_extension: bool,
    /// Names of the method's type parameters.
    pub type_params: Vec<&'static str>,
    /// In order.
    pub params: Vec<Parameter>,
    /// `where T : X`: the n-th type parameter of the method must convert to the type.
    pub constraints: Vec<(usize, TypeId)>,
    /// `where T : class`: the type parameters of the method that stand for reference types only.
    pub references: Vec<usize>,
    /// The type it gives.
    pub returns: TypeId,
    /// What runs.
    pub run: NativeFn,
    /// A property's setter.
    pub set: Option<NativeFn>,
    /// A constant's value.
    pub constant: Option<Constant>,
    /// What the compiler may emit instead of a call.
    pub intrinsic: Intrinsic,
    /// What runs for members of what a getter gives.
    pub asked: &'static [(&'static str, NativeFn)],
    /// Where in the exchange a getter finds what it gives.
    pub place: Option<library::Place>,
}

/// What kind of member it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// `T M(…)`.
    Method,
    /// `C(…)`.
    Constructor,
    /// `T P { get; }`, also for fields and constants.
    Property,
    /// `T this[…] { get; }`.
    Indexer,
    /// `static T operator +(…)`.
    Operator,
    /// `static implicit operator T(…)`.
    ImplicitConversion,
    /// `static explicit operator T(…)`.
    ExplicitConversion,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, for named arguments.
    pub name: &'static str,
    /// Its type.
    pub ty: TypeId,
    /// By value, `ref` or `out`.
    pub mode: ParamMode,
    /// True for `params`.
    pub is_params: bool,
    /// Its default.
    pub default: Option<Constant>,
}

/// How a parameter is passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamMode {
    /// By value.
    Value,
    /// `ref`.
    Ref,
    /// `out`.
    Out,
}

impl Signature {
    /// The name by which the allow-list knows the member; `None` for operators and conversions, which it never inspects.
    #[must_use]
    pub fn listed_name(&self) -> Option<&'static str> {
        match self.kind {
            MemberKind::Constructor => Some(".ctor"),
            MemberKind::Indexer => Some("Item"),
            MemberKind::Operator | MemberKind::ImplicitConversion | MemberKind::ExplicitConversion => None,
            MemberKind::Method | MemberKind::Property => Some(self.name),
        }
    }
}

const KEYWORDS: [(&str, &str); 16] = [
    ("object", "System.Object"),
    ("string", "System.String"),
    ("bool", "System.Boolean"),
    ("char", "System.Char"),
    ("sbyte", "System.SByte"),
    ("byte", "System.Byte"),
    ("short", "System.Int16"),
    ("ushort", "System.UInt16"),
    ("int", "System.Int32"),
    ("uint", "System.UInt32"),
    ("long", "System.Int64"),
    ("ulong", "System.UInt64"),
    ("float", "System.Single"),
    ("double", "System.Double"),
    ("decimal", "System.Decimal"),
    ("void", "System.Void"),
];

/// The C# keyword for a full type name.
#[must_use]
pub fn keyword_of(full: &str) -> Option<&'static str> {
    KEYWORDS.iter().find(|(_, name)| *name == full).map(|(keyword, _)| *keyword)
}

/// The full type name behind a C# keyword.
#[must_use]
pub fn keyword_target(keyword: &str) -> Option<&'static str> {
    KEYWORDS.iter().find(|(k, _)| *k == keyword).map(|(_, full)| *full)
}

/// `"A.B<T,U>"` into `"A.B"` and `["T", "U"]`.
pub(crate) fn split_generic(name: &str) -> (&str, Vec<&str>) {
    match name.split_once('<') {
        Some((full, params)) => (full, params.trim_end_matches('>').split(',').map(str::trim).collect()),
        None => (name, Vec::new()),
    }
}

/// Reads a member's signature.
///
/// # Errors
/// A sentence for the test that reads them all.
pub fn parse(member: &'static Member, def: &Def) -> Result<Signature, String> {
    let mut p = Reader { text: member.signature, at: 0, type_params: &def.type_params, method_params: Vec::new() };
    p.member(member, def).map_err(|why| format!("{}: `{}`: {why} (at {})", def.full_name(), member.signature, p.at))
}

/// Reads a type over the given type parameters.
///
/// # Errors
/// A sentence saying what is wrong.
pub fn parse_type(
    text: &'static str,
    type_params: &[&'static str],
    method_params: &[&'static str],
) -> Result<TypeId, String> {
    Reader { text, at: 0, type_params, method_params: method_params.to_vec() }.ty()
}

struct Reader<'a> {
    text: &'static str,
    at: usize,
    type_params: &'a [&'static str],
    method_params: Vec<&'static str>,
}

impl Reader<'_> {
    fn member(&mut self, member: &'static Member, def: &Def) -> Result<Signature, String> {
        let mut signature = Signature {
            text: member.signature,
            kind: MemberKind::Method,
            name: "",
            is_static: false,
            is_extension: false,
            type_params: Vec::new(),
            params: Vec::new(),
            constraints: Vec::new(),
            references: Vec::new(),
            returns: types::void(),
            run: member.run,
            set: member.set,
            constant: member.constant,
            intrinsic: member.intrinsic,
            asked: member.asked,
            place: member.place,
        };
        signature.is_static = self.word("static");
        if self.word("const") {
            signature.is_static = true;
        }
        for (keyword, kind) in
            [("implicit", MemberKind::ImplicitConversion), ("explicit", MemberKind::ExplicitConversion)]
        {
            if self.word(keyword) {
                self.need_word("operator")?;
                signature.kind = kind;
                signature.returns = self.ty()?;
                signature.params = self.params('(', ')')?.0;
                return Ok(signature);
            }
        }
        let start = self.at;
        if self.ident() == Some(def.simple_name()) && self.peek() == Some('(') {
            signature.kind = MemberKind::Constructor;
            signature.params = self.params('(', ')')?.0;
            signature.returns = self.own_type(def);
            return Ok(signature);
        }
        self.at = start;
        self.find_method_params();
        signature.returns = self.ty()?;
        if self.word("operator") {
            signature.kind = MemberKind::Operator;
            signature.name = self.operator_token();
            signature.params = self.params('(', ')')?.0;
            return Ok(signature);
        }
        if self.word("this") {
            signature.kind = MemberKind::Indexer;
            signature.params = self.params('[', ']')?.0;
            return Ok(signature);
        }
        signature.name = self.ident().ok_or("name expected")?;
        if self.peek() == Some('<') {
            // The type parameters were found ahead, see `find_method_params`.
            let close = self.text[self.at..].find('>').ok_or("> expected")?;
            self.at += close + 1;
            signature.type_params.clone_from(&self.method_params);
        }
        if self.peek() == Some('(') {
            let (params, is_extension) = self.params('(', ')')?;
            signature.params = params;
            signature.is_extension = is_extension;
            while self.word("where") {
                let name = self.ident().ok_or("type parameter expected")?;
                self.need(':')?;
                let index = self.method_params.iter().position(|p| *p == name).ok_or("unknown type parameter")?;
                if self.word("class") {
                    signature.references.push(index);
                } else {
                    let ty = self.ty()?;
                    signature.constraints.push((index, ty));
                }
            }
        } else {
            signature.kind = MemberKind::Property;
        }
        Ok(signature)
    }

    fn own_type(&self, def: &Def) -> TypeId {
        let open = library::get().find_full(def.decl.name).unwrap_or(DefId(0));
        let args = (0..def.type_params.len()).map(|i| types::intern(Type::TypeParam(i as u16))).collect();
        types::intern(Type::Named { def: open, args })
    }

    /// A generic method names its type parameters after the return type that uses them: `T First<T>(…)`.
    fn find_method_params(&mut self) {
        // The bracket behind a name, not that of a tuple.
        let named = |(at, _): &(usize, &str)| self.text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '>');
        let Some((paren, _)) = self.text.match_indices('(').find(named) else { return };
        let head = self.text[..paren].trim_end();
        if !head.ends_with('>') || head.contains("operator") {
            return;
        }
        // The list is flat (`<TKey, TValue>`), so its opening bracket is the last one.
        if let Some(open) = head.rfind('<') {
            self.method_params = head[open + 1..head.len() - 1].split(',').map(str::trim).collect();
        }
    }

    fn params(&mut self, open: char, close: char) -> Result<(Vec<Parameter>, bool), String> {
        self.need(open)?;
        let mut params = Vec::new();
        let is_extension = self.word("this");
        while self.peek() != Some(close) {
            let is_params = self.word("params");
            let mode = match (self.word("out"), self.word("ref")) {
                (true, _) => ParamMode::Out,
                (_, true) => ParamMode::Ref,
                _ => ParamMode::Value,
            };
            let ty = self.ty()?;
            let name = self.ident().ok_or("parameter name expected")?;
            let default = if self.peek() == Some('=') {
                self.need('=')?;
                Some(self.default_value()?)
            } else {
                None
            };
            params.push(Parameter { name, ty, mode, is_params, default });
            if self.peek() == Some(',') {
                self.need(',')?;
            }
        }
        self.need(close)?;
        Ok((params, is_extension))
    }

    fn default_value(&mut self) -> Result<Constant, String> {
        self.skip();
        let rest = &self.text[self.at..];
        let end = rest.find([',', ')', ']']).unwrap_or(rest.len());
        let word = rest[..end].trim();
        self.at += end;
        Ok(match word {
            "null" | "default" => Constant::Default,
            "true" => Constant::Value(Value::Bool(true)),
            "false" => Constant::Value(Value::Bool(false)),
            "\"\"" => Constant::Text(""),
            number if number.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                Constant::Value(Value::Int32(number.parse().map_err(|_| "bad default")?))
            }
            member => {
                let (ty, name) = member.rsplit_once('.').ok_or("bad default")?;
                let library = library::get();
                let id = library.simple(ty).first().copied().ok_or("unknown default type")?;
                let value = library.def(id).decl.values.iter().find(|(n, _)| *n == name).ok_or("bad enum default")?;
                Constant::Value(Value::Enum(TypeId(id.0), value.1))
            }
        })
    }

    fn ty(&mut self) -> Result<TypeId, String> {
        let ty = if self.peek() == Some('(') { self.tuple()? } else { self.named()? };
        self.suffixes(ty)
    }

    /// `(int Quotient, int Remainder)`.
    fn tuple(&mut self) -> Result<TypeId, String> {
        self.need('(')?;
        let mut elements = Vec::new();
        while self.peek() != Some(')') {
            let ty = self.ty()?;
            elements.push((self.ident().map(Into::into), ty));
            if self.peek() == Some(',') {
                self.need(',')?;
            }
        }
        self.need(')')?;
        Ok(types::intern(Type::Tuple(elements.into())))
    }

    fn named(&mut self) -> Result<TypeId, String> {
        let name = self.dotted().ok_or("type expected")?;
        let mut args = Vec::new();
        if self.peek() == Some('<') {
            self.need('<')?;
            while self.peek() != Some('>') {
                args.push(self.ty()?);
                if self.peek() == Some(',') {
                    self.need(',')?;
                }
            }
            self.need('>')?;
        }
        self.resolve(name, &args)
    }

    fn suffixes(&mut self, mut ty: TypeId) -> Result<TypeId, String> {
        loop {
            match self.peek() {
                Some('?') => {
                    self.need('?')?;
                    ty = types::nullable_of(ty);
                }
                Some('[') if self.text[self.at..].trim_start().starts_with("[]") => {
                    self.need('[')?;
                    self.need(']')?;
                    ty = types::array_of(ty);
                }
                _ => return Ok(ty),
            }
        }
    }

    fn resolve(&self, name: &str, args: &[TypeId]) -> Result<TypeId, String> {
        if args.is_empty() {
            if name == "void" {
                return Ok(types::void());
            }
            if let Some(i) = self.method_params.iter().position(|p| *p == name) {
                return Ok(types::intern(Type::MethodParam(i as u16)));
            }
            if let Some(i) = self.type_params.iter().position(|p| *p == name) {
                return Ok(types::intern(Type::TypeParam(i as u16)));
            }
        }
        let library = library::get();
        let full = keyword_target(name).unwrap_or(name);
        let candidates = if full.contains('.') { library.named(full) } else { library.simple(full) };
        let fits = |id: &DefId| library.def(*id).type_params.len() == args.len();
        let all: Vec<DefId> = candidates.iter().copied().filter(fits).collect();
        // A type whose bare name is in scope comes before one that only its full name finds.
        let bare = all.iter().any(|id| library.def(*id).decl.imported);
        let mut fitting = all.into_iter().filter(|id| !bare || library.def(*id).decl.imported);
        let def = fitting.next().ok_or_else(|| format!("unknown type `{name}` with {} arguments", args.len()))?;
        if fitting.next().is_some() {
            return Err(format!("type name `{name}` is ambiguous, qualify it"));
        }
        Ok(types::intern(Type::Named { def, args: args.into() }))
    }

    fn operator_token(&mut self) -> &'static str {
        self.skip();
        let rest = &self.text[self.at..];
        let end = rest.find('(').unwrap_or(rest.len());
        self.at += end;
        rest[..end].trim()
    }

    fn skip(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn peek(&mut self) -> Option<char> {
        self.skip();
        self.text[self.at..].chars().next()
    }

    fn need(&mut self, c: char) -> Result<(), String> {
        if self.peek() == Some(c) {
            self.at += c.len_utf8();
            return Ok(());
        }
        Err(format!("`{c}` expected"))
    }

    fn word(&mut self, word: &str) -> bool {
        let start = self.at;
        if self.ident() == Some(word) {
            return true;
        }
        self.at = start;
        false
    }

    fn need_word(&mut self, word: &str) -> Result<(), String> {
        if self.word(word) { Ok(()) } else { Err(format!("`{word}` expected")) }
    }

    fn ident(&mut self) -> Option<&'static str> {
        self.take_while(|c| c.is_alphanumeric() || c == '_')
    }

    fn dotted(&mut self) -> Option<&'static str> {
        self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.')
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> Option<&'static str> {
        self.skip();
        let rest = &self.text[self.at..];
        let end = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += end;
        (end > 0).then(|| &rest[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_can_be_read() {
        let mut wrong = Vec::new();
        for (_, def) in library::get().defs() {
            for member in def.decl.members {
                wrong.extend(parse(member, def).err());
            }
            for name in def.decl.interfaces.iter().chain(&def.decl.base) {
                wrong.extend(parse_type(name, &def.type_params, &[]).err());
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn well_known_types_stand_where_their_ids_say() {
        for (id, name) in TypeId::WELL_KNOWN {
            assert_eq!(library::get().def(DefId(id.0)).decl.name, *name);
        }
    }
}
