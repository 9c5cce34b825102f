//! `System.UInt16`: see [`integer`](super::number::integer) for what its members do.

super::number::integer::integer_type!("System.UInt16", "ushort", u16, UInt16);
