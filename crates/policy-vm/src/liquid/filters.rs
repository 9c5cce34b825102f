//! The filters: names as C# spells methods, in their order.

mod list;
mod number;
mod text;

use super::render::Rendering;
use super::value::Value;
use crate::exception::Throw;

/// A filter.
pub(super) struct Filter {
    name: &'static str,
    pub(super) run: Run,
}

/// What a filter does with a value and its arguments.
pub(super) type Run = fn(&mut Rendering<'_, '_>, Value, &[Value]) -> Result<Value, Throw>;

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const fn filter(name: &'static str, run: Run) -> Filter {
    Filter { name, run }
}

static FILTERS: &[Filter] = &[
    filter("Abs", number::abs),
    filter("Append", text::append),
    filter("AtLeast", number::at_least),
    filter("AtMost", number::at_most),
    filter("Capitalize", text::capitalize),
    filter("Compact", list::compact),
    filter("Currency", number::currency),
    filter("Date", text::date),
    filter("Default", list::default),
    filter("DividedBy", number::divided_by),
    filter("Downcase", text::downcase),
    filter("Escape", text::escape),
    filter("First", list::first),
    filter("H", text::escape),
    filter("Join", list::join),
    filter("Last", list::last),
    filter("Lstrip", text::lstrip),
    filter("Map", list::map),
    filter("Minus", number::minus),
    filter("Modulo", number::modulo),
    filter("NewlineToBr", text::newline_to_br),
    filter("Plus", number::plus),
    filter("Prepend", text::prepend),
    filter("Remove", text::remove),
    filter("RemoveFirst", text::remove_first),
    filter("Replace", text::replace),
    filter("ReplaceFirst", text::replace_first),
    filter("Round", number::round),
    filter("Rstrip", text::rstrip),
    filter("Size", list::size),
    filter("Slice", text::slice),
    filter("Sort", list::sort),
    filter("Split", text::split),
    filter("Strip", text::strip),
    filter("StripHtml", text::strip_html),
    filter("StripNewlines", text::strip_newlines),
    filter("Times", number::times),
    filter("Truncate", text::truncate),
    filter("TruncateWords", text::truncate_words),
    filter("Uniq", list::uniq),
    filter("Upcase", text::upcase),
    filter("UrlDecode", text::url_decode),
    filter("UrlEncode", text::url_encode),
];

/// The filter of a name, whose case counts.
pub(super) fn find(name: &str) -> Option<&'static Filter> {
    FILTERS.iter().find(|filter| filter.name == name)
}

/// What to say of a name that is none.
pub(super) fn unknown(name: &str) -> String {
    let plain = name.replace('_', "");
    let meant = FILTERS.iter().map(|filter| filter.name).find(|known| known.eq_ignore_ascii_case(&plain));
    let meant = meant.or_else(|| policy_parser::suggest::closest(name, FILTERS.iter().map(|filter| filter.name)));
    let hint = meant.map(|meant| format!(" (did you mean `{meant}`?)")).unwrap_or_default();
    format!("there is no filter `{name}`, so it does nothing{hint}")
}
