//! What a policy element may look like, as data: the checker, the reference tables and editors read nothing else.
//!
//! ```ignore
//! ElementSpec::new("set-header", "Adds, replaces or removes a header.")
//!     .attributes(&[
//!         Attribute::required("name", Accepts::Name, "Header to change.").expression(),
//!         Attribute::optional("exists-action", Accepts::OneOf(ACTIONS), "When it is there already.").default("override"),
//!     ])
//!     .children(&[Child::repeated(ElementSpec::text_only("value", "One value.", Text::Expression))])
//! ```
//!
//! Every policy takes an `id`, which no specification lists.

use crate::engine::Scope;
use crate::program::Section;

/// An element: a policy, or a child of one.
#[derive(Debug, Clone, Copy)]
pub struct ElementSpec {
    /// As the service spells it.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Its child elements.
    pub children: &'static [Child],
    /// Children of which there is one at most.
    pub alternatives: &'static [&'static str],
    /// Whether the children come in the order of `children`.
    pub order: Order,
    /// Its text.
    pub text: Text,
    /// What a literal text must look like. [`Accepts::Text`] takes none at all as well.
    pub holds: Accepts,
    /// The attribute and the value of it with which double braces in the text are the text's own, and name no named value.
    pub own_braces: Option<(&'static str, &'static str)>,
    /// The policies it contains, for an element like `when`.
    pub policies: Policies,
    /// Whether it has no effect without any of them.
    pub needs_policy: bool,
    /// The sections it may stand in. Only for policies.
    pub sections: Sections,
    /// The scopes of documents it may stand in. Only for policies.
    pub scopes: Scopes,
    /// How often it may stand there. Only for policies.
    pub once: Once,
    /// Rules about several attributes.
    pub groups: &'static [Group],
    /// True for a policy that the service does not have.
    pub own: bool,
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub struct Attribute {
    /// As the service spells it.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What a literal must look like.
    pub accepts: Accepts,
    /// Whether an expression may stand there.
    pub expression: bool,
    /// What holds when it is absent.
    pub default: Option<&'static str>,
    /// True for one that is accepted and changes nothing.
    pub without_effect: bool,
    /// One sentence.
    pub summary: &'static str,
}

/// What a literal must look like, and what an expression must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    /// Any text.
    Text,
    /// A text that is not empty.
    Name,
    /// An `xs:boolean`: `true`, `false`, `1`, `0`.
    Bool,
    /// A whole number within bounds, both inclusive.
    Int(i64, i64),
    /// One of these, in exactly this case.
    OneOf(&'static [&'static str]),
    /// The name of a header.
    HeaderName,
    /// A method: what RFC 9110 calls a token.
    Method,
    /// Anything; an expression's value is kept as it is.
    Value,
}

impl Accepts {
    /// Any number of at least zero.
    pub const COUNT: Self = Self::Int(0, i32::MAX as i64);
    /// Any number of at least one.
    pub const POSITIVE: Self = Self::Int(1, i32::MAX as i64);
}

/// The text of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// None but white space.
    None,
    /// A literal.
    Literal,
    /// A literal or an expression.
    Expression,
    /// A literal, an expression, or elements taken as text.
    Markup,
}

/// Whether children have an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As listed; anything else is an error.
    Fixed,
    /// As listed, as the service wants it; anything else works but is warned of.
    Advised,
    /// Any.
    Free,
}

/// The policies inside an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policies {
    /// It contains none.
    None,
    /// All that may stand in the section but these.
    AllBut(&'static [&'static str]),
    /// Only these.
    Only(&'static [&'static str]),
}

/// A child element and how often it may be there.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    /// What it looks like.
    pub spec: ElementSpec,
    /// The least number.
    pub least: usize,
    /// The greatest number.
    pub most: usize,
}

/// How often a policy may stand somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Once {
    /// As often as wanted.
    Never,
    /// Once in a section.
    PerSection,
    /// Once in a document.
    PerDocument,
}

/// A rule about several attributes of an element.
#[derive(Debug, Clone, Copy)]
pub enum Group {
    /// One of them and no other.
    ExactlyOne(&'static [&'static str]),
    /// At least one of them.
    AtLeastOne(&'static [&'static str]),
    /// One of them at most.
    AtMostOne(&'static [&'static str]),
    /// If the first is there, none of the others may be.
    Excludes(&'static str, &'static [&'static str]),
    /// The others have no effect where the first is not there.
    OnlyWith(&'static str, &'static [&'static str]),
}

/// A set of sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sections(u8);

impl Sections {
    /// None: no policy but a child of one.
    pub const NONE: Self = Self(0);
    /// `inbound`.
    pub const INBOUND: Self = Self(1);
    /// `backend`.
    pub const BACKEND: Self = Self(2);
    /// `outbound`.
    pub const OUTBOUND: Self = Self(4);
    /// `on-error`.
    pub const ON_ERROR: Self = Self(8);
    /// All four.
    pub const ALL: Self = Self(15);

    /// Either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when the section is one of them.
    #[must_use]
    pub const fn contains(self, section: Section) -> bool {
        self.0 & (1 << section as u8) != 0
    }

    /// The sections in the order of a document.
    pub fn iter(self) -> impl Iterator<Item = Section> {
        Section::ALL.into_iter().filter(move |section| self.contains(*section))
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// All five.
    pub const ALL: Self = Self(31);
    /// All but workspaces, which have no such policies.
    pub const WITHOUT_WORKSPACE: Self = Self::of(&[Scope::Global, Scope::Product, Scope::Api, Scope::Operation]);

    /// These only.
    #[must_use]
    pub const fn of(scopes: &[Scope]) -> Self {
        let mut bits = 0;
        let mut rest = scopes;
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u8;
            rest = others;
        }
        Self(bits)
    }

    /// True when the scope is one of them.
    #[must_use]
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    /// The scopes from broad to narrow.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl ElementSpec {
    /// An element without attributes and content, in all sections and scopes.
    #[must_use]
    pub const fn new(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            attributes: &[],
            children: &[],
            alternatives: &[],
            order: Order::Advised,
            text: Text::None,
            holds: Accepts::Text,
            own_braces: None,
            policies: Policies::None,
            needs_policy: false,
            sections: Sections::ALL,
            scopes: Scopes::ALL,
            once: Once::Never,
            groups: &[],
            own: false,
        }
    }

    /// An element that only contains text.
    #[must_use]
    pub const fn text_only(name: &'static str, summary: &'static str, text: Text) -> Self {
        Self::new(name, summary).text(text)
    }

    /// Its attributes.
    #[must_use]
    pub const fn attributes(mut self, attributes: &'static [Attribute]) -> Self {
        self.attributes = attributes;
        self
    }

    /// Its children, in the order that the service wants.
    #[must_use]
    pub const fn children(mut self, children: &'static [Child]) -> Self {
        self.children = children;
        self
    }

    /// Of these children there is one at most.
    #[must_use]
    pub const fn alternatives(mut self, alternatives: &'static [&'static str]) -> Self {
        self.alternatives = alternatives;
        self
    }

    /// Whether its children come in the order listed.
    #[must_use]
    pub const fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Its text.
    #[must_use]
    pub const fn text(mut self, text: Text) -> Self {
        self.text = text;
        self
    }

    /// What a literal text must look like; with this it must be there.
    #[must_use]
    pub const fn holds(mut self, holds: Accepts) -> Self {
        self.holds = holds;
        self
    }

    /// Double braces in its text are the text's own where the attribute has this value.
    #[must_use]
    pub const fn own_braces(mut self, attribute: &'static str, value: &'static str) -> Self {
        self.own_braces = Some((attribute, value));
        self
    }

    /// Without a policy in it, it has no effect.
    #[must_use]
    pub const fn needs_policy(mut self) -> Self {
        self.needs_policy = true;
        self
    }

    /// The policies it contains.
    #[must_use]
    pub const fn policies(mut self, policies: Policies) -> Self {
        self.policies = policies;
        self
    }

    /// The sections it may stand in.
    #[must_use]
    pub const fn sections(mut self, sections: Sections) -> Self {
        self.sections = sections;
        self
    }

    /// The scopes it may stand in.
    #[must_use]
    pub const fn scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// How often it may stand there.
    #[must_use]
    pub const fn once(mut self, once: Once) -> Self {
        self.once = once;
        self
    }

    /// Rules about several attributes.
    #[must_use]
    pub const fn groups(mut self, groups: &'static [Group]) -> Self {
        self.groups = groups;
        self
    }

    /// A policy that the service does not have.
    #[must_use]
    pub const fn own(mut self) -> Self {
        self.own = true;
        self
    }

    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

impl Attribute {
    /// One that must be there.
    #[must_use]
    pub const fn required(name: &'static str, accepts: Accepts, summary: &'static str) -> Self {
        Self { required: true, ..Self::optional(name, accepts, summary) }
    }

    /// One that may be there.
    #[must_use]
    pub const fn optional(name: &'static str, accepts: Accepts, summary: &'static str) -> Self {
        Self { name, required: false, accepts, expression: false, default: None, without_effect: false, summary }
    }

    /// An expression may stand there.
    #[must_use]
    pub const fn expression(mut self) -> Self {
        self.expression = true;
        self
    }

    /// It is accepted and changes nothing.
    #[must_use]
    pub const fn without_effect(mut self) -> Self {
        self.without_effect = true;
        self
    }

    /// What holds when it is absent.
    #[must_use]
    pub const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }
}

impl Child {
    /// It must be there once.
    #[must_use]
    pub const fn once(spec: ElementSpec) -> Self {
        Self { spec, least: 1, most: 1 }
    }

    /// It may be there once.
    #[must_use]
    pub const fn optional(spec: ElementSpec) -> Self {
        Self { spec, least: 0, most: 1 }
    }

    /// It may be there any number of times.
    #[must_use]
    pub const fn repeated(spec: ElementSpec) -> Self {
        Self { spec, least: 0, most: usize::MAX }
    }

    /// It must be there, once or more.
    #[must_use]
    pub const fn at_least_once(spec: ElementSpec) -> Self {
        Self { spec, least: 1, most: usize::MAX }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_contain_what_they_were_made_of() {
        let both = Sections::INBOUND.or(Sections::ON_ERROR);
        assert_eq!(both.iter().collect::<Vec<_>>(), [Section::Inbound, Section::OnError]);
        let narrow = Scopes::of(&[Scope::Api, Scope::Operation]);
        assert_eq!(narrow.iter().collect::<Vec<_>>(), [Scope::Api, Scope::Operation]);
        assert!(Scopes::ALL.iter().eq(Scope::ALL));
    }
}
