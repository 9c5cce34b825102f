//! `System.Text.Encoding`: UTF-8, UTF-16, UTF-32, UTF-7, ASCII, Latin-1 and Windows-1252.

mod checks;
mod code;
mod decode;
mod encode;
mod utf7;

use super::super::system::math;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, Member, TypeDef, constructor, method, property};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::{Heap, NetObject};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.Encoding")
    .members(&[
        property("static Encoding UTF8 { get; }", |cx, _| new(cx, Kind::Utf8)),
        property("static Encoding ASCII { get; }", |cx, _| new(cx, Kind::Ascii)),
        property("static Encoding Unicode { get; }", |cx, _| new(cx, Kind::Utf16)),
        property("static Encoding BigEndianUnicode { get; }", |cx, _| new(cx, Kind::Utf16Be)),
        property("static Encoding UTF32 { get; }", |cx, _| new(cx, Kind::Utf32)),
        property("static Encoding UTF7 { get; }", |cx, _| new(cx, Kind::Utf7)),
        property("static Encoding Latin1 { get; }", |cx, _| new(cx, Kind::Latin1)),
        property("static Encoding Default { get; }", default_encoding),
        property("string WebName { get; }", web_name),
        property("string BodyName { get; }", web_name),
        property("string HeaderName { get; }", web_name),
        property("string EncodingName { get; }", encoding_name),
        property("int CodePage { get; }", code_page),
        property("int WindowsCodePage { get; }", windows_code_page),
        property("bool IsSingleByte { get; }", is_single_byte),
        property("bool IsReadOnly { get; }", |_, _| Ok(Value::Bool(true))),
        property("bool IsBrowserDisplay { get; }", |cx, args| {
            Ok(Value::Bool(matches!(
                kind(cx, args)?,
                Kind::Utf8 | Kind::Utf8Strict { .. } | Kind::Latin1 | Kind::Windows1252
            )))
        }),
        property("bool IsBrowserSave { get; }", |cx, args| {
            Ok(Value::Bool(!matches!(
                kind(cx, args)?,
                Kind::Ascii | Kind::Utf16Be | Kind::Utf32 | Kind::Utf32Be | Kind::Utf7
            )))
        }),
        property("bool IsMailNewsDisplay { get; }", is_for_mail),
        property("bool IsMailNewsSave { get; }", is_for_mail),
        method("bool IsAlwaysNormalized()", |cx, args| Ok(Value::Bool(kind(cx, args)? == Kind::Latin1))),
        method("bool IsAlwaysNormalized(NormalizationForm form)", |cx, args| {
            let is_form_c = matches!(arg(args, 1), Value::Enum(_, FORM_C));
            Ok(Value::Bool(is_form_c && kind(cx, args)? == Kind::Latin1))
        }),
        method("static Encoding GetEncoding(int codepage)", get_encoding),
        method("static Encoding GetEncoding(string name)", get_encoding),
        method("static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes)", decode::convert),
        method(
            "static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes, int index, int count)",
            decode::convert,
        ),
        method("byte[] GetBytes(char[] chars)", encode::bytes_of_chars),
        method("byte[] GetBytes(char[] chars, int index, int count)", encode::bytes_of_chars),
        method(
            "int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)",
            encode::chars_into,
        ),
        method("byte[] GetBytes(string s)", encode::bytes_of_string),
        method("byte[] GetBytes(string s, int index, int count)", encode::bytes_of_string),
        method(
            "int GetBytes(string s, int charIndex, int charCount, byte[] bytes, int byteIndex)",
            encode::string_into,
        ),
        method("int GetByteCount(char[] chars)", encode::count_of_chars),
        method("int GetByteCount(string s)", encode::count_of_string),
        method("int GetByteCount(char[] chars, int index, int count)", encode::count_of_chars),
        method("int GetByteCount(string s, int index, int count)", encode::count_of_string),
        method("string GetString(byte[] bytes)", decode::get_string),
        method("string GetString(byte[] bytes, int index, int count)", decode::get_string),
        method("char[] GetChars(byte[] bytes)", decode::get_chars),
        method("char[] GetChars(byte[] bytes, int index, int count)", decode::get_chars),
        method(
            "int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)",
            decode::get_chars_into,
        ),
        method("int GetCharCount(byte[] bytes)", decode::get_char_count),
        method("int GetCharCount(byte[] bytes, int index, int count)", decode::get_char_count),
        method("int GetMaxByteCount(int charCount)", get_max_byte_count),
        method("int GetMaxCharCount(int byteCount)", get_max_char_count),
        method("byte[] GetPreamble()", get_preamble),
        method("object Clone()", |_, a| Ok(arg(a, 0))),
        method("bool Equals(object value)", super::super::system::object::equals),
        method("int GetHashCode()", super::super::system::object::get_hash_code),
    ])
    .summary("Converts between text and bytes.");

const fn derived(name: &'static str, members: &'static [Member]) -> TypeDef {
    // What they do is declared by `Encoding`, which is on the allow-list; their constructors are not.
    TypeDef::class(name).base("System.Text.Encoding").members(members).allow(Allow::None)
}

pub(in crate::library) const UTF8: TypeDef = derived(
    "System.Text.UTF8Encoding",
    &[
        constructor("UTF8Encoding()", new_utf8),
        constructor("UTF8Encoding(bool encoderShouldEmitUTF8Identifier)", new_utf8),
        constructor("UTF8Encoding(bool encoderShouldEmitUTF8Identifier, bool throwOnInvalidBytes)", new_utf8),
    ],
);
pub(in crate::library) const ASCII: TypeDef = derived(
    "System.Text.ASCIIEncoding",
    &[constructor("ASCIIEncoding()", |cx, _| Ok(cx.heap.new_native(Encoding(Kind::Ascii))?))],
);
pub(in crate::library) const UNICODE: TypeDef = derived(
    "System.Text.UnicodeEncoding",
    &[constructor("UnicodeEncoding()", |cx, _| Ok(cx.heap.new_native(Encoding(Kind::Utf16))?))],
);
pub(in crate::library) const UTF32: TypeDef = derived(
    "System.Text.UTF32Encoding",
    &[constructor("UTF32Encoding()", |cx, _| Ok(cx.heap.new_native(Encoding(Kind::Utf32))?))],
);
pub(in crate::library) const UTF7: TypeDef = derived(
    "System.Text.UTF7Encoding",
    &[constructor("UTF7Encoding()", |cx, _| Ok(cx.heap.new_native(Encoding(Kind::Utf7))?))],
);

static UTF8_ID: Known = Known::new("System.Text.UTF8Encoding");
static ASCII_ID: Known = Known::new("System.Text.ASCIIEncoding");
static UNICODE_ID: Known = Known::new("System.Text.UnicodeEncoding");
static UTF32_ID: Known = Known::new("System.Text.UTF32Encoding");
static UTF7_ID: Known = Known::new("System.Text.UTF7Encoding");
static ID: Known = Known::new("System.Text.Encoding");

/// An encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// UTF-8; invalid text becomes U+FFFD.
    Utf8,
    /// UTF-8 as `new UTF8Encoding(…)` makes it.
    Utf8Strict {
        /// Whether it has a preamble.
        preamble: bool,
        /// Whether invalid text throws.
        throws: bool,
    },
    /// US-ASCII; all else becomes `?`.
    Ascii,
    /// ISO-8859-1.
    Latin1,
    /// Windows-1252.
    Windows1252,
    /// UTF-16, little-endian.
    Utf16,
    /// UTF-16, big-endian.
    Utf16Be,
    /// UTF-32, little-endian.
    Utf32,
    /// UTF-32, big-endian.
    Utf32Be,
    /// UTF-7.
    Utf7,
}

#[derive(Debug)]
struct Encoding(Kind);

impl NetObject for Encoding {
    fn net_type(&self) -> TypeId {
        match self.0 {
            Kind::Utf8 | Kind::Utf8Strict { .. } => UTF8_ID.id(),
            Kind::Ascii => ASCII_ID.id(),
            Kind::Utf16 | Kind::Utf16Be => UNICODE_ID.id(),
            Kind::Utf32 | Kind::Utf32Be => UTF32_ID.id(),
            Kind::Utf7 => UTF7_ID.id(),
            Kind::Latin1 | Kind::Windows1252 => ID.id(),
        }
    }
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| other.0 == self.0))
    }
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(u64::from(self.0.names().1))
    }
}

impl Kind {
    /// Web name, code page, display name, most bytes for a unit.
    const fn names(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::Utf8 | Self::Utf8Strict { .. } => ("utf-8", 65001, "Unicode (UTF-8)"),
            Self::Ascii => ("us-ascii", 20127, "US-ASCII"),
            Self::Latin1 => ("iso-8859-1", 28591, "Western European (ISO)"),
            Self::Windows1252 => ("windows-1252", 1252, "Western European (Windows)"),
            Self::Utf16 => ("utf-16", 1200, "Unicode"),
            Self::Utf16Be => ("utf-16BE", 1201, "Unicode (Big-Endian)"),
            Self::Utf32 => ("utf-32", 12000, "Unicode (UTF-32)"),
            Self::Utf32Be => ("utf-32BE", 12001, "Unicode (UTF-32 Big-Endian)"),
            Self::Utf7 => ("utf-7", 65000, "Unicode (UTF-7)"),
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "unicode-1-1-utf-8" | "unicode-2-0-utf-8" | "x-unicode-1-1-utf-8" | "x-unicode-2-0-utf-8" => {
                Self::Utf8
            }
            "us-ascii" | "ascii" | "ansi_x3.4-1968" | "ansi_x3.4-1986" | "cp367" | "csascii" | "ibm367"
            | "iso-ir-6" | "iso646-us" | "iso_646.irv:1991" | "us" => Self::Ascii,
            "iso-8859-1" | "latin1" | "iso8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "l1" | "cp819"
            | "csisolatin1" | "ibm819" | "iso-ir-100" => Self::Latin1,
            "windows-1252" | "x-ansi" => Self::Windows1252,
            "utf-16" | "utf-16le" | "unicode" | "ucs-2" | "iso-10646-ucs-2" => Self::Utf16,
            "utf-16be" | "unicodefffe" => Self::Utf16Be,
            "utf-32" | "utf-32le" => Self::Utf32,
            "utf-32be" => Self::Utf32Be,
            "utf-7"
            | "unicode-1-1-utf-7"
            | "unicode-2-0-utf-7"
            | "csunicode11utf7"
            | "x-unicode-1-1-utf-7"
            | "x-unicode-2-0-utf-7" => Self::Utf7,
            _ => return None,
        })
    }

    fn by_code_page(page: i32) -> Option<Self> {
        Some(match page {
            0 | 65001 => Self::Utf8,
            1200 => Self::Utf16,
            1201 => Self::Utf16Be,
            1252 => Self::Windows1252,
            12000 => Self::Utf32,
            12001 => Self::Utf32Be,
            20127 => Self::Ascii,
            28591 => Self::Latin1,
            65000 => Self::Utf7,
            _ => return None,
        })
    }
}

/// The object of an encoding.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn new(cx: &mut Cx<'_>, kind: Kind) -> Result<Value, Throw> {
    // There is one object of each, but for those that are made with options.
    let name = match kind {
        Kind::Utf8Strict { .. } => return Ok(cx.heap.new_native(Encoding(kind))?),
        Kind::Utf8 => "utf-8",
        Kind::Ascii => "us-ascii",
        Kind::Latin1 => "iso-8859-1",
        Kind::Windows1252 => "windows-1252",
        Kind::Utf16 => "utf-16",
        Kind::Utf16Be => "utf-16BE",
        Kind::Utf32 => "utf-32",
        Kind::Utf32Be => "utf-32BE",
        Kind::Utf7 => "utf-7",
    };
    Ok(cx.heap.single(name, ID.id(), Encoding(kind))?)
}

/// `Encoding.Default`: UTF-8 without a preamble.
const DEFAULT: Kind = Kind::Utf8Strict { preamble: false, throws: false };

fn default_encoding(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let kind = DEFAULT;
    Ok(cx.heap.single("Encoding.Default", ID.id(), Encoding(kind))?)
}

fn new_utf8(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let is = |i: usize| arg(args, i) == Value::Bool(true);
    new(cx, Kind::Utf8Strict { preamble: is(0), throws: is(1) })
}

fn kind(cx: &Cx<'_>, args: &[Value]) -> Result<Kind, Throw> {
    cx.heap.native::<Encoding>(arg(args, 0)).map(|e| e.0).ok_or(fault("an encoding was expected"))
}

fn web_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = kind(cx, args)?.names().0;
    cx.string(name)
}

fn encoding_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = kind(cx, args)?.names().2;
    cx.string(name)
}

fn code_page(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(kind(cx, args)?.names().1.into()))
}

fn windows_code_page(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(match kind(cx, args)? {
        Kind::Ascii | Kind::Latin1 | Kind::Windows1252 => 1252,
        _ => 1200,
    }))
}

fn is_single_byte(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(matches!(kind(cx, args)?, Kind::Ascii | Kind::Latin1 | Kind::Windows1252)))
}

/// `NormalizationForm.FormC`
const FORM_C: i64 = 1;

fn is_for_mail(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(!matches!(kind(cx, args)?, Kind::Utf16 | Kind::Utf16Be | Kind::Utf32 | Kind::Utf32Be)))
}

fn get_encoding(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Value::Int32(page) = arg(args, 0) {
        if !(0..=65535).contains(&page) {
            let message = "Valid values are between 0 and 65535, inclusive.";
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "codepage"));
        }
        return match Kind::by_code_page(page) {
            Some(kind) => new(cx, kind),
            // These stand for the system's own code pages on Windows.
            None if matches!(page, 1..=3 | 42) => {
                let message = format!("{page} is not a supported code page.");
                Err(cx.throw_argument(Exc::Argument, &message, "codepage"))
            }
            None => {
                let message = format!(
                    "No data is available for encoding {page}. For information on defining a custom encoding, see the \
                     documentation for the Encoding.RegisterProvider method."
                );
                Err(cx.throw(Exc::NotSupported, message))
            }
        };
    }
    let name = cx.string_arg(args, 0, "name")?;
    let name = cx.text(name).to_utf8().into_owned();
    match Kind::by_name(&name) {
        Some(kind) => new(cx, kind),
        None => {
            let message = format!(
                "'{name}' is not a supported encoding name. For information on defining a custom encoding, see the \
                 documentation for the Encoding.RegisterProvider method."
            );
            Err(cx.throw_argument(Exc::Argument, &message, "name"))
        }
    }
}

fn int(n: usize) -> Value {
    Value::Int32(i32::try_from(n).unwrap_or(i32::MAX))
}

fn get_max_byte_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let n = i64::from(as_i32(args, 1)?);
    let kind = kind(cx, args)?;
    if n < 0 {
        let older = kind == Kind::Utf8 || kind == DEFAULT;
        return Err(if older { checks::required(cx, "charCount") } else { math::negative(cx, "charCount", n) });
    }
    let most = match kind {
        Kind::Utf8 | Kind::Utf8Strict { .. } => (n + 1) * 3,
        Kind::Ascii | Kind::Latin1 | Kind::Windows1252 => n + 1,
        Kind::Utf16 | Kind::Utf16Be => (n + 1) * 2,
        Kind::Utf32 | Kind::Utf32Be => (n + 1) * 4,
        Kind::Utf7 => n * 3 + 2,
    };
    bounded(
        cx,
        most,
        "Too many characters. The resulting number of bytes is larger than what can be returned as an int.",
        "charCount",
    )
}

fn bounded(cx: &mut Cx<'_>, most: i64, message: &str, parameter: &str) -> Result<Value, Throw> {
    match i32::try_from(most) {
        Ok(most) => Ok(Value::Int32(most)),
        Err(_) => Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, parameter)),
    }
}

fn get_max_char_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let n = i64::from(as_i32(args, 1)?);
    let kind = kind(cx, args)?;
    if n < 0 {
        let older = kind == Kind::Utf8 || kind == DEFAULT || kind == Kind::Latin1;
        return Err(if older { checks::required(cx, "byteCount") } else { math::negative(cx, "byteCount", n) });
    }
    let most = match kind {
        Kind::Utf8 | Kind::Utf8Strict { .. } => n + 1,
        Kind::Ascii | Kind::Latin1 | Kind::Windows1252 => n,
        Kind::Utf16 | Kind::Utf16Be => n / 2 + n % 2 + 1,
        Kind::Utf32 | Kind::Utf32Be => n / 2 + 2,
        Kind::Utf7 => n.max(1),
    };
    bounded(
        cx,
        most,
        "Too many bytes. The resulting number of chars is larger than what can be returned as an int.",
        "byteCount",
    )
}

fn get_preamble(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bytes: &[u8] = match kind(cx, args)? {
        Kind::Utf8 | Kind::Utf8Strict { preamble: true, .. } => &[0xef, 0xbb, 0xbf],
        Kind::Utf16 => &[0xff, 0xfe],
        Kind::Utf16Be => &[0xfe, 0xff],
        Kind::Utf32 => &[0xff, 0xfe, 0, 0],
        Kind::Utf32Be => &[0, 0, 0xfe, 0xff],
        _ => &[],
    };
    Ok(cx.heap.new_bytes(bytes.to_vec())?)
}
