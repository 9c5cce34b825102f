//! `System.Collections.Generic.IReadOnlyList<T>`.

use super::dispatch::of;
use crate::cx::arg;
use crate::library::{Allow, TypeDef, property};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IReadOnlyList<T>")
    .interfaces(&["IReadOnlyCollection<T>"])
    .allow(Allow::None)
    .members(&[property("T this[int index] { get; }", |cx, args| (of(cx, arg(args, 0)).item)(cx, args))]);
