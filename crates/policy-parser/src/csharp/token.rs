//! The words of C#: what a token is and where it stands. A token borrows nothing and owns nothing; its text is a slice
//! of the expression, so that lexing allocates one vector and no more.

use crate::source::Span;

/// A word, and what stood before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// What an identifier means where C# gives it a meaning; [`Contextual::None`] for everything else.
    pub(super) contextual: Contextual,
    /// True when a line ended between the token before and this one. Roslyn reports a missing token at the end of the
    /// line that lacks it, not at the start of the next line.
    pub(super) newline_before: bool,
    /// Offset of its first byte.
    pub(super) start: u32,
    /// Offset after its last byte.
    pub(super) end: u32,
}

impl Token {
    /// Where it stands.
    pub(super) const fn span(self) -> Span {
        Span::new(self.start, self.end)
    }
}

macro_rules! token_kinds {
    (
        $(#[$attribute:meta])*
        special { $($special:ident = $special_text:literal,)* }
        punctuation { $($punctuation:ident = $punctuation_text:literal,)* }
        keywords { $($keyword:ident = $keyword_text:literal,)* }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum TokenKind { $($special,)* $($punctuation,)* $($keyword,)* }

        impl TokenKind {
            /// The token as written; empty for tokens whose text varies.
            pub(super) const fn text(self) -> &'static str {
                match self {
                    $(Self::$special => $special_text,)*
                    $(Self::$punctuation => $punctuation_text,)*
                    $(Self::$keyword => $keyword_text,)*
                }
            }

            /// The keyword spelled `word`.
            pub(super) fn keyword(word: &str) -> Option<Self> {
                // No keyword is longer, and most identifiers that are can be told apart at once.
                if word.len() > 10 { return None; }
                match word { $($keyword_text => Some(Self::$keyword),)* _ => None }
            }

            /// True for reserved words.
            pub(super) const fn is_keyword(self) -> bool {
                match self { $(Self::$keyword => true,)* _ => false }
            }
        }
    };
}

token_kinds! {
    /// What a token is.
    special {
        End = "",
        Bad = "",
        Ident = "",
        Integer = "",
        Real = "",
        Char = "",
        Str = "",
        InterpolationStart = "",
        InterpolationText = "",
        HoleStart = "{",
        HoleFormat = "",
        HoleEnd = "}",
        InterpolationEnd = "",
    }
    punctuation {
        OpenParen = "(", CloseParen = ")", OpenBracket = "[", CloseBracket = "]", OpenBrace = "{", CloseBrace = "}",
        Semicolon = ";", Comma = ",", Dot = ".", DotDot = "..", Colon = ":", ColonColon = "::",
        Question = "?", QuestionQuestion = "??", QuestionQuestionEq = "??=",
        Tilde = "~", Bang = "!", BangEq = "!=",
        Plus = "+", PlusPlus = "++", PlusEq = "+=", Minus = "-", MinusMinus = "--", MinusEq = "-=", Arrow = "->",
        Star = "*", StarEq = "*=", Slash = "/", SlashEq = "/=", Percent = "%", PercentEq = "%=",
        Amp = "&", AmpAmp = "&&", AmpEq = "&=", Bar = "|", BarBar = "||", BarEq = "|=", Caret = "^", CaretEq = "^=",
        Eq = "=", EqEq = "==", FatArrow = "=>",
        Lt = "<", LtEq = "<=", LtLt = "<<", LtLtEq = "<<=", Gt = ">", GtEq = ">=",
    }
    keywords {
        Abstract = "abstract", As = "as", Base = "base", Bool = "bool", Break = "break", Byte = "byte", Case = "case",
        Catch = "catch", CharType = "char", Checked = "checked", Class = "class", Const = "const",
        Continue = "continue", Decimal = "decimal", Default = "default", Delegate = "delegate", Do = "do",
        Double = "double", Else = "else", Enum = "enum", Event = "event", Explicit = "explicit", Extern = "extern",
        False = "false", Finally = "finally", Fixed = "fixed", Float = "float", For = "for", Foreach = "foreach",
        Goto = "goto", If = "if", Implicit = "implicit", In = "in", Int = "int", Interface = "interface",
        Internal = "internal", Is = "is", Lock = "lock", Long = "long", Namespace = "namespace", New = "new",
        Null = "null", Object = "object", Operator = "operator", Out = "out", Override = "override",
        Params = "params", Private = "private", Protected = "protected", Public = "public", Readonly = "readonly",
        Ref = "ref", Return = "return", Sbyte = "sbyte", Sealed = "sealed", Short = "short", Sizeof = "sizeof",
        Stackalloc = "stackalloc", Static = "static", StringType = "string", Struct = "struct", Switch = "switch",
        This = "this", Throw = "throw", True = "true", Try = "try", Typeof = "typeof", Uint = "uint",
        Ulong = "ulong", Unchecked = "unchecked", Unsafe = "unsafe", Ushort = "ushort", Using = "using",
        Virtual = "virtual", Void = "void", Volatile = "volatile", While = "while",
    }
}

impl TokenKind {
    /// True for what ends a piece of code: the text's end, or that of an interpolation hole. No parser loop may step
    /// over it.
    pub(super) const fn is_end(self) -> bool {
        matches!(self, Self::End | Self::HoleFormat | Self::HoleEnd)
    }

    /// True for `int`, `string` … and `void`.
    pub(super) const fn is_predefined_type(self) -> bool {
        matches!(
            self,
            Self::Bool
                | Self::Byte
                | Self::Sbyte
                | Self::Short
                | Self::Ushort
                | Self::Int
                | Self::Uint
                | Self::Long
                | Self::Ulong
                | Self::CharType
                | Self::Float
                | Self::Double
                | Self::Decimal
                | Self::StringType
                | Self::Object
                | Self::Void
        )
    }
}

macro_rules! contextual {
    ($($name:ident = $text:literal,)*) => {
        /// Identifiers that are keywords in places.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Contextual { None, $($name,)* }

        impl Contextual {
            /// What `word` may mean.
            pub(super) fn of(word: &str) -> Self {
                if word.len() > 10 { return Self::None; }
                match word { $($text => Self::$name,)* _ => Self::None }
            }

            /// The word.
            pub(super) const fn text(self) -> &'static str {
                match self { Self::None => "", $(Self::$name => $text,)* }
            }
        }
    };
}

contextual! {
    Underscore = "_", Var = "var", From = "from", Where = "where", Select = "select", Group = "group",
    Into = "into", OrderBy = "orderby", Join = "join", Let = "let", On = "on", Equals = "equals", By = "by",
    Ascending = "ascending", Descending = "descending", Await = "await", Async = "async", When = "when",
    Yield = "yield", Global = "global", Not = "not", And = "and", Or = "or", With = "with",
}

impl Contextual {
    /// True for the words that begin a clause of a query; inside a query they are no identifiers.
    pub(super) const fn starts_query_clause(self) -> bool {
        matches!(
            self,
            Self::From | Self::Join | Self::Into | Self::Where | Self::OrderBy | Self::Group | Self::Select | Self::Let
        )
    }

    /// True for all words that are no identifiers inside a query.
    pub(super) const fn is_query_word(self) -> bool {
        self.starts_query_clause()
            || matches!(self, Self::On | Self::Equals | Self::Ascending | Self::Descending | Self::By)
    }
}
